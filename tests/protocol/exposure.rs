//! What the doors tell to those it is not for: of a broken database, of another host, of other people, of secrets.

use http::Method;
use portreeve_issuer::configure::ExportScope;
use portreeve_storage::Wall;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::{RelyingParty, basic},
    reply::Reply,
};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const JWKS: &str = "/oauth2/jwks";

/// Words of drivers, statements, sources and paths.
const INSIDES: [&str; 12] = [
    "sqlite",
    "postgres",
    "no such",
    "select ",
    "insert ",
    "token_families",
    "rusqlite",
    ".rs:",
    "panicked",
    "backtrace",
    "/tmp",
    "fault",
];

/// Takes tables away that sessions and tokens are in.
async fn break_database(at: &Deployment) {
    at.expect_faults();
    let mut tx = at.issuer.store().begin(Wall::All).await.unwrap();
    for statement in ["ALTER TABLE token_families RENAME TO gone_1", "ALTER TABLE sessions RENAME TO gone_2"] {
        tx.execute(statement, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// S-135: when the database is broken, neither JSON nor a page says how: an error code or a plain text, and a reference.
#[test]
fn a_broken_database_is_not_described() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let tokens = web.tokens("openid").await;
        browser.visit_as("/account", cast::ADA).await;
        break_database(at).await;

        let machines = [
            web.introspect(tokens.access()).await,
            web.refresh(tokens.refresh()).await,
            web.revoke(tokens.refresh()).await,
            at.userinfo(tokens.access()).await,
        ];
        let pages = [browser.visit("/account").await.reply, browser.authorize(&web.request("openid")).await.reply];

        for reply in machines.iter().chain(&pages) {
            let text = reply.text().to_lowercase();
            assert!(reply.status.is_server_error(), "{} {text}", reply.status);
            assert!(INSIDES.iter().all(|inside| !text.contains(inside)), "{text}");
            assert!(reply.header("x-request-id").is_some_and(|reference| !reference.is_empty()), "{text}");
        }
        assert!(machines.iter().all(|reply| reply.error().1 == "server_error"));
    });
}

