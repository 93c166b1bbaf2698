-- The second wall around the table that the same number makes.
ALTER TABLE phone_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON phone_codes USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
