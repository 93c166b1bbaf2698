//! Addresses: what may be registered, and what matches it. The second reader is the WHATWG parser, which browsers use.

use portreeve_domain::{ApplicationType, ClientId};
use portreeve_fuzz::{drive, text};
use portreeve_oidc::{client_document, redirect_uri, resource};
use url::Url;

/// Response parameters of RFC 6749 §4.1.2, §4.2.2, RFC 9207, JARM and Session Management.
const RESPONSE: [&str; 9] =
    ["access_token", "code", "error", "id_token", "iss", "response", "session_state", "state", "token_type"];

fn is_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"))
}

fn matches(registered: &str, requested: &str, kind: ApplicationType) -> bool {
    redirect_uri::matches(&[registered.to_owned()], requested, kind)
}

/// S-001 to S-004, S-006: what may be registered is read by a browser as it stands there.
#[test]
fn redirect_uris() {
    drive(
        "redirect_uri",
        text(|uri| {
            let for_native = redirect_uri::validate(uri, ApplicationType::Native).is_ok();
            let for_web = redirect_uri::validate(uri, ApplicationType::Web).is_ok();
            assert!(for_native || !for_web, "{uri:?} is for web clients only");
            assert!(!for_native || is_read_alike(uri), "{uri:?} is read otherwise by the other reader");
            for_native
        }),
    );
}

/// The rule of SECURITY 9 by the parts that the other reader finds.
fn is_read_alike(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let scheme_is_good = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(&url),
        scheme => scheme.contains('.'),
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let answers = url.query_pairs().any(|(name, _)| RESPONSE.contains(&name.as_ref()));
    // Written out, it is the same but for a root path and the usual port.
    let written = url.as_str();
    let same = Url::parse(written).is_ok_and(|again| again == url)
        && redirect_uri::validate(written, ApplicationType::Native).is_ok();
    let path = if url.path() == "/" { "" } else { url.path() };
    scheme_is_good && is_plain && !answers && same && uri.contains(path) && uri.bytes().all(|b| b.is_ascii_graphic())
}

/// S-001, S-005: nothing matches a registration but its own bytes, and another port of a loopback address for native apps.
#[test]
fn matching_redirect_uris() {
    drive(
        "redirect_match",
        text(|pair| {
            let Some((registered, requested)) = pair.split_once('\n') else { return false };
            if redirect_uri::validate(registered, ApplicationType::Native).is_err() {
                return false;
            }
            let is_equal = registered == requested;
            assert_eq!(matches(registered, requested, ApplicationType::Web), is_equal, "{pair:?}");
            let matched = matches(registered, requested, ApplicationType::Native);
            if matched && !is_equal {
                let (mut one, mut other) = (Url::parse(registered).unwrap(), Url::parse(requested).expect(requested));
                assert!(is_this_machine(&one) && one.host_str() != Some("localhost"), "{pair:?}");
                one.set_port(None).unwrap();
                other.set_port(None).unwrap();
                assert_eq!(one, other, "differ in more than the port");
            }
            matched
        }),
    );
}

/// S-032: the name of a resource is an absolute URI that both readers take for the same.
#[test]
fn resources() {
    drive(
        "resource",
        text(|name| {
            let accepted = resource::is_well_formed(name);
            if accepted {
                let url = Url::parse(name).expect(name);
                assert!(name.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b)), "{name:?}");
                assert!(url.fragment().is_none(), "{name:?}");
                let host = url.host_str().unwrap_or_default();
                let is_web = matches!(url.scheme(), "http" | "https");
                let is_plain = url.username().is_empty() && url.password().is_none();
                assert!(!is_web || is_plain && name.contains(&format!("//{host}")), "{name:?}");
            }
            accepted
        }),
    );
}

/// S-058: what is told of who describes a client is the host that its document is fetched from.
#[test]
fn addresses_of_client_documents() {
    drive(
        "document_url",
        text(|id| {
            let Some(id) = ClientId::parse(id) else { return false };
            let host = client_document::host_of(&id);
            assert_eq!(client_document::is_document_url(&id), host.is_some());
            if let Some(host) = &host {
                let url = Url::parse(id.as_str()).expect("an address");
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                let usual = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
                let told = format!("{}{port}", url.host_str().unwrap());
                assert!(*host == told || *host == usual, "{host} is not {told}");
                assert!(url.scheme() == "https" || is_this_machine(&url), "{id:?}");
            }
            host.is_some()
        }),
    );
}