/// S-137: keys and metadata are there without the database, by GET and HEAD, for five minutes at most, and cost nothing again.
#[test]
fn keys_are_delivered_without_the_database() {
    on_sqlite(async |at| {
        let before = at.get(JWKS, &[]).await;
        break_database(at).await;

        for path in [JWKS, DISCOVERY] {
            let reply = at.get(path, &[]).await;
            assert_eq!(reply.status, 200, "{path}");
            let etag = reply.header("etag").unwrap().to_owned();
            let kept: u32 = reply
                .header("cache-control")
                .and_then(|value| value.split("max-age=").nth(1)?.split(',').next()?.trim().parse().ok())
                .unwrap();
            assert!(kept <= 300, "{path}: {kept} s");
            let head =
                at.send(portreeve_tests::deployment::request(Method::HEAD, path, &[], axum::body::Body::empty())).await;
            assert_eq!(
                (head.status.as_u16(), head.body.len(), head.header("etag")),
                (200, 0, Some(etag.as_str())),
                "{path}"
            );
            let again = at.get(path, &[("if-none-match", &etag)]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        }
        assert_eq!(at.get(JWKS, &[]).await.body, before.body);
    });
}

/// S-117: the path alone says which tenant is meant; no header does, and a slug in another spelling is nobody's.
#[test]
fn the_path_alone_names_the_tenant() {
    on_sqlite(async |at| {
        let issuer = |reply: &Reply| reply.json()["issuer"].as_str().unwrap_or_default().to_owned();
        let told = [
            ("host", "evil.example"),
            ("host", "acme.id.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example;proto=http"),
            ("x-forwarded-proto", "http"),
            ("x-original-url", "/t/acme/.well-known/openid-configuration"),
            ("x-rewrite-url", "/t/acme/.well-known/openid-configuration"),
            ("x-tenant", "acme"),
        ];
        for header in told {
            let reply = at.get(DISCOVERY, &[header]).await;
            assert!(reply.status != 200 || issuer(&reply) == cast::ISSUER, "{header:?}: {}", reply.text());
            assert!(!reply.text().contains("evil.example"), "{header:?}");
        }
        let acme = at.get(&format!("/t/acme{DISCOVERY}"), &[("x-tenant", "default")]).await;
        assert_eq!(issuer(&acme), format!("{}/t/acme", cast::ISSUER));
        for slug in [
            "nobody", "default", "ACME", "Acme", "acme%00", "acme%20", "acme%2f", "acme.", "acme;x", "%2e%2e",
            "acme%0a", "a'--",
        ] {
            for path in [DISCOVERY, JWKS, "/oauth2/authorize", "/account"] {
                let reply = at.get(&format!("/t/{slug}{path}"), &[]).await;
                assert_eq!(reply.status, 404, "/t/{slug}{path}");
            }
            let token = at
                .post(
                    &format!("/t/{slug}/oauth2/token"),
                    &[("authorization", &basic("service", cast::SECRET))],
                    &[("grant_type", "client_credentials")],
                )
                .await;
            assert_eq!(token.status, 404, "/t/{slug}/oauth2/token");
        }
    });
}

/// S-110: what is exported holds no secret that anybody was given or chose, nor a hash of one.
#[test]
fn an_export_holds_no_secret() {
    on_sqlite(async |at| {
        let exported = at.issuer.export(ExportScope::WithPeople).await.unwrap();

        assert!(exported.contains("service") && exported.contains(cast::ADA), "it is the whole of it");
        for secret in [cast::SECRET, cast::PASSWORD, cast::TOTP_SECRET, "$argon2", "pkcs8", "PRIVATE KEY"] {
            assert!(!exported.contains(secret), "{secret}");
        }
    });
}

/// S-114: statements in the place of values are values: nobody is let in, nothing is told, and nothing is broken.
#[test]
fn statements_in_the_place_of_values_are_values() {
    on_both(async |at| {
        let sessions = at.events("session.created").await;
        for text in [
            "' OR '1'='1",
            "\" OR 1=1 --",
            "'; DROP TABLE users; --",
            "web' UNION SELECT 1--",
            "%' ESCAPE '\\",
            "_%",
            "$1",
            "?1",
            "\\'",
        ] {
            let grant =
                |kind: &'static str, name: &'static str| [("grant_type", kind), (name, text), ("client_id", "spa")];
            let by_basic = basic(text, text);
            let replies = [
                at.post("/oauth2/token", &[("authorization", &by_basic)], &[("grant_type", "client_credentials")])
                    .await,
                at.post("/oauth2/token", &[], &grant("authorization_code", "code")).await,
                at.post("/oauth2/token", &[], &grant("refresh_token", "refresh_token")).await,
                at.post("/oauth2/token", &[], &grant(text, "scope")).await,
                at.post("/oauth2/revoke", &[], &[("token", text), ("client_id", "spa"), ("token_type_hint", text)])
                    .await,
                RelyingParty::new(at, "gateway").introspect(text).await,
                at.post("/oauth2/device_authorization", &[], &[("client_id", text), ("scope", text)]).await,
            ];
            for (index, reply) in replies.iter().enumerate() {
                assert!(!reply.status.is_server_error(), "{index} {text}: {}", reply.text());
                assert!(!reply.text().contains("access_token") && !reply.text().contains("true"), "{index} {text}");
            }
            let browser = Browser::new(at);
            let page =
                browser.authorize(&RelyingParty::new(at, "web").request("openid").with("login_hint", text)).await;
            let answered = browser.press(&page, "submit", &[("email", text), ("password", text)]).await;
            assert!(!answered.reply.status.is_server_error() && answered.step() == "identify", "{text}");
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            for path in ["/j/", "/link/", "/approve/", "/oauth2/register/", "/device?user_code="] {
                let reply = at.get(&format!("{path}{encoded}"), &[]).await;
                assert!(!reply.status.is_server_error(), "{path}{encoded}: {}", reply.status);
            }
        }
        assert_eq!(at.events("session.created").await, sessions);
        assert!(
            Browser::new(at)
                .sign_in(&RelyingParty::new(at, "web").request("openid"), cast::ADA)
                .await
                .get("code")
                .is_some()
        );
    });
}

/// S-155: what is kept of an answer is for the very token and the very caller; twins of either share nothing.
#[test]
fn twins_share_no_answer() {
    on_both(async |at| {
        let (web, gateway, other) =
            (RelyingParty::new(at, "web"), RelyingParty::new(at, "gateway"), RelyingParty::new(at, "other"));
        let tokens = web.tokens_for(&web.request("bills.read").with("resource", cast::BILLS)).await;
        let token = tokens.access();
        let swapped: String = token
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();

        // Asked twice: the second time what is kept is there.
        for _ in 0..2 {
            assert!(web.sees_active(token).await && gateway.sees_active(token).await);
            assert!(!other.sees_active(token).await, "another caller got the answer of one who may know");
            for twin in [
                swapped.as_str(),
                &token.to_uppercase(),
                &format!("{token}\0"),
                &format!(" {token}"),
                &format!("web|{token}"),
            ] {
                assert!(!gateway.sees_active(twin).await, "{twin:?}");
            }
        }
        for id in ["WEB", "web ", "web\0", "wеb", "acme/web", "default:web"] {
            let reply = at
                .post("/oauth2/introspect", &[("authorization", &basic(id, cast::SECRET))], &[("token", token)])
                .await;
            assert!(reply.status.is_client_error(), "{id:?}: {}", reply.text());
        }
    });
}

/// S-153: what is granted is what the page has shown, whatever is posted beside the answer; and it covers nothing more later.
#[test]
fn what_is_granted_is_what_was_shown() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let first = browser.authorize(&web.request("openid email")).await;
        let consent = browser.press(&first, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(consent.step(), "consent");
        let html = consent.html();
        assert!(html.contains("Web"), "the client is named");
        let (action, mut fields) = consent.form_of("allow");
        for (name, value) in
            [("scope", "openid email profile orders.read"), ("client_id", "other"), ("resource", cast::ORDERS)]
        {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

        let page = browser.post_own(&action, &pairs).await;

        let grant = portreeve_tests::relying_party::Grant {
            code: page.callback().code(),
            redirect_uri: web.redirect_uri.clone(),
        };
        let tokens = web.redeem(&grant).await.success();
        assert_eq!(tokens["scope"], "openid email");
        assert!(browser.authorize(&web.request("openid")).await.is_redirect(), "less was agreed to as well");
        let wider = browser.authorize(&web.request("openid email profile")).await;
        assert_eq!(wider.step(), "consent", "one scope more is another question");
        let elsewhere = browser.authorize(&RelyingParty::new(at, "other").request("openid")).await;
        assert_eq!(elsewhere.step(), "consent", "so is another client");
    });
}

