-- Clients that nobody registered: one row a client that is known by the document its identifier is the URL of. renew_at is
-- when the document is to be read again.

CREATE TABLE client_documents (
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    renew_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);
CREATE INDEX client_documents_by_age ON client_documents (tenant_id, fetched_at);

-- A client that describes itself otherwise loses the consents it was given.
CREATE INDEX consents_by_client ON consents (tenant_id, client_id);
