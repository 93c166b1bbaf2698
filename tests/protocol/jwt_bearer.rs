//! JWT bearer grants. RFC 7521 §4.1, RFC 7523 §2.1, §3; SECURITY S-068, rule 29.

use portreeve_domain::{ClientId, Lifetime};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    idp::{IDP, Idp},
    jwt,
    relying_party::{RelyingParty, Tokens, mac_token},
};
use serde_json::json;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

/// A deployment's IdP, trusted for `agent`, which knows Ada as `u-1`.
async fn trusted(at: &Deployment) -> Idp<'_> {
    let idp = Idp::new(at);
    idp.be_trusted_for("agent").await;
    idp
}

fn agent(at: &Deployment) -> RelyingParty<'_> {
    RelyingParty::new(at, "agent")
}

async fn grant(client: &RelyingParty<'_>, assertion: &str, more: &[(&str, &str)]) -> portreeve_tests::reply::Reply {
    let usual = [("grant_type", GRANT), ("assertion", assertion), ("scope", "orders.read")];
    let kept = usual.into_iter().filter(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    let pairs: Vec<_> = kept.chain(more.iter().copied()).collect();
    client.token(&pairs).await
}

/// S-068, rule 29: the token is about the linked person, and says nothing about a sign-in that was not.
#[test]
fn a_trusted_issuers_word_is_a_grant() {
    on_both(async |at| {
        let idp = trusted(at).await;

        let answer = grant(&agent(at), &idp.assertion(json!({})), &[("resource", cast::ORDERS)]).await.success();

        assert_eq!((answer.get("refresh_token"), answer.get("id_token")), (None, None));
        let claims = at.verified(answer["access_token"].as_str().unwrap(), "at+jwt").await;
        let ada = RelyingParty::new(at, "web").tokens("openid").await;
        assert_eq!(claims["sub"], jwt::claims(ada.id())["sub"]);
        assert_eq!((&claims["client_id"], &claims["scope"]), (&json!("agent"), &json!("orders.read")));
        assert_eq!((claims.get("acr"), claims.get("auth_time"), claims.get("amr")), (None, None, None));
        assert_eq!(at.events("token.assertion.redeemed").await, 1);
        assert_eq!(at.events("user.link.added").await, 1);
    });
}

/// S-068: replayed, without `exp`, for somebody else, badly signed, of an unknown issuer or about nobody here.
#[test]
fn what_is_not_good_is_no_grant() {
    on_both(async |at| {
        let (idp, agent) = (trusted(at).await, agent(at));
        let once = idp.assertion(json!({}));
        assert_eq!(grant(&agent, &once, &[]).await.status, 200);
        assert_eq!(grant(&agent, &once, &[]).await.error(), invalid_grant(), "replayed");
        let node = at.another_node().await;
        assert_eq!(grant(&RelyingParty::new(&node, "agent"), &once, &[]).await.error(), invalid_grant(), "elsewhere");
        for change in [
            json!({"exp": null}),
            json!({"exp": at.seconds() - 60}),
            json!({"aud": "https://other.example"}),
            json!({"jti": null}),
            json!({"sub": "u-2"}),
            json!({"sub": cast::ADA}),
            json!({"iss": "https://other-idp.example"}),
            json!({"iss": cast::ISSUER}),
        ] {
            assert_eq!(grant(&agent, &idp.assertion(change.clone()), &[]).await.error(), invalid_grant(), "{change}");
        }
        let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &stranger.pkcs8).unwrap();
        let forged = stranger.sign("JWT", idp.claims(json!({})).to_string().as_bytes()).unwrap();
        assert_eq!(grant(&agent, &forged, &[]).await.error(), invalid_grant());
        for garbage in ["x", "a.b.c", "\u{0}"] {
            assert_eq!(grant(&agent, garbage, &[]).await.error(), invalid_grant());
        }
        let missing = agent.token(&[("grant_type", GRANT)]).await;
        assert_eq!(missing.error(), (400, "invalid_request".to_owned()));
    });
}

/// S-068: an HMAC under the public key is no signature.
#[test]
fn a_public_key_is_no_secret() {
    on_both(async |at| {
        let idp = trusted(at).await;
        let key = serde_json::to_string(&idp.public_jwk()).unwrap();

        let forged = mac_token(&json!({ "alg": "HS256", "typ": "JWT" }), &idp.claims(json!({})), &key);

        assert_eq!(grant(&agent(at), &forged, &[]).await.error(), invalid_grant());
    });
}

