-- The second wall around the table that the same number makes.
ALTER TABLE account_deletions ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_deletions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON account_deletions USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
