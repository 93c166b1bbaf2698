//! Redeeming authorization codes. RFC 6749 §4.1.2, §4.1.3, §10.5, RFC 7636 §4.6, RFC 9700 §2.1.1, §4.5.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    authorization::VERIFIER,
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::{Grant, RelyingParty, Tokens},
};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

/// S-021, OA-14, OA-15, OA-TK-21, OA-TK-25, OA-TK-27: a code counts once; presented again it ends every token that came of it.
#[test]
fn a_replayed_code_ends_its_tokens() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("openid bills.read");
        let grant = web.grant_for(&request, cast::ADA).await;
        let tokens = Tokens(web.redeem(&grant).await.success());
        let refreshed = Tokens(web.refresh(tokens.refresh()).await.success());
        assert!(web.sees_active(tokens.access()).await);
        assert!(web.sees_active(refreshed.access()).await);

        let replay = web.redeem(&grant).await;

        assert_eq!(replay.error(), invalid_grant());
        assert!(!web.sees_active(tokens.access()).await);
        assert!(!web.sees_active(refreshed.access()).await);
        assert!(!web.sees_active(refreshed.refresh()).await);
        assert_eq!(at.userinfo(tokens.access()).await.status, 401);
        assert_eq!(web.refresh(refreshed.refresh()).await.error(), invalid_grant());
        assert_eq!(at.events("token.code.replayed").await, 1);
    });
}

/// OA-15: a replay ends the tokens for APIs as well, the JWTs by introspection.
#[test]
fn a_replayed_code_ends_tokens_for_apis() {
    on_sqlite(async |at| {
        let (web, gateway) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"));
        let request = web.request("orders.read").with("resource", cast::ORDERS);
        let grant = web.grant_for(&request, cast::ADA).await;
        let tokens = Tokens(web.redeem(&grant).await.success());
        assert!(gateway.sees_active(tokens.access()).await);

        web.redeem(&grant).await;

        assert!(!gateway.sees_active(tokens.access()).await);
    });
}

/// S-022, OA-TK-15: another client's attempt fails and costs the owner nothing.
#[test]
fn another_client_cannot_redeem_a_code() {
    on_both(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"));
        let grant = web.grant("openid", cast::ADA).await;

        let stolen = other.redeem(&grant).await;

        assert_eq!(stolen.error(), invalid_grant());
        assert_eq!(web.redeem(&grant).await.status, 200);
    });
}

/// S-022: the client's own mistake burns the code.
#[test]
fn the_owners_mistake_burns_the_code() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let another = "A".repeat(43);
        for change in
            [("redirect_uri", "https://rp.example/other"), ("code_verifier", another.as_str()), ("code_verifier", "")]
        {
            let grant = web.grant("openid", cast::ADA).await;

            let wrong = web.redeem_with(&grant, &[change]).await;

            assert_eq!(wrong.error().0, 400, "{change:?}");
            assert!(["invalid_grant", "invalid_request"].contains(&wrong.error().1.as_str()), "{change:?}");
            assert_eq!(web.redeem(&grant).await.error(), invalid_grant(), "burned by {change:?}");
        }
    });
}

/// S-022: a code of one tenant is unknown in another.
#[test]
fn a_code_is_of_one_tenant() {
    on_both(async |at| {
        let (here, there) = (RelyingParty::new(at, "web"), RelyingParty::of_tenant(at, "acme", "web"));
        let grant = there.grant("openid", cast::ADA).await;

        assert_eq!(here.redeem(&grant).await.error(), invalid_grant());
        assert_eq!(there.redeem(&grant).await.status, 200);
    });
}

/// S-023: a code with any part changed is unknown, and never a fault.
#[test]
fn a_tampered_code_is_unknown() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let (first, second) = (web.grant("openid", cast::ADA).await, web.grant("openid", cast::ALAN).await);
        let middle = first.code.len() / 2;
        let mut forged: Vec<String> = (0..first.code.len())
            .map(|position| {
                let mut bytes = first.code.clone().into_bytes();
                bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
                String::from_utf8(bytes).unwrap()
            })
            .collect();
        forged.push(format!("{}{}", &first.code[..middle], &second.code[middle..]));
        forged.push(format!("{}A", first.code));
        forged.push(first.code[..first.code.len() - 1].to_owned());
        forged.push("\u{0}\u{1f600}%00".to_owned());

        for code in forged.into_iter().filter(|code| *code != first.code) {
            let reply = web.redeem(&Grant { code: code.clone(), ..first.clone() }).await;
            assert_eq!(reply.error(), invalid_grant(), "{code}");
        }
        assert_eq!(web.redeem(&first).await.status, 200, "none of them has touched it");
    });
}

