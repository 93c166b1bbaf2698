//! Where an answer may go. RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 and §4.1.

use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_sqlite},
    relying_party::RelyingParty,
};

async fn asked(at: &Deployment, client: &str, redirect_uri: &str) -> Page {
    Browser::new(at).authorize(&AuthorizationRequest::new(client, redirect_uri, "openid")).await
}

/// Asserts that the person is told and nothing is sent anywhere.
fn assert_told_on_a_page(page: &Page, what: &str) {
    assert_eq!(page.reply.status, 400, "{what}");
    assert_eq!(page.reply.location(), None, "{what}");
    assert!(page.reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{what}");
}

/// Asserts that the request is taken up: the person is asked to sign in.
fn assert_accepted(page: &Page, what: &str) {
    assert_eq!((page.reply.status.as_u16(), page.step()), (200, "identify"), "{what}");
}

/// S-001, OA-03, BC-01: a redirect URI is compared byte by byte.
#[test]
fn only_the_registered_redirect_uri_is_accepted() {
    on_sqlite(async |at| {
        assert_accepted(&asked(at, "web", cast::REDIRECT_URI).await, cast::REDIRECT_URI);
        for near in [
            "https://rp.example/cb/",
            "https://rp.example/cb?x",
            "https://rp.example/cb?x=1",
            "https://rp.example/cb#f",
            "https://rp.example/CB",
            "https://RP.example/cb",
            "HTTPS://rp.example/cb",
            "https://rp.example.evil/cb",
            "https://evilrp.example/cb",
            "https://rp.example:443/cb",
            "https://rp.example:8443/cb",
            "http://rp.example/cb",
            "https://rp.example/c%62",
            "https://rp.example/",
            "https://rp.example",
            " https://rp.example/cb",
            "https://rp.example/cb ",
            "https://evil.example/cb",
        ] {
            assert_told_on_a_page(&asked(at, "web", near).await, near);
        }
    });
}

/// S-002: what parsers read differently is refused, whoever they take for the host.
#[test]
fn hosts_that_parsers_disagree_on_are_refused() {
    on_sqlite(async |at| {
        for uri in [
            "https://rp.example@evil.example/cb",
            "https://evil.example\\@rp.example/cb",
            "https://a@b@rp.example/cb",
            "https://rp.example\t/cb",
            "https://rp.example/cb\r\nX: 1",
            "https://rp.example/\u{0}cb",
            "https:/\\evil.example",
            "https:///evil.example",
            "https://rp.example%2eevil.example/cb",
        ] {
            assert_told_on_a_page(&asked(at, "web", uri).await, uri);
        }
    });
}

/// S-002, S-004, S-006: what could not be used safely cannot be registered.
#[test]
fn dangerous_redirect_uris_cannot_be_registered() {
    on_sqlite(async |at| {
        let register = async |uri: &str| {
            let uri = uri.replace('\\', "\\\\").replace('\t', "\\t");
            let client = format!(
                "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
                 application_type = \"native\"\nredirect_uris = [\"{uri}\"]\n"
            );
            at.try_apply(&client).await
        };
        for uri in [
            "https://rp.example@evil.example/cb",
            "https://evil.example\\@rp.example/cb",
            "https://a@b@rp.example/cb",
            "https://rp.example\t/cb",
            "https:/\\evil.example",
            "https:///evil.example",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://rp.example/x",
            "file:///etc/passwd",
            "myapp:/cb",
            "http://rp.example/cb",
            "https://rp.example/cb#fragment",
            "https://rp.example/cb?code=1",
            "https://rp.example/cb?state=1",
            "https://rp.example/cb?a=b&iss=x",
            "https://rp.example/cb?error=x",
            "https://rp.example/cb?response=x",
            "https://rp.example/../cb",
        ] {
            assert!(register(uri).await.is_err(), "{uri}");
        }
        assert!(register("https://rp.example/cb?tenant=7").await.is_ok());
        assert!(register("com.example.app:/cb").await.is_ok());
    });
}

/// S-003: paths that a server behind the client may normalise are not the registered one.
#[test]
fn paths_that_may_be_normalised_are_refused() {
    on_sqlite(async |at| {
        for uri in [
            "https://rp.example/cb/..;/x",
            "https://rp.example/cb/%2e%2e/x",
            "https://rp.example//cb",
            "//rp.example/cb",
            "https://rp.example/cb%2f",
            "https://rp.example/cb%00",
            "https://rp.example/cb%252f",
            "https://rp.example/./cb",
            "https://rp.example/x/../cb",
        ] {
            assert_told_on_a_page(&asked(at, "web", uri).await, uri);
        }
    });
}

/// S-005, NA-01: a native app may use any port of the loopback addresses it registered, with the same path.
#[test]
fn native_apps_have_any_port_of_a_registered_loopback_address() {
    on_sqlite(async |at| {
        for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]/cb", "http://[::1]:61023/cb"] {
            assert_accepted(&asked(at, "native", uri).await, uri);
        }
        for uri in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb/",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1.evil.example:51004/cb",
            "http://127.1:51004/cb",
            "http://127.0.0.2:51004/cb",
            "http://0x7f.0.0.1/cb",
            "http://[::ffff:127.0.0.1]:51004/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:51004@evil.example/cb",
        ] {
            assert_told_on_a_page(&asked(at, "native", uri).await, uri);
        }
    });
}

