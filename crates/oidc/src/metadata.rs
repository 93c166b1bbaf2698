//! The discovery document, the same for OpenID Connect and OAuth.
//!
//! Owns its members. What is not listed here is not supported, and every default that would promise more is stated.
//! Leaves caching and routes to the doors. OIDC Discovery §3; RFC 8414 §2; RFC 9101 §10.5; RFC 9126 §5; RFC 9207 §3; RFC 9449 §5.1;
//! RFC 9701 §7; RFC 9728 §4; RP-Initiated Logout §2.1; Initiating User Registration (`prompt=create`) §4; JARM §4;
//! Back-Channel Logout §2.1; Front-Channel Logout §3; Session Management §3.3.

use portreeve_domain::{Acr, ClientAuthMethod, Fault, GrantType, Profile};
use portreeve_jose::{Algorithm, UNSIGNED};
use serde::Serialize;

use crate::authorization::{ResponseMode, ResponseType};
use crate::{assertion, dpop, paths, pkce, request_object, userinfo};

/// The signature algorithms of what is issued as registered: ID tokens, logout tokens, signed userinfo and authorization
/// responses. RS256 is what every relying party knows, ES256 ours.
pub const SIGNING_ALGORITHMS: [Algorithm; 4] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

/// Claims about the token and the sign-in, beside those of [`userinfo::claim_names`].
const TOKEN_CLAIMS: [&str; 10] = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
/// The `prompt` values every tenant knows.
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

/// What differs between tenants and deployments.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The issuer: `public_url`, or `public_url/t/{slug}`; no trailing slash.
    pub issuer: &'a str,
    /// What stands for the issuer in the addresses of the token, introspection, revocation, userinfo and JWK set
    /// endpoints where machines reach them another way; no trailing slash. `None`: the issuer.
    pub backchannel_base: Option<&'a str>,
    /// The tenant's profile.
    pub profile: Profile,
    /// Every scope of the tenant.
    pub scopes: &'a [&'a str],
    /// Whether authorization requests must be pushed.
    pub pushed_only: bool,
    /// Whether authorization requests must be signed request objects.
    pub signed_only: bool,
    /// Whether people may create an account: `prompt=create`.
    pub registration_open: bool,
    /// Whether clients may register themselves.
    pub clients_register: bool,
    /// Whether a client may be named by the URL of its document.
    pub client_documents: bool,
    /// The languages pages are written in, as BCP 47 tags; left out when empty.
    pub ui_locales: &'a [&'a str],
}

/// The document, as JSON.
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn document(facts: &Facts<'_>) -> Result<Vec<u8>, Fault> {
    let browser = |path: &str| format!("{}{path}", facts.issuer);
    let machine = |path: &str| format!("{}{path}", facts.backchannel_base.unwrap_or(facts.issuer));
    let assertion_algorithms = assertion::ALGORITHMS.map(Algorithm::name);
    let confidential = ClientAuthMethod::ALL.into_iter().filter(|method| *method != ClientAuthMethod::None);
    let confidential: Vec<&str> = confidential.map(ClientAuthMethod::name).collect();
    let signing = SIGNING_ALGORITHMS.map(Algorithm::name);
    let unsigned = facts.profile.merges_request_objects().then_some(UNSIGNED);
    let request_object_algorithms = request_object::ALGORITHMS.map(Algorithm::name).into_iter().chain(unsigned);
    let response_types = ResponseType::ALL.into_iter().filter(|known| known.is_in(facts.profile));
    let grants =
        GrantType::ALL.into_iter().filter(|grant| *grant != GrantType::Implicit || facts.profile == Profile::Oidc);
    let document = Document {
        issuer: facts.issuer,
        authorization_endpoint: browser(paths::AUTHORIZE),
        pushed_authorization_request_endpoint: machine(paths::PAR),
        require_pushed_authorization_requests: facts.pushed_only,
        token_endpoint: machine(paths::TOKEN),
        jwks_uri: machine(paths::JWKS),
        userinfo_endpoint: machine(paths::USERINFO),
        device_authorization_endpoint: machine(paths::DEVICE_AUTHORIZATION),
        introspection_endpoint: machine(paths::INTROSPECT),
        revocation_endpoint: machine(paths::REVOKE),
        registration_endpoint: facts.clients_register.then(|| machine(paths::REGISTER)),
        end_session_endpoint: browser(paths::LOGOUT),
        scopes_supported: facts.scopes,
        response_types_supported: response_types.map(ResponseType::name).collect(),
        response_modes_supported: ResponseMode::NAMES,
        grant_types_supported: grants.map(GrantType::name).collect(),
        code_challenge_methods_supported: [pkce::METHOD],
        prompt_values_supported: PROMPTS.into_iter().chain(facts.registration_open.then_some("create")).collect(),
        acr_values_supported: Acr::ALL.map(Acr::name),
        subject_types_supported: ["public", "pairwise"],
        id_token_signing_alg_values_supported: signing,
        userinfo_signing_alg_values_supported: signing,
        authorization_signing_alg_values_supported: signing,
        token_endpoint_auth_methods_supported: ClientAuthMethod::ALL.map(ClientAuthMethod::name),
        token_endpoint_auth_signing_alg_values_supported: assertion_algorithms,
        introspection_endpoint_auth_methods_supported: &confidential,
        introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms,
        introspection_signing_alg_values_supported: signing,
        revocation_endpoint_auth_methods_supported: ClientAuthMethod::ALL.map(ClientAuthMethod::name),
        revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms,
        dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(Algorithm::name),
        claims_supported: TOKEN_CLAIMS.into_iter().chain(userinfo::claim_names()).collect(),
        claim_types_supported: ["normal"],
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        require_signed_request_object: facts.signed_only,
        request_object_signing_alg_values_supported: request_object_algorithms.collect(),
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: facts.client_documents,
        protected_resources: [format!("{}{}", facts.issuer, paths::USERINFO)],
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        check_session_iframe: browser(paths::CHECK_SESSION),
        ui_locales_supported: facts.ui_locales,
    };
    serde_json::to_vec(&document).map_err(Fault::new)
}

