ALTER TABLE dpop_proofs ENABLE ROW LEVEL SECURITY;
ALTER TABLE dpop_proofs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON dpop_proofs USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
