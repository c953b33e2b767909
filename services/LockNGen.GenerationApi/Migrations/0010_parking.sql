-- What no instance can render as things are stands behind everything else, and is looked at again when things change.
ALTER TABLE generations ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
