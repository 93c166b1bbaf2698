//! Clients that register themselves. RFC 7591, OIDC Registration 1.0.

use axum::body::Body;
use http::Method;
use portreeve_domain::Lifetime;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{on_both, on_sqlite, request},
    jwt,
    relying_party::RelyingParty,
};
use serde_json::json;

use crate::registered::{ENDPOINT, REDIRECT_URI, Registered, allow, register, send, web};
use crate::request_objects::shown_error;

/// S-157: where no client may register there is no such address, and the metadata says nothing of it.
#[test]
fn without_registration_there_is_no_such_address() {
    on_both(async |at| {
        for method in [Method::POST, Method::GET, Method::PUT, Method::DELETE] {
            for path in [ENDPOINT, "/oauth2/register/dyn_0", "/t/acme/oauth2/register", "/t/acme/oauth2/register/web"] {
                let reply = send(at, method.clone(), path, Some("x"), &web(json!({}))).await;
                assert_eq!(reply.status, 404, "{method} {path}");
            }
        }
        assert_eq!(register(at, None, &web(json!({}))).await.status, 404);
        assert_eq!(at.discovery().await.get("registration_endpoint"), None);

        allow(at, "open", "").await;
        assert_eq!(at.discovery().await["registration_endpoint"], "https://id.example/oauth2/register");
        assert_eq!(send(at, Method::POST, "/t/acme/oauth2/register", None, &web(json!({}))).await.status, 404);
    });
}

/// DR-01, DR-02, OA-TK-4, OA-TK-5: 201, not kept by anybody, everything registered is told, with defaults and the end of the
/// secret.
#[test]
fn a_registered_client_is_told_everything_about_itself() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let sent = json!({
            "redirect_uris": [REDIRECT_URI],
            "post_logout_redirect_uris": ["https://self.example/bye"],
            "client_name": "Net",
            "client_uri": "https://self.example/",
            "policy_uri": "https://self.example/privacy",
            "tos_uri": "https://self.example/terms",
            "logo_uri": "https://self.example/logo.png",
            "contacts": ["ada@example.com"],
            "scope": "openid email",
            "subject_type": "pairwise",
            "id_token_signed_response_alg": "RS256",
            "userinfo_signed_response_alg": "ES256",
            "default_max_age": 600,
            "require_auth_time": true,
            "default_acr_values": ["urn:portreeve:acr:1fa"],
            "initiate_login_uri": "https://self.example/login",
            "software_id": "4NRB1-0XZABZI9E6-5SM3R",
            "software_version": "2.1",
            "grant_types": ["authorization_code", "refresh_token"],
        });

        let before = at.events("client.created").await;
        let reply = register(at, None, &sent).await;

        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let told = reply.json();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(told.get(name), Some(value), "{name}");
        }
        assert_eq!(told["response_types"], json!(["code"]));
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(told["application_type"], "web");
        assert_eq!(told["client_secret_expires_at"], 0);
        assert_eq!(told["client_id_issued_at"], at.seconds());
        assert!(told["client_secret"].as_str().unwrap().len() >= 43);
        assert_eq!(at.events("client.created").await, before + 1);
        let other = register(at, None, &sent).await.json();
        let [first, second] = [&told, &other].map(|client| client["client_secret"].as_str().unwrap());
        let differing = first.bytes().zip(second.bytes()).filter(|(one, another)| one != another);
        assert!(differing.count() >= 36, "random throughout");
    });
}

/// DR-02, OA-17: a public client has no secret, and nothing is said of one.
#[test]
fn a_public_client_gets_no_secret() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;

        let client = Registered::new(at, &web(json!({ "token_endpoint_auth_method": "none" }))).await;

        assert_eq!((client.0.get("client_secret"), client.0.get("client_secret_expires_at")), (None, None));
    });
}

