//! How a client shows who it is at the token, introspection and revocation endpoints.
//!
//! Owns reading the credentials of a request, and the rule that a client uses its registered method and no other.
//! Leaves comparing secrets to `issuer` (through `crypto`) and assertions to [`crate::assertion`].
//! RFC 6749 §2.3, §5.2; RFC 7617 §2; RFC 7521 §4.2; OIDC Core §9.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use portreeve_crypto::SecretText;
use portreeve_domain::{Client, ClientAuthMethod, ClientId};

use crate::quoted_string::quoted_string;
use crate::{Cause, Parameters, Refusal};

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an `Authorization` header may be, in bytes: room for an identifier and a secret, every byte escaped.
const MAX_HEADER_BYTES: usize = 4 * 1024;
/// How long a secret may be, in bytes.
const MAX_SECRET_BYTES: usize = 1024;

/// What a request presented; nothing is proven yet. Holds secrets, so it is not `Debug`.
pub enum Presented {
    /// Only an identifier: a public client, or one that shows a certificate.
    None {
        /// The `client_id` parameter.
        client_id: ClientId,
    },
    /// HTTP Basic.
    Basic {
        /// The user-id, decoded.
        client_id: ClientId,
        /// The password, decoded; may be empty.
        secret: SecretText,
    },
    /// `client_id` and `client_secret` in the form.
    Post {
        /// The `client_id` parameter.
        client_id: ClientId,
        /// The `client_secret` parameter.
        secret: SecretText,
    },
    /// A signed assertion; it says itself whose it is, see [`crate::assertion::claimed_client`].
    Assertion {
        /// The `client_id` parameter, which is optional here and must then name the same client (RFC 7521 §4.2).
        client_id_hint: Option<ClientId>,
        /// The `client_assertion` parameter: a compact JWT of at most 16 KiB.
        assertion: SecretText,
    },
}

impl Presented {
    /// Reads the credentials of a request.
    ///
    /// `authorization` holds the value of every `Authorization` header, as raw bytes. A `client_id` parameter equal to
    /// the Basic user-id is no second authentication.
    ///
    /// # Errors
    /// `ClientAuthenticationTwice` for two methods or two identifiers in one request; `ClientAuthenticationMissing` for
    /// none; `ClientAuthenticationUnsupported` for another scheme or assertion type; `BasicMalformed`;
    /// `ParameterMissing` for a part of a method without its other part; `ClientAuthenticationFailed` for an identifier
    /// no client can have, so that it is not told apart from an unknown one.
    pub fn from_request(authorization: &[&[u8]], parameters: &Parameters) -> Result<Self, Refusal> {
        let header = match authorization {
            [] => None,
            [one] => Some(*one),
            _ => {
                return Err(Refusal::new(Cause::ClientAuthenticationTwice).with_detail("several Authorization headers"));
            }
        };
        let secret = parameters.get("client_secret");
        let assertion = parameters.get("client_assertion").or_else(|| parameters.get("client_assertion_type"));
        if [header.is_some(), secret.is_some(), assertion.is_some()].into_iter().filter(|&used| used).count() > 1 {
            return Err(Cause::ClientAuthenticationTwice.into());
        }
        if let Some(header) = header {
            return Self::from_basic(header, parameters.get("client_id"));
        }
        if assertion.is_some() {
            return Self::from_assertion(parameters);
        }
        match (parameters.get("client_id"), secret) {
            (Some(id), Some(secret)) => {
                Ok(Self::Post { client_id: client_id(id)?, secret: limited_secret(secret.to_owned())? })
            }
            (Some(id), None) => Ok(Self::None { client_id: client_id(id)? }),
            (None, Some(_)) => Err(Refusal::new(Cause::ParameterMissing).with_detail("client_id")),
            (None, None) => Err(Cause::ClientAuthenticationMissing.into()),
        }
    }

    /// Whether the request used HTTP Basic: only then is a failure answered with a challenge (RFC 6749 §5.2).
    pub fn is_basic(&self) -> bool {
        matches!(self, Self::Basic { .. })
    }

