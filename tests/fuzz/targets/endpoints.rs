//! Requests to the smaller endpoints: signing out, devices, sign-ins that start elsewhere, tokens that are asked about.

use http::{HeaderValue, header};
use portreeve_crypto::SecretBytes;
use portreeve_domain::{Client, ClientMetadata, Lifetime, Scope, Timestamp};
use portreeve_fuzz::{drive, text};
use portreeve_oidc::device_authorization::DeviceRequest;
use portreeve_oidc::dpop::nonce;
use portreeve_oidc::introspection::{JWT_MEDIA_TYPE, wants_jwt};
use portreeve_oidc::login_initiation::LoginInitiation;
use portreeve_oidc::logout_request::{LogoutRequest, return_target};
use portreeve_oidc::revocation::{NamedToken, TokenTypeHint};
use portreeve_oidc::scope_policy::Known;
use url::Url;

use crate::forms;
use crate::headers::headers;
use crate::parties::{ISSUER, NOW, api, client, now};

const SIGNED_OUT: [&str; 2] = ["https://rp.example/bye", "https://rp.example/bye?x=1"];
const SIGN_IN: &str = "https://rp.example/login?from=portal";

/// The client, with the addresses of a sign-out and of a sign-in that starts elsewhere.
fn addressed() -> Client {
    let known = client();
    let metadata = ClientMetadata {
        post_logout_redirect_uris: SIGNED_OUT.map(str::to_owned).to_vec(),
        initiate_login_uri: Some(SIGN_IN.to_owned()),
        ..known.metadata
    };
    Client { metadata, ..known }
}

fn pairs(address: &Url) -> Vec<(String, String)> {
    address.query_pairs().into_owned().collect()
}

/// RL-04, RL-06: a sign-out leads to an address that is registered, with the state that was sent and nothing more.
#[test]
fn logout_requests() {
    let client = addressed();
    drive("logout_request", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(read) = LogoutRequest::from_parameters(&parameters) else { return false };
        let same = |kept: &Option<String>, name: &str| assert_eq!(kept.as_deref(), parameters.get(name), "{name}");
        same(&read.id_token_hint, "id_token_hint");
        same(&read.logout_hint, "logout_hint");
        let wished = parameters.get("ui_locales").unwrap_or_default();
        assert!(read.ui_locales.iter().all(|tag| wished.split(' ').any(|word| word == tag)));
        same(&read.state, "state");
        assert_eq!(read.client_id.as_ref().map(|id| id.as_str()), parameters.get("client_id"));
        let speaks_of_it = read.client(Some(&client.id));
        assert_eq!(speaks_of_it.is_ok(), read.client_id.as_ref().is_none_or(|named| *named == client.id));
        let Some(requested) = &read.post_logout_redirect_uri else { return speaks_of_it.is_ok() };
        let Ok(target) = return_target(&client, requested, read.state.as_deref()) else { return false };
        assert!(SIGNED_OUT.contains(&requested.as_str()), "{requested}");
        let (registered, address) = (Url::parse(requested).unwrap(), Url::parse(&target.url()).unwrap());
        let state = read.state.iter().map(|state| ("state".to_owned(), state.clone()));
        assert_eq!(pairs(&address), pairs(&registered).into_iter().chain(state).collect::<Vec<_>>());
        assert_eq!((address.origin(), address.path()), (registered.origin(), registered.path()));
        speaks_of_it.is_ok()
    });
}

/// S-060: a device is given no more than it asked for, at the APIs there are.
#[test]
fn device_requests() {
    let (client, api) = (client(), api());
    drive("device_request", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(read) =
            DeviceRequest::from_parameters(&parameters, &client, Known { servers: &[&api], attributes: &[] })
        else {
            return false;
        };
        let asked = Scope::parse(parameters.get("scope").unwrap_or_default()).expect("a scope");
        assert!(asked.covers(&read.scope), "{} of {asked}", read.scope);
        assert!(read.resources.iter().all(|resource| *resource == api.resource));
        assert!(read.details.iter().all(|detail| detail.type_name() == "payment" && detail.resource == api.resource));
        let kept = serde_json::to_vec(&read).unwrap();
        assert_eq!(serde_json::from_slice::<DeviceRequest>(&kept).unwrap(), read);
        true
    });
}

