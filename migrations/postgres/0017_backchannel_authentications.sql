-- The second wall around the tables of 0017, as for every table: see 0002.

ALTER TABLE backchannel_authentications ENABLE ROW LEVEL SECURITY;
ALTER TABLE backchannel_authentications FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON backchannel_authentications USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
