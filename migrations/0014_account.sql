-- What people do on their account pages.

-- Begun by a session and not finished: a new authenticator app, new recovery codes until they are saved. draft_sealed holds
-- secrets.
CREATE TABLE account_drafts (
    session_id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    draft_sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_drafts_by_expiry ON account_drafts (expires_at);
