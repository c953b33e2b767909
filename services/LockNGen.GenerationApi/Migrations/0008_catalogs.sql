-- How old what is known of an instance is, and since when it is doubted.
ALTER TABLE instances ADD COLUMN catalog_read_at BIGINT;
ALTER TABLE instances ADD COLUMN catalog_doubted_at BIGINT;
ALTER TABLE catalogs ADD COLUMN node_replacements BYTEA;        -- gzip; retired classes that the server replaces
