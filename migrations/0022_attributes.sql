-- What a tenant wants to know about people: a JSON object as the domain reads it. What they told stands with their other claims.
CREATE TABLE attributes (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
