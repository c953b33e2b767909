-- Files whose rows are gone: removed in the same moment if the storage is there, otherwise later.
CREATE TABLE file_removals (
    key TEXT PRIMARY KEY,       -- of one file, or with a slash at its end, of all below
    since BIGINT NOT NULL
);
