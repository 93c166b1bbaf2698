-- The second wall around the tables that the same number makes.
ALTER TABLE initial_access_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE initial_access_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON initial_access_tokens USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE client_registrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_registrations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON client_registrations USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
