-- Times are Unix milliseconds, ids lower-case text: the same in SQLite and PostgreSQL.

CREATE TABLE webhooks (
    number {identity},                      -- order of registration
    id TEXT NOT NULL UNIQUE,
    owner TEXT,
    all_owners INTEGER NOT NULL DEFAULT 0,  -- 1: receives everybody's events
    generation_id TEXT,                     -- set: this generation's outcome only
    url TEXT NOT NULL,
    destination TEXT NOT NULL,
    event_types TEXT NOT NULL,              -- separated by spaces
    description TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    disabled_reason TEXT,
    secret TEXT,                            -- in clear: signing needs it
    previous_secret TEXT,
    previous_secret_until BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhooks_of_owner ON webhooks (owner) WHERE generation_id IS NULL;
CREATE INDEX webhooks_of_generation ON webhooks (generation_id) WHERE generation_id IS NOT NULL;
CREATE INDEX webhooks_of_all_owners ON webhooks (all_owners) WHERE all_owners = 1;

CREATE TABLE webhook_deliveries (
    number {identity},                      -- order of arrival
    id TEXT NOT NULL UNIQUE,                -- the webhook-id header: made of webhook and event, so an event arrives here once
    webhook_id TEXT NOT NULL,
    destination TEXT NOT NULL,
    generation_id TEXT,
    event_type TEXT NOT NULL,
    body BYTEA NOT NULL,
    status TEXT NOT NULL,                   -- pending, delivered, failed
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,    -- attempts since the last manual redelivery
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL DEFAULT 0,
    lease_id TEXT,                          -- of the claim, so that a claimant knows whether it still has it
    give_up_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (destination, due_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (webhook_id, generation_id, number) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_give_up ON webhook_deliveries (give_up_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, number);
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    duration_ms INTEGER NOT NULL,
    status_code INTEGER,
    error TEXT,
    response TEXT,
    PRIMARY KEY (delivery_id, attempt)
);

-- One owner's webhooks on one server: what shares a circuit breaker and a concurrency limit.
CREATE TABLE webhook_destinations (
    destination TEXT PRIMARY KEY,
    failures INTEGER NOT NULL DEFAULT 0,    -- in a row
    open_until BIGINT NOT NULL DEFAULT 0,   -- the circuit is open: nothing is sent before
    served_at BIGINT NOT NULL DEFAULT 0,    -- whoever waited longest is served first
    touched_at BIGINT NOT NULL              -- something was last put in its queue
);
