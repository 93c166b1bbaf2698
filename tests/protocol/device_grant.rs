//! The device authorization grant. RFC 8628; SECURITY S-064, S-065.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::{Asked, Device},
    dpop::{ProofKey, with_proof},
    jwt,
    relying_party::{RelyingParty, Tokens, basic},
};

const ENDPOINT: &str = "/oauth2/device_authorization";

fn error(name: &str) -> (u16, String) {
    (400, name.to_owned())
}

fn seconds(seconds: i64) -> Lifetime {
    Lifetime::from_seconds(seconds)
}

/// A browser that has typed the code and stands at the question, signed in as Ada.
async fn at_the_question<'d>(
    at: &'d Deployment,
    tv: &Device<'d>,
    asked: &Asked,
) -> (Browser<'d>, portreeve_tests::browser::Page) {
    let browser = Browser::new(at);
    let page = tv.question(&browser, asked, cast::ADA).await;
    (browser, page)
}

/// DV-01, OA-TO-5: the answer's members; ten minutes, five seconds, and nobody keeps it.
#[test]
fn a_device_gets_both_codes() {
    on_sqlite(async |at| {
        let reply = Device::new(at, "tv").try_ask(&[("scope", "openid")]).await;

        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let answer = reply.success();
        assert_eq!((answer["expires_in"].as_i64(), answer["interval"].as_i64()), (Some(600), Some(5)));
        assert_eq!(answer["verification_uri"], "https://id.example/device");
        let user_code = answer["user_code"].as_str().unwrap();
        let complete = format!("https://id.example/device?user_code={user_code}");
        assert_eq!(answer["verification_uri_complete"], complete.as_str());
        let device_code = answer["device_code"].as_str().unwrap();
        assert!(device_code.len() > 43, "256 bits");
        let other = Device::new(at, "tv").ask(&[("scope", "openid")]).await.device_code;
        let differing = device_code.bytes().zip(other.bytes()).filter(|(one, another)| one != another);
        assert!(differing.count() >= 50, "random");
    });
}

/// DV-07, S-065: the endpoint is advertised, takes the client's own authentication, and is for clients of the grant.
#[test]
fn the_endpoint_authenticates_clients_of_the_grant() {
    on_sqlite(async |at| {
        let metadata = at.discovery().await;
        assert_eq!(metadata["device_authorization_endpoint"], "https://id.example/oauth2/device_authorization");
        let grants = metadata["grant_types_supported"].as_array().unwrap();
        assert!(grants.iter().any(|grant| grant == "urn:ietf:params:oauth:grant-type:device_code"));

        let wrong = basic("other-tv", "wrong");
        let unauthenticated = at.post(ENDPOINT, &[("authorization", &wrong)], &[]).await;
        assert_eq!(unauthenticated.error(), (401, "invalid_client".to_owned()));
        assert_eq!(Device::new(at, "other-tv").try_ask(&[]).await.status, 200);
        assert_eq!(Device::new(at, "web").try_ask(&[]).await.error(), error("unauthorized_client"));
        assert_eq!(at.get(ENDPOINT, &[]).await.status, 405);
    });
}

/// OA-DV-4, OA-DV-5: repeated parameters are refused, unknown ones ignored.
#[test]
fn parameters_are_read_as_everywhere() {
    on_sqlite(async |at| {
        let tv = Device::new(at, "tv");

        assert_eq!(tv.try_ask(&[("scope", "openid"), ("scope", "openid")]).await.error(), error("invalid_request"));
        assert_eq!(tv.try_ask(&[("color", "blue")]).await.status, 200);
        assert_eq!(tv.try_ask(&[("scope", "admin")]).await.error(), error("invalid_scope"));
        assert_eq!(tv.try_ask(&[("resource", "https://x.example")]).await.error(), error("invalid_target"));
    });
}

