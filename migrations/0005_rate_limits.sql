-- What all nodes remember of attempts to sign in and of mails: one row an address or account, found by a keyed blind index.
--
-- state is JSON and names accounts by blind index only; version grows with each charge; nothing counts from expires_at on.
CREATE TABLE rate_limits (
    tenant_id BIGINT NOT NULL,
    key BYTEA NOT NULL,
    state TEXT,
    version BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX rate_limits_by_expiry ON rate_limits (expires_at);
