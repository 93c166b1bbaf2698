-- Accounts that their owners want to be deleted.

-- Until due_at a sign-in takes it back; afterwards the person is erased.
CREATE TABLE account_deletions (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    requested_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX account_deletions_by_time ON account_deletions (due_at);
