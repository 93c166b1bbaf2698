ALTER TABLE rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON rate_limits USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
