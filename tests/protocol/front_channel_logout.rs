//! Front-Channel Logout 1.0 and Session Management 1.0: what a browser does when a session ends.

use http::Method;
use portreeve_crypto::sha256;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, form, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};

const CLIENTS: &str = r#"
[[clients]]
client_id = "framed"
client_name = "Framed"
client_secret = { file = "secret" }
redirect_uris = ["https://framed.example/cb"]
post_logout_redirect_uris = ["https://framed.example/bye"]
frontchannel_logout_uri = "https://framed.example/fc"
frontchannel_logout_session_required = true

[[clients]]
client_id = "framed-too"
client_secret = { file = "secret" }
redirect_uris = ["https://two.example:8443/cb"]
frontchannel_logout_uri = "https://two.example:8443/fc?x=%20"

[[clients]]
client_id = "not-used"
client_secret = { file = "secret" }
redirect_uris = ["https://unused.example/cb"]
frontchannel_logout_uri = "https://unused.example/fc"
"#;

async fn sign_in(at: &Deployment, browser: &Browser<'_>, client: &str) -> Tokens {
    let party = RelyingParty::new(at, client);
    let code = browser.sign_in(&party.request("openid"), cast::ADA).await.code();
    Tokens(party.redeem(&Grant { code, redirect_uri: party.redirect_uri.clone() }).await.success())
}

/// The addresses of the frames of a page.
fn frames(html: &str) -> Vec<String> {
    let tags = html.split("<iframe").skip(1);
    let sources = tags.map(|tag| tag.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap());
    sources.map(|source| source.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// FL-01, FL-03: the page frames each relying party of the session with issuer and `sid`, and nobody else, then goes on
/// with or without script.
#[test]
fn a_logout_page_frames_the_relying_parties_of_the_session() {
    on_both(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        let tokens = sign_in(at, &browser, "framed").await;
        sign_in(at, &browser, "framed-too").await;
        sign_in(at, &browser, "web").await;
        let sid = jwt::claims(tokens.id())["sid"].as_str().unwrap().to_owned();

        let pairs = [
            ("id_token_hint", tokens.id()),
            ("post_logout_redirect_uri", "https://framed.example/bye"),
            ("state", "a b"),
        ];
        let page = browser.visit(&format!("/oauth2/logout?{}", form(&pairs))).await;

        assert_eq!((page.reply.status.as_u16(), page.reply.location()), (200, None));
        let about = format!("iss=https%3A%2F%2Fid.example&sid={sid}");
        assert_eq!(
            frames(&page.html()),
            [format!("https://framed.example/fc?{about}"), format!("https://two.example:8443/fc?x=%20&{about}")]
        );
        let policy = page.reply.header("content-security-policy").unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in
            ["frame-src https://framed.example https://two.example:8443", "script-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(directives.contains(&directive), "{policy}");
        }
        assert!(page.reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        assert_eq!(page.href_of("continue").as_deref(), Some("https://framed.example/bye?state=a%20b"));
        assert!(page.html().contains("<noscript><meta http-equiv=\"refresh\""), "{}", page.html());
        let silent = RelyingParty::new(at, "framed").request("openid").with("prompt", "none");
        assert_eq!(browser.authorize(&silent).await.callback().error(), "login_required");
    });
}

/// FL-03: without relying parties to frame nothing is framed, on this page or any other.
#[test]
fn nothing_else_frames_anything() {
    on_sqlite(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        let tokens = sign_in(at, &browser, "web").await;
        let page = browser.visit("/oauth2/logout").await;
        assert!(!page.reply.header("content-security-policy").unwrap().contains("frame-src"));

        let pairs = [("id_token_hint", tokens.id()), ("post_logout_redirect_uri", cast::SIGNED_OUT_URI)];
        let page = browser.visit(&format!("/oauth2/logout?{}", form(&pairs))).await;

        assert_eq!(page.reply.location(), Some(cast::SIGNED_OUT_URI));
    });
}

/// S-016, FL-03: a person who confirms on our page gets the frames as well, and stays here without a return address.
#[test]
fn a_confirmed_logout_frames_too() {
    on_sqlite(async |at| {
        at.apply(CLIENTS).await;
        let browser = Browser::new(at);
        sign_in(at, &browser, "framed").await;

        let asked = browser.visit("/oauth2/logout").await;
        let page = browser.press(&asked, "submit", &[]).await;

        assert_eq!(frames(&page.html()).len(), 1);
        assert_eq!(page.href_of("continue"), None);
    });
}

/// FL-02: what a browser loads is at the site of a redirect URI; metadata says that it is.
#[test]
fn it_is_advertised_and_checked_at_registration() {
    on_sqlite(async |at| {
        let document = at.discovery().await;
        assert_eq!(document["frontchannel_logout_supported"], true);
        assert_eq!(document["frontchannel_logout_session_supported"], true);

        for uri in ["https://other.example/fc", "http://framed.example/fc", "https://framed.example:444/fc"] {
            let refused = at.try_apply(&CLIENTS.replace("https://framed.example/fc", uri)).await;
            assert!(refused.is_err(), "{uri}");
        }
    });
}

/// What the script of the frame computes (Session Management §4.2), from what it is told and what it reads.
fn computed(client: &str, origin: &str, browser: &Browser<'_>, salt: &str) -> String {
    let state = browser.cookies().get("__Host-portreeve_state").cloned().unwrap_or_default();
    let digest = sha256(format!("{client} {origin} {state} {salt}").as_bytes());
    digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SM-01, SM-02: success and error responses carry `session_state`, which fits client, origin and the browser's state until
/// the person signs in or out.
#[test]
fn session_state_fits_until_the_sign_in_changes() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let silent = web.request("openid").with("prompt", "none");
        let is_unchanged = |session_state: &str, browser: &Browser<'_>| {
            let (hash, salt) = session_state.split_once('.').unwrap();
            assert!(!session_state.contains(' ') && !salt.contains('.'));
            hash == computed("web", "https://rp.example", browser, salt)
        };
        let nobody = browser.authorize(&silent).await.callback();
        assert_eq!(nobody.error(), "login_required");
        let nobody = nobody.get("session_state").unwrap().to_owned();
        assert!(is_unchanged(&nobody, &browser));

        let callback = browser.sign_in(&web.request("openid"), cast::ADA).await;
        let signed_in = callback.get("session_state").unwrap().to_owned();
        assert!(is_unchanged(&signed_in, &browser) && !is_unchanged(&nobody, &browser));
        let renewed = browser.authorize(&silent).await.callback();
        assert!(is_unchanged(&signed_in, &browser), "a silent request changes nothing");
        assert_ne!(renewed.get("session_state"), Some(signed_in.as_str()), "the salt is new each time");

        let tokens = sign_in(at, &browser, "web").await;
        browser.visit(&format!("/oauth2/logout?{}", form(&[("id_token_hint", tokens.id())]))).await;
        assert!(!is_unchanged(&signed_in, &browser));
        let plain = Browser::new(at).sign_in(&web.request(""), cast::ADA).await;
        assert_eq!(plain.get("session_state"), None, "plain OAuth has no session");
    });
}

