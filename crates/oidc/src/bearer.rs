//! Access tokens at our own resources: how one is presented, and what a refusal says.
//!
//! Owns reading the token of a request and the challenges, for tokens that are borne and for those that need a proof of a
//! key. Leaves proofs to [`crate::dpop`] and whether the token is good to `issuer`.
//! RFC 6750 §2, §3; RFC 9449 §7.1, §7.2; OIDC Core §5.3.

use crate::quoted_string::quoted_string;
use crate::resource_demand::ResourceDemand;
use crate::{Cause, Parameters, Refusal, dpop};

/// How long an access token may be, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The places of a request where a token may stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a> {
    /// The value of every `Authorization` header, as raw bytes.
    pub authorization: &'a [&'a [u8]],
    /// The form of a POST request; `None` for any other method or content type (RFC 6750 §2.2).
    pub form: Option<&'a Parameters>,
    /// The raw query, without the question mark.
    pub query: Option<&'a str>,
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// By the `Bearer` scheme or in a form: whoever bears it may use it.
    Bearer,
    /// By the `DPoP` scheme: beside it stands a proof.
    Dpop,
}

/// A token as a request presents it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresentedToken<'a> {
    /// How.
    pub scheme: Scheme,
    /// The token.
    pub text: &'a str,
}

/// Takes the token out of a request. `None` when no credentials for one of our schemes were sent.
///
/// # Errors
/// `TokenInUri` for a token in the query, whatever else was sent (RFC 9700 §4.3.2); `TokenTwice` for more than one way
/// or header; `TokenUnusable` for text that no token can be.
pub fn extract<'a>(places: &Places<'a>) -> Result<Option<PresentedToken<'a>>, Refusal> {
    if has_query_token(places.query.unwrap_or_default()) {
        return Err(Cause::TokenInUri.into());
    }
    let in_header = match places.authorization {
        [] => None,
        [one] => header_token(one)?,
        _ => return Err(Refusal::new(Cause::TokenTwice).with_detail("several Authorization headers")),
    };
    let in_form = places.form.and_then(|form| form.get("access_token"));
    let in_form = in_form.map(|text| PresentedToken { scheme: Scheme::Bearer, text });
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(Refusal::new(Cause::TokenTwice).with_detail("header and form")),
        (one, other) => one.or(other).map(well_formed).transpose(),
    }
}

/// The `WWW-Authenticate` values of a resource that was asked without credentials: both schemes, and no error
/// (RFC 6750 §3.1, RFC 9449 §7.2). `realm` is the issuer.
pub fn challenges(realm: &str) -> [String; 2] {
    let realm = quoted_string(realm);
    [format!("Bearer realm={realm}"), format!("{} realm={realm}, {}", dpop::SCHEME, dpop::challenge_algorithms())]
}

/// The `WWW-Authenticate` value of a resource that refuses a request, in the scheme that would have been right.
///
/// `realm` is the issuer. What the resource demands is said as far as it is what was missing.
pub fn challenge(refusal: &Refusal, scheme: Scheme, realm: &str, demand: &ResourceDemand) -> String {
    let [bearer, dpop] = challenges(realm);
    let mut header = match (refusal.cause, scheme) {
        (Cause::TokenNeedsProof, _) | (_, Scheme::Dpop) => dpop,
        (_, Scheme::Bearer) => bearer,
    };
    let code = refusal.cause.code();
    for (name, value) in [("error", code.as_str()), ("error_description", refusal.cause.description())] {
        header.push_str(&format!(", {name}={}", quoted_string(value)));
    }
    header.push_str(&demand.challenge(code));
    header
}

/// Adds to a challenge where the metadata of the resource is (RFC 9728 §5.1); `None` adds nothing.
pub fn with_resource_metadata(challenge: String, address: Option<&str>) -> String {
    match address {
        Some(address) => format!("{challenge}, resource_metadata={}", quoted_string(address)),
        None => challenge,
    }
}

fn has_query_token(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token")
}

