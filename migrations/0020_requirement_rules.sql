-- Requirements that operators add to sign-ins: a JSON object as the domain reads it.
CREATE TABLE requirement_rules (
    tenant_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
