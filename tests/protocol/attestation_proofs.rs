//! Challenges for attested instances, and DPoP proofs that are their proofs. OAuth 2.0 Attestation-Based Client Authentication.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    cast,
    deployment::{on_both, on_sqlite},
    dpop::{ProofKey, proof_claims},
};
use serde_json::{Value, json};

use crate::attested::{ATTESTATION, CHALLENGE, PAIRS, PROOF, TOKEN, Wallet, invalid_client};

/// AC-04: where challenges are demanded, a proof without one or with an old one is told the challenge to use.
#[test]
fn a_proof_carries_the_challenge_where_one_is_demanded() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "challenged").await;
        let metadata = at.discovery().await;
        assert_eq!(metadata["challenge_endpoint"], format!("{}/oauth2/challenge", cast::ISSUER));
        let ask = async |changes: Value| wallet.ask(&wallet.attestation("wallet"), &wallet.proof(changes)).await;

        for changes in [json!({}), json!({"challenge": "x"}), json!({"nonce": "x"})] {
            let reply = ask(changes).await;
            assert_eq!(reply.error(), (400, "use_attestation_challenge".to_owned()));
            ask(json!({"challenge": reply.header(CHALLENGE).unwrap()})).await.success();
        }
        let given = at.post("/oauth2/challenge", &[], &[]).await;
        assert_eq!((given.status.as_u16(), given.header("cache-control")), (200, Some("no-store")));
        let challenge = given.json()["attestation_challenge"].as_str().unwrap().to_owned();
        let reply = ask(json!({"challenge": challenge})).await;
        assert!(reply.header(CHALLENGE).is_some(), "the next one comes with every answer");
        reply.success();
        at.wait(Lifetime::from_minutes(6));
        assert_eq!(ask(json!({"challenge": challenge})).await.error().1, "use_attestation_challenge");
        let unproven = wallet.ask(&wallet.attestation("wallet"), "a.b.c").await;
        assert_eq!(unproven.error(), invalid_client());
    });
}

/// AC-04: a tenant that demands no challenge gives none, and says so.
#[test]
fn there_are_no_challenges_where_none_is_demanded() {
    on_sqlite(async |at| {
        for setting in ["off", "accepted"] {
            Wallet::new(at, setting).await;
            assert!(at.discovery().await.get("challenge_endpoint").is_none());
            assert_eq!(at.post("/oauth2/challenge", &[], &[]).await.status, 404);
        }
    });
}

/// AC-05: a DPoP proof with the key that was vouched for is both; its tokens are bound to it, and it counts once, everywhere.
#[test]
fn a_dpop_proof_is_the_proof_of_the_instance() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let token = proof_claims(at, "POST", TOKEN);
        let revoke = proof_claims(at, "POST", "/oauth2/revoke");
        let par = proof_claims(at, "POST", "/oauth2/par");
        let request = wallet.party("pocket").request("openid");
        let pushed: Vec<_> = request.pairs().into_iter().filter(|(name, _)| *name != "client_id").collect();

        let tokens = wallet.ask_by_dpop(TOKEN, &PAIRS, &token).await.success();
        assert_eq!(tokens["token_type"], "DPoP");
        assert_eq!(wallet.ask_by_dpop(TOKEN, &PAIRS, &token).await.error().1, "invalid_dpop_proof");
        assert_eq!(wallet.ask_by_dpop("/oauth2/par", &pushed, &par).await.status, 201);
        assert_eq!(wallet.ask_by_dpop("/oauth2/par", &pushed, &par).await.error().1, "invalid_dpop_proof");
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(wallet.ask_by_dpop("/oauth2/revoke", &[("token", access)], &revoke).await.status, 200);
        let again = wallet.ask_by_dpop("/oauth2/revoke", &[("token", access)], &revoke).await;
        assert_eq!(again.error().1, "invalid_dpop_proof");
        let elsewhere = proof_claims(at, "POST", TOKEN);
        let misdirected = wallet.ask_by_dpop("/oauth2/introspect", &[("token", access)], &elsewhere).await;
        assert_eq!(misdirected.error().1, "invalid_dpop_proof");
    });
}

/// AC-05: another key, a proof of the other kind, or none is no proof of the instance.
#[test]
fn a_dpop_proof_of_another_key_is_refused() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let attestation = wallet.attestation("pocket");
        let attested = (ATTESTATION, attestation.as_str());
        let theirs = ProofKey::new().token_proof(at);
        let (dpop, own) = (wallet.instance.token_proof(at), wallet.proof(json!({})));

        for headers in [
            &[attested, ("dpop", &theirs)][..],
            &[attested],
            &[attested, (PROOF, &own)],
            &[attested, (PROOF, &own), ("dpop", &dpop)],
            &[("dpop", &dpop)],
        ] {
            let reply = wallet.send_with(wallet.party("pocket").prepared(TOKEN, &PAIRS), headers).await;
            assert_eq!(reply.error(), invalid_client(), "{headers:?}");
        }
        let other = wallet.attestation("wallet");
        let headers = [(ATTESTATION, other.as_str()), ("dpop", dpop.as_str())];
        let reply = wallet.send_with(wallet.party("wallet").prepared(TOKEN, &PAIRS), &headers).await;
        assert_eq!(reply.error(), invalid_client(), "registered for a proof of its own");

        let beside = [(ATTESTATION, other.as_str()), (PROOF, own.as_str()), ("dpop", theirs.as_str())];
        let bound = wallet.send_with(wallet.party("wallet").prepared(TOKEN, &PAIRS), &beside).await;
        assert_eq!(bound.success()["token_type"], "DPoP", "beside a proof of its own any DPoP key will do");
    });
}

/// AC-05, AC-04: the challenge stands in the `nonce` of a DPoP proof.
#[test]
fn a_dpop_proof_carries_the_challenge_as_its_nonce() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "challenged").await;
        let mut claims = proof_claims(at, "POST", TOKEN);

        let reply = wallet.ask_by_dpop(TOKEN, &PAIRS, &claims).await;

        assert_eq!(reply.error(), (400, "use_attestation_challenge".to_owned()));
        claims["nonce"] = json!(reply.header(CHALLENGE).unwrap());
        wallet.ask_by_dpop(TOKEN, &PAIRS, &claims).await.success();
    });
}