/// Whether nobody keeps a reply, and no browser guesses what it is.
fn is_kept_by_nobody(reply: &Reply, media_type: &str) -> bool {
    reply.header("cache-control").is_some_and(|value| value.contains("no-store"))
        && reply.header("x-content-type-options") == Some("nosniff")
        && reply.header("content-type").is_some_and(|value| value.starts_with(media_type))
}

/// S-047: what machines and people are told of a person, of tokens and of codes is kept by nobody, errors too.
#[test]
fn answers_are_kept_by_nobody() {
    on_both(async |at| {
        let (web, till) = (RelyingParty::new(at, "web"), RelyingParty::new(at, "till"));
        let grant = web.grant("openid email", cast::ADA).await;
        let issued = web.redeem(&grant).await;
        let access = issued.success()["access_token"].as_str().unwrap().to_owned();
        let machines = [
            issued,
            web.redeem(&grant).await,
            web.introspect(&access).await,
            web.introspect("garbage").await,
            at.userinfo("garbage").await,
            at.post("/oauth2/token", &[("authorization", &basic("web", "wrong"))], &[("grant_type", "x")]).await,
            web.push(&web.request("openid")).await,
            RelyingParty::new(at, "tv").post("/oauth2/device_authorization", &[("scope", "openid")]).await,
            till.post("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", cast::ADA)]).await,
        ];
        let fresh = web.tokens("openid email").await;
        let userinfo = at.userinfo(fresh.access()).await;

        for reply in machines.iter().chain([&userinfo]) {
            assert!(is_kept_by_nobody(reply, "application/json"), "{:?} {}", reply.headers, reply.text());
        }

        let browser = Browser::new(at);
        let first = browser.authorize(&web.request("openid email profile")).await;
        let wrong = browser.press(&first, "submit", &[("email", cast::ADA), ("password", "wrong wrong")]).await;
        let consent = browser.press(&wrong, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(consent.step(), "consent");
        let account = browser.visit_as("/account/profile", cast::ADA).await.0;
        let data = browser.visit("/account/data").await;
        let refused = browser.authorize(&web.request("openid").with("client_id", "nobody")).await;
        for page in [first, wrong, consent, account, data, refused, Browser::new(at).visit("/device").await] {
            assert!(is_kept_by_nobody(&page.reply, "text/html"), "{}: {:?}", page.path, page.reply.headers);
        }
        at.wait(portreeve_domain::Lifetime::from_minutes(10));
        at.deliver_approval_links().await;
    });
}
