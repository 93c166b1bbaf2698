-- The second wall around the table that the same number makes.
ALTER TABLE email_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON email_changes USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