    /// The methods it can be, in the words of RFC 7591 §2. What an assertion is shows when it is verified.
    pub fn methods(&self) -> &'static [ClientAuthMethod] {
        match self {
            // A client that authenticates by certificate only says who it is (RFC 8705 §2).
            Self::None { .. } => {
                &[ClientAuthMethod::None, ClientAuthMethod::TlsClientAuth, ClientAuthMethod::SelfSignedTlsClientAuth]
            }
            Self::Basic { .. } => &[ClientAuthMethod::ClientSecretBasic],
            Self::Post { .. } => &[ClientAuthMethod::ClientSecretPost],
            Self::Assertion { .. } => &[ClientAuthMethod::PrivateKeyJwt, ClientAuthMethod::ClientSecretJwt],
        }
    }

    fn from_basic(header: &[u8], body_client_id: Option<&str>) -> Result<Self, Refusal> {
        let (user_id, password) = decode_basic(header)?;
        if body_client_id.is_some_and(|other| other != user_id) {
            return Err(Refusal::new(Cause::ClientAuthenticationTwice).with_detail("client_id differs from Basic"));
        }
        Ok(Self::Basic { client_id: client_id(&user_id)?, secret: limited_secret(password)? })
    }

    fn from_assertion(parameters: &Parameters) -> Result<Self, Refusal> {
        let assertion = parameters.require("client_assertion")?;
        if parameters.require("client_assertion_type")? != ASSERTION_TYPE {
            return Err(Refusal::new(Cause::ClientAuthenticationUnsupported).with_detail("client_assertion_type"));
        }
        Ok(Self::Assertion {
            client_id_hint: parameters.get("client_id").map(client_id).transpose()?,
            assertion: SecretText::new(assertion.to_owned()),
        })
    }
}

/// Checks that a client authenticates by its registered method.
///
/// Without this a client that registered keys could be impersonated with a weaker secret (OIDC Core §9).
///
/// # Errors
/// `ClientAuthenticationFailed`: the same as for a wrong secret, so that the registered method is not told to strangers;
/// the detail names both methods.
pub fn check_method(client: &Client, presented: &Presented) -> Result<(), Refusal> {
    let registered = client.metadata.token_endpoint_auth_method;
    let used = presented.methods();
    if used.contains(&registered) {
        return Ok(());
    }
    let names: Vec<&str> = used.iter().map(|method| method.name()).collect();
    let detail = format!("{} used, {} registered", names.join(" or "), registered.name());
    Err(Refusal::new(Cause::ClientAuthenticationFailed).with_detail(detail))
}

/// The `WWW-Authenticate` value for a failed HTTP Basic authentication (RFC 6749 §5.2, RFC 7617 §2).
///
/// `realm` is the issuer.
pub fn basic_challenge(realm: &str) -> String {
    format!("Basic realm={}", quoted_string(realm))
}

/// Reads an identifier; one that cannot exist is treated as one that does not.
fn client_id(text: &str) -> Result<ClientId, Refusal> {
    ClientId::parse(text)
        .ok_or_else(|| Refusal::new(Cause::ClientAuthenticationFailed).with_detail("client_id malformed"))
}

fn limited_secret(secret: String) -> Result<SecretText, Refusal> {
    if secret.len() > MAX_SECRET_BYTES {
        return Err(Refusal::new(Cause::ParameterTooLong).with_detail("client_secret"));
    }
    Ok(SecretText::new(secret))
}

/// User-id and password of a Basic header, each form-url-decoded (RFC 6749 §2.3.1).
fn decode_basic(header: &[u8]) -> Result<(String, String), Refusal> {
    let malformed = |what: &str| Refusal::new(Cause::BasicMalformed).with_detail(what);
    if header.len() > MAX_HEADER_BYTES {
        return Err(malformed("too long"));
    }
    let header = std::str::from_utf8(header).map_err(|_| malformed("not text"))?;
    let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(Refusal::new(Cause::ClientAuthenticationUnsupported).with_detail("Authorization scheme"));
    }
    let decoded = STANDARD.decode(credentials.trim_matches(' ')).map_err(|_| malformed("not base64"))?;
    let decoded = String::from_utf8(decoded).map_err(|_| malformed("not UTF-8"))?;
    let (user_id, password) = decoded.split_once(':').ok_or_else(|| malformed("no colon"))?;
    let user_id = form_decode(user_id).ok_or_else(|| malformed("client_id not form-url-encoded"))?;
    let password = form_decode(password).ok_or_else(|| malformed("secret not form-url-encoded"))?;
    Ok((user_id, password))
}