/// S-005, NA-02: `localhost` has no freedom of ports: another program may have the name.
#[test]
fn localhost_is_compared_exactly() {
    on_sqlite(async |at| {
        let exact = "http://localhost:7000/cb";
        assert_accepted(&asked(at, "native", exact).await, exact);
        for uri in ["http://localhost/cb", "http://localhost:7001/cb"] {
            assert_told_on_a_page(&asked(at, "native", uri).await, uri);
        }
    });
}

/// S-005: a web client on loopback has the registered port and no other.
#[test]
fn web_clients_have_no_freedom_of_ports() {
    on_sqlite(async |at| {
        at.apply(
            "[[clients]]\nclient_id = \"new\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"http://127.0.0.1:5000/cb\"]\n",
        )
        .await;

        assert_accepted(&asked(at, "new", "http://127.0.0.1:5000/cb").await, "exact");
        assert_told_on_a_page(&asked(at, "new", "http://127.0.0.1:5001/cb").await, "another port");
    });
}

/// NA-03: a private-use scheme is compared exactly.
#[test]
fn private_use_schemes_are_compared_exactly() {
    on_sqlite(async |at| {
        let exact = "com.example.app:/cb";
        assert_accepted(&asked(at, "native", exact).await, exact);
        for uri in ["com.example.app:/cb2", "com.example.app://cb", "com.example.app:cb", "com.example.App:/cb"] {
            assert_told_on_a_page(&asked(at, "native", uri).await, uri);
        }
    });
}

/// S-006, OA-AZ-5: a request cannot add response parameters to a redirect URI, and the response repeats none.
#[test]
fn response_parameters_cannot_be_injected() {
    on_sqlite(async |at| {
        for parameter in ["code=stolen", "state=x", "iss=https://evil.example", "error=access_denied", "response=x"] {
            for joint in ['?', '#'] {
                let uri = format!("{}{joint}{parameter}", cast::REDIRECT_URI);
                assert_told_on_a_page(&asked(at, "web", &uri).await, &uri);
            }
        }

        let web = RelyingParty::new(at, "web");
        let callback = Browser::new(at).sign_in(&web.request("openid"), cast::ADA).await;

        let mut names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["code", "iss", "session_state", "state"]);
    });
}

/// S-007: a client with two redirect URIs must say which.
#[test]
fn redirect_uri_is_required_when_two_are_registered() {
    on_sqlite(async |at| {
        let twin = RelyingParty::new(at, "twin");
        let browser = Browser::new(at);

        let omitted = browser.authorize(&twin.request("orders.read").without("redirect_uri")).await;
        let with_openid =
            browser.authorize(&RelyingParty::new(at, "web").request("openid").without("redirect_uri")).await;

        assert_told_on_a_page(&omitted, "two are registered");
        assert_told_on_a_page(&with_openid, "OIDC Core §3.1.2.1 always requires it");
        assert_accepted(&browser.authorize(&twin.request("orders.read")).await, "it is said");
    });
}

/// OA-03: without `openid`, the only registered redirect URI need not be repeated (RFC 6749 §3.1.2.3).
#[test]
fn the_only_redirect_uri_may_be_left_out() {
    on_sqlite(async |at| {
        let web = RelyingParty::new(at, "web");
        let request = web.request("orders.read").without("redirect_uri");

        let grant = web.grant_for(&request, cast::ADA).await;

        let redeemed = web.redeem_with(&grant, &[("redirect_uri", "")]).await.success();
        assert_eq!(redeemed["scope"], "orders.read");
    });
}

/// S-008, OA-04: before the redirect URI is known to be the client's, every error is for the person.
#[test]
fn errors_before_validation_never_redirect() {
    on_sqlite(async |at| {
        let browser = Browser::new(at);
        let good = AuthorizationRequest::new("web", cast::REDIRECT_URI, "openid");
        for (what, request) in [
            ("unknown client", good.clone().with("client_id", "nobody")),
            ("no client", good.clone().without("client_id")),
            ("a client that cannot be", good.clone().with("client_id", "no\u{7f}body")),
            ("bad redirect", good.clone().with("redirect_uri", "https://evil.example/")),
            ("bad redirect and response type", good.clone().with("redirect_uri", "x").with("response_type", "token")),
            ("bad redirect and prompt", good.clone().with("redirect_uri", "x").with("prompt", "none")),
            ("unknown client and scope", good.clone().with("client_id", "nobody").with("scope", "nope")),
        ] {
            assert_told_on_a_page(&browser.authorize(&request).await, what);
        }
        let other_tenant = browser.authorize(&good.clone().at_tenant("nowhere")).await;
        assert_eq!((other_tenant.reply.status.as_u16(), other_tenant.reply.location()), (404, None));
        assert_accepted(&browser.authorize(&good).await, "the same request without the mistake");
    });
}

/// S-008: a client that is switched off gets no redirect, also none with an error.
#[test]
fn a_disabled_client_gets_no_redirect() {
    on_sqlite(async |at| {
        use portreeve_issuer::configure::AccountSwitch;
        let id = portreeve_domain::ClientId::parse("web").unwrap();
        let request = AuthorizationRequest::new("web", cast::REDIRECT_URI, "openid").with("prompt", "none");
        assert_eq!(Browser::new(at).authorize(&request).await.callback().error(), "login_required");

        at.issuer.switch_client(&at.tenant(), &id, AccountSwitch::Off).await.unwrap();
        at.issuer.directory.refresh().await.unwrap();

        assert_told_on_a_page(&Browser::new(at).authorize(&request).await, "disabled");
    });
}
