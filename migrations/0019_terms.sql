-- Terms that people agree to, in their present version: a JSON object as the domain reads it. The version stands beside it, so that
-- agreeing to another one is no match.
CREATE TABLE terms (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Who agreed to which version, when, on the way to which client, and what it was called and where it was read on that page. Rows outlive
-- the terms, and are never changed.
CREATE TABLE terms_acceptances (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    terms_id TEXT NOT NULL,
    version TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    uri TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, terms_id, version)
);
