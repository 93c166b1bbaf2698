-- Runs after the text both databases share: the second wall around the new tables.
ALTER TABLE audit_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chains FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON audit_chains USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON audit_checkpoints USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