/// SM-03, BC-09: the frame may be framed by anybody, shows nothing, answers the origin that asked, and reads a cookie that
/// scripts of this host may read and that holds no secret.
#[test]
fn the_check_session_frame_is_frameable_and_harmless() {
    on_sqlite(async |at| {
        let address = at.discovery().await["check_session_iframe"].as_str().unwrap().to_owned();
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        browser.sign_in(&web.request("openid"), cast::ADA).await;

        let reply = browser.visit(&address).await.reply;

        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-frame-options"), None);
        let policy = reply.header("content-security-policy").unwrap();
        for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors *"] {
            assert!(policy.split("; ").any(|part| part == directive), "{policy}");
        }
        assert!(reply.text().contains("data-cookie=\"__Host-portreeve_state\""), "{}", reply.text());
        assert!(!reply.text().contains("<form") && !reply.text().contains("<a "));
        let html = reply.text();
        let script = html.split("<script src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let script = at.get(script, &[]).await.text();
        assert_eq!(script.matches("postMessage(").count(), 1);
        assert!(script.contains("postMessage(told, event.origin)"), "to whoever asked, and no other origin");
        let answer = browser.send(Method::GET, &web.request("openid").path(), &[], String::new()).await;
        let cookies: Vec<_> =
            answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        let state = cookies.iter().find(|cookie| cookie.starts_with("__Host-portreeve_state=")).unwrap();
        assert!(state.ends_with("; Path=/; Secure; SameSite=None"), "{state}");
        let secret = browser.cookies()["__Host-portreeve"].clone();
        let value = browser.cookies()["__Host-portreeve_state"].clone();
        assert!(value.len() == 32 && !secret.contains(&value));
    });
}
