-- Keys that others encrypt to a tenant with; the private part is sealed.
CREATE TABLE encryption_keys (
    tenant_id BIGINT NOT NULL,
    kid TEXT NOT NULL,
    key_type TEXT NOT NULL,
    private_sealed BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    replaced_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, kid)
);
