-- The second wall around the table that the same number makes.
ALTER TABLE attributes ENABLE ROW LEVEL SECURITY;
ALTER TABLE attributes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON attributes USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
