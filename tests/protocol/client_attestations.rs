//! Instances of clients that somebody vouches for. OAuth 2.0 Attestation-Based Client Authentication.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    dpop::{ProofKey, proof_claims},
    relying_party::{Grant, Tokens},
};
use serde_json::{Value, json};

use crate::attested::{
    ATTESTATION, ATTESTER, PAIRS, PROOF, TOKEN, Wallet, attestation_header, invalid_client, proof_header, with_headers,
};
use crate::registered::{allow, register, web};

/// AC-02, AC-03: an attested instance authenticates wherever a client does, and no secret of any kind is stored for it.
#[test]
fn an_attested_instance_authenticates_wherever_a_client_does() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let party = wallet.party("wallet");

        let tokens = Tokens(wallet.send(party.prepared(TOKEN, &PAIRS)).await.success());
        let introspected = wallet.send(party.prepared("/oauth2/introspect", &[("token", tokens.access())])).await;
        assert_eq!(introspected.success()["active"], true);
        let hint = [("scope", "openid"), ("login_hint", cast::ADA)];
        wallet.send(party.prepared("/oauth2/bc-authorize", &hint)).await.success();
        wallet.send(party.prepared("/oauth2/device_authorization", &[("scope", "openid")])).await.success();
        assert_eq!(wallet.send(party.prepared_push(&party.request("openid"))).await.status, 201);
        let revoked = wallet.send(party.prepared("/oauth2/revoke", &[("token", tokens.access())])).await;
        assert_eq!(revoked.status, 200);
        for path in [TOKEN, "/oauth2/introspect", "/oauth2/revoke", "/oauth2/device_authorization", "/oauth2/par"] {
            let without = at.send(party.prepared(path, &PAIRS)).await;
            assert_eq!(without.error(), invalid_client(), "{path}");
        }
        // What was asked by the back channel is over, so that its mail need not be.
        at.wait(Lifetime::from_minutes(10));
        at.deliver_approval_links().await;
    });
}

/// AC-02: the attestation names the client, so the request need not; where it does it names the same one.
#[test]
fn the_attestation_names_the_client() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let send = async |more: &[(&str, &str)]| {
            let (attestation, proof) = (wallet.attestation("wallet"), wallet.proof(json!({})));
            at.post(TOKEN, &[(ATTESTATION, &attestation), (PROOF, &proof)], &[&PAIRS, more].concat()).await
        };

        send(&[]).await.success();
        send(&[("client_id", "wallet")]).await.success();
        assert_eq!(send(&[("client_id", "pocket")]).await.error(), invalid_client());
        assert_eq!(send(&[("client_id", "nobody")]).await.error(), invalid_client());
        assert_eq!(send(&[("client_id", "wallet"), ("client_secret", cast::SECRET)]).await.error(), invalid_client());
    });
}

/// AC-01: each header stands there exactly once.
#[test]
fn each_header_stands_there_once() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let (attestation, proof) = (wallet.attestation("wallet"), wallet.proof(json!({})));
        let (attested, proven) = ((ATTESTATION, attestation.as_str()), (PROOF, proof.as_str()));
        let other = wallet.proof(json!({}));

        for headers in [
            &[attested, attested, proven][..],
            &[attested, proven, proven],
            &[attested, proven, (PROOF, &other)],
            &[attested],
            &[proven],
            &[attested, (PROOF, "")],
            &[(ATTESTATION, &format!("{attestation}, {attestation}")), proven],
        ] {
            let reply = wallet.send_with(wallet.party("wallet").prepared(TOKEN, &PAIRS), headers).await;
            assert_eq!(reply.error(), invalid_client(), "{headers:?}");
        }
        wallet.ask(&attestation, &proof).await.success();
    });
}

