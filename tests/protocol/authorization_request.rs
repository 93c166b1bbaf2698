//! Authorization requests: what is accepted, ignored and refused. RFC 6749 §4.1.1, OIDC Core §3.1.2.1, RFC 7636 §4.3.

use http::Method;
use portreeve_tests::{
    authorization::{AuthorizationRequest, NONCE, STATE},
    browser::Browser,
    cast,
    deployment::{Deployment, FORM, form, on_both, on_sqlite},
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};

fn request() -> AuthorizationRequest {
    AuthorizationRequest::new("web", cast::REDIRECT_URI, "openid")
}

/// Sends a request that must be refused and returns the error the client is told.
async fn refused(at: &Deployment, request: &AuthorizationRequest) -> String {
    let callback = Browser::new(at).authorize(request).await.callback();
    assert!(callback.url.starts_with(cast::REDIRECT_URI), "{}", callback.url);
    assert_eq!(callback.get("state"), Some(STATE));
    assert_eq!(callback.get("iss"), Some(cast::ISSUER));
    callback.error().to_owned()
}

/// OC-01, OA-AZ-30: a request by POST leads to the same page and the same code as by GET.
#[test]
fn a_request_may_come_by_post() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let headers = [("content-type", FORM), ("origin", "https://rp.example"), ("sec-fetch-site", "cross-site")];

        let reply = browser.send(Method::POST, "/oauth2/authorize", &headers, form(&request().pairs())).await;

        assert_eq!(reply.status, 303);
        let page = browser.visit(reply.location().unwrap()).await;
        assert_eq!(page.step(), browser.authorize(&request()).await.step());
        let callback = browser.complete(page, cast::ADA).await;
        assert_eq!(callback.get("state"), Some(STATE));
        let grant =
            portreeve_tests::relying_party::Grant { code: callback.code(), redirect_uri: cast::REDIRECT_URI.into() };
        assert_eq!(jwt::claims(web.redeem(&grant).await.success()["id_token"].as_str().unwrap())["nonce"], NONCE);
    });
}

/// OC-01: a POST from another site neither uses nor sets a cookie: it must not act for whoever is signed in here.
#[test]
fn a_cross_site_post_touches_no_cookie() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let headers = [("content-type", FORM), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];

        let reply = browser.send(Method::POST, "/oauth2/authorize", &headers, form(&request().pairs())).await;

        assert_eq!(reply.header("set-cookie"), None);
        assert!(reply.location().is_some_and(|to| to.starts_with('/')), "to our own GET: {:?}", reply.location());
    });
}

/// OC-02: unknown parameters are ignored.
#[test]
fn unknown_parameters_are_ignored() {
    on_sqlite(async |at| {
        let callback = Browser::new(at).sign_in(&request().with("foo", "bar").with("x-y", "<z>"), cast::ADA).await;

        assert_eq!(callback.get("foo"), None);
        assert!(!callback.code().is_empty());
    });
}

/// OC-03: without `openid` there is no ID token, and userinfo refuses the access token.
#[test]
fn without_openid_it_is_plain_oauth() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let plain = web.tokens("email").await;
        let with_openid = web.tokens("openid email").await;

        assert_eq!(plain.0.get("id_token"), None);
        assert_eq!(at.userinfo(plain.access()).await.status, 403);
        assert!(!with_openid.id().is_empty());
        assert_eq!(at.userinfo(with_openid.access()).await.status, 200);
    });
}

/// OC-14: `login_hint` fills the field in, whatever characters it has, and nothing more.
#[test]
fn login_hint_prefills_and_is_escaped() {
    on_sqlite(async |at| {
        let hostile = "\"><script>alert(1)</script>";

        let page = Browser::new(at).authorize(&request().with("login_hint", hostile)).await;
        let usual = Browser::new(at).authorize(&request().with("login_hint", cast::ADA)).await;

        assert_eq!(page.value_of("email").as_deref(), Some(hostile));
        assert!(!page.html().contains("<script>"));
        assert_eq!(usual.value_of("email").as_deref(), Some(cast::ADA));
        assert_eq!(usual.step(), "identify");
    });
}

/// OC-15: wishes about languages and windows never fail.
#[test]
fn display_and_locales_never_fail() {
    on_sqlite(async |at| {
        let odd =
            request().with("ui_locales", "xx-YY \u{1f600} de").with("claims_locales", "//").with("display", "wap!");

        let page = Browser::new(at).authorize(&odd).await;

        assert_eq!((page.reply.status.as_u16(), page.step()), (200, "identify"));
        assert!(page.html().contains("lang=\"de\""));
    });
}

