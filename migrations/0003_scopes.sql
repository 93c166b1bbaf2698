-- What the scopes of resource servers mean, in words, by language: a JSON object as the domain reads it.
CREATE TABLE scopes (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
