-- Codes by text message that prove telephone numbers, one a person: the newest.

-- code_hash is there once the message was made: nobody knows a code before. It holds for one number, which is not stored beside it.
CREATE TABLE phone_codes (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    code_hash BYTEA,
    code_tries BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);