/// S-068: trust is for the clients and scopes it names, and a client proves who it is.
#[test]
fn trust_is_for_named_clients_and_scopes() {
    on_both(async |at| {
        let (idp, agent) = (trusted(at).await, agent(at));

        let other = grant(&RelyingParty::new(at, "other-agent"), &idp.assertion(json!({})), &[]).await;
        assert_eq!(other.error(), invalid_grant());
        for (scope, error) in
            [("orders.write", "invalid_scope"), ("openid", "invalid_scope"), ("nope", "invalid_scope")]
        {
            let refused = grant(&agent, &idp.assertion(json!({})), &[("scope", scope)]).await;
            assert_eq!(refused.error(), (400, error.to_owned()), "{scope}");
        }
        let target = grant(&agent, &idp.assertion(json!({})), &[("resource", "https://x.example")]).await;
        assert_eq!(target.error(), (400, "invalid_target".to_owned()));
        let unregistered = grant(&RelyingParty::new(at, "web"), &idp.assertion(json!({})), &[]).await;
        assert_eq!(unregistered.error(), (400, "unauthorized_client".to_owned()));
        assert_eq!(grant(&agent, &idp.assertion(json!({})), &[]).await.status, 200);
    });
}

/// S-068: an issuer that is trusted no longer, a link that is gone, a disabled person: no token, and none stays active.
#[test]
fn a_grant_lasts_as_long_as_its_trust() {
    for end in ["issuer", "client", "link", "person"] {
        on_both(async |at| {
            let (idp, agent, gateway) = (trusted(at).await, agent(at), RelyingParty::new(at, "gateway"));
            let held = Tokens(grant(&agent, &idp.assertion(json!({})), &[]).await.success());
            assert!(gateway.sees_active(held.access()).await);

            match end {
                "issuer" => idp.be_forgotten().await,
                "client" => idp.be_trusted_for("other-agent").await,
                "link" => at.apply(&format!("[[users]]\nemail = \"{}\"\nlinks = []\n", cast::ADA)).await,
                _ => at.issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap(),
            }

            assert!(!gateway.sees_active(held.access()).await, "{end}");
            assert_eq!(grant(&agent, &idp.assertion(json!({})), &[]).await.error(), invalid_grant(), "{end}");
        });
    }
}

/// S-068: keys that the issuer publishes are fetched, and a key that is gone counts no more.
#[test]
fn published_keys_are_fetched() {
    on_both(async |at| {
        let (idp, agent) = (Idp::new(at), agent(at));
        let hosted = Hosted::new("application/json", &json!({"keys": [idp.public_jwk()]}).to_string());
        idp.be_trusted_with_keys_at("agent", &hosted.url()).await;

        assert_eq!(grant(&agent, &idp.assertion(json!({})), &[]).await.status, 200);
        assert_eq!(grant(&agent, &idp.assertion(json!({})), &[]).await.status, 200);

        assert_eq!(hosted.fetches(), 1);
    });
}

/// Rule 29: an export names the link, a second plan is empty, and a subject is one person's.
#[test]
fn trust_is_configuration() {
    use portreeve_issuer::configure::{ExportScope, Resources, Unlisted};
    on_sqlite(async |at| {
        let idp = trusted(at).await;

        let exported = at.issuer.export(ExportScope::WithPeople).await.unwrap();
        assert!(exported.contains(IDP) && exported.contains("u-1"), "{exported}");
        let folder = portreeve_tests::temp::TempFolder::new("export");
        let file = folder.path().join("export.toml");
        std::fs::write(&file, &exported).unwrap();
        let resources = Resources::read(&[file]).unwrap();
        assert_eq!(at.issuer.plan(&resources, Unlisted::Delete).await.unwrap(), []);

        let without_keys = idp.resource("agent").replace("keys = [{", "keys = [] }\n#");
        assert!(at.try_apply(&without_keys).await.unwrap_err()[0].to_string().contains("jwks"));
        assert!(at.tenant().client(&ClientId::parse("agent").unwrap()).is_some());
        at.wait(Lifetime::from_seconds(1));
        assert_eq!(grant(&agent(at), &idp.assertion(json!({})), &[]).await.status, 200);
    });
}
