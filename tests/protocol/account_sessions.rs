//! Where a person is signed in, and signing out there. SECURITY S-012, S-094, S-118.

use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::{Browser, Page, own_headers},
    cast,
    deployment::{on_both, on_sqlite},
    relying_party::{RelyingParty, Tokens},
    totp,
};

const OUTDATED: &str = "That page was out of date, so nothing was sent. This is where you are now.";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Signs in as Ada with a browser that says what it is.
async fn sign_in_with(browser: &Browser<'_>, user_agent: &str) {
    let page = browser.visit("/account").await;
    let (action, fields) = page.filled_form("submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]);
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut headers = own_headers().to_vec();
    headers.push(("user-agent", user_agent));
    let reply = browser.send(Method::POST, &action, &headers, portreeve_tests::deployment::form(&pairs)).await;
    assert_eq!(reply.status, 303);
}

fn has(page: &Page, id: &str) -> bool {
    page.html().contains(&format!("id=\"{id}\""))
}

/// The list tells browser, system and network in words, and which one is in front of the person.
#[test]
fn sessions_are_told_apart() {
    on_both(async |at| {
        let (here, there) = (Browser::new(at), Browser::new(at));
        sign_in_with(&there, FIREFOX).await;
        here.visit_as("/account", cast::ADA).await;

        let page = here.visit("/account/sessions").await;

        let theirs = page.text_of("session-2").unwrap();
        assert!(theirs.contains("Firefox") && theirs.contains("Linux") && theirs.contains("198.18.0.*"), "{theirs}");
        assert!(has(&page, "here") && !has(&page, "end-1") && has(&page, "end-2"));
    });
}

/// S-012: what a browser says of itself is never shown.
#[test]
fn a_hostile_user_agent_is_not_shown() {
    on_both(async |at| {
        let (here, there) = (Browser::new(at), Browser::new(at));
        sign_in_with(&there, "<script>alert('Firefox/1')</script>").await;
        here.visit_as("/account", cast::ADA).await;

        let page = here.visit("/account/sessions").await;

        assert!(!page.html().contains("alert"));
        assert!(page.text_of("session-2").unwrap().contains("Firefox"));
    });
}

/// S-094: one session ends, at once and on every node; the others go on.
#[test]
fn one_session_is_signed_out() {
    on_both(async |at| {
        let (web, here, there, third) =
            (RelyingParty::new(at, "web"), Browser::new(at), Browser::new(at), Browser::new(at));
        third.visit_as("/account", cast::ADA).await;
        let grant = web.grant_in(&there, &web.request("openid"), cast::ADA).await;
        let token = web.redeem(&grant).await.json()["access_token"].as_str().unwrap().to_owned();
        here.visit_as("/account", cast::ADA).await;
        at.wait(portreeve_domain::Lifetime::from_minutes(2));
        third.visit("/account").await;
        let page = here.visit("/account/sessions").await;

        // The first is this one, the second was used last, the third is the one that holds the token.
        let page = here.press(&page, "end-3", &[]).await;

        assert_eq!(page.notice().as_deref(), Some("Signed out there."));
        let node = at.another_node().await;
        let there_too = Browser::on_node(&node, &there);
        there_too.set_cookies(there.cookies());
        assert_eq!(there_too.visit("/account").await.step(), "identify");
        assert_eq!(there.visit("/account").await.step(), "identify");
        assert!(!web.sees_active(&token).await);
        assert_eq!(third.visit("/account").await.path, "/account");
        assert_eq!(here.visit("/account").await.path, "/account");
    });
}

/// S-094: what an ended session was given is refused at once; what was allowed to outlive it is not.
#[test]
fn only_offline_access_outlives_its_session() {
    on_both(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "other"));
        let (here, there) = (Browser::new(at), Browser::new(at));
        let request = web.request("openid offline_access").with("prompt", "consent");
        let offline = Tokens(web.redeem(&web.grant_in(&there, &request, cast::ADA).await).await.success());
        let grant = other.grant_in(&there, &other.request("openid"), cast::ADA).await;
        let bound = Tokens(other.redeem(&grant).await.success());
        here.visit_as("/account", cast::ADA).await;
        let page = here.visit("/account/sessions").await;

        here.press(&page, "end-all", &[]).await;

        assert!(!other.sees_active(bound.access()).await);
        assert_eq!(other.refresh(bound.refresh()).await.json()["error"], "invalid_grant");
        assert_eq!(web.refresh(offline.refresh()).await.status, 200);
    });
}

