//! What is read from an exchange request, and what may come of it.

use portreeve_domain::{ExchangePolicy, TokenProfile};
use serde_json::json;

use super::*;
use crate::testing::{orders_api, parameters, scope, web_client};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ORDERS: &str = "https://api.example.com";
const STOCK: &str = "https://stock.example.com";

fn stock_api() -> ResourceServer {
    ResourceServer {
        resource: STOCK.into(),
        scopes: scope("orders.read stock.read"),
        token_profile: TokenProfile::Rfc9068,
        ..orders_api()
    }
}

fn exchanger(impersonation: bool) -> Client {
    let mut client = web_client();
    client.id = ClientId::parse("orders-api").unwrap();
    client.metadata.exchanges =
        vec![ExchangePolicy { from: vec![ORDERS.into()], to: vec![STOCK.into()], impersonation }];
    client
}

fn request(more: &[(&str, &str)]) -> Result<ExchangeRequest, Cause> {
    let pairs = [&[("subject_token", "s"), ("subject_token_type", ACCESS_TOKEN)], more].concat();
    ExchangeRequest::from_parameters(&parameters(&pairs)).map_err(|refusal| refusal.cause)
}

fn decided(
    more: &[(&str, &str)],
    subject: &SubjectFacts<'_>,
    actor: Option<&str>,
    client: &Client,
) -> Result<Exchange, Cause> {
    let (orders, stock) = (orders_api(), stock_api());
    decide(&request(more).unwrap(), subject, actor, client, &[&orders, &stock]).map_err(|refusal| refusal.cause)
}

fn subject(scope: &Scope) -> SubjectFacts<'_> {
    SubjectFacts { audience: ORDERS, scope, may_act: None, actors: &[] }
}

/// TE-01, S-067: both subject parameters; the actor's type if and only if there is an actor.
#[test]
fn the_parameters_of_both_tokens_come_in_pairs() {
    let read = |pairs: &[(&str, &str)]| {
        ExchangeRequest::from_parameters(&parameters(pairs)).map(drop).map_err(|refusal| refusal.cause)
    };
    let good = [("subject_token", "s"), ("subject_token_type", ACCESS_TOKEN)];
    let actor = [("actor_token", "a"), ("actor_token_type", ACCESS_TOKEN)];

    assert_eq!(read(&good), Ok(()));
    assert_eq!(read(&good[..1]), Err(Cause::ParameterMissing));
    assert_eq!(read(&good[1..]), Err(Cause::ParameterMissing));
    assert_eq!(read(&[("subject_token", ""), good[1]]), Err(Cause::ParameterMissing));
    assert_eq!(read(&[good, actor].concat()), Ok(()));
    assert_eq!(read(&[&good[..], &actor[..1]].concat()), Err(Cause::ParameterMissing));
    assert_eq!(read(&[&good[..], &actor[1..]].concat()), Err(Cause::ActorTokenTypeUnexpected));
}

/// TE-02, TE-07: only our access tokens are taken and given; no ID token, no refresh token.
#[test]
fn other_token_types_are_refused() {
    for name in ["id_token", "refresh_token", "saml2", "nonsense"] {
        let name = format!("urn:ietf:params:oauth:token-type:{name}");
        let brought = [("subject_token", "s"), ("subject_token_type", name.as_str())];
        let refused = ExchangeRequest::from_parameters(&parameters(&brought)).map(drop).map_err(|r| r.cause);
        assert_eq!(refused, Err(Cause::TokenTypeUnsupported), "{name}");
        let wanted = request(&[("requested_token_type", &name)]).map(drop);
        assert_eq!(wanted, Err(Cause::TokenTypeUnsupported), "{name}");
    }
    assert!(TokenType::AccessToken.fits(TokenForm::Opaque) && TokenType::Jwt.fits(TokenForm::Jwt));
    assert!(!TokenType::Jwt.fits(TokenForm::Opaque));
}

/// TE-06, S-067: the scope never exceeds the subject token's, nor what the target defines.
#[test]
fn the_scope_only_shrinks() {
    let held = scope("orders.read orders.write");
    let target =
        |more: &[(&str, &str)]| decided(more, &subject(&held), None, &exchanger(false)).map(|e| e.target.scope);

    assert_eq!(target(&[("resource", STOCK)]), Ok(scope("orders.read")));
    assert_eq!(target(&[("resource", STOCK), ("scope", "orders.write")]), Ok(Scope::default()));
    assert_eq!(target(&[("resource", STOCK), ("scope", "stock.read")]), Err(Cause::ScopeBeyondGrant));
}

