-- The chain over each tenant's events: how far it was sealed, and what was signed.

-- What waits for the sealer: nearly nothing, so finding it costs nothing.
CREATE INDEX events_unsealed ON events (tenant_id, id) WHERE sealed_sequence IS NULL;
CREATE UNIQUE INDEX events_by_sequence ON events (tenant_id, sealed_sequence) WHERE sealed_sequence IS NOT NULL;

-- Messages given up are few, and are counted at every scrape.
CREATE INDEX outbox_dead ON outbox (dead_at) WHERE dead_at IS NOT NULL;

-- Where the chain ends. unsigned_since is when the first event after the last checkpoint was sealed.
CREATE TABLE audit_chains (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    link BYTEA NOT NULL,
    signed_sequence BIGINT NOT NULL,
    unsigned_since BIGINT
);
CREATE INDEX audit_chains_unsigned ON audit_chains (unsigned_since) WHERE unsigned_since IS NOT NULL;

-- The link after the event `sequence`, signed; `previous` is the sequence of the checkpoint before, 0 for the first.
CREATE TABLE audit_checkpoints (
    tenant_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    previous BIGINT NOT NULL,
    link BYTEA NOT NULL,
    at BIGINT NOT NULL,
    key_id BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);
