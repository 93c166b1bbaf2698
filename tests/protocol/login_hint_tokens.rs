//! Back-channel requests about whom a trusted issuer names. CIBA Core §7.1, §13.

use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    backchannel::Asker,
    cast,
    deployment::{on_both, on_sqlite},
    idp::Idp,
    jwt,
    relying_party::{RelyingParty, Tokens},
    reply::Reply,
};
use serde_json::json;

const TYPE: &str = "login-hint+jwt";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

async fn ask(client: &Asker<'_>, token: &str) -> Reply {
    client.try_ask(&[("scope", "openid"), ("login_hint_token", token)]).await
}

/// CB-01, CB-06: the person whom the issuer names is asked, as with any other hint.
#[test]
fn the_person_whom_a_trusted_issuer_names_is_asked() {
    on_both(async |at| {
        let (idp, till) = (Idp::new(at), Asker::new(at, "till"));
        idp.be_trusted_for("till").await;
        let ada = RelyingParty::new(at, "web").tokens("openid").await;

        let asked =
            till.ask(&[("login_hint", ""), ("login_hint_token", &idp.signed(TYPE, json!({ "jti": null })))]).await;
        till.decide("allow").await;

        let tokens = Tokens(till.poll(&asked).await.success());
        assert_eq!(jwt::claims(tokens.id())["sub"], jwt::claims(ada.id())["sub"]);
    });
}

/// CB-06: a token that is over is told apart from one that was never good, and from one about nobody.
#[test]
fn each_token_that_names_nobody_has_its_error() {
    on_both(async |at| {
        let (idp, till) = (Idp::new(at), Asker::new(at, "till"));
        idp.be_trusted_for("till").await;
        let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &stranger.pkcs8).unwrap();
        let over = json!({ "exp": at.seconds() - 60 });
        let forged = stranger.sign(TYPE, idp.claims(over.clone()).to_string().as_bytes()).unwrap();

        for (token, error) in [
            (idp.signed(TYPE, over), "expired_login_hint_token"),
            (forged, "invalid_request"),
            (idp.signed(TYPE, json!({ "sub": "u-2" })), "unknown_user_id"),
            (idp.signed(TYPE, json!({ "sub": cast::ADA })), "unknown_user_id"),
            (idp.signed(TYPE, json!({ "aud": "https://other.example" })), "invalid_request"),
            (idp.signed(TYPE, json!({ "exp": null })), "invalid_request"),
            (idp.signed(TYPE, json!({ "iss": "https://other-idp.example" })), "invalid_request"),
            (idp.signed(TYPE, json!({ "iss": cast::ISSUER })), "invalid_request"),
            (idp.signed("JWT", json!({})), "invalid_request"),
            ("a.b.c".to_owned(), "invalid_request"),
        ] {
            assert_eq!(ask(&till, &token).await.error(), (400, error.to_owned()), "{token}");
        }
        let good = idp.signed(TYPE, json!({}));
        assert_eq!(ask(&Asker::new(at, "bank"), &good).await.error().1, "invalid_request", "another client's issuer");
        let two = [("scope", "openid"), ("login_hint_token", good.as_str()), ("login_hint", cast::ADA)];
        assert_eq!(till.try_ask(&two).await.error().1, "invalid_request", "two hints");
        assert_eq!(at.events("backchannel.authentication.requested").await, 0);
    });
}

/// S-044: a hint lets a client ask; it is no grant, and a grant is no hint.
#[test]
fn a_hint_is_no_grant() {
    on_both(async |at| {
        let (idp, agent) = (Idp::new(at), RelyingParty::new(at, "agent"));
        idp.be_trusted_for("agent").await;
        let grant = async |assertion: String| {
            let pairs = [("grant_type", JWT_BEARER), ("assertion", assertion.as_str()), ("scope", "orders.read")];
            agent.token(&pairs).await
        };

        assert_eq!(grant(idp.signed(TYPE, json!({}))).await.error(), (400, "invalid_grant".to_owned()));
        assert_eq!(grant(idp.signed("JWT", json!({}))).await.status, 200);
    });
}

/// CB-06: an issuer that is trusted no longer names nobody.
#[test]
fn an_issuer_names_people_as_long_as_it_is_trusted() {
    on_sqlite(async |at| {
        let (idp, till) = (Idp::new(at), Asker::new(at, "till"));
        idp.be_trusted_for("till").await;
        let token = idp.signed(TYPE, json!({}));
        assert_eq!(ask(&till, &token).await.status, 200);

        idp.be_forgotten().await;

        assert_eq!(ask(&till, &token).await.error(), (400, "invalid_request".to_owned()));
        at.wait(Lifetime::from_minutes(10));
        at.deliver_approval_links().await;
    });
}
