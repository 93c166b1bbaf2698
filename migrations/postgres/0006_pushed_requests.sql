-- The wall of row-level security around pushed_requests; see 0002.

ALTER TABLE pushed_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE pushed_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON pushed_requests USING (portreeve_sees(tenant_id)) WITH CHECK (portreeve_sees(tenant_id));
