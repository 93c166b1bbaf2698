//! Clients that nobody registered: their identifier is the URL of a document that describes them.
//!
//! Owns which identifiers can be such a URL, checked before anything is fetched, and what the document may say. Leaves
//! fetching and keeping it to `issuer`, and the rules for each field to `registration`, the same for every client.
//! OAuth Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document) §3, §4; CM-01, CM-02, CM-04.

use portreeve_domain::{ClientId, ClientMetadata, ClientOrigin, Profile};

use crate::client_registration::{Registrant, Submitted};
use crate::uri::AbsoluteUri;
use crate::{Cause, Refusal, redirect_uri};

/// How large a document may be, in bytes.
const MAX_DOCUMENT_BYTES: usize = 5 * 1024;

/// Whether an identifier can be the URL of a document: https with a path, without user information, dot segments and
/// fragment; on this machine also http, where the operator lets requests go there.
pub fn is_document_url(id: &ClientId) -> bool {
    AbsoluteUri::read(id.as_str()).is_ok_and(|uri| {
        let is_safe = uri.scheme == "https" || uri.scheme == "http" && redirect_uri::is_loopback(&uri);
        is_safe && !uri.path.is_empty() && uri.fragment.is_none()
    })
}

/// The host of such a URL, with its port: what people are told of who describes the client. `None` for any other
/// identifier.
pub fn host_of(id: &ClientId) -> Option<String> {
    let rest = id.as_str().split_once("://")?.1;
    is_document_url(id).then(|| rest.split(['/', '?']).next().unwrap_or_default().to_owned())
}

/// Reads the document found at the URL `id` and gives the client's metadata back with defaults; without
/// `token_endpoint_auth_method` the client is public. What an operator has decided about the client, which `known` has, stays.
///
/// # Errors
/// `ClientDocumentUnusable` for a document that is larger than 5 KiB, names another client, holds a secret or wants to
/// authenticate with one, or breaks a rule that every registration obeys.
pub fn read(
    id: &ClientId,
    body: &[u8],
    profile: Profile,
    known: Option<&ClientMetadata>,
) -> Result<ClientMetadata, Refusal> {
    let unusable = |what: String| Refusal::new(Cause::ClientDocumentUnusable).with_detail(what);
    if body.len() > MAX_DOCUMENT_BYTES {
        return Err(unusable(format!("has more than {MAX_DOCUMENT_BYTES} bytes")));
    }
    let registrant = Registrant { profile, origin: ClientOrigin::Document, registered: known };
    let read = Submitted::read_published(body).and_then(|submitted| submitted.for_published(id, registrant));
    read.map_err(|refusal| unusable(refusal.detail.unwrap_or_else(|| refusal.cause.name().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const URL: &str = "https://app.example/client.json";

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    fn document(change: Value) -> Result<ClientMetadata, String> {
        let mut members = json!({ "client_id": URL, "redirect_uris": ["https://app.example/cb"] });
        members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let read = read(&id(URL), members.to_string().as_bytes(), Profile::OAuth21, None);
        read.map_err(|refusal| {
            assert_eq!(refusal.cause, Cause::ClientDocumentUnusable);
            refusal.detail.unwrap_or_default()
        })
    }

    /// CM-01: what is no URL of a document is seen before anything is fetched.
    #[test]
    fn only_certain_urls_are_fetched() {
        for good in [URL, "https://app.example/", "https://app.example:8443/a?b=c", "http://127.0.0.1:3000/client"] {
            assert!(is_document_url(&id(good)), "{good}");
        }
        for bad in [
            "web",
            "https://app.example",
            "http://app.example/client.json",
            "https://app.example/client.json#x",
            "https://user@app.example/client.json",
            "https://user:pass@app.example/client.json",
            "https://app.example/a/../client.json",
            "https://app.example/./client.json",
            "https://app.example/%2e%2e/client.json",
            "HTTPS://app.example/client.json",
            "ftp://app.example/client.json",
            "https:///client.json",
            "javascript://app.example/%0aalert(1)",
        ] {
            assert!(!is_document_url(&id(bad)), "{bad}");
        }
        assert_eq!(host_of(&id("https://app.example:8443/a?b=c")).as_deref(), Some("app.example:8443"));
        assert_eq!(host_of(&id("web")), None);
    }

    /// CM-02: the document names its own URL, as text.
    #[test]
    fn the_document_names_its_own_url() {
        assert!(document(json!({})).is_ok());
        for other in ["https://app.example/client.json/", "https://APP.example/client.json", "web", ""] {
            assert!(document(json!({ "client_id": other })).unwrap_err().starts_with("client_id "), "{other}");
        }
        assert!(document(json!({ "client_id": null })).is_err());
    }

    /// CM-04: no secret that everybody could read; public unless it says otherwise.
    #[test]
    fn a_published_client_has_no_secret() {
        assert_eq!(document(json!({})).unwrap().token_endpoint_auth_method.name(), "none");
        for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
            assert!(document(json!({ "token_endpoint_auth_method": method })).is_err(), "{method}");
        }
        assert!(document(json!({ "client_secret": "known to all" })).is_err());
        assert!(document(json!({ "client_secret_expires_at": 0 })).is_err());
        let keyed = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/jwks" });
        assert!(document(keyed).is_ok());
    }

    /// S-058: the rules of every registration hold.
    #[test]
    fn the_rules_of_every_registration_hold() {
        for bad in [
            json!({ "redirect_uris": ["https://app.example/cb#f"] }),
            json!({ "redirect_uris": [] }),
            json!({ "grant_types": ["authorization_code", "client_credentials"] }),
            json!({ "first_party": true }),
            json!({ "logo_uri": "javascript:alert(1)" }),
        ] {
            assert!(document(bad.clone()).is_err(), "{bad}");
        }
        assert!(document(json!({ "client_name": "x".repeat(5200) })).unwrap_err().contains("5120 bytes"));
    }
}