/// The credentials of a Bearer or DPoP header. `None` for another scheme: its credentials are not for us.
fn header_token(header: &[u8]) -> Result<Option<PresentedToken<'_>>, Refusal> {
    let unusable = || Refusal::new(Cause::TokenUnusable).with_detail("malformed header");
    let end = header.iter().position(|&byte| byte == b' ').unwrap_or(header.len());
    let (name, rest) = header.split_at_checked(end).unwrap_or((header, &[]));
    let scheme = if name.eq_ignore_ascii_case(b"Bearer") {
        Scheme::Bearer
    } else if name.eq_ignore_ascii_case(dpop::SCHEME.as_bytes()) {
        Scheme::Dpop
    } else {
        return Ok(None);
    };
    let token = std::str::from_utf8(rest).map_err(|_| unusable())?;
    Ok(Some(PresentedToken { scheme, text: token.trim_matches(' ') }))
}

/// Accepts `b64token` of RFC 6750 §2.1, which is `token68` of RFC 9449 §7.1.
fn well_formed(token: PresentedToken<'_>) -> Result<PresentedToken<'_>, Refusal> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    let body = token.text.trim_end_matches('=');
    if body.is_empty() || token.text.len() > MAX_TOKEN_BYTES || !body.bytes().all(allowed) {
        return Err(Refusal::new(Cause::TokenUnusable).with_detail("malformed token"));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_domain::Scope;

    const REALM: &str = "https://id.example";

    fn form(token: &str) -> Parameters {
        Parameters::from_pairs(vec![("access_token".to_owned(), token.to_owned())]).unwrap()
    }

    fn from_header(header: &[u8]) -> Result<Option<String>, Cause> {
        let places = Places { authorization: &[header], ..Places::default() };
        extract(&places).map(|token| token.map(|token| token.text.to_owned())).map_err(|refusal| refusal.cause)
    }

    /// BE-01: the scheme name has no case.
    #[test]
    fn a_header_token_is_found_whatever_the_case_of_the_scheme() {
        for header in ["Bearer mF_9.B5f-4.1JqM", "bearer mF_9.B5f-4.1JqM", "BEARER   mF_9.B5f-4.1JqM "] {
            assert_eq!(from_header(header.as_bytes()), Ok(Some("mF_9.B5f-4.1JqM".to_owned())), "{header}");
        }
    }

    /// OC-37, BE-02: a form token counts where the door has a POST form.
    #[test]
    fn a_form_token_is_found() {
        let form = form("abc");

        assert_eq!(
            extract(&Places { form: Some(&form), ..Places::default() }),
            Ok(Some(PresentedToken { scheme: Scheme::Bearer, text: "abc" }))
        );
    }

    /// BE-03, S-043: a token in the query is refused, also when spelt with escapes or beside a good one.
    #[test]
    fn a_query_token_is_refused() {
        for query in ["access_token=abc", "a=b&access_token=", "%61ccess_token=abc"] {
            let places = Places { authorization: &[b"Bearer abc"], query: Some(query), ..Places::default() };
            assert_eq!(extract(&places).unwrap_err().cause, Cause::TokenInUri, "{query}");
        }
        assert_eq!(extract(&Places { query: Some("schema=openid"), ..Places::default() }), Ok(None));
    }

    /// BE-05: two ways at once are `invalid_request`.
    #[test]
    fn two_ways_at_once_are_refused() {
        let form = form("abc");
        let both = Places { authorization: &[b"Bearer abc"], form: Some(&form), query: None };
        let headers = Places { authorization: &[b"Bearer abc", b"Bearer abc"], ..Places::default() };

        assert_eq!(extract(&both).unwrap_err().cause, Cause::TokenTwice);
        assert_eq!(extract(&headers).unwrap_err().cause, Cause::TokenTwice);
        assert_eq!(Cause::TokenTwice.code().as_str(), "invalid_request");
    }

    /// BE-04: another scheme, or nothing, is no credentials.
    #[test]
    fn without_bearer_credentials_there_is_no_token() {
        assert_eq!(extract(&Places::default()), Ok(None));
        for header in ["Basic d2ViOng=", "DPoPx abc", "Bearerx abc", "Bear"] {
            assert_eq!(from_header(header.as_bytes()), Ok(None), "{header}");
        }
    }

    /// RFC 6750 §3.1: a malformed token is `invalid_token`.
    #[test]
    fn text_that_is_no_token_is_refused() {
        let long = format!("Bearer {}", "x".repeat(8193));
        for header in
            ["Bearer", "Bearer ", "Bearer a b", "Bearer a\"b", "Bearer =", "Bearer a=b", "Bearer \u{e4}", &long]
        {
            assert_eq!(from_header(header.as_bytes()), Err(Cause::TokenUnusable), "{header}");
        }
        assert_eq!(from_header(b"Bearer \xff"), Err(Cause::TokenUnusable));
    }

    /// BE-04: without credentials the challenge has no error code.
    #[test]
    fn a_challenge_without_credentials_names_no_error() {
        let expected =
            ["Bearer realm=\"https://id.example\"", "DPoP realm=\"https://id.example\", algs=\"ES256 PS256 EdDSA\""];

        assert_eq!(challenges(REALM), expected);
    }

    /// PR-02: a challenge tells where the metadata of the resource is.
    #[test]
    fn a_challenge_points_at_the_metadata() {
        let [bare, _] = challenges(REALM);

        assert_eq!(
            with_resource_metadata(bare.clone(), Some("https://id.example/x")),
            "Bearer realm=\"https://id.example\", resource_metadata=\"https://id.example/x\""
        );
        assert_eq!(with_resource_metadata(bare.clone(), None), bare);
    }

    /// BE-05: `invalid_token` is 401; `insufficient_scope` is 403 and names the scope.
    #[test]
    fn a_challenge_names_the_error_and_the_missing_scope() {
        let demand = ResourceDemand::of_scope(Scope::parse("openid email").unwrap());
        let bad = challenge(&Cause::TokenUnusable.into(), Scheme::Bearer, REALM, &demand);
        let low = challenge(&Cause::ScopeMissing.into(), Scheme::Bearer, REALM, &demand);

        assert!(bad.starts_with("Bearer realm=\"https://id.example\", error=\"invalid_token\", error_description=\""));
        assert!(!bad.contains("scope="));
        assert!(low.contains(", error=\"insufficient_scope\", "));
        assert!(low.ends_with(", scope=\"openid email\""));
        assert_eq!(Cause::TokenUnusable.code().status(), 401);
        assert_eq!(Cause::ScopeMissing.code().status(), 403);
    }

    /// DP-07: the scheme tells a token with a proof from one that is borne.
    #[test]
    fn the_scheme_is_told() {
        for (header, scheme) in
            [("DPoP abc", Scheme::Dpop), ("dpop  abc", Scheme::Dpop), ("Bearer abc", Scheme::Bearer)]
        {
            let places = Places { authorization: &[header.as_bytes()], ..Places::default() };
            assert_eq!(extract(&places), Ok(Some(PresentedToken { scheme, text: "abc" })), "{header}");
        }
    }

    /// DP-08: the challenge of the scheme that was tried or would have been right, with the algorithms.
    #[test]
    fn a_challenge_is_of_the_right_scheme() {
        let tried = challenge(&Cause::DpopProofStale.into(), Scheme::Dpop, REALM, &ResourceDemand::default());
        let needed = challenge(&Cause::TokenNeedsProof.into(), Scheme::Bearer, REALM, &ResourceDemand::default());

        for header in [&tried, &needed] {
            assert!(header.starts_with("DPoP realm="), "{header}");
            assert!(header.contains("algs=\"ES256 PS256 EdDSA\""), "{header}");
        }
        assert!(tried.contains("error=\"invalid_dpop_proof\""));
        assert!(needed.contains("error=\"invalid_token\""));
        for cause in [Cause::DpopProofStale, Cause::DpopNonceNeeded, Cause::TokenNeedsProof] {
            assert_eq!(cause.code().status_at_resource(), 401, "{}", cause.name());
        }
    }
}
