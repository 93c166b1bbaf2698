-- Pushed authorization requests (RFC 9126): validated, sealed, used once.
--
-- taken_up_at is when a browser first came with the request, which prolongs its life to that of a journey; consumed_at is
-- when the authorization ended, after which nothing begins with it again.

CREATE TABLE pushed_requests (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    request_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    taken_up_at BIGINT,
    consumed_at BIGINT
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);