/// DV-02, DV-06, S-064: pending until approved, then tokens once; a second time ends them.
#[test]
fn an_approved_device_is_served_once() {
    on_both(async |at| {
        let (tv, gateway) = (Device::new(at, "tv"), RelyingParty::new(at, "gateway"));
        let asked = tv.ask(&[("scope", "openid orders.read offline_access"), ("resource", cast::ORDERS)]).await;
        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"));

        tv.approve(&asked, cast::ADA).await;
        at.wait(seconds(5));
        let tokens = Tokens(tv.poll(&asked).await.success());

        let id_token = at.verified(tokens.id(), "JWT").await;
        assert_eq!((&id_token["aud"], id_token["nonce"].as_str()), (&"tv".into(), None));
        assert_eq!(jwt::claims(tokens.access())["aud"], cast::ORDERS);
        assert_eq!(RelyingParty::new(at, "tv").refresh(tokens.refresh()).await.status, 200);
        assert!(gateway.sees_active(tokens.access()).await);
        assert_eq!(tv.poll(&asked).await.error(), error("invalid_grant"));
        assert!(!gateway.sees_active(tokens.access()).await, "a replayed code ends its tokens");
        assert_eq!(at.events("token.device_code.redeemed").await, 1);
        assert_eq!(at.events("token.device_code.replayed").await, 1);
        assert_eq!(at.events("device.authorization.allowed").await, 1);
    });
}

/// DV-02: who polls too soon is slowed down, for good.
#[test]
fn polling_too_soon_slows_down_for_good() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[]).await;

        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"));
        at.wait(seconds(4));
        assert_eq!(tv.poll(&asked).await.error(), error("slow_down"));
        at.wait(seconds(6));
        assert_eq!(tv.poll(&asked).await.error(), error("slow_down"), "ten seconds from now on");
        at.wait(seconds(15));
        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"));
        at.wait(seconds(14));
        assert_eq!(tv.poll(&asked).await.error(), error("slow_down"), "fifteen");
    });
}

/// DV-03: denied is `access_denied`, too late is `expired_token`, also after an approval.
#[test]
fn denial_and_expiry_are_told_apart() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let (denied, expired, late) = (tv.ask(&[]).await, tv.ask(&[]).await, tv.ask(&[]).await);

        let (browser, page) = at_the_question(at, &tv, &denied).await;
        assert_eq!(browser.press(&page, "deny", &[]).await.path, "/device/refused");
        tv.approve(&late, cast::ADA).await;
        assert_eq!(tv.poll(&denied).await.error(), error("access_denied"));
        let (browser, page) = at_the_question(at, &tv, &expired).await;
        at.wait(seconds(600));

        assert_eq!(tv.poll(&expired).await.error(), error("expired_token"));
        assert_eq!(tv.poll(&late).await.error(), error("expired_token"));
        let end = browser.press(&page, "allow", &[("own_device", "yes")]).await;
        assert_eq!(end.path, "/device/too-late");
        assert_eq!(tv.poll(&expired).await.error(), error("expired_token"));
        assert_eq!(at.events("device.authorization.refused").await, 1);
    });
}

/// DV-06: another client's poll fails and costs the owner nothing.
#[test]
fn a_device_code_is_its_clients() {
    on_both(async |at| {
        let (tv, other) = (Device::new(at, "tv"), Device::new(at, "other-tv"));
        let asked = tv.ask(&[("scope", "openid")]).await;
        tv.approve(&asked, cast::ADA).await;

        assert_eq!(other.poll(&asked).await.error(), error("invalid_grant"));

        assert_eq!(tv.poll(&asked).await.status, 200);
        assert_eq!(at.events("token.foreign.presented").await, 1);
    });
}

/// S-064: a forged device code is unknown, and never a fault.
#[test]
fn a_forged_device_code_is_unknown() {
    on_sqlite(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[]).await;
        let mut flipped = asked.device_code.clone().into_bytes();
        let last = flipped.len() - 8;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };

        for code in
            [String::from_utf8(flipped).unwrap(), "x".to_owned(), "\u{0}%00".to_owned(), asked.user_code.clone()]
        {
            let forged = Asked { device_code: code, ..asked.clone() };
            assert_eq!(tv.poll(&forged).await.error(), error("invalid_grant"));
        }
        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"), "none of them has touched it");
    });
}

