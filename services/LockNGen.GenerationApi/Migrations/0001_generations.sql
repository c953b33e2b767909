-- Times are Unix milliseconds, ids lower-case text, documents JSON text: the same in SQLite and PostgreSQL.

CREATE TABLE generations (
    number {identity},                          -- order of submission
    id TEXT NOT NULL UNIQUE,
    owner TEXT,
    client TEXT NOT NULL,                       -- whom the limits count: the owner, else the address
    status TEXT NOT NULL,                       -- queued, dispatched, running, completed, failed, cancelled
    priority INTEGER NOT NULL,                  -- 0 low, 1 normal, 2 high
    promoted_at BIGINT,                         -- an operator moved it to the front
    template TEXT,
    prompt_text TEXT,                           -- what the history is searched for
    model TEXT,                                 -- the first checkpoint that the workflow loads, if any
    needs_catalog INTEGER NOT NULL DEFAULT 0,   -- 1: its model is the instance's first, so the instance's catalog must be known
    seed BIGINT,
    count INTEGER NOT NULL,
    labels TEXT,                                -- required and preferred labels of the instance
    shape TEXT NOT NULL,                        -- workflows of one shape take a time in proportion to their units
    units DOUBLE PRECISION NOT NULL,
    estimated_seconds DOUBLE PRECISION NOT NULL,
    estimated_wait_seconds DOUBLE PRECISION NOT NULL DEFAULT 0,
    timeout_seconds INTEGER NOT NULL,
    queue_timeout_seconds INTEGER NOT NULL,

    attempt INTEGER NOT NULL DEFAULT 0,         -- the fencing number
    event_number BIGINT NOT NULL DEFAULT 0,     -- events that the API itself has published under this attempt
    retries INTEGER NOT NULL DEFAULT 0,         -- renders that were lost
    claim_id TEXT,
    instance TEXT,                              -- where it is, or was last
    watcher TEXT,
    lost_on TEXT,                               -- the instance that lost it: others are tried first
    overall_progress INTEGER NOT NULL DEFAULT 0,
    image_count INTEGER NOT NULL DEFAULT 0,     -- also the last image index that was given out

    created_at BIGINT NOT NULL,
    dispatched_at BIGINT,
    started_at BIGINT,                          -- the first attempt
    attempt_started_at BIGINT,
    held_at BIGINT,                             -- its watcher's heartbeats last listed it
    ended_at BIGINT,
    cancel_requested_at BIGINT,
    cancel_reason TEXT,
    cancel_error TEXT,                          -- set when the cancellation is a deadline: how it fails
    cancel_sent_at BIGINT,

    outcome TEXT,                               -- the terminal event, exactly
    outcome_attempt INTEGER,
    outcome_seen_at BIGINT,                     -- it came back from the broker
    outcome_sent_at BIGINT,                     -- the API last published it
    error TEXT,
    told_position INTEGER,                      -- what the last generation.queued said
    told_wait_seconds DOUBLE PRECISION,
    told_at BIGINT,
    trace_parent TEXT
);
CREATE INDEX generations_active ON generations (status, number) WHERE ended_at IS NULL;
CREATE INDEX generations_unseen ON generations (ended_at) WHERE ended_at IS NOT NULL AND outcome_seen_at IS NULL;
CREATE INDEX generations_ended ON generations (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX generations_of_owner ON generations (owner, number);
CREATE INDEX generations_of_client ON generations (client, created_at);

-- What is to be rendered; apart, because it is large and read only to be claimed or shown.
CREATE TABLE generation_inputs (
    generation_id TEXT PRIMARY KEY,
    request TEXT NOT NULL,                      -- as submitted, defaults filled in
    parameters TEXT,
    workflow TEXT NOT NULL,
    plan TEXT NOT NULL,                         -- seeds, model inputs, files and needs
    metadata TEXT
);

CREATE TABLE images (
    generation_id TEXT NOT NULL,
    image_index INTEGER NOT NULL,               -- the prompt
    file INTEGER NOT NULL,                      -- which file of it
    files INTEGER NOT NULL,                     -- of how many
    number INTEGER NOT NULL,                    -- the {n} of its address
    content_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    seed BIGINT,
    size BIGINT NOT NULL,
    hash TEXT NOT NULL,
    stored_as TEXT NOT NULL,                    -- key in the image store
    created_at BIGINT NOT NULL,
    PRIMARY KEY (generation_id, image_index, file)
);
CREATE UNIQUE INDEX images_number ON images (generation_id, number);

CREATE TABLE uploads (
    name TEXT PRIMARY KEY,
    owner TEXT,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

CREATE TABLE instances (
    name TEXT PRIMARY KEY,
    watcher TEXT,                               -- holder of the lease
    lease_until BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    labels TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    version TEXT,
    queue_remaining INTEGER NOT NULL,
    catalog_hash TEXT,
    last_model TEXT,
    reported_at BIGINT NOT NULL
);

CREATE TABLE catalogs (
    hash TEXT PRIMARY KEY,
    object_info BYTEA NOT NULL,                 -- gzip
    received_at BIGINT NOT NULL
);

-- Events of the API, written with the change that they tell of.
CREATE TABLE outbox (
    number {identity},
    generation_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    owner TEXT,
    trace_parent TEXT
);

CREATE TABLE idempotency_keys (
    client TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client, idempotency_key)
);

CREATE TABLE durations (
    shape TEXT PRIMARY KEY,                     -- '*' is all of them
    seconds_per_unit DOUBLE PRECISION NOT NULL,
    samples INTEGER NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE tickets (
    hash TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE revocations (
    number {identity},
    token_id TEXT,
    subject TEXT,
    revoked_at BIGINT NOT NULL
);
