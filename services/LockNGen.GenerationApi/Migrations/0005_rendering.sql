-- Rendering, as ComfyUI really does it, apart from the claim.
ALTER TABLE generations ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;                        -- claims: what people call attempts
ALTER TABLE generations ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;                        -- 1: ComfyUI has started what was claimed last
ALTER TABLE generations ADD COLUMN waits_behind INTEGER;                                    -- prompts ahead of it in its instance's ComfyUI, while it waits there
ALTER TABLE generations ADD COLUMN render_seconds DOUBLE PRECISION NOT NULL DEFAULT 0;      -- rendered by the current attempt
ALTER TABLE generations ADD COLUMN rendered_seconds DOUBLE PRECISION NOT NULL DEFAULT 0;    -- rendered by earlier attempts
ALTER TABLE generations ADD COLUMN quiet_seconds DOUBLE PRECISION NOT NULL DEFAULT 0;       -- rendered by the current attempt since it last reported progress
ALTER TABLE generations ADD COLUMN has_own_timeout INTEGER NOT NULL DEFAULT 1;              -- 1: timeout_seconds is what the submission asked for
ALTER TABLE generations ADD COLUMN progress_floor INTEGER NOT NULL DEFAULT 0;               -- what readers may have seen of its progress
-- What a lost render says of the instance and of the work.
ALTER TABLE generations ADD COLUMN lost_at BIGINT;                                          -- when lost_on lost it
ALTER TABLE generations ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;                       -- renders during which ComfyUI's worker died
-- Prompts in ComfyUI that are not this installation's.
ALTER TABLE instances ADD COLUMN others_remaining INTEGER;
