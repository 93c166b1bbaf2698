-- Changes of people's addresses.

-- Asked for on an account page, confirmed at the new address, undone at the former one. Addresses are sealed under the key of
-- the person. Columns former_* only where the former address was proven: another is told nothing. expires_at ends first the
-- wish, then the way back.
CREATE TABLE email_changes (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    email_sealed BYTEA NOT NULL,
    email_index BYTEA NOT NULL,
    former_sealed BYTEA,
    former_index BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX email_changes_by_user ON email_changes (tenant_id, user_id);
CREATE INDEX email_changes_by_expiry ON email_changes (expires_at);
