-- Proofs of a key already used (RFC 9449 §11.1): each is accepted once, whichever node it is shown to. The fingerprint is
-- the SHA-256 of the key's thumbprint and the proof's jti.

CREATE TABLE dpop_proofs (
    tenant_id BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, fingerprint)
);
CREATE INDEX dpop_proofs_by_expiry ON dpop_proofs (expires_at);
