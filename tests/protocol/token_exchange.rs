//! Token exchange. RFC 8693; SECURITY S-067.

use portreeve_domain::{ClientId, Lifetime};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    dpop::{ProofKey, redeem, with_proof},
    jwt,
    relying_party::{RelyingParty, Tokens},
    reply::Reply,
};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const STOCK: &str = "https://stock.example.com";

/// An API that shares a scope with Orders, and clients that may exchange in different ways.
pub(crate) const MORE: &str = r#"
[[resource_servers]]
resource = "https://stock.example.com"
scopes = ["orders.read", "stock.read"]

[[clients]]
client_id = "orders-api"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials"]
response_types = []
exchanges = [{ from = ["https://orders.example.com"], to = ["https://stock.example.com"] }]

[[clients]]
client_id = "stock-api"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange"]
response_types = []
exchanges = [{ from = ["https://stock.example.com"], to = ["https://bills.example.com/v1"] }]

[[clients]]
client_id = "silent-api"
client_secret = { file = "secret" }
grant_types = ["urn:ietf:params:oauth:grant-type:token-exchange"]
response_types = []
exchanges = [{ from = ["https://orders.example.com"], to = ["https://stock.example.com"], impersonation = true }]

[[clients]]
client_id = "stock-gateway"
client_secret = { file = "secret" }
grant_types = ["client_credentials"]
response_types = []
introspects = ["https://stock.example.com", "https://bills.example.com/v1"]

[[clients]]
client_id = "bound"
client_secret = { file = "secret" }
redirect_uris = ["https://bound.example/cb"]
may_act = "orders-api"
"#;

fn invalid_request() -> (u16, String) {
    (400, "invalid_request".to_owned())
}

