-- The second wall around the table that the same number makes.
ALTER TABLE encryption_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE encryption_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON encryption_keys USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
