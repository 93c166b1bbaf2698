-- The second wall around the tables that the same number makes.
ALTER TABLE account_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON account_drafts USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
