-- The second wall around the tables that the same number makes.
ALTER TABLE terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON terms USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE terms_acceptances ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms_acceptances FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON terms_acceptances USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
