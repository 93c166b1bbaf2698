//! A server, a client and an API that requests are about.

use std::collections::BTreeMap;

use portreeve_domain::{
    Client, ClientId, ClientMetadata, ClientOrigin, DetailsType, GrantType, ResourceServer, Scope, TenantId, Timestamp,
    TokenProfile,
};
use serde_json::json;

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const TOKEN_ENDPOINT: &str = "https://id.example/oauth2/token";
/// The time of every target, in Unix seconds.
pub(crate) const NOW: i64 = 1_700_000_000;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(NOW * 1000)
}

/// A confidential web client with every grant but implicit.
pub(crate) fn client() -> Client {
    Client {
        tenant: TenantId::DEFAULT,
        id: ClientId::parse("web").unwrap(),
        metadata: ClientMetadata {
            redirect_uris: vec!["https://rp.example/cb".to_owned(), "https://rp.example/other".to_owned()],
            grant_types: GrantType::ALL.into_iter().filter(|grant| *grant != GrantType::Implicit).collect(),
            response_types: vec!["code".to_owned()],
            ..ClientMetadata::default()
        },
        secrets: Vec::new(),
        disabled_at: None,
        disabled_grants: Default::default(),
        origin: ClientOrigin::Operator,
    }
}

/// An API with a scope and a type of authorization details.
pub(crate) fn api() -> ResourceServer {
    let schema = json!({ "properties": {
        "amount": { "type": "integer", "minimum": 1 },
        "iban": { "type": "string", "maxLength": 34, "pattern": "^[A-Z]{2}[0-9]{2}[0-9A-Z]+$" },
        "locations": { "type": "array", "items": { "type": "string" } },
    }, "required": ["amount"] });
    ResourceServer {
        resource: "https://api.example".to_owned(),
        name: None,
        scopes: Scope::parse("orders.read orders.write").unwrap(),
        authorization_details_types: vec![DetailsType { name: "payment".to_owned(), schema, texts: BTreeMap::new() }],
        token_profile: TokenProfile::Rfc9068,
        access_token_lifetime: None,
    }
}