/// OC-16: unknown `acr_values` are a wish; the sign-in succeeds and `acr` says what was done.
#[test]
fn unknown_acr_values_are_ignored() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens_for(&request().with("acr_values", "zzz urn:nobody")).await;

        assert_eq!(jwt::claims(tokens.id())["acr"], "aal1");
    });
}

/// OC-20: a `claims` parameter that is no JSON object is refused; claims nobody knows are ignored.
#[test]
fn malformed_claims_are_refused_and_unknown_ones_ignored() {
    on_sqlite(async |at| {
        for malformed in ["claims={", "{", "[]", "\"x\"", "{\"id_token\":1}"] {
            assert_eq!(refused(at, &request().with("claims", malformed)).await, "invalid_request", "{malformed}");
        }
        let unknown = request().with("claims", r#"{"id_token":{"shoe_size":{"essential":true}},"nowhere":{}}"#);
        assert!(!Browser::new(at).sign_in(&unknown, cast::ADA).await.code().is_empty());
    });
}

/// S-031: a claims request that nests without end is refused.
#[test]
fn deep_claims_are_refused() {
    on_both(async |at| {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(300), "}".repeat(300));

        assert_eq!(refused(at, &request().with("claims", &deep)).await, "invalid_request");
    });
}

/// OC-24: a nonce is optional in the code flow.
#[test]
fn a_nonce_is_optional() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");

        let tokens = web.tokens_for(&request().without("nonce")).await;

        assert_eq!(jwt::claims(tokens.id()).get("nonce"), None);
    });
}

/// OC-42: what is not supported is said, never ignored.
#[test]
fn an_unsupported_parameter_has_an_error_of_its_own() {
    on_sqlite(async |at| {
        assert_eq!(refused(at, &request().with("registration", "{}")).await, "registration_not_supported");
    });
}

/// OA-01: a parameter given twice is refused and leads nowhere.
#[test]
fn repeated_parameters_are_refused() {
    on_sqlite(async |at| {
        for (name, value) in
            [("state", "other"), ("scope", "openid"), ("redirect_uri", cast::REDIRECT_URI), ("nonce", "x")]
        {
            let page = Browser::new(at).authorize(&request().also(name, value)).await;
            let is_refused = match page.is_redirect() {
                true => page.callback().error() == "invalid_request",
                false => page.reply.status == 400,
            };
            assert!(is_refused, "{name}: {}", page.reply.status);
        }
    });
}

/// OA-01, RI-02: `resource` may be repeated (RFC 8707 §2), here and where requests are pushed. At the token endpoint it may be,
/// too, for one API: a token is for one audience, and who asks for two is told so (§2.2).
#[test]
fn resource_may_be_repeated() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let request =
            web.request("orders.read bills.read").also("resource", cast::ORDERS).also("resource", cast::BILLS);
        let pushed = web.push(&request).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text());
        let reference = web.pushed_path(pushed.json()["request_uri"].as_str().unwrap());

        let browser = Browser::new(at);
        let direct = browser.sign_in(&request, cast::ADA).await.code();
        let by_reference = browser.visit(&reference).await.callback().code();

        for (how, code) in [("direct", direct), ("pushed", by_reference)] {
            let (orders, bills) = (("resource", cast::ORDERS), ("resource", cast::BILLS));
            let grant = Grant { code, redirect_uri: web.redirect_uri.clone() };
            let first = Tokens(web.redeem_with(&grant, &[orders, orders]).await.success());
            assert_eq!(jwt::claims(first.access())["aud"], cast::ORDERS, "{how}");
            let two = web.refresh_with(first.refresh(), &[orders, bills]).await;
            assert_eq!(two.error(), (400, "invalid_target".to_owned()));
            let other = Tokens(web.refresh_with(first.refresh(), &[bills]).await.success());
            assert!(RelyingParty::new(at, "bills-gateway").sees_active(other.access()).await);
        }
    });
}

/// OA-02: a parameter without a value is as if it had not been sent.
#[test]
fn empty_parameters_are_omitted_ones() {
    on_sqlite(async |at| {
        let empty =
            ["prompt", "max_age", "login_hint", "claims", "request", "request_uri", "acr_values", "id_token_hint"];
        let request = empty.into_iter().fold(request(), |request, name| request.with(name, ""));

        assert_eq!(Browser::new(at).authorize(&request).await.step(), "identify");
        let without_type = self::request().with("response_type", "");
        assert_eq!(refused(at, &without_type).await, "invalid_request");
    });
}

