ALTER TABLE generation_inputs ADD COLUMN extra_data TEXT;   -- for ComfyUI's extra_data
ALTER TABLE generation_inputs ADD COLUMN secrets TEXT;      -- encrypted, and only until the generation has ended
ALTER TABLE generation_inputs ADD COLUMN warnings TEXT;     -- of the submission

-- The same bytes of the same owner are kept once.
ALTER TABLE uploads ADD COLUMN hash TEXT;
CREATE INDEX uploads_of_owner ON uploads (owner, hash);

-- What the rows of a generation take up, which a quota counts.
ALTER TABLE generations ADD COLUMN stored_bytes BIGINT NOT NULL DEFAULT 0;
CREATE INDEX generations_stored ON generations (client, stored_bytes);