/// S-092, S-094: this session is not ended as another one: signing out is for that, and gives the browser another secret.
#[test]
fn the_session_that_looks_stays() {
    on_sqlite(async |at| {
        let (here, there) = (Browser::new(at), Browser::new(at));
        here.visit_as("/account", cast::ADA).await;
        there.visit_as("/account", cast::ADA).await;
        let seen_from_there = there.visit("/account/sessions").await;
        let (_, sent) = seen_from_there.form_of("end-2");
        let own = sent.into_iter().find(|(name, _)| name == "session").unwrap().1;
        let page = here.visit("/account/sessions").await;
        let (action, mut fields) = page.form_of("end-2");
        fields.iter_mut().filter(|(name, _)| name == "session").for_each(|(_, value)| value.clone_from(&own));
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

        let page = here.post_own(&action, &pairs).await;

        assert_eq!(page.notice().as_deref(), Some(OUTDATED));
        assert_eq!(here.visit("/account").await.path, "/account");
    });
}

/// S-094: all others end, this one stays.
#[test]
fn every_other_session_is_signed_out() {
    on_both(async |at| {
        let (here, one, two) = (Browser::new(at), Browser::new(at), Browser::new(at));
        for browser in [&one, &two, &here] {
            browser.visit_as("/account", cast::ADA).await;
        }
        let bystander = Browser::new(at);
        bystander.visit_as("/account", cast::ALAN).await;
        let page = here.visit("/account/sessions").await;

        let page = here.press(&page, "end-all", &[]).await;

        assert!(!has(&page, "end-all") && has(&page, "here"));
        assert_eq!((one.visit("/account").await.step(), two.visit("/account").await.step()), ("identify", "identify"));
        assert_eq!(bystander.visit("/account").await.path, "/account");
        assert_eq!(at.events("session.ended").await, 1, "one event for both");
    });
}

/// S-094: who has shown the password elsewhere, and is asked for the second factor, is signed out as well: they begin anew.
#[test]
fn what_is_half_finished_elsewhere_is_signed_out() {
    on_both(async |at| {
        let (here, there, on_the_way) = (Browser::new(at), Browser::new(at), Browser::new(at));
        for browser in [&here, &there] {
            browser.visit_as("/account", cast::GRACE).await;
            at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
        }
        let page = on_the_way.visit("/account").await;
        let shown = [("email", cast::GRACE), ("password", cast::PASSWORD)];
        let page = on_the_way.press(&page, "submit", &shown).await;
        assert_eq!(page.step(), "second-factor");

        here.press(&here.visit("/account/sessions").await, "end-all", &[]).await;
        at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
        let answered = on_the_way.press(&page, "submit", &[("code", &on_the_way.totp_code())]).await;

        assert_eq!(answered.step(), "password", "{}", answered.html());
        assert_eq!(here.visit("/account").await.path, "/account");
    });
}

/// S-118: the session of somebody else is unknown, and so is a text that names none.
#[test]
fn nobody_signs_out_somebody_else() {
    on_both(async |at| {
        let (ada, alan, third) = (Browser::new(at), Browser::new(at), Browser::new(at));
        third.visit_as("/account", cast::ADA).await;
        ada.visit_as("/account", cast::ADA).await;
        alan.visit_as("/account", cast::ALAN).await;
        let page = ada.visit("/account/sessions").await;
        let (_, fields) = page.form_of("end-2");
        let theirs = fields.iter().find(|(name, _)| name == "session").unwrap().1.clone();
        let beside = Browser::new(at);
        beside.visit_as("/account", cast::ALAN).await;
        let own = alan.visit("/account/sessions").await;

        for choice in [theirs.as_str(), "ses_0000000000000000000000", ""] {
            let (action, mut fields) = own.form_of("end-2");
            fields.iter_mut().filter(|(name, _)| name == "session").for_each(|(_, value)| *value = choice.to_owned());
            let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let page = alan.post_own(&action, &pairs).await;
            assert_eq!(page.notice().as_deref(), Some(OUTDATED), "{choice}");
        }

        assert_eq!(third.visit("/account").await.path, "/account");
    });
}

/// BL-04: relying parties that were signed in by an ended session are told.
#[test]
fn relying_parties_hear_of_it() {
    on_sqlite(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"told\"\nclient_secret = { file = \"secret\" }\nredirect_uris = [\"https://told.example/cb\"]\nbackchannel_logout_uri = \"https://told.example/out\"\n",
        )
        .await;
        let (told, here, there) = (RelyingParty::new(at, "told"), Browser::new(at), Browser::new(at));
        told.grant_in(&there, &told.request("openid"), cast::ADA).await;
        here.visit_as("/account", cast::ADA).await;
        let page = here.visit("/account/sessions").await;

        here.press(&page, "end-2", &[]).await;

        let told: Vec<_> = at.deliver_logout_tokens().await.into_iter().map(|(uri, _)| uri).collect();
        assert_eq!(told, ["https://told.example/out"]);
    });
}