/// OA-05, OA-06: every other error goes to the client with its code, `state` and `iss`.
#[test]
fn errors_go_to_the_client_with_their_codes() {
    on_sqlite(async |at| {
        for (what, request, error) in [
            ("no response type", request().without("response_type"), "invalid_request"),
            ("implicit", request().with("response_type", "token"), "unsupported_response_type"),
            ("hybrid", request().with("response_type", "code id_token"), "unsupported_response_type"),
            ("unknown type", request().with("response_type", "magic"), "unsupported_response_type"),
            ("unknown scope", request().with("scope", "openid nonsense"), "invalid_scope"),
            ("malformed scope", request().with("scope", "openid \"x\""), "invalid_scope"),
            ("malformed max_age", request().with("max_age", "soon"), "invalid_request"),
            ("negative max_age", request().with("max_age", "-1"), "invalid_request"),
            ("unknown resource", request().with("resource", "https://nobody.example"), "invalid_target"),
            ("resource with fragment", request().with("resource", "https://orders.example.com#x"), "invalid_target"),
            ("unsupported mode", request().with("response_mode", "web_message"), "invalid_request"),
        ] {
            assert_eq!(refused(at, &request).await, error, "{what}");
        }
    });
}

/// OA-06: a person who says no gives `access_denied`, and no code is ever issued.
#[test]
fn a_refused_consent_is_access_denied() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let page = browser.authorize(&request()).await;
        let consent = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(consent.step(), "consent");

        let callback = browser.press(&consent, "deny", &[]).await.callback();

        assert_eq!((callback.error(), callback.get("state")), ("access_denied", Some(STATE)));
    });
}

/// OC-06: `prompt=none` beside another value is an error.
#[test]
fn prompt_none_stands_alone() {
    on_sqlite(async |at| {
        assert_eq!(refused(at, &request().with("prompt", "none login")).await, "invalid_request");
        assert_eq!(refused(at, &request().with("prompt", "sometimes")).await, "invalid_request");
    });
}

/// OA-21, S-024, PK-04: every client needs PKCE, also a confidential one.
#[test]
fn a_request_without_challenge_is_refused() {
    on_sqlite(async |at| {
        for client in ["web", "spa", "native"] {
            let party = RelyingParty::new(at, client);
            let without = party.request("openid").without("code_challenge").without("code_challenge_method");

            let callback = Browser::new(at).authorize(&without).await.callback();

            assert_eq!(callback.error(), "invalid_request", "{client}");
            assert_eq!(Browser::new(at).authorize(&party.request("openid")).await.step(), "identify", "{client}");
        }
    });
}

/// PK-02, PK-06, S-024: without a method `plain` is meant, and `plain` is off.
#[test]
fn plain_challenges_are_refused() {
    on_sqlite(async |at| {
        for request in [
            request().without("code_challenge_method"),
            request().with("code_challenge_method", "plain"),
            request().with("code_challenge_method", "s256"),
            request().with("code_challenge_method", "S512"),
        ] {
            assert_eq!(refused(at, &request).await, "invalid_request", "{:?}", request.get("code_challenge_method"));
        }
    });
}

/// PK-05, S-024: a challenge is 43 characters of base64url.
#[test]
fn malformed_challenges_are_refused() {
    on_sqlite(async |at| {
        for challenge in [
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=",
            "é9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ] {
            assert_eq!(
                refused(at, &request().with("code_challenge", challenge)).await,
                "invalid_request",
                "{challenge}"
            );
        }
    });
}

/// S-030: a `state` comes back as it was sent; what is too long is an error, whichever parameter it is.
#[test]
fn state_comes_back_unchanged() {
    on_both(async |at| {
        let odd = "a b+c%20&d=e;\u{e9}\u{1f600}\"<>'";

        let callback = Browser::new(at).sign_in(&request().with("state", odd), cast::ADA).await;

        assert_eq!(callback.get("state"), Some(odd));
        for name in ["state", "nonce", "login_hint"] {
            let long = Browser::new(at).authorize(&request().with(name, &"x".repeat(2049))).await;
            let is_refused = !long.is_redirect() && long.reply.status == 400;
            assert!(is_refused || long.callback().error() == "invalid_request", "{name}");
        }
        let headers = [("content-type", FORM), ("origin", "https://rp.example"), ("sec-fetch-site", "cross-site")];
        for name in ["state", "nonce", "login_hint", "unknown"] {
            let pairs = request().with(name, &"x".repeat(64 * 1024));
            let long = Browser::new(at).send(Method::POST, "/oauth2/authorize", &headers, form(&pairs.pairs())).await;
            assert!([400, 413].contains(&long.status.as_u16()), "{name}: {}", long.status);
        }
        for name in ["state", "nonce"] {
            let longest = Browser::new(at).authorize(&request().with(name, &"x".repeat(2048))).await;
            assert_eq!(longest.step(), "identify", "{name}");
        }
    });
}
