//! Resource indicators: which APIs a token is for.
//!
//! Owns syntax, limits and who may ask for which. A resource is compared as text with the registered identifier, save
//! that a root path may be written or left out (`https://api.example.com` and `https://api.example.com/` are one
//! resource, RFC 3986 §6.2.3): many clients, MCP's among them, print it with the slash. Leaves the audience of a request
//! without `resource` to `issuer`. RFC 8707 §2.

use portreeve_domain::{Client, ResourceServer};
use url::Url;

use crate::uri::{AbsoluteUri, check_characters, scheme_of};
use crate::{Cause, Refusal};

/// How many resources one request may name.
const MAX_RESOURCES: usize = 10;

/// Checks the `resource` values of a request, in order, repetitions dropped.
///
/// Gives the identifiers as they are registered among `servers`, the resource servers of the tenant; empty when none was
/// asked for. For authorization and token requests alike.
///
/// # Errors
/// `ResourceMalformed` for a value that is no absolute URI or has a fragment, and for more than ten values;
/// `ResourceUnknown` for one that is not registered in the tenant or not allowed for `client`.
pub fn targets(requested: &[String], client: &Client, servers: &[&ResourceServer]) -> Result<Vec<String>, Refusal> {
    if requested.len() > MAX_RESOURCES {
        return Err(Refusal::new(Cause::ResourceMalformed).with_detail("too many"));
    }
    let mut targets: Vec<String> = Vec::with_capacity(requested.len());
    for resource in requested {
        if !is_well_formed(resource) {
            return Err(Refusal::new(Cause::ResourceMalformed).with_detail(resource.as_str()));
        }
        let known = servers.iter().map(|server| &server.resource).find(|known| is_same(known, resource));
        match known {
            Some(known) if !client.may_target(known) => {
                return Err(Refusal::new(Cause::ResourceUnknown).with_detail(resource.as_str()));
            }
            Some(known) if !targets.contains(known) => targets.push(known.clone()),
            Some(_) => {}
            None => return Err(Refusal::new(Cause::ResourceUnknown).with_detail(resource.as_str())),
        }
    }
    Ok(targets)
}

/// Whether `resource` is an absolute URI without a fragment (RFC 8707 §2): what may be registered as the identifier of a
/// resource server, too. One of the web is read by browsers as it stands there; of any other only the characters count.
pub fn is_well_formed(resource: &str) -> bool {
    let is_web = matches!(scheme_of(resource), Some("https" | "http"));
    let is_read = if is_web { AbsoluteUri::read(resource).is_ok() } else { check_characters(resource).is_ok() };
    is_read && !resource.contains('#') && Url::parse(resource).is_ok()
}

/// Whether both texts name the same resource: equal, or equal but for the slash of a root path.
fn is_same(known: &str, requested: &str) -> bool {
    let without_root = |uri: &'_ str| -> Option<String> {
        let (scheme, rest) = uri.split_once("://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        (!authority.contains(['/', '?'])).then(|| format!("{scheme}://{authority}"))
    };
    known == requested || without_root(known).is_some_and(|known| Some(known) == without_root(requested))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{orders_api, web_client};

    fn asked(resources: &[&str]) -> Result<Vec<String>, Cause> {
        let requested: Vec<String> = resources.iter().map(|resource| (*resource).to_owned()).collect();
        targets(&requested, &web_client(), &[&orders_api(), &path_api()]).map_err(|refusal| refusal.cause)
    }

    fn path_api() -> ResourceServer {
        ResourceServer { resource: "https://example.com/mcp".into(), ..orders_api() }
    }

    /// RI-01, S-032: an absolute URI without fragment.
    #[test]
    fn a_malformed_resource_is_refused() {
        for bad in [
            "https://api.example.com#x",
            "https://api.example.com#",
            "/orders",
            "orders",
            "https://",
            "https://a b/",
            "https://ä/",
            "https:api.example.com",
            "https:\\\\api.example.com",
            "https://user@api.example.com",
            "https://api.example.com//",
            "https://api.example.com/\"",
            "urn:a<b>",
        ] {
            assert_eq!(asked(&[bad]), Err(Cause::ResourceMalformed), "{bad}");
        }
    }

    /// RI-02: several resources may be asked for; a repetition counts once.
    #[test]
    fn several_resources_may_be_asked_for() {
        let both = ["https://example.com/mcp", "https://api.example.com"];

        assert_eq!(asked(&both), Ok(both.map(str::to_owned).to_vec()));
        assert_eq!(asked(&[both[1], both[1]]), Ok(vec![both[1].to_owned()]));
        assert_eq!(asked(&[]), Ok(vec![]));
    }

    /// S-032: an unregistered resource is refused, also one that only begins alike.
    #[test]
    fn an_unknown_resource_is_refused() {
        for bad in [
            "https://other.example.com",
            "https://api.example.com.evil.example",
            "https://api.example.com/x",
            "https://api.example.com?x",
            "http://api.example.com",
            "https://example.com",
            "https://example.com/mcp/",
            "https://example.com/MCP",
        ] {
            assert_eq!(asked(&[bad]), Err(Cause::ResourceUnknown), "{bad}");
        }
    }

    /// S-032: a resource the client is not registered for is refused like an unknown one.
    #[test]
    fn a_resource_that_is_not_allowed_for_the_client_is_refused() {
        let mut client = web_client();
        client.metadata.resources = vec!["https://example.com/mcp".into()];

        let refusal = targets(&["https://api.example.com".into()], &client, &[&orders_api()]).unwrap_err();

        assert_eq!(refusal.cause, Cause::ResourceUnknown);
    }

    /// S-032: fifty resources are refused.
    #[test]
    fn more_than_ten_resources_are_refused() {
        assert_eq!(asked(&["https://api.example.com"; 10]), Ok(vec!["https://api.example.com".into()]));
        assert_eq!(asked(&["https://api.example.com"; 50]), Err(Cause::ResourceMalformed));
    }

    /// MC-02: the root path may be written or left out; the audience is as registered.
    #[test]
    fn the_slash_of_a_root_path_makes_no_difference() {
        assert_eq!(asked(&["https://api.example.com/"]), Ok(vec!["https://api.example.com".into()]));
    }
}
