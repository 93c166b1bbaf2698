-- The second wall around the table that the same number makes.
ALTER TABLE requirement_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE requirement_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON requirement_rules USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
