//! Clients with certificates, and tokens bound to them. RFC 8705, RFC 9440.

use http::{HeaderValue, Method, Request};
use portreeve_tests::{
    cast,
    certificates::{certificates, client_cert, showing, thumbprint},
    deployment::{Deployment, on_both, on_sqlite, post_request, request},
    doors::TRUSTED_PROXY,
    hosted::Hosted,
    jwt,
    relying_party::{ASSERTION_TYPE, RelyingParty, Tokens, assertion, assertion_claims},
    reply::Reply,
};
use serde_json::json;

const TOKEN: &str = "/oauth2/token";
const USERINFO: &str = "/oauth2/userinfo";

/// A client credentials request that only names its client.
fn named(client: &str) -> Request<axum::body::Body> {
    post_request(TOKEN, &[], &[("grant_type", "client_credentials"), ("scope", "orders.read"), ("client_id", client)])
}

fn invalid_client(reply: &Reply) -> bool {
    reply.error() == (401, "invalid_client".to_owned())
}

/// Calls userinfo with a certificate, or with none.
async fn userinfo(at: &Deployment, token: &str, certificate: Option<&[u8]>) -> Reply {
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let request = request(Method::GET, USERINFO, &headers, axum::body::Body::empty());
    at.send(match certificate {
        Some(der) => showing(request, der),
        None => request,
    })
    .await
}

/// MT-02: a certificate of a trusted authority that names the client, and no other, authenticates it.
#[test]
fn an_issued_certificate_authenticates() {
    on_both(async |at| {
        let made = certificates();
        assert_eq!(at.send(showing(named("issued"), &made.issued)).await.status, 200);

        for (what, certificate) in
            [("of another", &made.of_other), ("nobody vouches", &made.self_signed), ("garbage", &b"garbage".to_vec())]
        {
            assert!(invalid_client(&at.send(showing(named("issued"), certificate)).await), "{what}");
        }
        assert!(invalid_client(&at.send(named("issued")).await), "none");
    });
}

/// MT-03: a self-signed certificate is known by its registration.
#[test]
fn a_registered_certificate_authenticates() {
    on_both(async |at| {
        let made = certificates();
        assert_eq!(at.send(showing(named("self-signed"), &made.self_signed)).await.status, 200);

        for certificate in [&made.issued, &made.of_other] {
            assert!(invalid_client(&at.send(showing(named("self-signed"), certificate)).await));
        }
        assert!(invalid_client(&at.send(named("self-signed")).await));
    });
}

fn publishing(client_id: &str, uri: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{client_id}\"\ntoken_endpoint_auth_method = \"self_signed_tls_client_auth\"\n\
         grant_types = [\"client_credentials\"]\njwks_uri = \"{uri}\"\n"
    )
}

/// MT-03 (RFC 8705 §2.2.2): a client that publishes its certificate rotates it without asking anybody; the old one counts no more.
#[test]
fn a_published_certificate_is_rotated_by_its_client() {
    on_both(async |at| {
        let made = certificates();
        let hosted = Hosted::new("application/json", &made.jwks.to_string());
        at.apply(&publishing("publishes", &hosted.url())).await;
        let by = async |certificate: &[u8]| at.send(showing(named("publishes"), certificate)).await;
        assert_eq!(by(&made.self_signed).await.status, 200);
        assert_eq!(by(&made.self_signed).await.status, 200);
        assert_eq!(hosted.fetches(), 1);

        hosted.replace(&made.rotated_jwks.to_string());

        assert_eq!(by(&made.rotated).await.status, 200);
        assert!(invalid_client(&by(&made.self_signed).await));
        assert!(invalid_client(&by(&made.issued).await));
        assert!(invalid_client(&at.send(named("publishes")).await));
        assert_eq!(hosted.fetches(), 2, "S-055: certificates of strangers make nobody fetch");

        let mut broken = made.jwks.clone();
        broken["keys"][0]["d"] = json!("AAAA");
        let private = Hosted::new("application/json", &broken.to_string());
        at.apply(&publishing("publishes", &private.url())).await;
        assert!(invalid_client(&by(&made.self_signed).await), "a set with a private key authenticates nobody");
    });
}

