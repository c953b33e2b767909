-- What others submitted straight to a watched ComfyUI: known, never scheduled. Their files stand in images like those of generations.
CREATE TABLE other_generations (
    id TEXT NOT NULL PRIMARY KEY,
    instance TEXT NOT NULL,
    prompt_id TEXT NOT NULL,                    -- what ComfyUI calls it
    status TEXT NOT NULL,                       -- running, completed, failed, cancelled
    image_count INTEGER NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,                               -- the terminal event, exactly
    UNIQUE (instance, prompt_id)
);
CREATE INDEX other_generations_reported ON other_generations (reported_at);

-- What readers may have seen of a generation's progress that no heartbeat has told: progress_floor (0005) is used from now on.
ALTER TABLE generations ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;           -- in a row that came to nothing