/// DR-01, DR-09: what is registered is obeyed: redirect URI, secret, scope, `max_age`, algorithm, subject.
#[test]
fn a_registered_client_works_as_registered() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let client = Registered::new(
            at,
            &web(json!({
                "id_token_signed_response_alg": "RS256",
                "subject_type": "pairwise",
                "require_auth_time": true,
                "scope": "openid",
            })),
        )
        .await;

        let code = Browser::new(at).sign_in(&client.request("openid"), cast::ADA).await.code();
        let tokens = client.redeem(at, &code).await.success();

        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(jwt::header(token)["alg"], "RS256");
        let claims = at.verified(token, "JWT").await;
        assert!(claims["auth_time"].is_number());
        let public = RelyingParty::new(at, "web").tokens("openid").await;
        assert_ne!(claims["sub"], jwt::claims(public.id())["sub"], "pairwise");
        let other =
            Browser::new(at).authorize(&client.request("openid").with("redirect_uri", "https://x.example/")).await;
        assert!(!other.is_redirect());
        let beyond = Browser::new(at).authorize(&client.request("openid email")).await;
        assert!(shown_error(&beyond, "invalid_scope"));
    });
}

/// DR-12, DR-03, DR-04, DR-05, S-004: each mistake has its code, 400, and the field it is in.
#[test]
fn each_mistake_has_its_error_code() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let cases = [
            ("invalid_redirect_uri", "redirect_uris", json!({ "redirect_uris": ["https://self.example/cb#f"] })),
            ("invalid_redirect_uri", "redirect_uris", json!({ "redirect_uris": ["javascript:alert(1)"] })),
            ("invalid_redirect_uri", "redirect_uris", json!({ "redirect_uris": ["http://self.example/cb"] })),
            ("invalid_redirect_uri", "redirect_uris", json!({ "redirect_uris": [] })),
            ("invalid_client_metadata", "redirect_uris", json!({ "redirect_uris": "https://self.example/cb" })),
            ("invalid_client_metadata", "response_types", json!({ "response_types": ["nonsense"] })),
            ("invalid_client_metadata", "grant_types", json!({ "grant_types": ["password"] })),
            (
                "invalid_client_metadata",
                "grant_types",
                json!({ "grant_types": ["refresh_token"], "response_types": [] }),
            ),
            ("invalid_client_metadata", "token_endpoint_auth_method", json!({ "token_endpoint_auth_method": "magic" })),
            ("invalid_client_metadata", "client_name", json!({ "client_name": "a\u{202e}b" })),
            ("invalid_client_metadata", "logo_uri", json!({ "logo_uri": "data:text/html,x" })),
            ("invalid_client_metadata", "initiate_login_uri", json!({ "initiate_login_uri": "http://self.example/" })),
            ("invalid_client_metadata", "introspects", json!({ "introspects": [cast::ORDERS] })),
            ("invalid_client_metadata", "first_party", json!({ "first_party": true })),
            ("invalid_client_metadata", "branding", json!({ "branding": { "color": "#ff0000" } })),
            ("invalid_client_metadata", "profile", json!({ "profile": "oidc" })),
        ];
        for (code, field, change) in cases {
            let reply = register(at, None, &web(change.clone())).await;

            assert_eq!(reply.error(), (400, code.to_owned()), "{change}");
            let description = reply.json()["error_description"].as_str().unwrap().to_owned();
            assert!(description.ends_with(&format!(": {field}")), "{change}: {description}");
            assert!(reply.header("x-portreeve-reference").is_some());
        }
        assert_eq!(at.tenant().clients.values().filter(|client| client.id.as_str().starts_with("dyn_")).count(), 0);
    });
}

