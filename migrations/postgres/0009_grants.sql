-- The second wall around the tables of 0009, as for every table: see 0002.

ALTER TABLE device_authorizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_authorizations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON device_authorizations USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE trusted_issuers ENABLE ROW LEVEL SECURITY;
ALTER TABLE trusted_issuers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON trusted_issuers USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE subject_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE subject_links FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON subject_links USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
ALTER TABLE trusted_assertions ENABLE ROW LEVEL SECURITY;
ALTER TABLE trusted_assertions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON trusted_assertions USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