/// S-070: what the person may do, and the client is not registered for, is no gain of the client's.
#[test]
fn the_scope_is_within_the_clients_registration() {
    let (held, mut client) = (scope("orders.read orders.write"), exchanger(false));
    client.metadata.exchanges[0].to = vec![ORDERS.into()];
    client.metadata.scope = Some(scope("orders.read"));
    let target = |more: &[(&str, &str)]| decided(more, &subject(&held), None, &client).map(|e| e.target.scope);

    assert_eq!(target(&[]), Ok(scope("orders.read")));
    assert_eq!(target(&[("scope", "orders.read")]), Ok(scope("orders.read")));
    assert_eq!(target(&[("scope", "orders.write")]), Err(Cause::ScopeNotAllowed));
}

/// TE-04: a target is known, single, and may be named either way or both.
#[test]
fn the_target_is_one_known_resource_server() {
    let held = scope("orders.read");
    let target = |more: &[(&str, &str)]| {
        decided(more, &subject(&held), None, &exchanger(false)).map(|exchange| exchange.target.resource.unwrap())
    };

    assert_eq!(target(&[("audience", STOCK)]), Ok(STOCK.to_owned()));
    assert_eq!(target(&[("audience", STOCK), ("resource", STOCK)]), Ok(STOCK.to_owned()));
    assert_eq!(target(&[]), Ok(STOCK.to_owned()), "the only one the policy leads to");
    assert_eq!(target(&[("resource", STOCK), ("resource", ORDERS)]), Err(Cause::ResourceNotSingle));
    assert_eq!(target(&[("resource", "https://x.example")]), Err(Cause::ResourceUnknown));
    assert_eq!(target(&[("audience", "stock")]), Err(Cause::ResourceMalformed));
}

/// TE-06, S-067: a policy leads nowhere that the client may not go, named or not.
#[test]
fn the_target_is_one_of_the_clients() {
    let held = scope("orders.read");
    let mut client = exchanger(false);
    client.metadata.resources = vec![ORDERS.into()];

    assert_eq!(decided(&[], &subject(&held), None, &client).err(), Some(Cause::ResourceNotSingle));
    assert_eq!(decided(&[("resource", STOCK)], &subject(&held), None, &client).err(), Some(Cause::ResourceUnknown));
}

/// S-067: without a policy nothing is exchanged, and a policy has a direction.
#[test]
fn exchanges_are_off_unless_allowed() {
    let held = scope("orders.read");
    let foreign = SubjectFacts { audience: STOCK, ..subject(&held) };
    let named = [("resource", STOCK)];

    assert_eq!(decided(&named, &subject(&held), None, &web_client()), Err(Cause::ExchangeNotAllowed));
    assert_eq!(
        decided(&[("resource", ORDERS)], &subject(&held), None, &exchanger(false)),
        Err(Cause::ExchangeNotAllowed)
    );
    assert_eq!(decided(&named, &foreign, None, &exchanger(false)), Err(Cause::ExchangeNotAllowed));
}

/// TE-05, S-067: the newest actor stands outside; the chain is kept, also by a client that may be silent.
#[test]
fn the_chain_of_actors_only_grows() {
    let (held, earlier) = (scope("orders.read"), ["gateway".to_owned()]);
    let chained = SubjectFacts { actors: &earlier, ..subject(&held) };
    let actors = |actor, client: &Client| decided(&[], &chained, actor, client).map(|exchange| exchange.actors);

    assert_eq!(actors(None, &exchanger(false)), Ok(vec!["orders-api".into(), "gateway".into()]));
    assert_eq!(actors(Some("batch"), &exchanger(false)), Ok(vec!["batch".into(), "gateway".into()]));
    assert_eq!(actors(None, &exchanger(true)), Ok(vec!["gateway".into()]));
    assert_eq!(actors(Some("batch"), &exchanger(true)), Ok(vec!["batch".into(), "gateway".into()]));
    assert_eq!(
        act_claim(&["c".into(), "b".into(), "a".into()]),
        Some(json!({"sub": "c", "act": {"sub": "b", "act": {"sub": "a"}}}))
    );
    assert_eq!(act_claim(&[]), None);
    let long = ["1", "2", "3", "4", "5"].map(str::to_owned);
    let at_the_end = SubjectFacts { actors: &long, ..subject(&held) };
    assert_eq!(decided(&[], &at_the_end, None, &exchanger(false)), Err(Cause::ActorNotAllowed));
}

/// TE-05: `may_act` names the only one who may act, whoever asks.
#[test]
fn may_act_is_obeyed() {
    let (held, allowed) = (scope("orders.read"), ClientId::parse("orders-api").unwrap());
    let bound = SubjectFacts { may_act: Some(&allowed), ..subject(&held) };
    let mut other = exchanger(true);
    other.id = ClientId::parse("other-api").unwrap();

    assert!(decided(&[], &bound, None, &exchanger(false)).is_ok());
    assert!(decided(&[], &bound, Some("orders-api"), &exchanger(false)).is_ok());
    assert_eq!(decided(&[], &bound, Some("batch"), &exchanger(false)), Err(Cause::ActorNotAllowed));
    assert_eq!(decided(&[], &bound, None, &other), Err(Cause::ActorNotAllowed));
}