/// AC-02: an attestation is of its type, of a trusted attester, about this client and this moment, and confirms a public key.
#[test]
fn a_broken_attestation_is_refused() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let now = at.seconds();
        let ask = async |attestation: &str| wallet.ask(attestation, &wallet.proof(json!({}))).await.error();
        let mut private = wallet.instance.jwk();
        private["d"] = private["x"].clone();

        for changes in [
            json!({"sub": "pocket"}),
            json!({"sub": null}),
            json!({"exp": null}),
            json!({"exp": "soon"}),
            json!({"nbf": now + 60}),
            json!({"iat": now + 60}),
            json!({"cnf": null}),
            json!({"cnf": {}}),
            json!({"cnf": {"jwk": private}}),
            json!({"cnf": {"jwk": {"kty": "oct", "k": "AAAA"}}}),
            json!({"cnf": {"jwk": ProofKey::new().jwk()}}),
            json!({"cnf": {"jkt": wallet.instance.thumbprint()}}),
            json!({"iss": "https://other.example"}),
            json!({"aud": "https://other.example"}),
        ] {
            let broken = wallet.attester.sign(&attestation_header(), &wallet.attested("wallet", changes.clone()));
            assert_eq!(ask(&broken).await, invalid_client(), "{changes}");
        }
        let good = wallet.attested("wallet", json!({}));
        for header in [
            json!({"typ": "JWT", "alg": "ES256"}),
            json!({"alg": "ES256"}),
            json!({"typ": "oauth-client-attestation-pop+jwt", "alg": "ES256"}),
            json!({"typ": "oauth-client-attestation+jwt", "alg": "none"}),
            json!({"typ": "oauth-client-attestation+jwt", "alg": "HS256"}),
            json!({"typ": "oauth-client-attestation+jwt", "alg": "ES256", "jwk": wallet.attester.jwk()}),
            json!({"typ": "oauth-client-attestation+jwt", "alg": "ES256", "kid": "another"}),
        ] {
            assert_eq!(ask(&wallet.attester.sign(&header, &good)).await, invalid_client(), "{header}");
        }
        assert_eq!(ask(&ProofKey::new().sign(&attestation_header(), &good)).await, invalid_client(), "a stranger's");
        assert_eq!(ask(&wallet.instance.sign(&attestation_header(), &good)).await, invalid_client(), "its own");
        assert_eq!(ask("a.b.c").await, invalid_client());

        let named = wallet.attested("wallet", json!({"iss": ATTESTER, "aud": cast::ISSUER}));
        wallet.ask(&wallet.attester.sign(&attestation_header(), &named), &wallet.proof(json!({}))).await.success();
    });
}

/// AC-02: an attester is believed about the clients it is trusted for, and as long as it is.
#[test]
fn an_attester_is_believed_about_its_own_clients() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        at.apply(&format!("[[trusted_issuers]]\nissuer = \"{ATTESTER}\"\nattests = [\"pocket\"]\njwks = {{ keys = [{{ kty = \"EC\", crv = \"P-256\", x = {}, y = {} }}] }}\n", wallet.attester.jwk()["x"], wallet.attester.jwk()["y"])).await;

        let refused = wallet.ask(&wallet.attestation("wallet"), &wallet.proof(json!({}))).await;

        assert_eq!(refused.error(), invalid_client());
        let claims = proof_claims(at, "POST", TOKEN);
        wallet.ask_by_dpop(TOKEN, &PAIRS, &claims).await.success();
    });
}

/// AC-02: an attestation that has expired is told apart, so that the instance gets a new one.
#[test]
fn an_expired_attestation_must_be_renewed() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let attestation = wallet.attestation("wallet");
        let expired = |seconds: i64| {
            let claims = wallet.attested("wallet", json!({"exp": at.seconds() + seconds}));
            wallet.attester.sign(&attestation_header(), &claims)
        };

        wallet.ask(&expired(-29), &wallet.proof(json!({}))).await.success();
        let reply = wallet.ask(&expired(-31), &wallet.proof(json!({}))).await;
        assert_eq!(reply.error(), (400, "use_fresh_attestation".to_owned()));
        at.wait(Lifetime::from_hours(2));
        let reply = wallet.ask(&attestation, &wallet.proof(json!({}))).await;
        assert_eq!(reply.error(), (400, "use_fresh_attestation".to_owned()));
        let strangers = ProofKey::new().sign(&attestation_header(), &wallet.attested("wallet", json!({"exp": 1})));
        assert_eq!(wallet.ask(&strangers, &wallet.proof(json!({}))).await.error(), invalid_client());
    });
}

