-- Templates that people saved; those from files are not here.
CREATE TABLE templates (
    name TEXT PRIMARY KEY,
    owner TEXT,
    visibility TEXT NOT NULL,       -- private or everyone
    sort_order INTEGER NOT NULL,
    picture TEXT,                   -- a small picture as a data URI
    version INTEGER NOT NULL,       -- the newest
    deleted INTEGER NOT NULL,       -- its versions stay, for the generations that used them
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX templates_of_owner ON templates (owner);

-- What a version consists of never changes.
CREATE TABLE template_versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL,       -- title, description, parameters, workflow
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);

ALTER TABLE generations ADD COLUMN template_version INTEGER;
