-- The second wall around the table that the same number makes.
ALTER TABLE scopes ENABLE ROW LEVEL SECURITY;
ALTER TABLE scopes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON scopes USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