/// AC-03: a proof is of its type, for this issuer alone, of this moment, and signed by the key that was vouched for.
#[test]
fn a_broken_proof_is_refused() {
    on_sqlite(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let now = at.seconds();
        let ask = async |proof: &str| wallet.ask(&wallet.attestation("wallet"), proof).await.error();

        for changes in [
            json!({"aud": null}),
            json!({"aud": "https://other.example"}),
            json!({"aud": format!("{}/", cast::ISSUER)}),
            json!({"aud": format!("{}{TOKEN}", cast::ISSUER)}),
            json!({"aud": [cast::ISSUER, "https://other.example"]}),
            json!({"jti": null}),
            json!({"jti": ""}),
            json!({"jti": 1}),
            json!({"jti": "x".repeat(129)}),
            json!({"iat": null}),
            json!({"iat": "now"}),
            json!({"iat": now - 331}),
            json!({"iat": now + 31}),
            json!({"exp": now - 31}),
            json!({"nbf": now + 31}),
            json!({"challenge": 1}),
        ] {
            assert_eq!(ask(&wallet.proof(changes.clone())).await, invalid_client(), "{changes}");
        }
        for header in [
            json!({"typ": "JWT", "alg": "ES256"}),
            json!({"alg": "ES256"}),
            json!({"typ": "oauth-client-attestation+jwt", "alg": "ES256"}),
            json!({"typ": "oauth-client-attestation-pop+jwt", "alg": "none"}),
            json!({"typ": "oauth-client-attestation-pop+jwt", "alg": "HS256"}),
        ] {
            assert_eq!(
                ask(&wallet.instance.sign(&header, &wallet.proven(json!({})))).await,
                invalid_client(),
                "{header}"
            );
        }
        let strangers = ProofKey::new().sign(&proof_header(), &wallet.proven(json!({})));
        assert_eq!(ask(&strangers).await, invalid_client());
        let attesters = wallet.attester.sign(&proof_header(), &wallet.proven(json!({})));
        assert_eq!(ask(&attesters).await, invalid_client());
        for good in [json!({"iat": now - 300}), json!({"aud": [cast::ISSUER]}), json!({"more": {}})] {
            wallet.ask(&wallet.attestation("wallet"), &wallet.proof(good)).await.success();
        }
    });
}

/// AC-03: a proof counts once, on whichever node and at whichever endpoint; two instances may use one `jti`.
#[test]
fn a_proof_counts_once_on_all_nodes() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let node = at.another_node().await;
        let (attestation, proof) = (wallet.attestation("wallet"), wallet.proof(json!({"jti": "once"})));
        let prepared = |path: &str| {
            let request = wallet.party("wallet").prepared(path, &[&PAIRS[..], &[("token", "x")]].concat());
            with_headers(request, &[(ATTESTATION, &attestation), (PROOF, &proof)])
        };

        assert_eq!(at.send(prepared(TOKEN)).await.status, 200);
        for path in [TOKEN, "/oauth2/revoke"] {
            assert_eq!(at.send(prepared(path)).await.error(), invalid_client());
            assert_eq!(node.send(prepared(path)).await.error(), invalid_client());
        }
        let other = ProofKey::new();
        let claims = wallet.attested("wallet", json!({"cnf": {"jwk": other.jwk()}}));
        let theirs = other.sign(&proof_header(), &wallet.proven(json!({"jti": "once"})));
        wallet.ask(&wallet.attester.sign(&attestation_header(), &claims), &theirs).await.success();
    });
}