pub(crate) async fn exchange(client: &RelyingParty<'_>, subject: &str, more: &[(&str, &str)]) -> Reply {
    let usual = [("grant_type", GRANT), ("subject_token", subject), ("subject_token_type", ACCESS_TOKEN)];
    let kept = usual.into_iter().filter(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    let pairs: Vec<_> = kept.chain(more.iter().copied()).collect();
    client.token(&pairs).await
}

/// Ada's token for Orders, of a client that has a browser.
pub(crate) async fn subject_token(at: &Deployment, client: &str) -> String {
    let client = RelyingParty::new(at, client);
    let request = client.request("openid orders.read orders.write").with("resource", cast::ORDERS);
    client.tokens_for(&request).await.access().to_owned()
}

/// TE-03, S-067: the answer names the type, and has no refresh and no ID token; the token is about the same person.
#[test]
fn a_token_is_exchanged_for_one_of_another_audience() {
    on_both(async |at| {
        at.apply(MORE).await;
        let api = RelyingParty::new(at, "orders-api");
        let subject = subject_token(at, "web").await;

        let answer = exchange(&api, &subject, &[("resource", STOCK)]).await.success();

        assert_eq!((&answer["issued_token_type"], &answer["token_type"]), (&json!(ACCESS_TOKEN), &json!("Bearer")));
        assert_eq!((answer.get("refresh_token"), answer.get("id_token")), (None, None));
        assert_eq!(answer["scope"], "orders.read");
        let claims = at.verified(answer["access_token"].as_str().unwrap(), "at+jwt").await;
        assert_eq!((&claims["aud"], &claims["client_id"]), (&json!(STOCK), &json!("orders-api")));
        assert_eq!(claims["sub"], jwt::claims(&subject)["sub"]);
        assert_eq!(claims["auth_time"], jwt::claims(&subject)["auth_time"]);
        assert_eq!(at.events("token.exchanged").await, 1);
    });
}

/// TE-05, S-067: the client that exchanges is the actor, newest outside, down a chain of services.
#[test]
fn the_chain_of_actors_is_told() {
    on_sqlite(async |at| {
        at.apply(MORE).await;
        let (orders, stock) = (RelyingParty::new(at, "orders-api"), RelyingParty::new(at, "stock-api"));
        let first = Tokens(exchange(&orders, &subject_token(at, "web").await, &[]).await.success());
        let second = Tokens(exchange(&stock, first.access(), &[]).await.success());

        let told = RelyingParty::new(at, "stock-gateway").introspect(second.access()).await.success();

        assert_eq!(jwt::claims(first.access())["act"], json!({"sub": "orders-api"}));
        assert_eq!(told["act"], json!({"sub": "stock-api", "act": {"sub": "orders-api"}}));
        assert_eq!(told["client_id"], "stock-api");
    });
}

/// TE-05: an actor token names the actor; it is the client's own.
#[test]
fn an_actor_token_names_the_actor() {
    on_sqlite(async |at| {
        at.apply(MORE).await;
        let (api, service) = (RelyingParty::new(at, "orders-api"), RelyingParty::new(at, "service"));
        let subject = subject_token(at, "web").await;
        let wanted = [("resource", cast::ORDERS), ("scope", "orders.read")];
        let own = Tokens(api.client_credentials(&wanted).await.success());
        let foreign = Tokens(service.client_credentials(&wanted).await.success());
        let by = |token: &str| [("actor_token", token.to_owned()), ("actor_token_type", ACCESS_TOKEN.to_owned())];
        let send = async |pairs: [(&str, String); 2]| {
            exchange(&api, &subject, &[(pairs[0].0, &pairs[0].1), (pairs[1].0, &pairs[1].1)]).await
        };

        let answer = send(by(own.access())).await.success();

        assert_eq!(jwt::claims(answer["access_token"].as_str().unwrap())["act"], json!({"sub": "orders-api"}));
        assert_eq!(send(by(foreign.access())).await.error(), invalid_request());
        assert_eq!(send(by("nonsense")).await.error(), invalid_request());
    });
}

/// TE-06: a bound actor token names the actor to who holds its key.
#[test]
fn a_bound_actor_token_comes_with_its_proof() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (api, key) = (RelyingParty::new(at, "orders-api"), ProofKey::new());
        let asked = [("grant_type", "client_credentials"), ("resource", cast::ORDERS), ("scope", "orders.read")];
        let bound = at.send(with_proof(api.prepared("/oauth2/token", &asked), &key.token_proof(at))).await;
        let bound = Tokens(bound.success());
        let subject = subject_token(at, "web").await;
        let pairs = [
            ("grant_type", GRANT),
            ("subject_token", subject.as_str()),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", bound.access()),
            ("actor_token_type", ACCESS_TOKEN),
        ];
        let by = async |key: &ProofKey| {
            at.send(with_proof(api.prepared("/oauth2/token", &pairs), &key.token_proof(at))).await
        };

        assert_eq!(api.token(&pairs).await.error(), invalid_request(), "without a proof");
        assert_eq!(by(&ProofKey::new()).await.error(), invalid_request(), "by another key");
        assert_eq!(by(&key).await.status, 200);
    });
}

/// RFC 8693 §1.1: impersonation is what a policy allows by name.
#[test]
fn a_client_is_silent_only_where_a_policy_says_so() {
    on_sqlite(async |at| {
        at.apply(MORE).await;
        let silent = RelyingParty::new(at, "silent-api");

        let tokens = Tokens(exchange(&silent, &subject_token(at, "web").await, &[]).await.success());

        assert_eq!(jwt::claims(tokens.access()).get("act"), None);
    });
}

/// TE-05: `may_act` is in the token, and nobody else acts.
#[test]
fn may_act_is_told_and_obeyed() {
    on_both(async |at| {
        at.apply(MORE).await;
        let subject = subject_token(at, "bound").await;

        assert_eq!(jwt::claims(&subject)["may_act"], json!({"sub": "orders-api"}));
        let other = exchange(&RelyingParty::new(at, "silent-api"), &subject, &[]).await;
        assert_eq!(other.error(), invalid_request());
        assert_eq!(exchange(&RelyingParty::new(at, "orders-api"), &subject, &[]).await.status, 200);
    });
}

