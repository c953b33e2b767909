-- What a result is, which node made it, and what ComfyUI calls it; rows of older versions know none of it.
ALTER TABLE images ADD COLUMN kind TEXT;
ALTER TABLE images ADD COLUMN node_id TEXT;
ALTER TABLE images ADD COLUMN node_title TEXT;
ALTER TABLE images ADD COLUMN output_key TEXT;
ALTER TABLE images ADD COLUMN filename TEXT;
ALTER TABLE images ADD COLUMN subfolder TEXT;
ALTER TABLE images ADD COLUMN source TEXT;
ALTER TABLE images ADD COLUMN duration_seconds DOUBLE PRECISION;
ALTER TABLE images ADD COLUMN text TEXT;            -- of a text, as much as events carry