/// Members in the order a reader looks for them; each name is that of its registry.
#[derive(Serialize)]
struct Document<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: String,
    device_authorization_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    end_session_endpoint: String,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    scopes_supported: &'a [&'a str],
    response_types_supported: Vec<&'a str>,
    response_modes_supported: [&'a str; ResponseMode::NAMES.len()],
    grant_types_supported: Vec<&'a str>,
    code_challenge_methods_supported: [&'a str; 1],
    prompt_values_supported: Vec<&'a str>,
    acr_values_supported: [&'a str; Acr::ALL.len()],
    subject_types_supported: [&'a str; 2],
    id_token_signing_alg_values_supported: [&'a str; SIGNING_ALGORITHMS.len()],
    userinfo_signing_alg_values_supported: [&'a str; SIGNING_ALGORITHMS.len()],
    authorization_signing_alg_values_supported: [&'a str; SIGNING_ALGORITHMS.len()],
    token_endpoint_auth_methods_supported: [&'a str; ClientAuthMethod::ALL.len()],
    token_endpoint_auth_signing_alg_values_supported: [&'a str; assertion::ALGORITHMS.len()],
    introspection_endpoint_auth_methods_supported: &'a [&'a str],
    introspection_endpoint_auth_signing_alg_values_supported: [&'a str; assertion::ALGORITHMS.len()],
    introspection_signing_alg_values_supported: [&'a str; SIGNING_ALGORITHMS.len()],
    revocation_endpoint_auth_methods_supported: [&'a str; ClientAuthMethod::ALL.len()],
    revocation_endpoint_auth_signing_alg_values_supported: [&'a str; assertion::ALGORITHMS.len()],
    dpop_signing_alg_values_supported: [&'a str; dpop::ALGORITHMS.len()],
    claims_supported: Vec<&'a str>,
    claim_types_supported: [&'a str; 1],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    require_signed_request_object: bool,
    request_object_signing_alg_values_supported: Vec<&'a str>,
    authorization_response_iss_parameter_supported: bool,
    client_id_metadata_document_supported: bool,
    protected_resources: [String; 1],
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    check_session_iframe: String,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    ui_locales_supported: &'a [&'a str],
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const FACTS: Facts<'static> = Facts {
        issuer: "https://id.example/t/acme",
        backchannel_base: None,
        profile: Profile::OAuth21,
        scopes: &["openid", "email", "orders.read"],
        pushed_only: false,
        signed_only: false,
        registration_open: false,
        clients_register: false,
        client_documents: false,
        ui_locales: &["en", "de"],
    };

    fn read(facts: &Facts<'_>) -> Value {
        serde_json::from_slice(&document(facts).unwrap()).unwrap()
    }

    /// OD-03, IS-02: the issuer is the configured text, unchanged, and responses carry it.
    #[test]
    fn the_issuer_is_the_configured_text() {
        let document = read(&FACTS);

        assert_eq!(document["issuer"], "https://id.example/t/acme");
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    }

    /// OD-04: the members OIDC Discovery §3 requires, with RS256.
    #[test]
    fn required_members_are_present() {
        let document = read(&FACTS);

        assert_eq!(document["authorization_endpoint"], "https://id.example/t/acme/oauth2/authorize");
        assert_eq!(document["token_endpoint"], "https://id.example/t/acme/oauth2/token");
        assert_eq!(document["jwks_uri"], "https://id.example/t/acme/oauth2/jwks");
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["subject_types_supported"], json!(["public", "pairwise"]));
        let algorithms = document["id_token_signing_alg_values_supported"].as_array().unwrap();
        assert!(algorithms.contains(&json!("RS256")));
        assert!(!algorithms.contains(&json!("none")));
    }

    /// OD-05: whatever its absence would promise is stated.
    #[test]
    fn defaults_that_promise_more_are_stated() {
        let document = read(&FACTS);

        assert_eq!(document["request_uri_parameter_supported"], true);
        assert_eq!(document["request_parameter_supported"], true);
        assert_eq!(document["require_request_uri_registration"], true);
        assert_eq!(document["claims_parameter_supported"], true);
        assert_eq!(
            document["response_modes_supported"],
            json!(["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
        );
        assert_eq!(
            document["grant_types_supported"],
            json!([
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:ietf:params:oauth:grant-type:jwt-bearer"
            ])
        );
        assert_eq!(
            document["token_endpoint_auth_methods_supported"],
            json!(["none", "client_secret_basic", "client_secret_post", "private_key_jwt"])
        );
    }

    /// OD-06, S-033: what only profile `oidc` has is listed there only.
    #[test]
    fn front_channel_tokens_are_advertised_in_profile_oidc_only() {
        let oidc = read(&Facts { profile: Profile::Oidc, ..FACTS });

        assert_eq!(read(&FACTS)["response_types_supported"], json!(["code"]));
        assert!(!read(&FACTS)["grant_types_supported"].as_array().unwrap().contains(&json!("implicit")));
        assert_eq!(
            oidc["response_types_supported"],
            json!(["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"])
        );
        assert!(oidc["grant_types_supported"].as_array().unwrap().contains(&json!("implicit")));
    }

    /// RM-08: the algorithms of signed responses are an array without `none`.
    #[test]
    fn algorithms_of_signed_responses_are_listed() {
        assert_eq!(
            read(&FACTS)["authorization_signing_alg_values_supported"],
            json!(["RS256", "ES256", "PS256", "EdDSA"])
        );
    }

    /// OA-21, PK-06, MC-01: S256 is advertised and `plain` is not.
    #[test]
    fn s256_is_advertised() {
        assert_eq!(read(&FACTS)["code_challenge_methods_supported"], json!(["S256"]));
    }

    /// OD-07: algorithms for assertions wherever assertions are accepted; no `none`, nothing symmetric.
    #[test]
    fn assertion_algorithms_are_asymmetric() {
        let document = read(&FACTS);

        for endpoint in ["token", "introspection", "revocation"] {
            let member = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
            let algorithms = document[&member].as_array().unwrap();
            assert!(algorithms.contains(&json!("ES256")), "{endpoint}");
            assert!(algorithms.iter().all(|name| name != "none" && !name.as_str().unwrap().starts_with("HS")));
        }
    }

    /// OD-09, IN-01: introspection needs credentials, revocation is open to public clients.
    #[test]
    fn each_endpoint_lists_its_own_methods() {
        let document = read(&FACTS);

        assert_eq!(
            document["introspection_endpoint_auth_methods_supported"],
            json!(["client_secret_basic", "client_secret_post", "private_key_jwt"])
        );
        assert!(document["revocation_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("none")));
    }

    /// DV-07: where devices ask.
    #[test]
    fn the_device_authorization_endpoint_is_advertised() {
        let document = read(&FACTS);

        assert_eq!(document["device_authorization_endpoint"], "https://id.example/t/acme/oauth2/device_authorization");
    }

    /// OD-06, OC-59: `create` is listed only while people can sign up.
    #[test]
    fn sign_up_is_advertised_while_it_is_open() {
        let open = read(&Facts { registration_open: true, ..FACTS });

        assert_eq!(read(&FACTS)["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
        assert_eq!(open["prompt_values_supported"], json!(["none", "login", "consent", "select_account", "create"]));
    }

    /// OD-10: a member without value is omitted.
    #[test]
    fn empty_members_are_left_out() {
        let document = read(&Facts { scopes: &[], ui_locales: &[], ..FACTS });

        let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        assert!(!document.as_object().unwrap().values().any(is_empty));
        assert!(document.get("ui_locales_supported").is_none());
    }

    /// Machines may have addresses of their own; browsers and the issuer never change.
    #[test]
    fn only_back_channel_endpoints_move() {
        let document = read(&Facts { backchannel_base: Some("http://portreeve.internal/t/acme"), ..FACTS });

        for member in
            ["token_endpoint", "jwks_uri", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"]
        {
            let address = document[member].as_str().unwrap();
            assert!(address.starts_with("http://portreeve.internal/t/acme/oauth2/"), "{member}");
        }
        assert_eq!(document["issuer"], FACTS.issuer);
        assert_eq!(document["authorization_endpoint"], "https://id.example/t/acme/oauth2/authorize");
        assert_eq!(document["end_session_endpoint"], "https://id.example/t/acme/oauth2/logout");
    }
}
