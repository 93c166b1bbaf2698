-- The second wall around device authorizations, as for every table: see 0002.

ALTER TABLE device_authorizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_authorizations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON device_authorizations USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
