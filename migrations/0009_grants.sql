-- Grants beside code, refresh and client credentials.
--
-- Device authorizations (RFC 8628): what a device asked for, found by the code that a person types, decided on a page, and
-- redeemed once by the device that polls. request_sealed holds what was asked for, from where, and the user code as shown.

CREATE TABLE device_authorizations (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    user_code_index BYTEA NOT NULL,
    request_sealed BYTEA NOT NULL,
    interval_ms BIGINT NOT NULL,
    polled_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    allowed_at BIGINT,
    family_id BIGINT,
    refused_at BIGINT,
    consumed_at BIGINT,
    first_refresh_id BIGINT,
    UNIQUE (tenant_id, user_code_index)
);
CREATE INDEX device_authorizations_by_expiry ON device_authorizations (expires_at);

-- Issuers whose assertions about people are grants (RFC 7523 §2.1).
CREATE TABLE trusted_issuers (
    tenant_id BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, issuer)
);

-- Who a person is at another issuer. link_index is a blind index of issuer and subject, subject_sealed is the subject under
-- the person's key.
CREATE TABLE subject_links (
    tenant_id BIGINT NOT NULL,
    link_index BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    issuer TEXT NOT NULL,
    subject_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, link_index)
);
CREATE INDEX subject_links_by_user ON subject_links (tenant_id, user_id);

-- Assertions of trusted issuers that were used: a jti is accepted once.
CREATE TABLE trusted_assertions (
    tenant_id BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    jti_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, issuer, jti_hash)
);
CREATE INDEX trusted_assertions_by_expiry ON trusted_assertions (expires_at);