/// S-024, PK-01: a verifier is 43 to 128 unreserved characters.
#[test]
fn malformed_verifiers_are_refused() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let (short, long) = ("a".repeat(42), "a".repeat(129));
        for verifier in
            [short.as_str(), long.as_str(), &format!("{}!", &VERIFIER[1..]), &format!("é{}", &VERIFIER[1..])]
        {
            let grant = web.grant("openid", cast::ADA).await;
            let reply = web.redeem_with(&grant, &[("code_verifier", verifier)]).await;
            assert_eq!(reply.error().0, 400, "{verifier}");
            assert!(["invalid_grant", "invalid_request"].contains(&reply.error().1.as_str()), "{verifier}");
        }
    });
}

/// PK-03, OA-PK-3: a verifier that does not hash to the challenge is `invalid_grant`.
#[test]
fn another_verifier_is_invalid_grant() {
    on_sqlite(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let (wrong, good) = (spa.grant("openid", cast::ADA).await, spa.grant("openid", cast::ADA).await);

        let reply = spa.redeem_with(&wrong, &[("code_verifier", &"b".repeat(43))]).await;

        assert_eq!(reply.error(), invalid_grant());
        assert_eq!(spa.redeem(&good).await.status, 200);
    });
}

/// PK-04, S-024, OA-PK-2, OA-PK-6: a challenge without a verifier, and a verifier without a challenge, are both refused.
#[test]
fn verifier_and_challenge_go_together() {
    on_sqlite(async |at| {
        let certified = RelyingParty::of_tenant(at, "certified", "web");
        let without = certified.request("openid").without("code_challenge").without("code_challenge_method");

        let stripped = certified.grant("openid", cast::ADA).await;
        let stripped = certified.redeem_with(&stripped, &[("code_verifier", "")]).await;
        let unexpected = certified.grant_for(&without, cast::ADA).await;
        let unexpected = certified.redeem(&unexpected).await;
        let neither = certified.grant_for(&without, cast::ADA).await;
        let neither = certified.redeem_with(&neither, &[("code_verifier", "")]).await;

        assert_eq!(stripped.error(), invalid_grant());
        assert_eq!(unexpected.error(), invalid_grant());
        assert_eq!(neither.status, 200, "the profile oidc lets a confidential client go without: {}", neither.text());
    });
}

/// S-025, OA-14, OA-TK-2: a code lives 60 seconds.
#[test]
fn a_code_expires_after_a_minute() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let (late, just) = (web.grant("openid", cast::ADA).await, web.grant("openid", cast::ALAN).await);

        at.wait(Lifetime::from_seconds(59));
        assert_eq!(web.redeem(&just).await.status, 200);
        at.wait(Lifetime::from_seconds(2));

        assert_eq!(web.redeem(&late).await.error(), invalid_grant());
    });
}

/// S-025: an expired code is no replay: what else its person granted lives on.
#[test]
fn an_expired_code_ends_nothing_else() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let first = web.grant_in(&browser, &web.request("openid"), cast::ADA).await;
        let tokens = Tokens(web.redeem(&first).await.success());
        let late = web.grant_in(&browser, &web.request("openid"), cast::ADA).await;
        at.wait(Lifetime::from_seconds(61));

        web.redeem(&late).await;

        assert!(web.sees_active(tokens.access()).await);
        assert_eq!(at.events("token.code.replayed").await, 0);
    });
}

