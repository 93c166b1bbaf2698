//! Assertions with a MAC under the client's secret. RFC 7523 §3, OIDC Core §9.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion, assertion_claims, basic, mac_assertion, mac_token},
    reply::Reply,
};
use serde_json::json;

const TOKEN: &str = "/oauth2/token";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const SCOPE: (&str, &str) = ("scope", "orders.read");

async fn with_assertion(at: &Deployment, assertion: &str) -> Reply {
    let pairs = [GRANT, SCOPE, ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    at.post(TOKEN, &[], &pairs).await
}

fn invalid_client(reply: &Reply) -> bool {
    reply.error() == (401, "invalid_client".to_owned())
}

/// OC-50, OC-51: the secret itself does it, at every endpoint where clients authenticate.
#[test]
fn a_client_authenticates_with_a_mac() {
    on_both(async |at| {
        let mac = RelyingParty::new(at, "mac");
        let tokens = mac.tokens("openid").await;

        assert!(mac.sees_active(tokens.access()).await);
        assert_eq!(mac.revoke(tokens.access()).await.status, 200);
        assert_eq!(mac.client_credentials(&[SCOPE]).await.status, 200);
    });
}

/// OC-51, S-049: a `jti` counts once, on whichever node and after a restart.
#[test]
fn an_assertion_counts_once_on_all_nodes() {
    on_both(async |at| {
        let once = mac_assertion(&assertion_claims(at, "mac"), cast::SECRET);
        let another = at.another_node().await;

        assert_eq!(with_assertion(at, &once).await.status, 200);
        assert!(invalid_client(&with_assertion(at, &once).await));
        assert!(invalid_client(&with_assertion(&another, &once).await));
        at.wait(Lifetime::from_seconds(59));
        assert!(invalid_client(&with_assertion(&another, &once).await));
    });
}

/// S-050, S-052: what proves it is decided by the registered method, never by the assertion.
#[test]
fn the_registered_method_decides() {
    on_both(async |at| {
        let of = |client: &str| assertion_claims(at, client);
        let public = at.client_key().public_pem();
        for (what, assertion) in [
            ("another secret", mac_assertion(&of("mac"), "another secret of thirty-seven letters")),
            ("a signature for a MAC", assertion(at, &of("mac"))),
            ("a MAC for a signature", mac_assertion(&of("keyed"), cast::SECRET)),
            ("a MAC under the public key", mac_token(&json!({ "alg": "HS256" }), &of("keyed"), &public)),
            ("a MAC of a client that sends its secret", mac_assertion(&of("web"), cast::SECRET)),
            ("HS512", mac_token(&json!({ "alg": "HS512" }), &of("mac"), cast::SECRET)),
            ("none", mac_token(&json!({ "alg": "none" }), &of("mac"), cast::SECRET)),
            (
                "an access token's type",
                mac_token(&json!({ "alg": "HS256", "typ": "at+jwt" }), &of("mac"), cast::SECRET),
            ),
        ] {
            assert!(invalid_client(&with_assertion(at, &assertion).await), "{what}");
        }
        let sent = at.post(TOKEN, &[("authorization", &basic("mac", cast::SECRET))], &[GRANT, SCOPE]).await;
        assert!(invalid_client(&sent), "the secret itself");
        assert_eq!(with_assertion(at, &mac_assertion(&of("mac"), cast::SECRET)).await.status, 200);
    });
}

/// S-048: the text is kept sealed, and only for clients of this method.
#[test]
fn the_secret_is_kept_sealed() {
    on_sqlite(async |at| {
        let bytes = at.database_bytes();
        assert!(!bytes.windows(cast::SECRET.len()).any(|window| window == cast::SECRET.as_bytes()));

        let tenant = at.tenant();
        for (id, kept) in [("mac", true), ("web", false), ("post", false)] {
            let id = portreeve_domain::ClientId::parse(id).unwrap();
            let client = tenant.client(&id).unwrap();
            assert!(client.secrets.iter().all(|secret| secret.sealed.is_some() == kept), "{}", id.as_str());
        }
    });
}

/// S-048: a secret that was kept as a hash cannot make a MAC, so the change of method needs it again.
#[test]
fn a_change_of_method_needs_the_secret_again() {
    on_sqlite(async |at| {
        let client = |method: &str, secret: &str| {
            format!(
                "[[clients]]\nclient_id = \"service\"\n{secret}grant_types = [\"client_credentials\"]\n\
                 response_types = []\ntoken_endpoint_auth_method = \"{method}\"\n"
            )
        };
        let given = "client_secret = { file = \"secret\" }\n";

        assert!(at.try_apply(&client("client_secret_jwt", "")).await.is_err());
        at.apply(&client("client_secret_jwt", given)).await;
        let by_mac = with_assertion(at, &mac_assertion(&assertion_claims(at, "service"), cast::SECRET)).await;
        assert_eq!(by_mac.status, 200);
        at.apply(&client("client_secret_basic", given)).await;
        let by_mac = with_assertion(at, &mac_assertion(&assertion_claims(at, "service"), cast::SECRET)).await;
        assert!(invalid_client(&by_mac));
        let id = portreeve_domain::ClientId::parse("service").unwrap();
        assert!(at.tenant().client(&id).unwrap().secrets.iter().all(|secret| secret.sealed.is_none()));
    });
}