/// RFC 8707 §2.2: a poll may narrow to what was granted; a wish too many does not cost the code.
#[test]
fn a_wish_too_many_does_not_cost_the_code() {
    on_sqlite(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid orders.read"), ("resource", cast::ORDERS)]).await;
        tv.approve(&asked, cast::ADA).await;

        assert_eq!(tv.poll_with(&asked, &[("resource", cast::BILLS)]).await.error(), error("invalid_target"));

        assert_eq!(tv.poll(&asked).await.status, 200);
    });
}

/// DV-04: case and separators do not matter.
#[test]
fn a_user_code_is_read_as_people_type_it() {
    on_sqlite(async |at| {
        let (tv, browser) = (Device::new(at, "tv"), Browser::new(at));
        let asked = tv.ask(&[]).await;
        let typed = format!(" {} ", asked.user_code.to_lowercase().replace('-', " "));

        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", &typed)]).await;

        assert_eq!(page.step(), "identify");
    });
}

/// DV-04, S-064: ten tries in ten minutes from one network, right ones too; then 429.
#[test]
fn user_codes_are_not_guessed() {
    on_both(async |at| {
        let (tv, browser) = (Device::new(at, "tv"), Browser::new(at));
        let asked = tv.ask(&[]).await;
        let form = browser.visit("/device").await;
        for guess in ["BCD-FGH-JKL", "nonsense", "BCDFGHJKM", "", "BCD-FGH-JKN", "BCD-FGH-JKP", "BCD-FGH-JKQ"] {
            let page = browser.press(&form, "submit", &[("user_code", guess)]).await;
            assert_eq!((page.reply.status.as_u16(), page.path.as_str()), (200, "/device"), "{guess}");
            assert!(page.text_of("user_code-error").is_some());
        }
        for _ in 0..4 {
            browser.press(&form, "submit", &[("user_code", "BCD-FGH-JKR")]).await;
        }

        let right = browser.press(&form, "submit", &[("user_code", &asked.user_code)]).await;

        assert_eq!(right.reply.status, 429);
        let wait: i64 = right.reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=600).contains(&wait));
        let elsewhere = Browser::new(at);
        let page = elsewhere.visit("/device").await;
        assert_eq!(elsewhere.press(&page, "submit", &[("user_code", &asked.user_code)]).await.step(), "identify");
    });
}

/// DV-05, S-065: a link with the code in it only fills it in; the question names code, client and origin.
#[test]
fn a_complete_link_still_asks() {
    on_both(async |at| {
        let (tv, victim) = (Device::new(at, "tv"), Browser::new(at));
        victim.sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA).await;
        at.wait(seconds(1));
        let asked = tv.ask(&[("scope", "openid")]).await;
        let link = asked.answer["verification_uri_complete"].as_str().unwrap();

        let filled = victim.visit(link).await;
        assert_eq!(filled.value_of("user_code").as_deref(), Some(asked.user_code.as_str()));
        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"), "opening it did nothing");
        let page = victim.press(&filled, "submit", &[]).await;
        // S-065: whoever is signed in proves it again.
        assert_eq!(page.step(), "password");
        let page = victim.press(&page, "submit", &[("password", cast::PASSWORD)]).await;

        assert_eq!(page.step(), "consent");
        assert!(page.html().contains("Living Room"));
        assert_eq!(page.text_of("user-code").as_deref(), Some(asked.user_code.as_str()));
        assert_eq!(page.text_of("origin").as_deref(), Some("192.0.2.1"));
    });
}

/// S-065: without the person's word that the device is their own nothing is allowed, by no button and no form.
#[test]
fn the_person_says_that_the_device_is_their_own() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid")]).await;
        let (browser, page) = at_the_question(at, &tv, &asked).await;

        for word in ["", "no", "YES"] {
            let again = browser.press(&page, "allow", &[("own_device", word)]).await;
            assert_eq!(again.step(), "consent", "{word}");
            assert!(again.text_of("own_device-error").is_some(), "{word}");
        }
        assert_eq!(tv.poll(&asked).await.error(), error("authorization_pending"));
        assert_eq!(browser.press(&page, "allow", &[("own_device", "yes")]).await.path, "/device/allowed");
    });
}

