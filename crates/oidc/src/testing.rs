//! Clients, resource servers and requests that the tests of this crate start from.

use std::sync::Arc;

use portreeve_domain::{
    Acr, ApplicationType, Attribute, Client, ClientAuthMethod, ClientId, ClientMetadata, ClientOrigin, FamilyId,
    GrantType, Proof, ProofKind, ResourceServer, Scope, SessionId, TenantId, Timestamp, TokenFamily, TokenProfile,
    UserId,
};

use crate::Parameters;

/// A confidential web client with one redirect URI, `https://rp.example/cb`.
pub(crate) fn web_client() -> Client {
    Client {
        tenant: TenantId::DEFAULT,
        id: ClientId::parse("web").unwrap(),
        metadata: ClientMetadata {
            redirect_uris: vec!["https://rp.example/cb".into()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            response_types: vec!["code".into()],
            ..ClientMetadata::default()
        },
        secrets: Vec::new(),
        disabled_at: None,
        disabled_grants: Default::default(),
        origin: ClientOrigin::Operator,
    }
}

/// A public native client with a loopback redirect URI, `http://127.0.0.1/cb`.
pub(crate) fn native_client() -> Client {
    let mut client = web_client();
    client.id = ClientId::parse("native").unwrap();
    client.metadata.application_type = ApplicationType::Native;
    client.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
    client.metadata.redirect_uris = vec!["http://127.0.0.1/cb".into()];
    client
}

/// The API `https://api.example.com` with the scopes `orders.read` and `orders.write`.
pub(crate) fn orders_api() -> ResourceServer {
    ResourceServer {
        resource: "https://api.example.com".into(),
        name: None,
        scopes: scope("orders.read orders.write"),
        authorization_details_types: Vec::new(),
        token_profile: TokenProfile::Rfc9068,
        access_token_lifetime: None,
    }
}

/// An attribute of a tenant's own: the integer `member_number`, which the scope `membership` releases.
pub(crate) fn member_number() -> Arc<Attribute> {
    let declared = serde_json::json!({ "name": "member_number", "type": "integer", "scope": "membership" });
    Arc::new(serde_json::from_value(declared).unwrap())
}

/// A scope that is known to be well-formed.
pub(crate) fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

/// Parameters from pairs.
pub(crate) fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::from_pairs(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()).unwrap()
}

/// A grant to [`web_client`] by a person who gave a password at 1 000 000 seconds and a half, with a `nonce`.
pub(crate) fn token_family() -> TokenFamily {
    let user = UserId::from_bytes([1; 16]);
    let at = Timestamp::from_millis(1_000_000_500);
    TokenFamily {
        tenant: TenantId::DEFAULT,
        id: FamilyId::new(1),
        client: web_client().id,
        origin: GrantType::AuthorizationCode,
        user,
        session: Some(SessionId::new(1)),
        sid: "sid-1".into(),
        scope: scope("openid email orders.read"),
        resources: vec![orders_api().resource],
        claims: None,
        proofs: vec![Proof { kind: ProofKind::Password, user, at }],
        acr: Acr::Aal1,
        offline: false,
        nonce: Some("n-0S6_WzA2Mj".into()),
        wants_auth_time: false,
        authenticated_at: at,
        ancestors: Vec::new(),
        actors: Vec::new(),
        trusted_issuer: None,
        details_sealed: None,
        ends_at: None,
        created_at: at,
        revoked_at: None,
    }
}
