-- The second wall around the table of 0013, as for every table: see 0002.

ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON passkeys USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
