//! Requests to endpoints, and the JSON in their parameters.

use portreeve_domain::{Acr, Client, Profile, ResourceServer, Scope};
use portreeve_fuzz::{drive, text};
use portreeve_jose::{Algorithm, peek_unproven};
use portreeve_oidc::authorization::{Accepted, Channel, Parsed, Rules};
use portreeve_oidc::authorization_details;
use portreeve_oidc::backchannel_authentication::Received;
use portreeve_oidc::claims_request::{ClaimsRequest, ClaimsSection};
use portreeve_oidc::request_object::{Expectation, RequestObject, Signing};
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_oidc::scope_policy::Known;
use portreeve_oidc::token_request::TokenRequest;
use portreeve_oidc::{Cause, Parameters, pkce, pushed_request};
use serde_json::Value;

use crate::forms;
use crate::members::{members_of, members_sent};
use crate::parties::{ISSUER, api, client, now};
use crate::signer::Signer;

fn rules<'a>(servers: &'a [&'a ResourceServer]) -> Rules<'a> {
    Rules {
        channel: Channel::Pushed,
        pushed_only: false,
        signed_only: false,
        profile: Profile::OAuth21,
        registration_open: false,
        acrs: &[Acr::Aal1, Acr::Aal2],
        servers,
        attributes: &[],
    }
}

fn accepted(parameters: &Parameters, client: &Client, servers: &[&ResourceServer]) -> Result<Accepted, Cause> {
    pushed_request::check(parameters).map_err(|refusal| refusal.cause)?;
    let redirectable = Parsed::authenticated(client, parameters.clone())
        .and_then(|parsed| parsed.identify(client))
        .and_then(|identified| identified.redirectable())
        .map_err(|refusal| refusal.cause)?;
    redirectable.accept(&rules(servers)).map_err(|rejected| rejected.refusal.cause)
}

/// Pushes a good request with these parameters besides.
pub(crate) fn pushed(others: &[(&str, &str)]) -> Result<(), Cause> {
    let good = [
        ("response_type", "code"),
        ("redirect_uri", "https://rp.example/cb"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbUGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let pairs = good.iter().chain(others).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let parameters = Parameters::from_pairs(pairs).map_err(|refusal| refusal.cause)?;
    accepted(&parameters, &client(), &[]).map(|_| ())
}

/// PA-01: what is accepted of a pushed body goes to a registered address, asks for no more than may be asked for, and has a
/// challenge.
#[test]
fn pushed_requests() {
    let (client, api) = (client(), api());
    drive("pushed_request", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(accepted) = accepted(&parameters, &client, &[&api]) else { return false };
        let target = accepted.target.redirect_uri().to_owned();
        assert!(client.metadata.redirect_uris.contains(&target), "{target}");
        assert!(parameters.get("redirect_uri").is_none_or(|sent| sent == target), "another than was asked for");
        assert!(accepted.code_challenge.is_some(), "without a challenge");
        let asked = Scope::parse(parameters.get("scope").unwrap_or_default()).expect("a scope");
        assert!(asked.covers(&accepted.scope), "{} of {asked}", accepted.scope);
        assert!(accepted.resources.iter().all(|resource| *resource == api.resource));
        assert!(accepted.max_age.is_none_or(|age| age >= 0));
        true
    });
}

/// JA-02: a signed object holds what its client signed, and is for nobody else.
#[test]
fn request_objects() {
    let (signer, client) = (Signer::new(Algorithm::Es256), client());
    let keys = signer.keys();
    let by = Expectation { client: &client, issuer: ISSUER, profile: Profile::OAuth21, now: now() };
    let signing = Signing::of(&client, Profile::OAuth21).expect("a way to sign");
    drive("request_object", |claims| {
        let object = signer.sign(signer.header("oauth-authz-req+jwt").to_string(), claims);
        let read = RequestObject::signed(&object, &by, signing, &keys);
        assert!(peek_unproven(&object, 16 * 1024).is_some() || read.is_err());
        let unsigned = format!("{}.", object.rsplit_once('.').unwrap().0);
        assert!(RequestObject::signed(&unsigned, &by, signing, &keys).is_err(), "without its signature");
        assert!(RequestObject::unsigned(&object, &by).is_err(), "its signature was not looked at");
        if read.is_ok() {
            let said: Value = serde_json::from_slice(claims).expect("JSON");
            let is_client = |name: &str| said.get(name).is_none_or(|value| value == "web");
            assert!(is_client("client_id") && is_client("iss"), "{said}");
            assert!(said.get("sub") != Some(&Value::from("web")), "{said}: a client assertion");
            assert!(said.get("request").is_none() && said.get("request_uri").is_none(), "{said}: leads to another one");
        }
        read.is_ok()
    });
}

/// OC-20, S-031: a claims request is kept as it was read.
#[test]
fn claims_requests() {
    drive(
        "claims_parameter",
        text(|json| {
            let Ok(read) = ClaimsRequest::parse(json) else { return false };
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(ClaimsRequest::parse(&written).as_ref(), Ok(&read), "{written}");
            let plain: Value = serde_json::from_str(json).expect("JSON");
            for (section, name) in [(ClaimsSection::IdToken, "id_token"), (ClaimsSection::Userinfo, "userinfo")] {
                let named: Vec<_> = read.names(section).collect();
                let said = plain[name].as_object().map(|claims| claims.len()).unwrap_or_default();
                assert!(named.len() == said && said <= 64, "{json}");
            }
            assert!(members_sent(json) == members_of(&plain), "{json}: a member is there twice");
            assert_eq!(read.without_values().essential_acr(), None);
            true
        }),
    );
}

/// S-031: details are of a known type, as its schema says, and kept as they were sent.
#[test]
fn details() {
    let (client, api) = (client(), api());
    drive(
        "authorization_details",
        text(|json| {
            let pairs = vec![("authorization_details".to_owned(), json.to_owned())];
            let Ok(parameters) = Parameters::from_pairs(pairs) else { return false };
            let Ok(details) = authorization_details::requested(&parameters, &client, &[&api]) else { return false };
            if details.is_empty() {
                assert!(json.is_empty());
                return false;
            }
            let plain: Vec<Value> = serde_json::from_str(json).expect("a list");
            let kept: Vec<_> = details.iter().map(|detail| Value::Object(detail.members.clone())).collect();
            assert_eq!(plain, kept);
            let members: usize = plain.iter().map(members_of).sum();
            assert_eq!(members_sent(json), members, "{json}: a member is there twice");
            for detail in &details {
                assert!(detail.type_name() == "payment" && detail.resource == api.resource);
                let amount = detail.members["amount"].as_f64().expect("a number");
                assert!(amount >= 1.0 && amount.fract() == 0.0, "{json}");
                let facts = detail.facts(Some(&api.authorization_details_types[0]));
                assert_eq!(facts.len(), detail.members.len() - 1, "each is put before the person");
            }
            true
        }),
    );
}

/// OA-TK-26: a token request is of one grant, with what this needs.
#[test]
fn token_requests() {
    drive("token_request", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let Ok(read) = TokenRequest::from_parameters(&parameters) else { return false };
        assert_eq!(parameters.get("grant_type"), Some(read.grant_type().name()));
        assert!(read.check_allowed(&client()).is_ok());
        true
    });
}

/// CB-01: exactly one hint, a short plain message, and a scope that may be asked for.
#[test]
fn backchannel_requests() {
    let (client, api) = (client(), api());
    drive("backchannel_request", |body| {
        let Some(parameters) = forms::parameters(body) else { return false };
        let known = Known { servers: &[&api], attributes: &[] };
        let Ok(read) = Received::from_parameters(&parameters, &client, known, Profile::OAuth21.rules()) else {
            return false;
        };
        let hints =
            ["login_hint", "id_token_hint", "login_hint_token"].iter().filter(|name| parameters.get(name).is_some());
        assert_eq!(hints.count(), 1);
        if let Some(message) = &read.request.binding_message {
            assert!(
                message.chars().count() <= 64 && !message.chars().any(|c| c.is_control() || "<>\"'/@\\".contains(c)),
                "{message:?}"
            );
        }
        assert!(read.lifetime.as_seconds() > 0);
        true
    });
}

/// S-060: a scope is a set of words that is written and read back as the same.
#[test]
fn scopes() {
    drive(
        "scope",
        text(|words| {
            let Ok(scope) = Scope::parse(words) else { return false };
            assert_eq!(Scope::parse(&scope.to_string()).as_ref(), Ok(&scope));
            let mut said: Vec<_> = words.split(' ').filter(|word| !word.is_empty()).collect();
            assert!(scope.iter().all(|word| said.contains(&word)) && said.iter().all(|word| scope.contains(word)));
            said.sort_unstable();
            said.dedup();
            assert!(scope.iter().count() == said.len() && said.len() <= 50);
            let some = scope.filter(|word| word.len() % 2 == 0);
            assert!(scope.covers(&some) && scope.union(&some) == scope);
            true
        }),
    );
}

/// S-024: a challenge is 43 characters of base64url, and is met by a verifier of its length alone.
#[test]
fn challenges() {
    drive(
        "code_challenge",
        text(|challenge| {
            let Some(read) = pkce::CodeChallenge::parse(challenge) else { return false };
            assert!(
                challenge.len() == 43 && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert!(!pkce::verify(challenge, &read), "no text is its own hash");
            true
        }),
    );
}

/// SU-01: a demand is understood whole, or refused: every parameter is one of the three, is there once and says something.
#[test]
fn demands() {
    let whole = Scope::parse("orders.read orders.write").unwrap();
    drive(
        "resource_demand",
        text(|query| {
            let Ok(demand) = ResourceDemand::from_query(query) else { return false };
            let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let said = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let known = ["scope", "acr_values", "max_age"];
            assert_eq!(pairs.len(), known.into_iter().filter_map(said).count(), "{query}: unknown, or there twice");
            assert!(pairs.iter().all(|(_, value)| !value.is_empty()), "{query}");
            let scope = Scope::parse(said("scope").unwrap_or_default()).expect("a scope");
            // A token for which nobody signed in meets a demand for scopes alone.
            let asks_for_person = said("acr_values").or(said("max_age")).is_some();
            assert_eq!(demand.check(&scope, None, now()).is_err(), asks_for_person, "{query}");
            assert!(whole.covers(&scope) || demand.check(&whole, None, now()).is_err(), "{query}");
            !pairs.is_empty()
        }),
    );
}
