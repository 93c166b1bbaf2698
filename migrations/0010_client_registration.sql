-- Clients that register themselves (RFC 7591, RFC 7592).

-- Tokens that let clients register. remaining counts down; a revoked or spent row stays until it has expired.
CREATE TABLE initial_access_tokens (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    secret_hash BYTEA NOT NULL,
    remaining BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);
CREATE INDEX initial_access_tokens_by_tenant ON initial_access_tokens (tenant_id, expires_at);

-- One row a client that registered itself. secret_hash is that of the token it manages its registration with; origin says
-- whether somebody vouched for it.
CREATE TABLE client_registrations (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    origin TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, client_id)
);