/// S-064: approved twice, it is decided once; the second browser is told so.
#[test]
fn a_device_is_decided_on_once() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid")]).await;
        let (first, question) = at_the_question(at, &tv, &asked).await;
        let (second, same) = at_the_question(at, &tv, &asked).await;

        assert_eq!(first.press(&question, "deny", &[]).await.path, "/device/refused");
        assert_eq!(second.press(&same, "allow", &[("own_device", "yes")]).await.path, "/device/too-late");

        assert_eq!(tv.poll(&asked).await.error(), error("access_denied"));
        assert_eq!(at.events("device.authorization.allowed").await, 0);
    });
}

/// S-014: the form that takes the code is ours.
#[test]
fn a_user_code_is_taken_from_our_own_form_only() {
    on_sqlite(async |at| {
        let (tv, browser) = (Device::new(at, "tv"), Browser::new(at));
        let asked = tv.ask(&[]).await;
        let page = browser.visit("/device").await;
        let (action, _) = page.form_of("submit");

        let foreign = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
        let body = format!("user_code={}", asked.user_code);
        let reply = browser.send(http::Method::POST, &action, &foreign, body).await;
        let without_token = browser.post_own(&action, &[("user_code", &asked.user_code)]).await;

        assert_eq!(reply.status, 403);
        assert_eq!(without_token.reply.status, 403);
    });
}

/// A person with a second factor shows it for a device, too.
#[test]
fn a_second_factor_is_shown_for_a_device() {
    on_sqlite(async |at| {
        let (tv, browser) = (Device::new(at, "tv"), Browser::new(at));
        let asked = tv.ask(&[("scope", "openid")]).await;
        let page = tv.question(&browser, &asked, cast::GRACE).await;
        browser.press(&page, "allow", &[("own_device", "yes")]).await;

        let tokens = Tokens(tv.poll(&asked).await.success());

        let id_token = at.verified(tokens.id(), "JWT").await;
        assert_eq!(id_token["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    });
}

/// S-064: a device that lost the answer gets the same refresh token again, for ten seconds and until it was used.
#[test]
fn a_lost_answer_is_given_again() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid offline_access")]).await;
        tv.approve(&asked, cast::ADA).await;
        let lost = Tokens(tv.poll(&asked).await.success());

        at.wait(Lifetime::from_millis(9_999));
        let again = Tokens(tv.poll(&asked).await.success());

        assert_eq!(again.refresh(), lost.refresh());
        assert_ne!(again.access(), lost.access());
        assert_eq!(at.events("token.device_code.redeemed").await, 1);
        assert_eq!(RelyingParty::new(at, "tv").refresh(again.refresh()).await.status, 200);
        assert_eq!(tv.poll(&asked).await.error(), error("invalid_grant"), "its refresh token was used");
        assert_eq!(at.events("token.device_code.replayed").await, 1);
    });
}

/// S-064: after ten seconds it is a replay and ends what came of it, also when nothing was used.
#[test]
fn a_late_second_poll_is_a_replay() {
    on_both(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid offline_access")]).await;
        tv.approve(&asked, cast::ADA).await;
        let tokens = Tokens(tv.poll(&asked).await.success());

        at.wait(seconds(10));

        assert_eq!(tv.poll(&asked).await.error(), error("invalid_grant"));
        assert_eq!(RelyingParty::new(at, "tv").refresh(tokens.refresh()).await.error(), error("invalid_grant"));
    });
}

/// S-063, S-064: a second poll with another key than the first is a thief's.
#[test]
fn a_second_poll_with_another_key_is_a_replay() {
    on_sqlite(async |at| {
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid offline_access")]).await;
        tv.approve(&asked, cast::ADA).await;
        let party = RelyingParty::new(at, "tv");
        let pairs = [("grant_type", portreeve_tests::device::GRANT), ("device_code", asked.device_code.as_str())];
        let poll = async |key: &ProofKey| {
            at.send(with_proof(party.prepared("/oauth2/token", &pairs), &key.token_proof(at))).await
        };
        let (own, other) = (ProofKey::new(), ProofKey::new());

        assert_eq!(poll(&own).await.success()["token_type"], "DPoP");
        assert_eq!(poll(&own).await.status, 200);
        assert_eq!(poll(&other).await.error(), error("invalid_grant"));
        assert_eq!(at.events("token.device_code.replayed").await, 1);
    });
}
