-- The second wall around the table that the same number makes.
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON invitations USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
