-- Back-channel authentication (CIBA): a client names a person, who decides on a page; decided once, redeemed once.
--
-- person_index is a blind index of whom the hint names, also when there is no such person. slot is one of the few places
-- for requests that wait for one person; empty once decided or over. request_sealed holds what was asked for and what the
-- client is called with, answer_sealed the tokens on their way to a client that is sent them.

CREATE TABLE backchannel_authentications (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    person_index BYTEA NOT NULL,
    slot BIGINT,
    user_id BYTEA,
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
    answer_sealed BYTEA,
    told_at BIGINT,
    -- The person first: an index that begins with the tenant would tempt PostgreSQL away from the id.
    UNIQUE (person_index, tenant_id, slot)
);
CREATE INDEX backchannel_authentications_by_expiry ON backchannel_authentications (expires_at);
CREATE INDEX backchannel_authentications_by_user ON backchannel_authentications (user_id, tenant_id);