/// OC-54: a sign-in that starts elsewhere leads to the address that is registered, which is told of no target but its own origin's.
#[test]
fn login_initiations() {
    let client = addressed();
    drive("login_initiation", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(read) = LoginInitiation::from_parameters(&parameters) else { return false };
        assert_eq!(parameters.get("client_id"), Some(read.client_id.as_str()));
        let Ok(address) = read.address(&client, ISSUER) else { return false };
        assert!(address.starts_with(SIGN_IN), "{address}");
        let mut told = vec![("from".to_owned(), "portal".to_owned()), ("iss".to_owned(), ISSUER.to_owned())];
        for name in ["login_hint", "target_link_uri"] {
            let sent = parameters.get(name).filter(|value| !value.is_empty());
            told.extend(sent.map(|value| (name.to_owned(), value.to_owned())));
        }
        let registered = Url::parse(SIGN_IN).unwrap();
        assert_eq!(pairs(&Url::parse(&address).unwrap()), told);
        if let Some((_, target)) = told.iter().find(|(name, _)| name == "target_link_uri") {
            let read_by_browser = registered.join(target).expect("an address");
            assert_eq!(read_by_browser.origin(), registered.origin(), "{target}");
        }
        true
    });
}

/// RV-02: the token is the one that was sent; of what it is said to be two words are known, and others are no error.
#[test]
fn named_tokens() {
    drive("named_token", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(named) = NamedToken::from_parameters(&parameters) else {
            assert!(parameters.get("token").is_none_or(str::is_empty));
            return false;
        };
        assert_eq!(parameters.get("token"), Some(named.token.expose()));
        assert!((1..=16 * 1024).contains(&named.token.expose().len()));
        let word = named.hint.map(|hint| match hint {
            TokenTypeHint::AccessToken => "access_token",
            TokenTypeHint::RefreshToken => "refresh_token",
        });
        let known = ["access_token", "refresh_token"];
        assert_eq!(word, parameters.get("token_type_hint").filter(|sent| known.contains(sent)));
        true
    });
}

/// IN-06: an answer is a JWT for whoever names its media type, in one header or in several, in any case, and not with weight 0.
#[test]
fn wishes_for_a_jwt() {
    drive("introspection_accept", |line| {
        let Some(sent) = headers(header::ACCEPT, line) else { return false };
        let Some(accept) = sent.get(header::ACCEPT).map(HeaderValue::to_str).and_then(Result::ok) else { return false };
        let wants = wants_jwt([accept]);
        assert_eq!(wants_jwt([accept.to_ascii_uppercase().as_str()]), wants);
        assert_eq!(wants_jwt(accept.split(',')), wants, "in several headers");
        assert_eq!(wants_jwt([accept, "*/*"]), wants);
        assert!(wants_jwt([accept, JWT_MEDIA_TYPE]));
        assert!(!wants || accept.to_ascii_lowercase().contains(JWT_MEDIA_TYPE), "{accept}");
        assert!(accept.contains(',') || !wants_jwt([format!("{accept};q=0").as_str()]), "{accept} with weight 0");
        wants
    });
}

/// DP-09: a nonce is one that we gave within the last five minutes, letter for letter.
#[test]
fn nonces() {
    let key = SecretBytes::new([1; 32]);
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    drive(
        "dpop_nonce",
        text(|sent| {
            if !nonce::is_live(sent, &key, now()) {
                return false;
            }
            let mut given = (NOW - 300..=NOW + 30).step_by(10).map(|second| nonce::current(&key, at(second)));
            assert!(given.any(|one| one == sent), "{sent} was never given");
            assert!(!nonce::is_live(sent, &SecretBytes::new([2; 32]), now()), "by another key");
            assert!(!nonce::is_live(sent, &key, now().plus(Lifetime::from_seconds(330))), "for ever");
            true
        }),
    );
}