/// DR-12, S-056: what is no JSON object of an acceptable size is refused, and consumes nothing.
#[test]
fn a_body_that_is_no_registration_is_refused() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let large = json!({ "redirect_uris": [REDIRECT_URI], "client_name": "x".repeat(33 * 1024) }).to_string();
        let twice = format!("{{\"redirect_uris\":[\"{REDIRECT_URI}\"],\"redirect_uris\":[]}}");
        let good = web(json!({})).to_string();
        for (content_type, body) in [
            ("application/json", ""),
            ("application/json", "[]"),
            ("application/json", "{\"redirect_uris\":"),
            ("application/json", &twice),
            ("application/json", &large),
            ("application/x-www-form-urlencoded", &good),
            ("text/plain", &good),
        ] {
            let headers = [("content-type", content_type)];
            let sent = request(Method::POST, ENDPOINT, &headers, Body::from(body.to_owned()));

            let reply = at.send_from(at.fresh_address(), sent).await;

            assert_eq!(reply.error(), (400, "invalid_client_metadata".to_owned()), "{content_type}");
        }
    });
}

/// DR-11: where an initial access token is demanded, none and a wrong one are 401.
#[test]
fn without_the_initial_access_token_nobody_registers() {
    on_both(async |at| {
        allow(at, "initial_access_token", "").await;
        let (name, token) =
            at.issuer.make_initial_access_token(&at.tenant(), 2, Lifetime::from_hours(1)).await.unwrap();
        let metadata = web(json!({ "grant_types": ["authorization_code", "client_credentials"] }));

        let bare = register(at, None, &metadata).await;
        assert_eq!((bare.status.as_u16(), bare.body.len()), (401, 0));
        assert_eq!(bare.header("www-authenticate"), Some("Bearer realm=\"https://id.example\""));
        let wrong = register(at, Some(&format!("{}x", token.expose())), &metadata).await;
        assert_eq!(wrong.error(), (401, "invalid_token".to_owned()));
        assert!(wrong.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));

        // A refused registration uses nothing up; two good ones use it up.
        assert_eq!(register(at, Some(token.expose()), &json!({})).await.status, 400);
        for status in [201, 201, 401] {
            assert_eq!(register(at, Some(token.expose()), &metadata).await.status, status);
        }
        assert!(at.issuer.list_initial_access_tokens(&at.tenant()).await.unwrap().is_empty());
        assert!(at.issuer.revoke_initial_access_token(&at.tenant(), &name).await.unwrap());
    });
}

/// DR-11, S-115: a token that was taken back, is too old, or is of another kind or tenant lets nobody in, nor does one in the address;
/// the database has no token.
#[test]
fn a_dead_initial_access_token_lets_nobody_in() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let make =
            async || at.issuer.make_initial_access_token(&at.tenant(), 5, Lifetime::from_hours(1)).await.unwrap();
        let ((name, revoked), (_, old)) = (make().await, make().await);
        let acme = at.issuer.directory.by_slug("acme").unwrap();
        let (_, foreign) = at.issuer.make_initial_access_token(&acme, 5, Lifetime::from_hours(1)).await.unwrap();
        let client = Registered::new(at, &web(json!({}))).await;

        assert!(at.issuer.revoke_initial_access_token(&at.tenant(), &name).await.unwrap());
        assert!(!at.issuer.revoke_initial_access_token(&at.tenant(), &name).await.unwrap());
        at.wait(Lifetime::from_hours(1));

        for token in [revoked.expose(), old.expose(), foreign.expose(), client.token()] {
            assert_eq!(register(at, Some(token), &web(json!({}))).await.error(), (401, "invalid_token".to_owned()));
        }
        let (_, good) = at.issuer.make_initial_access_token(&at.tenant(), 5, Lifetime::from_hours(1)).await.unwrap();
        let in_address = format!("{ENDPOINT}?access_token={}", good.expose());
        let headers = [("content-type", "application/json")];
        allow(at, "initial_access_token", "").await;
        let body = Body::from(web(json!({})).to_string());
        assert_eq!(at.send(request(Method::POST, &in_address, &headers, body)).await.status, 400);
        assert_eq!(register(at, Some(good.expose()), &web(json!({}))).await.status, 201);
        let (stored, secret) = (at.database_bytes(), good.expose().as_bytes());
        assert!(!stored.windows(secret.len()).any(|window| window == secret));
        assert_eq!(at.events("initial_access_token.revoked").await, 1);
    });
}

