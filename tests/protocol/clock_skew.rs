//! Clocks that differ: those of nodes among themselves, and those of clients from ours. SECURITY S-139.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    dpop::{ProofKey, proof_claims, service_token},
    relying_party::{ASSERTION_TYPE, RelyingParty, Tokens, assertion, assertion_claims},
};
use serde_json::json;

const TOKEN: &str = "/oauth2/token";

/// S-139: what a node issues counts at one whose clock is twenty seconds behind, and the other way round; once.
#[test]
fn nodes_whose_clocks_differ_work_together() {
    on_both(async |at| {
        let ahead = at.another_node_ahead(Lifetime::from_seconds(20)).await;
        for (here, there) in [(at, &ahead), (&ahead, at)] {
            let (web, web_there) = (RelyingParty::new(here, "web"), RelyingParty::new(there, "web"));
            let gateways = [RelyingParty::new(here, "gateway"), RelyingParty::new(there, "gateway")];
            for (scope, resource) in [("openid orders.read", cast::ORDERS), ("openid bills.read", cast::BILLS)] {
                let browser = Browser::new(here);
                let request = web.request(scope).with("resource", resource);
                let grant = web.grant_in(&browser, &request, cast::ADA).await;
                let first = Tokens(web_there.redeem(&grant).await.success());
                let second = Tokens(web.refresh(first.refresh()).await.success());
                let third = Tokens(web_there.refresh(second.refresh()).await.success());
                for token in [&first, &second, &third] {
                    for gateway in &gateways {
                        assert!(gateway.sees_active(token.access()).await, "{resource}");
                    }
                }
                let silent = web_there.request(scope).with("resource", resource).with("prompt", "none");
                let same = Browser::on_node(there, &browser);
                same.set_cookies(browser.cookies());
                let signed_in = same.authorize(&silent).await.callback();
                assert!(signed_in.get("code").is_some(), "{}", signed_in.url);

                assert_eq!(web.redeem(&grant).await.error(), (400, "invalid_grant".to_owned()));
                assert!(gateways[1].sees_ended(third.access()).await, "a code that is used twice ends its tokens");
            }
        }
        // What waits in the outbox by the clock that is ahead is due by the other one too.
        at.wait(Lifetime::from_seconds(20));
    });
}

/// S-139: that a token may come from the future by half a minute does not make it live longer, also where nobody has seen it.
#[test]
fn a_token_ends_when_it_ends() {
    on_both(async |at| {
        let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
        for (scope, resource) in [("openid orders.read", cast::ORDERS), ("openid bills.read", cast::BILLS)] {
            let tokens = web.tokens_for(&web.request(scope).with("resource", resource)).await;
            let lifetime = tokens.0["expires_in"].as_i64().unwrap();
            at.wait(Lifetime::from_seconds(lifetime - 1));
            assert!(gateway.sees_active(tokens.access()).await, "{resource}");

            let unseen = Tokens(web.refresh(tokens.refresh()).await.success());
            at.wait(Lifetime::from_seconds(lifetime));

            assert!(!gateway.sees_active(unseen.access()).await, "{resource}");
        }
    });
}

/// S-139: a client's clock may be half a minute off; five minutes are too many.
#[test]
fn a_clients_clock_may_be_half_a_minute_off() {
    on_sqlite(async |at| {
        let by_assertion = async |offset: i64| {
            let now = at.seconds() + offset;
            let mut claims = assertion_claims(at, "keyed");
            (claims["iat"], claims["nbf"], claims["exp"]) = (json!(now), json!(now), json!(now + 60));
            let signed = assertion(at, &claims);
            let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", signed.as_str())];
            let asked = [("grant_type", "client_credentials"), ("scope", "orders.read")];
            at.post(TOKEN, &[], &[&proof[..], &asked[..]].concat()).await
        };
        let by_proof = async |offset: i64| {
            let mut claims = proof_claims(at, "POST", TOKEN);
            claims["iat"] = json!(at.seconds() + offset);
            let proof = ProofKey::new().proof(&claims);
            service_token(at, &proof).await
        };

        for good in [-30, 0, 30] {
            assert_eq!(by_assertion(good).await.status, 200, "{good}");
            assert_eq!(by_proof(good).await.status, 200, "{good}");
        }
        for bad in [-300, 300] {
            assert_eq!(by_assertion(bad).await.error(), (401, "invalid_client".to_owned()), "{bad}");
            assert_eq!(by_proof(bad).await.error(), (400, "invalid_dpop_proof".to_owned()), "{bad}");
        }
    });
}
