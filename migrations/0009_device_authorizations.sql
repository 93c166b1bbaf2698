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
    UNIQUE (tenant_id, user_code_index)
);
CREATE INDEX device_authorizations_by_expiry ON device_authorizations (expires_at);
