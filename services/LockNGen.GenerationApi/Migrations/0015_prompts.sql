-- What the doors need to know of a generation that came through one of them.
CREATE TABLE prompts (
    generation_id TEXT PRIMARY KEY,
    door TEXT NOT NULL,                         -- which: comfyui, comfy-v2, openai
    client_id TEXT,                             -- whose sockets are told of it
    hidden INTEGER NOT NULL DEFAULT 0           -- 1: its client has deleted it from ComfyUI's history; the ledger keeps it
);
CREATE INDEX prompts_of_client ON prompts (client_id);

-- Uploads under the names that their owners gave them, as in ComfyUI's input folder.
CREATE TABLE named_files (
    owner TEXT NOT NULL,                        -- '' is nobody
    folder TEXT NOT NULL,                       -- input, temp or output
    subfolder TEXT NOT NULL,
    name TEXT NOT NULL,
    upload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner, folder, subfolder, name)
);
CREATE INDEX named_files_of_upload ON named_files (upload);
