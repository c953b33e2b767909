-- Every sweep asks whether a generation still has unpublished events.
CREATE INDEX outbox_of_generation ON outbox (generation_id);
