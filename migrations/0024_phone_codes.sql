-- Codes by text message that prove telephone numbers, one a person: the newest that was asked for.

-- request_id is drawn for each request, and the code is made of it. number_index tells, by a keyed index, which number it was asked for.
-- code_hash is there once the message was made: no code can be tried before.
CREATE TABLE phone_codes (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    request_id BIGINT NOT NULL,
    number_index BYTEA NOT NULL,
    code_hash BYTEA,
    code_tries BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);
