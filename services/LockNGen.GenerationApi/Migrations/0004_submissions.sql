-- What clients have lately asked for, which the limits count: what they erase from their history still counts.
CREATE TABLE submissions (
    number {identity},
    client TEXT NOT NULL,
    images INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX submissions_of_client ON submissions (client, created_at);
CREATE INDEX submissions_by_age ON submissions (created_at);
DROP INDEX generations_of_client;
