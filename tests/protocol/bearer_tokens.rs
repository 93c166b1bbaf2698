//! How a bearer token is presented. RFC 6750 §2, §3.

use portreeve_domain::Lifetime;
use portreeve_tests::{
    cast,
    deployment::{FORM, on_both, on_sqlite, request},
    relying_party::{RelyingParty, Tokens},
};

const USERINFO: &str = "/oauth2/userinfo";

/// BE-01: the name of the scheme is compared without case.
#[test]
fn the_scheme_is_case_insensitive() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;

        for scheme in ["Bearer", "bearer", "BEARER"] {
            let reply = at.get(USERINFO, &[("authorization", &format!("{scheme} {}", tokens.access()))]).await;
            assert_eq!(reply.status, 200, "{scheme}");
        }
        let basic = at.get(USERINFO, &[("authorization", &format!("Basic {}", tokens.access()))]).await;
        assert_eq!(basic.status, 401);
    });
}

/// BE-02: a token in the body counts in a POST form only.
#[test]
fn a_token_in_the_body_needs_a_post_form() {
    on_sqlite(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;
        let body = format!("access_token={}", tokens.access());

        let json = request(
            http::Method::POST,
            USERINFO,
            &[("content-type", "application/json")],
            format!("{{\"access_token\":\"{}\"}}", tokens.access()).into(),
        );
        let get = request(http::Method::GET, USERINFO, &[("content-type", FORM)], body.clone().into());
        let form = request(http::Method::POST, USERINFO, &[("content-type", FORM)], body.into());

        let bearer = format!("Bearer {}", tokens.access());
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let in_header = request(http::Method::POST, USERINFO, &headers, "{}".into());

        assert_eq!(at.send(json).await.status, 401);
        assert_eq!(at.send(get).await.status, 401);
        assert_eq!(at.send(form).await.status, 200);
        assert_eq!(at.send(in_header).await.status, 200, "beside a token in the header the body may be anything");
    });
}

/// BE-03, S-043, OA-API-3, OA-API-8: a token in the query is refused, also beside a good one.
#[test]
fn a_token_in_the_query_is_refused() {
    on_both(async |at| {
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;
        let path = format!("{USERINFO}?access_token={}", tokens.access());

        let alone = at.get(&path, &[]).await;
        let beside = at.get(&path, &[("authorization", &format!("Bearer {}", tokens.access()))]).await;

        assert!([400, 401].contains(&alone.status.as_u16()), "{}", alone.status);
        assert!([400, 401].contains(&beside.status.as_u16()), "{}", beside.status);
        for reply in [&alone, &beside] {
            assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
        }
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);
    });
}

/// BE-04: without credentials the challenge has no error code.
#[test]
fn a_bare_call_is_challenged_without_an_error_code() {
    on_sqlite(async |at| {
        let reply = at.get(USERINFO, &[]).await;

        assert_eq!(reply.status, 401);
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer"), "{challenge}");
        assert!(!challenge.contains("error"), "{challenge}");
    });
}

/// BE-05, OA-TO-8, OA-TO-9: a bad token is 401, too small a scope 403 that names the scope, two ways at once 400.
#[test]
fn errors_have_their_status_and_code() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let (good, small) = (web.tokens("openid").await, web.tokens("email").await);
        let expired = web.tokens("openid").await;

        let unknown = at.userinfo("garbage").await;
        let insufficient = at.userinfo(small.access()).await;
        let twice = at
            .post(
                USERINFO,
                &[("authorization", &format!("Bearer {}", good.access()))],
                &[("access_token", good.access())],
            )
            .await;
        at.wait(Lifetime::from_seconds(601));
        let expired = at.userinfo(expired.access()).await;

        for (reply, status, code) in [
            (&unknown, 401, "invalid_token"),
            (&insufficient, 403, "insufficient_scope"),
            (&twice, 400, "invalid_request"),
            (&expired, 401, "invalid_token"),
        ] {
            assert_eq!(reply.status, status, "{code}");
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(challenge.contains(&format!("error=\"{code}\"")), "{challenge}");
        }
        assert!(insufficient.header("www-authenticate").unwrap().contains("scope=\"openid\""));
    });
}

/// S-022, S-033: a token of one tenant is unknown in another.
#[test]
fn a_token_is_of_one_tenant() {
    on_both(async |at| {
        let tokens = RelyingParty::of_tenant(at, "acme", "web").tokens("openid").await;
        let header = format!("Bearer {}", tokens.access());

        let own = at.get("/t/acme/oauth2/userinfo", &[("authorization", &header)]).await;
        let default = at.get(USERINFO, &[("authorization", &header)]).await;

        assert_eq!((own.status.as_u16(), default.status.as_u16()), (200, 401));
        let web = RelyingParty::new(at, "web");
        assert!(!web.sees_active(tokens.access()).await);
        assert_eq!(web.refresh(Tokens(tokens.0.clone()).refresh()).await.error(), (400, "invalid_grant".into()));
    });
}

/// BE-05: an access token of a person is checked at every use: an account switched off ends it.
#[test]
fn a_disabled_person_has_no_userinfo() {
    on_sqlite(async |at| {
        use portreeve_issuer::configure::AccountSwitch;
        let tokens = RelyingParty::new(at, "web").tokens("openid").await;
        assert_eq!(at.userinfo(tokens.access()).await.status, 200);

        at.issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap();

        assert_eq!(at.userinfo(tokens.access()).await.status, 401);
    });
}