/// AC-06: a refresh token is for the instance that it was given to, whatever else is attested for the client.
#[test]
fn a_refresh_token_is_for_its_instance() {
    on_both(async |at| {
        let wallet = Wallet::new(at, "accepted").await;
        let party = wallet.party("wallet");
        let code = Browser::new(at).sign_in(&party.request("openid offline_access"), cast::ADA).await.code();
        let grant = Grant { code, redirect_uri: party.redirect_uri.clone() };
        let tokens = Tokens(wallet.send(party.prepared_redemption(&grant)).await.success());
        let other = Wallet { at, attester: wallet.attester, instance: ProofKey::new() };

        let refused = other.send(party.prepared_refresh(tokens.refresh())).await;
        assert_eq!(refused.error(), (400, "invalid_grant".to_owned()));
        let own = Wallet { instance: wallet.instance, ..other };
        let refreshed = Tokens(own.send(party.prepared_refresh(tokens.refresh())).await.success());

        let other = Wallet { at, attester: own.attester, instance: ProofKey::new() };
        let refused = other.send(party.prepared_refresh(refreshed.refresh())).await;
        assert_eq!(refused.error(), (400, "invalid_grant".to_owned()), "nor its successor");
        let own = Wallet { instance: own.instance, ..other };
        own.send(party.prepared_refresh(refreshed.refresh())).await.success();
    });
}

/// AC-07: methods and algorithms are advertised where attestations are taken, and nowhere else.
#[test]
fn attestations_are_advertised_where_they_are_taken() {
    on_sqlite(async |at| {
        let lists =
            ["client_attestation_signing_alg_values_supported", "client_attestation_pop_signing_alg_values_supported"];
        let methods = |metadata: &Value, member: &str| {
            let has = |name: &str| metadata[member].as_array().unwrap().contains(&json!(name));
            (has("attest_jwt_client_auth"), has("attest_jwt_client_auth_dpop"))
        };
        let of = ["token", "introspection", "revocation"].map(|of| format!("{of}_endpoint_auth_methods_supported"));

        for (setting, is_on) in [("off", false), ("accepted", true), ("challenged", true)] {
            let wallet = Wallet::new(at, setting).await;
            let metadata = at.discovery().await;
            for member in &of {
                assert_eq!(methods(&metadata, member), (is_on, is_on), "{setting}: {member}");
            }
            for list in lists {
                let listed = metadata.get(list).and_then(Value::as_array);
                assert_eq!(listed.is_some_and(|list| list.contains(&json!("ES256"))), is_on, "{setting}: {list}");
                assert!(listed.is_none_or(|list| !list.contains(&json!("none")) && !list.contains(&json!("HS256"))));
            }
            if setting == "off" {
                let reply = wallet.ask(&wallet.attestation("wallet"), &wallet.proof(json!({}))).await;
                assert_eq!(reply.error(), invalid_client());
            }
        }
        at.apply("[[tenants]]\nslug = \"strict\"\nprofile = \"fapi2\"\nclient_attestation = \"challenged\"\n").await;
        let strict = at.get("/t/strict/.well-known/openid-configuration", &[]).await.success();
        assert_eq!(methods(&strict, &of[0]), (false, false), "FAPI 2.0 knows other methods alone");
        assert!(lists.iter().chain(&["challenge_endpoint"]).all(|member| strict.get(*member).is_none()));
        let metadata = at.discovery().await;
        assert!(metadata["dpop_signing_alg_values_supported"].as_array().unwrap().contains(&json!("ES256")));
    });
}

/// AC-02: who may vouch for a client is the operator's to say, so no client registers itself for it; nor is it sent its tokens.
#[test]
fn attested_clients_are_the_operators() {
    on_sqlite(async |at| {
        allow(at, "open", "client_attestation = \"accepted\"").await;
        for method in ["attest_jwt_client_auth", "attest_jwt_client_auth_dpop"] {
            let refused = register(at, None, &web(json!({ "token_endpoint_auth_method": method }))).await.error();
            assert_eq!(refused, (400, "invalid_client_metadata".to_owned()));
            let pushed = format!(
                "[[clients]]\nclient_id = \"kiosk\"\ntoken_endpoint_auth_method = \"{method}\"\n\
                 grant_types = [\"urn:openid:params:grant-type:ciba\"]\nresponse_types = []\n\
                 backchannel_client_notification_endpoint = \"https://kiosk.example/notify\"\n\
                 backchannel_token_delivery_mode = "
            );
            assert!(at.try_apply(&format!("{pushed}\"push\"\n")).await.is_err());
            assert!(at.try_apply(&format!("{pushed}\"ping\"\n")).await.is_ok());
        }
    });
}
