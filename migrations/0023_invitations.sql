-- Invitations to an account, one an address: the newest. They go when they are accepted or taken back.

-- id is random, and what the rows of mailed_links have in the place of a person. The address is sealed under the key of the tenant,
-- for there may be nobody yet whose key it could be.
CREATE TABLE invitations (
    tenant_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    email_sealed BYTEA NOT NULL,
    email_index BYTEA NOT NULL,
    client_id TEXT,
    invited_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invitations_by_email ON invitations (tenant_id, email_index);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
