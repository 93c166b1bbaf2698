-- The second wall around the table that the same number makes.
ALTER TABLE factor_recoveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE factor_recoveries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON factor_recoveries USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