/// Decodes one value of `application/x-www-form-urlencoded` strictly. `None` for a stray `%` or bytes that are not UTF-8.
fn form_decode(text: &str) -> Option<String> {
    let mut escapes = text.split('%');
    let _before_the_first = escapes.next();
    let is_escape = |after: &str| after.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !escapes.all(is_escape) {
        return None;
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::from_pairs(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()).unwrap()
    }

    fn basic(user_pass: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(user_pass)).into_bytes()
    }

    fn read(header: &[u8], pairs: &[(&str, &str)]) -> Result<Presented, Cause> {
        Presented::from_request(&[header], &form(pairs)).map_err(|refusal| refusal.cause)
    }

    fn refused(header: &[u8]) -> Option<Cause> {
        read(header, &[]).err()
    }

    fn client(method: ClientAuthMethod) -> Client {
        let metadata = portreeve_domain::ClientMetadata { token_endpoint_auth_method: method, ..Default::default() };
        Client {
            tenant: portreeve_domain::TenantId::DEFAULT,
            id: ClientId::parse("web").unwrap(),
            metadata,
            secrets: Vec::new(),
            disabled_at: None,
            origin: portreeve_domain::ClientOrigin::Operator,
        }
    }

    fn assert_basic(header: &[u8], expected_id: &str, expected_secret: &str) {
        let Ok(Presented::Basic { client_id, secret }) = read(header, &[]) else { panic!("not Basic") };
        assert_eq!(client_id.as_str(), expected_id);
        assert_eq!(secret.expose(), expected_secret);
    }

    /// RFC 6749 §2.3.1 gives this header for the client `s6BhdRkqt3`.
    #[test]
    fn the_example_of_the_specification_is_read() {
        assert_basic(b"Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3", "s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
    }

    /// OA-09: identifier and secret are form-url-decoded, after the split at the first colon.
    #[test]
    fn basic_credentials_are_form_url_decoded() {
        assert_basic(&basic("https%3A%2F%2Frp.example:a%2Bb+c%25%C3%A4:d"), "https://rp.example", "a+b c%ä:d");
    }

    #[test]
    fn the_scheme_name_has_no_case_and_the_secret_may_be_empty() {
        assert_basic(b"bAsIc  d2ViOg==", "web", "");
    }

    /// OA-09: what is not strict base64, UTF-8 and form-url-encoding is refused, not repaired.
    #[test]
    fn a_malformed_basic_header_is_refused() {
        let long = basic(&format!("web:{}", "x".repeat(4096)));
        let headers = ["Basic", "Basic !", "Basic d2Vi", "Basic d2ViOng", "Basic d2ViOnh=", "Basic d2Vi OnM="];
        let values = ["web:100%", "web:%4", "web:%zz", "web:%FF", "%:x"];

        for header in headers {
            assert_eq!(refused(header.as_bytes()), Some(Cause::BasicMalformed), "{header}");
        }
        for value in values {
            assert_eq!(refused(&basic(value)), Some(Cause::BasicMalformed), "{value}");
        }
        assert_eq!(refused(b"Basic d2ViO\xff"), Some(Cause::BasicMalformed));
        assert_eq!(refused(&long), Some(Cause::BasicMalformed));
    }

    /// RFC 6749 §5.2: an unsupported authentication method is `invalid_client`.
    #[test]
    fn another_scheme_is_an_unsupported_method() {
        for header in ["Bearer abc", "Digest username=\"web\"", "DPoP abc", "Basics d2ViOng="] {
            assert_eq!(refused(header.as_bytes()), Some(Cause::ClientAuthenticationUnsupported), "{header}");
        }
    }

    /// OA-08, S-050: more than one authentication, or Basic for one client and a body for another.
    #[test]
    fn two_authentications_are_refused() {
        let header = basic("web:secret");
        let second: [&[(&str, &str)]; 4] = [
            &[("client_id", "other")],
            &[("client_secret", "secret")],
            &[("client_id", "web"), ("client_secret", "secret")],
            &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "a.b.c")],
        ];

        for pairs in second {
            assert_eq!(read(&header, pairs).err(), Some(Cause::ClientAuthenticationTwice), "{pairs:?}");
        }
        let post_and_assertion = form(&[("client_id", "web"), ("client_secret", "s"), ("client_assertion", "a.b.c")]);
        let twice = Presented::from_request(&[], &post_and_assertion).err().unwrap();
        assert_eq!(twice.cause, Cause::ClientAuthenticationTwice);
        let headers = Presented::from_request(&[&header, &header], &form(&[])).err().unwrap();
        assert_eq!(headers.cause, Cause::ClientAuthenticationTwice);
    }

    /// OA-08: naming the same client once more is not a second authentication.
    #[test]
    fn a_body_client_id_equal_to_the_basic_one_is_accepted() {
        assert!(matches!(read(&basic("web:secret"), &[("client_id", "web")]), Ok(Presented::Basic { .. })));
    }

    #[test]
    fn form_credentials_are_read() {
        let post = Presented::from_request(&[], &form(&[("client_id", "web"), ("client_secret", "s e")]));
        let public = Presented::from_request(&[], &form(&[("client_id", "web")]));
        let nobody = Presented::from_request(&[], &form(&[]));
        let half = Presented::from_request(&[], &form(&[("client_secret", "s")]));

        assert!(matches!(post, Ok(Presented::Post { secret, .. }) if secret.expose() == "s e"));
        assert!(matches!(public, Ok(Presented::None { client_id }) if client_id.as_str() == "web"));
        assert_eq!(nobody.err().unwrap().cause, Cause::ClientAuthenticationMissing);
        assert_eq!(half.err().unwrap().cause, Cause::ParameterMissing);
    }

    /// OC-51, S-050: an assertion counts only with the type of RFC 7523.
    #[test]
    fn an_assertion_needs_its_type() {
        let with_type = |kind| {
            Presented::from_request(&[], &form(&[("client_assertion", "a.b.c"), ("client_assertion_type", kind)]))
        };
        let saml = with_type("urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
        let untyped = with_type("");
        let alone =
            Presented::from_request(&[], &form(&[("client_id", "web"), ("client_assertion_type", ASSERTION_TYPE)]));

        assert!(matches!(with_type(ASSERTION_TYPE), Ok(Presented::Assertion { client_id_hint: None, .. })));
        assert_eq!(saml.err().unwrap().cause, Cause::ClientAuthenticationUnsupported);
        assert_eq!(untyped.err().unwrap().cause, Cause::ParameterMissing);
        assert_eq!(alone.err().unwrap().cause, Cause::ParameterMissing);
    }

    /// S-059: an identifier that cannot exist is refused as an unknown one is.
    #[test]
    fn an_impossible_client_id_looks_like_an_unknown_client() {
        assert_eq!(refused(&basic("usr_ada:x")), Some(Cause::ClientAuthenticationFailed));
        assert_eq!(refused(&basic(":x")), Some(Cause::ClientAuthenticationFailed));
    }

    #[test]
    fn an_oversize_secret_is_refused() {
        let long = "x".repeat(1025);
        let presented = Presented::from_request(&[], &form(&[("client_id", "web"), ("client_secret", &long)]));

        assert_eq!(presented.err().unwrap().cause, Cause::ParameterTooLong);
    }

    /// OC-50, S-050: only the registered method, in every combination.
    #[test]
    fn a_client_authenticates_by_its_registered_method_only() {
        let presented = [
            read(&basic("web:s"), &[]).ok().unwrap(),
            Presented::from_request(&[], &form(&[("client_id", "web"), ("client_secret", "s")])).ok().unwrap(),
            Presented::from_request(&[], &form(&[("client_id", "web")])).ok().unwrap(),
            Presented::from_request(
                &[],
                &form(&[("client_assertion", "a.b.c"), ("client_assertion_type", ASSERTION_TYPE)]),
            )
            .ok()
            .unwrap(),
        ];

        for method in ClientAuthMethod::ALL {
            for one in &presented {
                let result = check_method(&client(method), one).map_err(|refusal| refusal.cause);
                let fits = one.methods().contains(&method);
                let expected = if fits { Ok(()) } else { Err(Cause::ClientAuthenticationFailed) };
                assert_eq!(result, expected, "{:?} for {}", one.methods(), method.name());
            }
        }
    }

    /// OA-11: the challenge names the scheme that was tried.
    #[test]
    fn the_basic_challenge_quotes_its_realm() {
        assert_eq!(basic_challenge("https://id.example"), "Basic realm=\"https://id.example\"");
    }
}
