//! The discovery document, the same for OpenID Connect and OAuth.
//!
//! Owns its members. What is not listed here is not supported, and every default that would promise more is stated.
//! Leaves caching and routes to the doors. OIDC Discovery §3; RFC 8414 §2; RFC 8705 §3.3, §5; RFC 9101 §10.5; RFC 9126 §5;
//! RFC 9207 §3; RFC 9449 §5.1; RFC 9701 §7; RFC 9728 §4; RP-Initiated Logout §2.1; Initiating User Registration
//! (`prompt=create`) §4; JARM §4; CIBA Core §4; Back-Channel Logout §2.1; Front-Channel Logout §3; Session Management §3.3;
//! OAuth 2.0 Attestation-Based Client Authentication (Authorization Server and Resource Server Metadata).

use portreeve_domain::{Acr, ClientAttestation, ClientAuthMethod, Demand, Fault, GrantType, Profile, ProfileRules};
use portreeve_jose::{Algorithm, UNSIGNED, shared_secret};
use serde::Serialize;

use crate::authorization::{ResponseMode, ResponseType};
use crate::{dpop, encryption, paths, pkce, signatures, userinfo};

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
    /// Grants that the tenant does without.
    pub disabled_grants: &'a [GrantType],
    /// Whether clients may authenticate by certificate and have tokens bound to it.
    pub mutual_tls: bool,
    /// What is made of client attestations.
    pub client_attestation: ClientAttestation,
    /// What stands for the issuer in the addresses of the endpoints that ask for a certificate, where these are others; no
    /// trailing slash (RFC 8705 §5).
    pub mutual_tls_base: Option<&'a str>,
    /// Every scope of the tenant.
    pub scopes: &'a [&'a str],
    /// The claims that attributes of the tenant add.
    pub own_claims: &'a [&'a str],
    /// The types of authorization details of the tenant.
    pub details_types: &'a [&'a str],
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
    /// The authentication contexts that can be reached.
    pub acrs: &'a [Acr],
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
    let rules = facts.profile.rules();
    let pushed_only = facts.pushed_only || rules.pushed_request == Demand::Required;
    let assertion_algorithms = assertion_algorithms(rules);
    let attested = client_authentication(facts).any(ClientAuthMethod::is_attested);
    let methods: Vec<&str> = client_authentication(facts).map(ClientAuthMethod::name).collect();
    let confidential = client_authentication(facts).filter(|method| *method != ClientAuthMethod::None);
    let confidential: Vec<&str> = confidential.map(ClientAuthMethod::name).collect();
    let signing: Vec<&str> = signatures::for_clients(rules.signatures).iter().map(|known| known.name()).collect();
    let unsigned = facts.profile.merges_request_objects().then_some(UNSIGNED);
    let signed = signatures::of_clients(rules.signatures).iter().map(|known| known.name());
    let request_object_algorithms = signed.clone().chain(unsigned);
    let grants: Vec<_> = GrantType::ALL.into_iter().filter(|grant| has_grant(facts, *grant)).collect();
    let has = |grant: GrantType| grants.contains(&grant);
    let ciba = has(GrantType::Ciba);
    let modes = rules.token_delivery.iter().filter(|_| ciba);
    let response_types = ResponseType::ALL.into_iter().filter(|known| known.is_in(facts.profile));
    let response_types = response_types.filter(|known| known.grants().iter().all(|grant| has(*grant)));
    let document = Document {
        issuer: facts.issuer,
        authorization_endpoint: browser(paths::AUTHORIZE),
        pushed_authorization_request_endpoint: machine(paths::PAR),
        require_pushed_authorization_requests: pushed_only,
        token_endpoint: machine(paths::TOKEN),
        jwks_uri: machine(paths::JWKS),
        userinfo_endpoint: machine(paths::USERINFO),
        device_authorization_endpoint: has(GrantType::DeviceCode).then(|| machine(paths::DEVICE_AUTHORIZATION)),
        backchannel_authentication_endpoint: ciba.then(|| machine(paths::BC_AUTHORIZE)),
        backchannel_token_delivery_modes_supported: modes.map(|mode| mode.name()).collect(),
        backchannel_authentication_request_signing_alg_values_supported: signed.clone().filter(|_| ciba).collect(),
        introspection_endpoint: machine(paths::INTROSPECT),
        revocation_endpoint: machine(paths::REVOKE),
        registration_endpoint: facts.clients_register.then(|| machine(paths::REGISTER)),
        end_session_endpoint: browser(paths::LOGOUT),
        scopes_supported: facts.scopes,
        authorization_details_types_supported: facts.details_types,
        response_types_supported: response_types.map(ResponseType::name).collect(),
        response_modes_supported: ResponseMode::NAMES,
        grant_types_supported: grants.iter().map(|grant| grant.name()).collect(),
        code_challenge_methods_supported: [pkce::METHOD],
        prompt_values_supported: PROMPTS.into_iter().chain(facts.registration_open.then_some("create")).collect(),
        acr_values_supported: facts.acrs.iter().map(|acr| acr.name()).collect(),
        subject_types_supported: ["public", "pairwise"],
        id_token_signing_alg_values_supported: &signing,
        userinfo_signing_alg_values_supported: &signing,
        authorization_signing_alg_values_supported: &signing,
        token_endpoint_auth_methods_supported: &methods,
        token_endpoint_auth_signing_alg_values_supported: &assertion_algorithms,
        introspection_endpoint_auth_methods_supported: &confidential,
        introspection_endpoint_auth_signing_alg_values_supported: &assertion_algorithms,
        introspection_signing_alg_values_supported: &signing,
        encryption: encryption::Supported::all(),
        revocation_endpoint_auth_methods_supported: &methods,
        revocation_endpoint_auth_signing_alg_values_supported: &assertion_algorithms,
        client_attestation_signing_alg_values_supported: signed.clone().filter(|_| attested).collect(),
        client_attestation_pop_signing_alg_values_supported: signed.clone().filter(|_| attested).collect(),
        challenge_endpoint: (attested && facts.client_attestation == ClientAttestation::Challenged)
            .then(|| machine(paths::CHALLENGE)),
        dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(Algorithm::name),
        tls_client_certificate_bound_access_tokens: facts.mutual_tls,
        mtls_endpoint_aliases: facts.mutual_tls_base.map(|base| Aliases::below(base, &grants)),
        claims_supported: claims_supported(facts),
        claim_types_supported: ["normal"],
        claims_parameter_supported: true,
        request_parameter_supported: true,
        // References of ours work all the same (RFC 9126 §5).
        request_uri_parameter_supported: !pushed_only,
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

/// Whether a grant exists: in the profile, and at the tenant.
fn has_grant(facts: &Facts<'_>, grant: GrantType) -> bool {
    facts.profile.has_grant(grant) && !facts.disabled_grants.contains(&grant)
}

/// How clients may authenticate: as the profile allows and the deployment can.
fn client_authentication(facts: &Facts<'_>) -> impl Iterator<Item = ClientAuthMethod> {
    let allowed = facts.profile.rules().client_authentication.iter().copied();
    let has_attestations = facts.client_attestation != ClientAttestation::Off;
    let allowed = allowed.filter(|method| facts.mutual_tls || !method.is_mutual_tls());
    allowed.filter(move |method| has_attestations || !method.is_attested())
}

/// What assertions of clients may be signed with, and the MAC where it proves a client.
fn assertion_algorithms(rules: &ProfileRules) -> Vec<&'static str> {
    let signed = signatures::of_clients(rules.signatures).iter().map(|known| known.name());
    let has_mac = rules.client_authentication.contains(&ClientAuthMethod::ClientSecretJwt);
    signed.chain(has_mac.then_some(shared_secret::ALGORITHM)).collect()
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
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_authentication_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backchannel_token_delivery_modes_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backchannel_authentication_request_signing_alg_values_supported: Vec<&'a str>,
    introspection_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    end_session_endpoint: String,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    scopes_supported: &'a [&'a str],
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    authorization_details_types_supported: &'a [&'a str],
    response_types_supported: Vec<&'a str>,
    response_modes_supported: [&'a str; ResponseMode::NAMES.len()],
    grant_types_supported: Vec<&'a str>,
    code_challenge_methods_supported: [&'a str; 1],
    prompt_values_supported: Vec<&'a str>,
    acr_values_supported: Vec<&'a str>,
    subject_types_supported: [&'a str; 2],
    id_token_signing_alg_values_supported: &'a [&'a str],
    userinfo_signing_alg_values_supported: &'a [&'a str],
    authorization_signing_alg_values_supported: &'a [&'a str],
    token_endpoint_auth_methods_supported: &'a [&'a str],
    token_endpoint_auth_signing_alg_values_supported: &'a [&'a str],
    introspection_endpoint_auth_methods_supported: &'a [&'a str],
    introspection_endpoint_auth_signing_alg_values_supported: &'a [&'a str],
    introspection_signing_alg_values_supported: &'a [&'a str],
    #[serde(flatten)]
    encryption: encryption::Supported,
    revocation_endpoint_auth_methods_supported: &'a [&'a str],
    revocation_endpoint_auth_signing_alg_values_supported: &'a [&'a str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    client_attestation_signing_alg_values_supported: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    client_attestation_pop_signing_alg_values_supported: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_endpoint: Option<String>,
    dpop_signing_alg_values_supported: [&'a str; dpop::ALGORITHMS.len()],
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases>,
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

/// The endpoints where a certificate is asked for (RFC 8705 §5).
#[derive(Serialize)]
struct Aliases {
    pushed_authorization_request_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_authentication_endpoint: Option<String>,
}

impl Aliases {
    fn below(base: &str, grants: &[GrantType]) -> Self {
        let at = |path: &str| format!("{base}{path}");
        let of = |grant: GrantType, path: &str| grants.contains(&grant).then(|| at(path));
        Self {
            pushed_authorization_request_endpoint: at(paths::PAR),
            token_endpoint: at(paths::TOKEN),
            userinfo_endpoint: at(paths::USERINFO),
            introspection_endpoint: at(paths::INTROSPECT),
            revocation_endpoint: at(paths::REVOKE),
            device_authorization_endpoint: of(GrantType::DeviceCode, paths::DEVICE_AUTHORIZATION),
            backchannel_authentication_endpoint: of(GrantType::Ciba, paths::BC_AUTHORIZE),
        }
    }
}

/// Claims about the token, and those about people that a client can be given.
fn claims_supported<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let standard: Vec<&str> = userinfo::claim_names().collect();
    [&TOKEN_CLAIMS[..], &standard, facts.own_claims].concat()
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
