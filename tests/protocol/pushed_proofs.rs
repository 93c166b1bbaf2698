//! DPoP proofs beside pushed authorization requests. RFC 9449 §10.1.

use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    dpop::{ProofKey, proof_claims, redeem, with_proof},
    relying_party::{Grant, RelyingParty},
    reply::Reply,
};
use serde_json::json;

const PAR: &str = "/oauth2/par";

fn push_proof(at: &Deployment, key: &ProofKey) -> String {
    key.proof(&proof_claims(at, "POST", PAR))
}

async fn push(party: &RelyingParty<'_>, at: &Deployment, request: &AuthorizationRequest, proof: &str) -> Reply {
    at.send(with_proof(party.prepared_push(request), proof)).await
}

/// Ada's code for a request that was pushed with a proof of `key`.
async fn grant(party: &RelyingParty<'_>, at: &Deployment, key: &ProofKey) -> Grant {
    let pushed = push(party, at, &party.request("openid"), &push_proof(at, key)).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    let browser = Browser::new(at);
    let page = browser.visit(&party.pushed_path(pushed.json()["request_uri"].as_str().unwrap())).await;
    let code = browser.complete(page, cast::ADA).await.code();
    Grant { code, redirect_uri: party.redirect_uri.clone() }
}

/// DP-10, F2-09: the code is for the key that was proven with the request.
#[test]
fn a_code_is_bound_to_the_key_of_the_push() {
    on_both(async |at| {
        for client in ["spa", "keyed"] {
            let (party, key) = (RelyingParty::new(at, client), ProofKey::new());

            let unproven = grant(&party, at, &key).await;
            assert_eq!(party.redeem(&unproven).await.error(), (400, "invalid_grant".to_owned()), "{client}");
            let stolen = grant(&party, at, &key).await;
            let other = redeem(&party, at, &stolen, &ProofKey::new().token_proof(at)).await;
            assert_eq!(other.error(), (400, "invalid_grant".to_owned()), "{client}");
            let good = grant(&party, at, &key).await;
            let tokens = redeem(&party, at, &good, &key.token_proof(at)).await.success();
            assert_eq!(tokens["token_type"], "DPoP", "{client}");
        }
    });
}

/// DP-10: `dpop_jkt` and the proof name one key.
#[test]
fn the_proof_and_the_named_key_are_one() {
    on_sqlite(async |at| {
        let (spa, key) = (RelyingParty::new(at, "spa"), ProofKey::new());
        let request = spa.request("openid").with("dpop_jkt", &key.thumbprint());

        assert_eq!(push(&spa, at, &request, &push_proof(at, &key)).await.status, 201);
        let other = push(&spa, at, &request, &push_proof(at, &ProofKey::new())).await;
        assert_eq!(other.error(), (400, "invalid_request".to_owned()));
    });
}

/// DP-01 to DP-04: a proof is for this endpoint, fresh, and good once, on all nodes.
#[test]
fn a_push_takes_no_wrong_proof() {
    on_both(async |at| {
        let (spa, key) = (RelyingParty::new(at, "spa"), ProofKey::new());
        let request = spa.request("openid");
        let changed = |name: &str, value| {
            let mut claims = proof_claims(at, "POST", PAR);
            claims[name] = value;
            key.proof(&claims)
        };
        for (what, proof) in [
            ("the token endpoint's", key.token_proof(at)),
            ("another method's", changed("htm", json!("GET"))),
            ("an old one", changed("iat", json!(at.seconds() - 91))),
            ("one from the future", changed("iat", json!(at.seconds() + 61))),
            ("garbage", "garbage".to_owned()),
        ] {
            let reply = push(&spa, at, &request, &proof).await;
            assert_eq!(reply.error(), (400, "invalid_dpop_proof".to_owned()), "{what}");
        }
        let (once, another) = (push_proof(at, &key), at.another_node().await);
        assert_eq!(push(&spa, at, &request, &once).await.status, 201);
        for node in [at, &another] {
            let replayed = push(&spa, node, &request, &once).await;
            assert_eq!(replayed.error(), (400, "invalid_dpop_proof".to_owned()));
        }
    });
}

/// DP-09: where nonces are demanded, a push is told one and carries it.
#[test]
fn a_push_carries_a_nonce_where_it_is_demanded() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndpop_nonces = \"required\"\n").await;
        let (spa, key) = (RelyingParty::new(at, "spa"), ProofKey::new());
        let request = spa.request("openid");

        let asked = push(&spa, at, &request, &push_proof(at, &key)).await;
        assert_eq!(asked.error(), (400, "use_dpop_nonce".to_owned()));
        let mut claims = proof_claims(at, "POST", PAR);
        claims["nonce"] = json!(asked.header("dpop-nonce").unwrap());
        let taken = push(&spa, at, &request, &key.proof(&claims)).await;

        assert_eq!(taken.status, 201);
        assert!(taken.header("dpop-nonce").is_some(), "renewed on success");
    });
}