/// TE-05, S-067: it is the registration of the client that was granted something which says who may act, as it is by now and down the chain
/// of services.
#[test]
fn whom_the_registration_does_not_name_any_more_acts_no_more() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (bound, orders) = (RelyingParty::new(at, "bound"), RelyingParty::new(at, "orders-api"));
        let (silent, stock) = (RelyingParty::new(at, "silent-api"), RelyingParty::new(at, "stock-api"));
        let subject = subject_token(at, "bound").await;
        let derived = Tokens(exchange(&orders, &subject, &[]).await.success());
        assert_eq!(jwt::claims(derived.access())["may_act"], json!({"sub": "orders-api"}));
        assert_eq!(exchange(&stock, derived.access(), &[]).await.error(), invalid_request());

        bound.register_anew(|metadata| metadata.may_act = ClientId::parse("silent-api")).await;

        assert_eq!(exchange(&orders, &subject, &[]).await.error(), invalid_request());
        assert_eq!(exchange(&silent, &subject, &[]).await.status, 200);
        let told = RelyingParty::new(at, "gateway").introspect(&subject).await.success();
        assert_eq!(told["may_act"], json!({"sub": "silent-api"}));

        bound.register_anew(|metadata| metadata.may_act = ClientId::parse("stock-api")).await;

        let gateway = RelyingParty::new(at, "stock-gateway");
        assert_eq!(gateway.introspect(derived.access()).await.success()["may_act"], json!({"sub": "stock-api"}));
        assert_eq!(exchange(&stock, derived.access(), &[]).await.status, 200);

        bound.register_anew(|metadata| metadata.may_act = None).await;

        assert_eq!(gateway.introspect(derived.access()).await.success().get("may_act"), None);
        assert_eq!(exchange(&orders, &subject, &[]).await.status, 200, "whichever has a policy");
    });
}

/// TE-01, TE-02, S-067: what is missing, empty, twice, of another type, expired, or another tenant's is refused.
#[test]
fn what_cannot_be_exchanged_is_refused() {
    on_both(async |at| {
        at.apply(MORE).await;
        let api = RelyingParty::new(at, "orders-api");
        let subject = subject_token(at, "web").await;
        let web = RelyingParty::new(at, "web");
        let tokens = web.tokens("openid").await;
        let service = RelyingParty::new(at, "service");
        let own = [("resource", cast::ORDERS), ("scope", "orders.read")];
        let nobody = Tokens(service.client_credentials(&own).await.success());
        let there = RelyingParty::of_tenant(at, "acme", "web").tokens("openid").await;
        let id_token = "urn:ietf:params:oauth:token-type:id_token";
        let jwt_type = "urn:ietf:params:oauth:token-type:jwt";
        for (what, subject, change) in [
            ("no subject", "", ("resource", STOCK)),
            ("no type", subject.as_str(), ("subject_token_type", "")),
            ("ID token as access token", tokens.id(), ("resource", STOCK)),
            ("refresh token as access token", tokens.refresh(), ("resource", STOCK)),
            ("ID token as such", tokens.id(), ("subject_token_type", id_token)),
            ("opaque as JWT", tokens.access(), ("subject_token_type", jwt_type)),
            ("actor type without actor", &subject, ("actor_token_type", ACCESS_TOKEN)),
            (
                "refresh token wanted",
                &subject,
                ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
            ),
            ("nobody behind it", nobody.access(), ("resource", STOCK)),
            ("another tenant's", there.access(), ("resource", STOCK)),
            ("garbage", "\u{0}ptat_x", ("resource", STOCK)),
        ] {
            assert_eq!(exchange(&api, subject, &[change]).await.error(), invalid_request(), "{what}");
        }
        let twice = [("subject_token", subject.as_str()), ("subject_token", subject.as_str())];
        let twice = [&[("grant_type", GRANT), ("subject_token_type", ACCESS_TOKEN)], &twice[..]].concat();
        assert_eq!(api.token(&twice).await.error(), invalid_request());
        assert_eq!(exchange(&api, &subject, &[("subject_token_type", jwt_type)]).await.status, 200, "a JWT it is");
        at.wait(Lifetime::from_minutes(10));
        assert_eq!(exchange(&api, &subject, &[]).await.error(), invalid_request(), "expired");
    });
}