/// S-026, OA-23, OA-TO-1, OA-TO-2, OA-TO-3, OA-TO-4, OA-TO-6, OA-TO-7: codes and tokens have 256 random bits, no visible order,
/// and only hashes are stored.
#[test]
fn secrets_are_random_and_not_stored() {
    on_sqlite(async |at| {
        let service = RelyingParty::new(at, "service");
        let request = [("scope", "bills.read"), ("resource", cast::BILLS)];
        let mut tokens = vec![];
        for _ in 0..400 {
            let reply = service.client_credentials(&request).await.success();
            tokens.push(reply["access_token"].as_str().unwrap().to_owned());
        }
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let (mut codes, mut refresh) = (vec![], vec![]);
        for _ in 0..12 {
            let grant = web.grant_in(&browser, &web.request("openid"), cast::ADA).await;
            refresh.push(Tokens(web.redeem(&grant).await.success()).refresh().to_owned());
            codes.push(grant.code);
        }

        let mut sorted = tokens.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), tokens.len());
        assert_ne!(sorted, tokens, "not in order");
        // 43 characters of base64url hold 256 bits, 28 others a hidden id and a checksum; each must take many values.
        for (texts, many) in [(&tokens, 30), (&codes, 6), (&refresh, 6)] {
            let varied = (0..texts[0].len()).filter(|&position| {
                let values: std::collections::BTreeSet<_> =
                    texts.iter().filter_map(|text| text.as_bytes().get(position)).collect();
                values.len() >= many
            });
            assert!(varied.count() >= 60, "{}", texts[0]);
        }
        let stored = at.database_bytes();
        for text in tokens.iter().take(20).chain([&codes[0], &refresh[0]]) {
            // Any 16 characters of a secret in the file would be more than a hash.
            for piece in text.as_bytes().windows(16).skip(4).step_by(8) {
                assert!(!stored.windows(piece.len()).any(|window| window == piece), "{text} is stored");
            }
        }
    });
}

/// NA-04: a public native app asks each time: any program on the device could pretend to be it.
#[test]
fn a_native_app_never_skips_consent() {
    on_sqlite(async |at| {
        let (native, spa, browser) = (RelyingParty::new(at, "native"), RelyingParty::new(at, "spa"), Browser::new(at));
        browser.sign_in(&spa.request("openid"), cast::ADA).await;
        assert!(browser.authorize(&spa.request("openid")).await.is_redirect(), "a web client's consent is remembered");
        for uri in ["http://127.0.0.1:5000/cb", "com.example.app:/cb"] {
            let request = native.request("openid").with("redirect_uri", uri);
            browser.sign_in(&request, cast::ADA).await.code();

            let again = browser.authorize(&request).await;

            assert_eq!(again.step(), "consent", "{uri}");
            let silent = browser.authorize(&request.with("prompt", "none")).await.callback();
            assert_eq!(silent.error(), "consent_required", "{uri}");
        }
    });
}

/// NA-05, OA-TK-14: what a public client sends as a secret is no authentication; it names itself and no more.
#[test]
fn a_public_client_has_no_secret() {
    on_sqlite(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let grant = spa.grant("openid", cast::ADA).await;

        let with_secret = spa.redeem_with(&grant, &[("client_secret", "shipped in the app")]).await;
        let unnamed = [
            ("grant_type", "authorization_code"),
            ("code", grant.code.as_str()),
            ("redirect_uri", grant.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let unnamed = at.post("/oauth2/token", &[], &unnamed).await;

        assert!([400, 401].contains(&with_secret.error().0));
        assert!([400, 401].contains(&unnamed.error().0), "without its name nothing, though it proves nothing");
        assert_eq!(spa.redeem(&grant).await.status, 200);
    });
}

/// OC-34: the redirect URI of the token request is that of the authorization request.
#[test]
fn the_redirect_uri_is_repeated_at_the_token_endpoint() {
    on_sqlite(async |at| {
        let certified = RelyingParty::of_tenant(at, "certified", "web");
        let grant = certified.grant("openid", cast::ADA).await;
        let other = certified.grant("openid", cast::ADA).await;

        let changed = certified.redeem_with(&other, &[("redirect_uri", "https://rp.example/other")]).await;

        assert_eq!(changed.error(), invalid_grant());
        assert_eq!(certified.redeem(&grant).await.status, 200);
    });
}

/// S-007, OA-TK-22: another registered URI than that of the request is refused at the token endpoint.
#[test]
fn another_registered_redirect_uri_is_refused() {
    on_sqlite(async |at| {
        let twin = RelyingParty::new(at, "twin");
        let grant = twin.grant("openid", cast::ADA).await;
        let control = twin.grant("openid", cast::ADA).await;

        let swapped = twin.redeem_with(&grant, &[("redirect_uri", "https://twin.example/two")]).await;

        assert_eq!(swapped.error(), invalid_grant());
        assert_eq!(twin.redeem(&control).await.status, 200);
    });
}
