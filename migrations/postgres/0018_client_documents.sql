-- The second wall around the tables of 0018, as for every table: see 0002.

ALTER TABLE client_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_documents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON client_documents USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