/// TE-04, TE-06, TE-07, S-067: off for clients without a policy; target, scope and life never exceed what is brought.
#[test]
fn nothing_grows() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (api, gateway) = (RelyingParty::new(at, "orders-api"), RelyingParty::new(at, "stock-gateway"));
        let subject = subject_token(at, "web").await;
        let refused = async |change: (&str, &str)| exchange(&api, &subject, &[change]).await.error().1;

        assert_eq!(refused(("resource", "https://x.example")).await, "invalid_target");
        assert_eq!(refused(("audience", cast::BILLS)).await, "invalid_target");
        assert_eq!(refused(("scope", "stock.read")).await, "invalid_scope");
        let without_grant = exchange(&RelyingParty::new(at, "web"), &subject, &[("resource", STOCK)]).await;
        assert_eq!(without_grant.error().1, "unauthorized_client");
        at.wait(Lifetime::from_minutes(9));
        let late = exchange(&api, &subject, &[]).await.success();
        assert_eq!(late["expires_in"], 60);
        let token = late["access_token"].as_str().unwrap();
        assert_eq!(jwt::claims(token)["exp"], jwt::claims(&subject)["exp"]);
        assert!(gateway.sees_active(token).await);
        at.wait(Lifetime::from_minutes(1));
        assert!(!gateway.sees_active(token).await);
    });
}

/// S-067: what ends the subject token's grant ends what came of it, through a chain.
#[test]
fn the_end_of_the_subjects_grant_is_the_end_of_all() {
    on_both(async |at| {
        at.apply(MORE).await;
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid orders.read").with("resource", cast::ORDERS);
        let tokens = web.tokens_for(&request).await;
        let first = Tokens(exchange(&RelyingParty::new(at, "orders-api"), tokens.access(), &[]).await.success());
        let second = Tokens(exchange(&RelyingParty::new(at, "stock-api"), first.access(), &[]).await.success());
        let gateway = RelyingParty::new(at, "stock-gateway");
        assert!(gateway.sees_active(first.access()).await && gateway.sees_active(second.access()).await);

        // The person's client gives its grant back.
        assert_eq!(web.revoke(tokens.refresh()).await.status, 200);

        assert!(!gateway.sees_active(first.access()).await && !gateway.sees_active(second.access()).await);
        let again = exchange(&RelyingParty::new(at, "stock-api"), first.access(), &[]).await;
        assert_eq!(again.error(), invalid_request());
    });
}

/// S-067: an operator's mistake in a policy is named before it is stored.
#[test]
fn a_policy_names_registered_resource_servers() {
    on_sqlite(async |at| {
        let with = |from: &str| MORE.replace(r#"exchanges = [{ from = ["https://stock.example.com"]"#, from);

        let unknown = at.try_apply(&with(r#"exchanges = [{ from = ["https://nobody.example.com"]"#)).await;

        assert!(unknown.unwrap_err()[0].to_string().contains("https://nobody.example.com"));
        assert!(at.try_apply(MORE).await.is_ok());
        let metadata: Value = at.discovery().await;
        assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(GRANT)));
    });
}

/// TE-06: a bound subject token is exchanged by who holds its key, and what comes of it is bound to that key.
#[test]
fn a_bound_subject_token_is_exchanged_by_its_holder() {
    on_both(async |at| {
        at.apply(MORE).await;
        let (web, api, key) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "orders-api"), ProofKey::new());
        let request = web.request("openid orders.read").with("resource", cast::ORDERS);
        let grant = web.grant_for(&request, cast::ADA).await;
        let subject = Tokens(redeem(&web, at, &grant, &key.token_proof(at)).await.success());
        let pairs = [
            ("grant_type", GRANT),
            ("subject_token", subject.access()),
            ("subject_token_type", ACCESS_TOKEN),
            ("resource", STOCK),
        ];
        let by = async |key: &ProofKey| {
            at.send(with_proof(api.prepared("/oauth2/token", &pairs), &key.token_proof(at))).await
        };

        assert_eq!(api.token(&pairs).await.error(), invalid_request(), "without a proof");
        assert_eq!(by(&ProofKey::new()).await.error(), invalid_request(), "by another key");
        let exchanged = by(&key).await.success();

        assert_eq!(exchanged["token_type"], "DPoP");
        let claims = jwt::claims(exchanged["access_token"].as_str().unwrap());
        assert_eq!((&claims["aud"], &claims["cnf"]), (&json!(STOCK), &json!({ "jkt": key.thumbprint() })));
    });
}