/// S-056: a token with which two clients register at once is good for one.
#[test]
fn a_token_for_one_client_registers_one() {
    on_both(async |at| {
        allow(at, "initial_access_token", "").await;
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 1, Lifetime::from_hours(1)).await.unwrap();
        let bearer = format!("Bearer {}", token.expose());
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];

        let replies =
            at.send_all(8, |_| request(Method::POST, ENDPOINT, &headers, Body::from(web(json!({})).to_string()))).await;

        let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 401, 401, 401, 401, 401, 401, 401]);
    });
}

/// S-056: registrations from one network are limited, and told when to come again.
#[test]
fn registrations_from_one_network_are_limited() {
    on_both(async |at| {
        allow(at, "open", "rate_limits = \"strict\"").await;
        let address = at.fresh_address();
        let post = async |address| {
            let headers = [("content-type", "application/json")];
            let sent = request(Method::POST, ENDPOINT, &headers, Body::from(web(json!({})).to_string()));
            at.send_from(address, sent).await
        };
        for _ in 0..5 {
            assert_eq!(post(address).await.status, 201);
        }

        let sixth = post(address).await;

        assert_eq!(sixth.error(), (429, "temporarily_unavailable".to_owned()));
        assert_eq!(sixth.header("retry-after"), Some("12"));
        assert_eq!(post(at.fresh_address()).await.status, 201);
    });
}

/// S-056: a client for which nobody vouched gets no token of its own; consent says that nobody knows it.
#[test]
fn a_client_nobody_vouched_for_is_shown_as_such() {
    on_both(async |at| {
        allow(at, "open", "").await;
        let own = web(json!({ "grant_types": ["authorization_code", "client_credentials"] }));
        assert_eq!(register(at, None, &own).await.error(), (400, "invalid_client_metadata".to_owned()));
        let consent_for = async |token: Option<&str>| {
            let client = Registered(register(at, token, &web(json!({}))).await.json());
            let browser = Browser::new(at);
            let page = browser.authorize(&client.request("openid")).await;
            let password = [("email", cast::ADA), ("password", cast::PASSWORD)];
            let page = browser.press(&page, "submit", &password).await;
            assert_eq!(page.step(), "consent");
            page.html()
        };
        let (_, token) = at.issuer.make_initial_access_token(&at.tenant(), 1, Lifetime::from_hours(1)).await.unwrap();

        assert!(consent_for(None).await.contains("id=\"unverified\""));
        assert!(!consent_for(Some(token.expose())).await.contains("id=\"unverified\""));
        allow(at, "open", "trust_registered_clients = true").await;
        assert!(!consent_for(None).await.contains("id=\"unverified\""));
    });
}

/// DR-13, DR-14: names in other languages are kept, returned and shown to who reads them; markup stays text.
#[test]
fn names_are_kept_in_every_language() {
    on_sqlite(async |at| {
        allow(at, "open", "").await;
        let texts = json!({
            "client_name": "<b>Net</b>",
            "client_name#de": "<script>alert(1)</script>Netz",
            "tos_uri": "https://self.example/terms",
            "tos_uri#de": "https://self.example/agb",
        });
        let client = Registered::new(at, &web(texts.clone())).await;
        for (name, value) in texts.as_object().unwrap() {
            assert_eq!(client.0.get(name), Some(value), "{name}");
        }

        let browser = Browser::new(at);
        let page = browser.authorize(&client.request("openid").with("ui_locales", "de")).await;
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        let html = consent.html();

        assert!(html.contains("Netz") && !html.contains("<script>alert") && !html.contains("<b>Net</b>"));
        assert_eq!(consent.href_of("terms").as_deref(), Some("https://self.example/agb"));
    });
}
