-- Passkeys (Web Authentication Level 3): a row a credential, found by a blind index of its id, which is all that is left of
-- a removed one, so that a browser can be told that it is dead. credential_sealed and name_sealed are under the person's key.

CREATE TABLE passkeys (
    tenant_id BIGINT NOT NULL,
    credential_index BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    credential_sealed BYTEA NOT NULL,
    name_sealed BYTEA NOT NULL,
    aaguid BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    user_verified BOOLEAN NOT NULL,
    attested BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, credential_index)
);
CREATE INDEX passkeys_by_user ON passkeys (tenant_id, user_id);
