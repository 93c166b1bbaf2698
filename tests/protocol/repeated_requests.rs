//! Requests that a client repeats because it was told a nonce. RFC 9449 §8: with another proof; of the rest nothing is said, and
//! clients in use send it word for word.

use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, post_request},
    dpop::{ProofKey, proof_claims, with_proof},
    relying_party::{ASSERTION_TYPE, RelyingParty, assertion, assertion_claims, mac_assertion},
    reply::Reply,
};
use serde_json::json;

use crate::attested::{ATTESTATION, PAIRS, PROOF, TOKEN, Wallet, invalid_client};

const PAR: &str = "/oauth2/par";

fn use_dpop_nonce() -> (u16, String) {
    (400, "use_dpop_nonce".to_owned())
}

async fn demand_nonces(at: &Deployment) {
    at.apply("[[tenants]]\nslug = \"default\"\ndpop_nonces = \"required\"\n").await;
}

/// A proof for an endpoint, with a nonce if there is one.
fn proof(at: &Deployment, path: &str, nonce: Option<&str>) -> String {
    let mut claims = proof_claims(at, "POST", path);
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    ProofKey::new().proof(&claims)
}

/// Sends a form with an assertion, and a proof beside it.
async fn send(at: &Deployment, path: &str, (pairs, assertion): (&[(&str, &str)], &str), nonce: Option<&str>) -> Reply {
    let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    at.send(with_proof(post_request(path, &[], &[pairs, &own].concat()), &proof(at, path, nonce))).await
}

/// DP-09, S-049: whoever is told to carry a nonce may repeat the request with the same assertion, which counts once all the same.
#[test]
fn an_assertion_outlives_the_question_for_a_nonce() {
    on_both(async |at| {
        demand_nonces(at).await;
        for client in ["keyed", "mac"] {
            let request = RelyingParty::new(at, client).request("openid").without("client_id");
            for (path, pairs, status) in [(TOKEN, PAIRS.to_vec(), 200), (PAR, request.pairs(), 201)] {
                let claims = assertion_claims(at, client);
                let same = if client == "mac" { mac_assertion(&claims, cast::SECRET) } else { assertion(at, &claims) };
                let form = (pairs.as_slice(), same.as_str());

                let asked = send(at, path, form, None).await;
                let asked_again = send(at, path, form, Some("made-up")).await;
                let nonce = asked.header("dpop-nonce").unwrap().to_owned();
                let answered = send(at, path, form, Some(&nonce)).await;
                let replayed = send(at, path, form, Some(&nonce)).await;

                assert_eq!(
                    (asked.error(), asked_again.error()),
                    (use_dpop_nonce(), use_dpop_nonce()),
                    "{client} {path}"
                );
                assert_eq!(answered.status, status, "{client} {path}: {}", answered.text());
                assert_eq!(replayed.error(), invalid_client(), "{client} {path}");
            }
        }
    });
}

/// S-049: nobody is asked for a nonce who has not shown who it is, and a proof that is wrong otherwise saves no assertion.
#[test]
fn only_a_proven_client_is_asked_for_a_nonce() {
    on_both(async |at| {
        demand_nonces(at).await;
        let forged = mac_assertion(&assertion_claims(at, "mac"), "another secret, which is as long as that");
        assert_eq!(send(at, TOKEN, (&PAIRS, &forged), None).await.error(), invalid_client());

        let once = assertion(at, &assertion_claims(at, "keyed"));
        let elsewhere = proof(at, PAR, None);
        let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", once.as_str())];
        let request = post_request(TOKEN, &[], &[&PAIRS, &own[..]].concat());
        let misdirected = at.send(with_proof(request, &elsewhere)).await;
        assert_eq!(misdirected.error(), (400, "invalid_dpop_proof".to_owned()));
        let nonce = misdirected.header("dpop-nonce").unwrap();
        assert_eq!(send(at, TOKEN, (&PAIRS, &once), Some(nonce)).await.error(), invalid_client());
    });
}

/// DP-09, AC-03: the same holds for the proof of an attested instance, beside which a DPoP proof stands.
#[test]
fn a_proof_of_an_instance_outlives_the_question_for_a_nonce() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        demand_nonces_of_wallets(at).await;
        let (attestation, same) = (wallet.attestation("wallet"), wallet.proof(json!({})));
        let send = async |nonce: Option<&str>| {
            let request = wallet.party("wallet").prepared(TOKEN, &PAIRS);
            let headers = [(ATTESTATION, attestation.as_str()), (PROOF, same.as_str())];
            wallet.send_with(with_proof(request, &proof(at, TOKEN, nonce)), &headers).await
        };

        let asked = send(None).await;
        assert_eq!(asked.error(), use_dpop_nonce());
        let nonce = asked.header("dpop-nonce").unwrap().to_owned();
        assert_eq!(send(Some(&nonce)).await.success()["token_type"], "DPoP");
        assert_eq!(send(Some(&nonce)).await.error(), invalid_client());
    });
}

/// As `demand_nonces`, where attestations are accepted.
async fn demand_nonces_of_wallets(at: &Deployment) {
    at.apply("[[tenants]]\nslug = \"default\"\nclient_attestation = \"accepted\"\ndpop_nonces = \"required\"\n").await;
}