/// MT-01, S-050: the request names its client, and a certificate proves nobody who is registered otherwise.
#[test]
fn a_request_names_its_client() {
    on_both(async |at| {
        let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
        let nameless = at.send(showing(post_request(TOKEN, &[], &pairs), &certificates().issued)).await;

        assert!(invalid_client(&nameless));
        for other in ["service", "keyed", "mac"] {
            assert!(invalid_client(&at.send(showing(named(other), &certificates().issued)).await), "{other}");
        }
    });
}

/// MT-08, S-051: the header counts from a trusted proxy and from nobody else.
#[test]
fn the_header_counts_from_a_trusted_proxy_only() {
    on_both(async |at| {
        let forged = || {
            let mut request = named("issued");
            let value = HeaderValue::from_str(&client_cert(&certificates().issued)).unwrap();
            request.headers_mut().insert("client-cert", value);
            request
        };

        let by_proxy = at.send_from(TRUSTED_PROXY.parse().unwrap(), forged()).await;
        let by_stranger = at.send(forged()).await;
        let beside = at.send(showing(forged(), &certificates().of_other)).await;

        assert_eq!(by_proxy.status, 200);
        assert!(invalid_client(&by_stranger));
        assert!(invalid_client(&beside), "the certificate of the connection counts");
    });
}

/// MT-04, MT-07: tokens say what they are bound to, and are refused with another certificate or none.
#[test]
fn tokens_are_bound_to_the_certificate() {
    on_both(async |at| {
        let (issued, made) = (RelyingParty::new(at, "issued"), certificates());
        let cnf = json!({ "x5t#S256": thumbprint(&made.issued) });
        let opaque = issued.tokens("openid").await;
        let jwt = issued.tokens_for(&issued.request("openid orders.read").with("resource", cast::ORDERS)).await;

        assert_eq!((&opaque.0["token_type"], &jwt.0["token_type"]), (&json!("Bearer"), &json!("Bearer")));
        assert_eq!(jwt::claims(jwt.access())["cnf"], cnf);
        for tokens in [&opaque, &jwt] {
            assert_eq!(issued.introspect(tokens.access()).await.success()["cnf"], cnf);
        }
        assert_eq!(userinfo(at, opaque.access(), Some(&made.issued)).await.status, 200);
        for other in [None, Some(&made.of_other[..]), Some(&made.self_signed)] {
            let reply = userinfo(at, opaque.access(), other).await;
            assert_eq!(reply.error(), (401, "invalid_token".to_owned()));
            assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "));
        }
        assert_eq!(issued.refresh(opaque.refresh()).await.status, 200);
    });
}

/// MT-04: so are they behind a gateway, which passes the certificate on.
#[test]
fn a_gateway_checks_the_certificate() {
    on_both(async |at| {
        let made = certificates();
        let token = at.send(showing(named("issued"), &made.issued)).await.success();
        let authorization = format!("Bearer {}", token["access_token"].as_str().unwrap());
        let ask = async |certificate: Option<&[u8]>| {
            let header = certificate.map(client_cert).unwrap_or_default();
            let headers = [("authorization", authorization.as_str()), ("client-cert", &header)];
            let asked = request(Method::GET, "/gateway/auth-request/Orders", &headers, axum::body::Body::empty());
            at.send_from(TRUSTED_PROXY.parse().unwrap(), asked).await.status.as_u16()
        };

        assert_eq!(ask(Some(&made.issued)).await, 204);
        assert_eq!(ask(Some(&made.of_other)).await, 401);
        assert_eq!(ask(None).await, 401);
    });
}

