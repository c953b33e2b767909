-- Records over uploads, as Comfy API v2 has them: several may be of the same bytes.
CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,                        -- '' is nobody
    hash TEXT NOT NULL,                         -- BLAKE3, in hexadecimal
    upload TEXT NOT NULL,
    size BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    file_path TEXT,
    idempotency_key TEXT,                       -- good for one use
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX assets_of_hash ON assets (owner, hash);
CREATE UNIQUE INDEX assets_of_key ON assets (owner, idempotency_key);
