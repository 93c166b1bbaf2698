//! Protected resource metadata: what a client must know to use an API, and where it is told.
//!
//! Owns the members of the document for our own API and for registered resource servers, and the well-known address in the
//! middle of an identifier. Leaves routes and caching to the doors. RFC 9728 §2, §3, §5.1.

use portreeve_domain::{Fault, ResourceServer};
use portreeve_jose::Algorithm;
use serde::Serialize;
use url::Url;

use crate::metadata::SIGNING_ALGORITHMS;
use crate::paths;
use crate::scope_policy::OIDC_SCOPES;

/// The document of our own API, userinfo, whose identifier is its address; `claim_scopes` are those that release claims of the tenant's own.
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn of_userinfo(issuer: &str, claim_scopes: &[&str]) -> Result<Vec<u8>, Fault> {
    let resource = format!("{issuer}{}", paths::USERINFO);
    document(&Document {
        resource: &resource,
        authorization_servers: [issuer],
        jwks_uri: Some(format!("{issuer}{}", paths::JWKS)),
        scopes_supported: [&OIDC_SCOPES, claim_scopes].concat(),
        // In a form as well, for GET has no body and scripts avoid a preflight (OIDC Core §5.3.1); never in the query.
        bearer_methods_supported: &["header", "body"],
        resource_signing_alg_values_supported: &SIGNING_ALGORITHMS.map(Algorithm::name),
        resource_name: None,
    })
}

/// The document of a registered resource server: its tokens come from `issuer` and are sent in the header.
///
/// # Errors
/// As `of_userinfo`.
pub fn of_server(issuer: &str, server: &ResourceServer) -> Result<Vec<u8>, Fault> {
    document(&Document {
        resource: &server.resource,
        authorization_servers: [issuer],
        jwks_uri: None,
        scopes_supported: server.scopes.iter().collect(),
        bearer_methods_supported: &["header"],
        resource_signing_alg_values_supported: &[],
        resource_name: server.name.as_deref(),
    })
}

/// Where the document of an identifier is: the well-known path between its host and its path (RFC 9728 §3.1).
///
/// `None` for an identifier that is no https or http URI, which has no such place.
pub fn address_of(resource: &str) -> Option<String> {
    let (scheme, rest) = resource.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http"))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path == "/" { "" } else { path };
    Some(format!("{scheme}://{authority}{}{path}", paths::OAUTH_PROTECTED_RESOURCE))
}

/// Where this server keeps the document of a resource server for its gateway; `app` is what gateways call it. `None` for an
/// issuer that is no URL.
pub fn address_of_app(issuer: &str, app: &str) -> Option<String> {
    let mut address = Url::parse(issuer).ok()?;
    address.path_segments_mut().ok()?.pop_if_empty().extend(["gateway", "resource-metadata", app]);
    Some(address.into())
}

fn document(document: &Document<'_>) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(document).map_err(Fault::new)
}

#[derive(Serialize)]
struct Document<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: &'a [&'a str],
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    resource_signing_alg_values_supported: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::orders_api;
    use serde_json::{Value, json};

    fn read(document: Result<Vec<u8>, Fault>) -> Value {
        serde_json::from_slice(&document.unwrap()).unwrap()
    }

    /// PR-01: RFC 9728 §3.1: the well-known path stands between host and path.
    #[test]
    fn the_address_is_in_the_middle_of_the_identifier() {
        for (resource, address) in [
            ("https://resource.example.com", "https://resource.example.com/.well-known/oauth-protected-resource"),
            ("https://resource.example.com/", "https://resource.example.com/.well-known/oauth-protected-resource"),
            ("https://resource.example.com/a", "https://resource.example.com/.well-known/oauth-protected-resource/a"),
            ("http://localhost:8080/a/b", "http://localhost:8080/.well-known/oauth-protected-resource/a/b"),
            ("https://a.example?x=y", "https://a.example/.well-known/oauth-protected-resource?x=y"),
        ] {
            assert_eq!(address_of(resource).as_deref(), Some(address));
        }
        assert_eq!(address_of("urn:example:orders"), None);
    }

    /// PR-02: what gateways call a server may be any text.
    #[test]
    fn the_address_for_a_gateway_is_escaped() {
        assert_eq!(
            address_of_app("https://id.example/t/acme", "Orders / two").as_deref(),
            Some("https://id.example/t/acme/gateway/resource-metadata/Orders%20%2F%20two")
        );
        assert_eq!(
            address_of_app("https://id.example", "api.example.com").as_deref(),
            Some("https://id.example/gateway/resource-metadata/api.example.com")
        );
    }

    /// PR-04: an API's token is sent in the header and nowhere else.
    #[test]
    fn a_servers_tokens_are_sent_in_the_header() {
        assert_eq!(
            read(of_server("https://id.example", &orders_api())),
            json!({
                "resource": "https://api.example.com",
                "authorization_servers": ["https://id.example"],
                "scopes_supported": ["orders.read", "orders.write"],
                "bearer_methods_supported": ["header"],
            })
        );
    }

    /// PR-01: userinfo is named by its own address.
    #[test]
    fn userinfo_is_named_by_its_address() {
        let document = read(of_userinfo("https://id.example/t/acme", &["membership"]));

        assert_eq!(document["resource"], "https://id.example/t/acme/oauth2/userinfo");
        assert_eq!(document["authorization_servers"], json!(["https://id.example/t/acme"]));
        let scopes = document["scopes_supported"].as_array().unwrap();
        assert!(scopes.contains(&json!("email")) && scopes.contains(&json!("membership")));
    }
}