/// The public client `spa`, with tokens bound to whatever certificate it shows.
const BOUND_SPA: &str = r#"
[[clients]]
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["https://spa.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
tls_client_certificate_bound_access_tokens = true
"#;

/// MT-05, MT-07, S-063: a public client's refresh token is bound to its certificate, and without one it gets nothing.
#[test]
fn a_public_clients_refresh_token_is_bound() {
    on_both(async |at| {
        at.apply(BOUND_SPA).await;
        let (spa, made) = (RelyingParty::new(at, "spa"), certificates());
        let grant = spa.grant("openid", cast::ADA).await;

        assert_eq!(spa.redeem(&grant).await.error(), (400, "invalid_request".to_owned()));
        let redeemed = at.send(showing(spa.prepared_redemption(&grant), &made.self_signed)).await;
        let tokens = Tokens(redeemed.success());
        let refresh = async |der: &[u8]| at.send(showing(spa.prepared_refresh(tokens.refresh()), der)).await;
        assert_eq!(refresh(&made.of_other).await.error(), (400, "invalid_grant".to_owned()));
        assert_eq!(spa.refresh(tokens.refresh()).await.error().0, 400);
        assert_eq!(refresh(&made.self_signed).await.status, 200);
    });
}

/// MT-02: a client is registered with what its method needs, and with nothing of the other.
#[test]
fn a_registration_fits_its_method() {
    on_sqlite(async |at| {
        let client = |members: &str| {
            format!(
                "[[clients]]\nclient_id = \"new\"\ngrant_types = [\"client_credentials\"]\nresponse_types = []\n{members}\n"
            )
        };
        let issued = "token_endpoint_auth_method = \"tls_client_auth\"\n";
        let own = "token_endpoint_auth_method = \"self_signed_tls_client_auth\"\n";
        let dns = "tls_client_auth_san_dns = \"a.example\"\n";
        let name = "tls_client_auth_subject_dn = \"CN=a,O=b\"\n";

        assert!(at.try_apply(&client(&format!("{issued}{dns}"))).await.is_ok());
        assert!(at.try_apply(&client(&format!("{issued}{name}"))).await.is_ok());
        for (what, members) in [
            ("no subject", issued.to_owned()),
            ("two subjects", format!("{issued}{dns}{name}")),
            ("no name", format!("{issued}tls_client_auth_subject_dn = \"a\"\n")),
            ("no certificate", own.to_owned()),
            ("a subject for the other method", format!("{own}{dns}")),
            ("a subject for a secret", format!("client_secret = {{ file = \"secret\" }}\n{dns}")),
        ] {
            assert!(at.try_apply(&client(&members)).await.is_err(), "{what}");
        }
    });
}

/// MT-07: what is asked for is advertised.
#[test]
fn bound_tokens_are_advertised() {
    on_sqlite(async |at| {
        let document = at.discovery().await;

        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        // The same listener asks here, so there are no other addresses.
        assert_eq!(document.get("mtls_endpoint_aliases"), None);
    });
}

/// OC-51, MT-06: an assertion may be made for the token endpoint at the address that the metadata gives to clients with
/// certificates; where there is no such address, and in profile `fapi2`, it is made for somebody else.
#[test]
fn an_assertion_may_be_for_an_alias() {
    on_both(async |at| {
        let node = at.another_node_with_certificates_at("https://mtls.id.example").await;
        let alias = node.discovery().await["mtls_endpoint_aliases"]["token_endpoint"].clone();
        assert_eq!(alias, "https://mtls.id.example/oauth2/token");
        let ask = async |at: &Deployment| {
            let mut claims = assertion_claims(at, "keyed");
            claims["aud"] = alias.clone();
            let assertion = assertion(at, &claims);
            let pairs = [
                ("grant_type", "client_credentials"),
                ("scope", "orders.read"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ];
            at.post(TOKEN, &[], &pairs).await
        };

        assert_eq!(ask(&node).await.status, 200);
        assert!(invalid_client(&ask(at).await), "no such address");
        node.apply("[[tenants]]\nslug = \"default\"\nprofile = \"fapi2\"\n").await;
        assert!(invalid_client(&ask(&node).await), "the issuer alone");
    });
}
