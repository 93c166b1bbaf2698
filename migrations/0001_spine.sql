-- The spine: tenants, keys, people, clients, journeys, sessions, tokens, audit and outbox.
--
-- One text for SQLite and PostgreSQL. ROWID64 is the only word the runner replaces: INTEGER on SQLite, where only that is
-- the rowid, and BIGINT on PostgreSQL. Times are Unix milliseconds; hashes are 32 bytes; *_sealed is AEAD ciphertext bound
-- to table, column, row and tenant; *_index is a keyed blind index. States are nullable times.

CREATE TABLE tenants (
    id ROWID64 PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    suspended_at BIGINT
);

-- Bumped by every change of tenant, client, resource server or signing key; nodes compare it to know that their snapshot is old.
CREATE TABLE directory_version (
    tenant_id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

-- The root key of each tenant, wrapped by the key-encryption key.
CREATE TABLE tenant_keys (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- One key a person, wrapped by the tenant's key; destroying it erases the person.
CREATE TABLE subject_keys (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    wrapped BYTEA,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE users (
    tenant_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    subject TEXT NOT NULL,
    email_sealed BYTEA,
    email_index BYTEA,
    email_verified_at BIGINT,
    claims_sealed BYTEA,
    is_admin BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT,
    erased_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject),
    UNIQUE (tenant_id, email_index)
);

-- The few who administer a tenant, among the many who do not.
CREATE INDEX users_who_administer ON users (tenant_id) WHERE is_admin;

CREATE TABLE password_credentials (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    phc_sealed BYTEA NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- last_step is the time step of the last accepted code: the same code is never accepted twice.
CREATE TABLE totp_credentials (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    secret_sealed BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE recovery_codes (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    consumed_at BIGINT,
    PRIMARY KEY (tenant_id, user_id, fingerprint)
);

-- Consecutive failures of one account and one kind of factor, for the ceiling and the back-off.
CREATE TABLE factor_failures (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    factor TEXT NOT NULL,
    consecutive BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, factor)
);
CREATE INDEX factor_failures_by_age ON factor_failures (last_at);

CREATE TABLE clients (
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (tenant_id, client_id)
);

-- text_sealed only where the client computes a MAC with its secret; others are only compared.
CREATE TABLE client_secrets (
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    hash BYTEA NOT NULL,
    text_sealed BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, hash)
);

-- Assertions already used (RFC 7523 §3): a jti is accepted once.
CREATE TABLE client_assertions (
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    jti_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, jti_hash)
);
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);

CREATE TABLE resource_servers (
    tenant_id BIGINT NOT NULL,
    resource TEXT NOT NULL,
    definition TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, resource)
);

CREATE TABLE signing_keys (
    tenant_id BIGINT NOT NULL,
    kid TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    private_sealed BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    activated_at BIGINT,
    retired_from_signing_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, kid)
);

-- A browser that was given a binding cookie; the secret changes at each sign-in, the row stays. account_session_id is the
-- session that its account pages are about.
CREATE TABLE browsers (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    secret_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    account_session_id BIGINT
);
CREATE INDEX browsers_by_expiry ON browsers (expires_at);

-- code_hash fingerprints the code that was mailed to sign in, or nothing that anybody knows while none was sent.
CREATE TABLE journeys (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    browser_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    request_sealed BYTEA NOT NULL,
    facts_sealed BYTEA NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    finished_at BIGINT,
    code_hash BYTEA,
    code_tries BIGINT NOT NULL DEFAULT 0,
    code_expires_at BIGINT
);
CREATE INDEX journeys_by_expiry ON journeys (expires_at);

-- origin_sealed tells, under the key of the person, from where and with what the session was signed in.
CREATE TABLE sessions (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    browser_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    sid TEXT NOT NULL,
    proofs TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT,
    origin_sealed BYTEA
);
CREATE INDEX sessions_by_browser ON sessions (tenant_id, browser_id);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_by_use ON sessions (seen_at);

CREATE TABLE consents (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (tenant_id, user_id, client_id)
);

-- Columns *_thumbprint: whoever uses the row proves that key or shows that certificate (RFC 9449, RFC 8705).

-- Everything issued from one authorization.
CREATE TABLE token_families (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    user_id BYTEA NOT NULL,
    session_id BIGINT,
    grant_facts TEXT NOT NULL,
    details_sealed BYTEA,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoke_reason TEXT
);
CREATE INDEX token_families_by_user ON token_families (tenant_id, user_id);
CREATE INDEX token_families_by_client ON token_families (tenant_id, client_id);
CREATE INDEX token_families_by_session ON token_families (tenant_id, session_id);
CREATE INDEX token_families_by_age ON token_families (created_at);

CREATE TABLE authorization_codes (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    family_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent BOOLEAN NOT NULL,
    code_challenge TEXT,
    key_thumbprint BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT
);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE refresh_tokens (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    family_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    secret_hash BYTEA NOT NULL,
    salt BYTEA NOT NULL,
    key_thumbprint BYTEA,
    certificate_thumbprint BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    successor_id BIGINT
);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- secret_hash is null for a JWT, which is found by its jti. family_id and user_id are null for client credentials.
CREATE TABLE access_tokens (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    family_id BIGINT,
    client_id TEXT NOT NULL,
    user_id BYTEA,
    secret_hash BYTEA,
    audience TEXT NOT NULL,
    scope TEXT NOT NULL,
    details BIGINT,
    key_thumbprint BYTEA,
    certificate_thumbprint BYTEA,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

-- Revoked JWTs that have no row of their own (client credentials).
CREATE TABLE revoked_jtis (
    tenant_id BIGINT NOT NULL,
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, jti)
);
CREATE INDEX revoked_jtis_by_expiry ON revoked_jtis (expires_at);

CREATE TABLE mailed_links (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    email_index BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT
);
CREATE INDEX mailed_links_by_user ON mailed_links (tenant_id, user_id, purpose);
CREATE INDEX mailed_links_by_expiry ON mailed_links (expires_at);

-- Pseudonymous facts and their commitment, written with the change; sealed_sequence is set afterwards by the sealer.
CREATE TABLE events (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    subject_pseudonym BYTEA,
    client_id TEXT,
    facts TEXT NOT NULL,
    commitment BYTEA NOT NULL,
    sealed_sequence BIGINT
);

CREATE TABLE outbox (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    topic TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    available_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until BIGINT,
    last_error TEXT,
    done_at BIGINT,
    dead_at BIGINT
);
CREATE INDEX outbox_ready ON outbox (topic, available_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_sent ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_buried ON outbox (dead_at) WHERE dead_at IS NOT NULL;

CREATE TABLE refusals (
    id ROWID64 PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    detail_sealed BYTEA NOT NULL
);

-- Periodic work and node numbers: whoever holds the row does it; the fence grows with each holder.
CREATE TABLE leases (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

INSERT INTO tenants (id, slug, settings, created_at) VALUES (1, 'default', '{}', 0);
INSERT INTO directory_version (tenant_id, version) VALUES (1, 1);
