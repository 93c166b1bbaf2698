//! Request objects by value: authorization requests that their client has signed. RFC 9101; OIDC Core §6.1; RFC 9126 §3.

use portreeve_domain::Lifetime;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    authorization::{AuthorizationRequest, STATE},
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    jwt,
    relying_party::{ASSERTION_TYPE, Grant, RelyingParty, assertion_claims, mac_token},
};
use serde_json::{Value, json};

/// The type that RFC 9101 §10.8 recommends.
pub(crate) const TYP: &str = "oauth-authz-req+jwt";

/// The claims of an object that says what `request` says.
pub(crate) fn claims_of(request: &AuthorizationRequest) -> Value {
    let client_id = request.get("client_id").unwrap();
    let mut claims = json!({ "iss": client_id, "aud": cast::ISSUER });
    for (name, value) in request.pairs() {
        claims[name] = json!(value);
    }
    claims
}

/// Signs claims with the key of `keyed`.
pub(crate) fn signed(at: &Deployment, claims: &Value) -> String {
    at.client_key().sign(TYP, claims.to_string().as_bytes()).unwrap()
}

/// A request that says nothing but whose it is and what its object says.
fn carrying(client_id: &str, object: &str) -> AuthorizationRequest {
    AuthorizationRequest::bare(client_id).with("request", object)
}

/// The error that a person is shown, who is sent nowhere.
pub(crate) fn shown_error(page: &Page, error: &str) -> bool {
    page.reply.status == 400 && page.reply.location().is_none() && page.html().contains(error)
}

/// Registers `signer` in the tenant of profile `oidc`, with the key of `keyed`.
pub(crate) async fn register_signer(at: &Deployment, more: &str) {
    let jwks = json!({ "keys": [Value::Object(at.client_key().public_jwk())] }).to_string();
    let published = Hosted::new("application/json", &jwks).url();
    at.apply(&format!(
        "[[clients]]\ntenant = \"certified\"\nclient_id = \"signer\"\nclient_secret = {{ file = \"secret\" }}\n\
         redirect_uris = [\"https://signer.example/cb\"]\njwks_uri = \"{published}\"\n{more}\n"
    ))
    .await;
}

fn certified_claims(request: &AuthorizationRequest) -> Value {
    let mut claims = claims_of(request);
    claims["aud"] = json!(format!("{}/t/certified", cast::ISSUER));
    claims
}

/// JA-02, JA-03, OA-AZ-19: the object is the whole request; what stands beside it does not count.
#[test]
fn a_signed_request_leads_to_tokens() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let object = signed(at, &claims_of(&keyed.request("openid email")));
        let request = carrying("keyed", &object)
            .with("scope", "openid orders.write")
            .with("state", "other")
            .with("redirect_uri", "https://evil.example/cb")
            .with("prompt", "none");

        let browser = Browser::new(at);
        let page = browser.authorize(&request).await;
        let callback = browser.complete(page, cast::ADA).await;

        assert_eq!(callback.get("state"), Some(STATE));
        let grant = Grant { code: callback.code(), redirect_uri: keyed.redirect_uri.clone() };
        assert_eq!(keyed.redeem(&grant).await.success()["scope"], "openid email");
    });
}

/// JA-01, OA-AZ-4, S-028: an object of another client leads nowhere, whatever the profile.
#[test]
fn an_object_of_another_client_leads_nowhere() {
    on_both(async |at| {
        register_signer(at, "").await;
        let keyed = RelyingParty::new(at, "keyed");
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        for (member, value) in [("client_id", json!("web")), ("iss", json!("web"))] {
            let (mut ours, mut theirs) =
                (claims_of(&keyed.request("openid")), certified_claims(&signer.request("openid")));
            ours[member] = value.clone();
            theirs[member] = value;

            let page = Browser::new(at).authorize(&carrying("keyed", &signed(at, &ours))).await;
            assert!(shown_error(&page, "invalid_request_object"), "{member}");
            let beside = signer.request("openid").with("request", &signed(at, &theirs));
            assert!(shown_error(&Browser::new(at).authorize(&beside).await, "invalid_request_object"), "{member}");
        }
        let mut nobody = claims_of(&keyed.request("openid"));
        nobody.as_object_mut().unwrap().remove("client_id");
        let page = Browser::new(at).authorize(&carrying("keyed", &signed(at, &nobody))).await;
        assert!(shown_error(&page, "invalid_request_object"));
    });
}

/// JA-03, JA-05, OC-44, S-028, S-044, S-045, S-052, OA-AZ-14, OA-AZ-15: what is no good object of this client is refused, and
/// redirects nobody.
#[test]
fn bad_objects_are_refused() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let good = claims_of(&keyed.request("openid"));
        let with = |member: &str, value: Value| {
            let mut claims = good.clone();
            claims[member] = value;
            signed(at, &claims)
        };
        let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &stranger.pkcs8).unwrap();
        let unsigned = |alg: &str| format!("{}.{}.", jwt::encoded(&json!({ "alg": alg })), jwt::encoded(&good));
        let genuine = signed(at, &good);
        let with_mac = mac_token(&json!({ "alg": "HS256" }), &good, at.client_key().public_pem());
        for (what, object) in [
            ("garbage", "x".to_owned()),
            ("another key", stranger.sign(TYP, good.to_string().as_bytes()).unwrap()),
            ("another type", at.client_key().sign("logout+jwt", good.to_string().as_bytes()).unwrap()),
            ("unsigned", unsigned("none")),
            ("unsigned, spelt oddly", unsigned("NoNe")),
            ("keyed hash", format!("{}AAAA", unsigned("HS256"))),
            ("a MAC under the public key", with_mac),
            ("a broken signature", format!("{}AAAA", &genuine[..genuine.len() - 4])),
            ("another audience", with("aud", json!("https://other.example"))),
            ("expired", with("exp", json!(at.seconds() - 31))),
            ("a time that is none", with("exp", json!("soon"))),
            ("not yet valid", with("nbf", json!(at.seconds() + 31))),
            ("nested", with("request", json!(genuine))),
            ("a reference", with("request_uri", json!("https://rp.example/r"))),
            ("no text", with("scope", json!(["openid"]))),
        ] {
            let page = Browser::new(at).authorize(&carrying("keyed", &object)).await;
            assert!(shown_error(&page, "invalid_request_object"), "{what}: {}", page.html());
        }
    });
}

/// S-028, JA-05: outside profile `fapi2`, whose test is `a_push_is_signed_by_its_client_and_dated`, the client decides whether and
/// when its object ends: RFC 9101 §4 and OIDC Core §6.1 demand no `exp`. One that was brought again gains nothing: its code goes to
/// the address that the client registered, and is of no use without the client's verifier.
#[test]
fn the_client_decides_whether_an_object_ends() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let good = claims_of(&keyed.request("openid"));
        assert!(good.get("exp").is_none());
        let browser = Browser::new(at);
        browser.sign_in(&keyed.request("openid"), cast::ADA).await.code();
        for exp in [None, Some(at.seconds() + 7200), Some(at.seconds() + 60)] {
            let mut claims = good.clone();
            if let Some(exp) = exp {
                claims["exp"] = json!(exp);
            }
            let object = signed(at, &claims);
            for _ in 0..2 {
                let callback = browser.authorize(&carrying("keyed", &object)).await.callback();
                assert!(callback.url.starts_with(&keyed.redirect_uri), "{exp:?}: {}", callback.url);
                let grant = Grant { code: callback.code(), redirect_uri: keyed.redirect_uri.clone() };
                let by_another = keyed.redeem_with(&grant, &[("code_verifier", &"x".repeat(43))]).await;
                assert_eq!(by_another.error(), (400, "invalid_grant".to_owned()), "{exp:?}");
            }
        }
        at.wait(Lifetime::from_seconds(91));
        let mut ended = good.clone();
        ended["exp"] = json!(at.seconds() - 31);
        assert!(shown_error(
            &browser.authorize(&carrying("keyed", &signed(at, &ended))).await,
            "invalid_request_object"
        ));
    });
}

/// JA-04: an object and an address of one.
#[test]
fn two_objects_are_refused() {
    on_sqlite(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let object = signed(at, &claims_of(&keyed.request("openid")));

        for uri in ["https://rp.example/r", "urn:ietf:params:oauth:request_uri:x"] {
            let page = Browser::new(at).authorize(&carrying("keyed", &object).with("request_uri", uri)).await;
            assert!(shown_error(&page, "invalid_request:"), "{uri}");
        }
    });
}

/// JA-05: once the object has proven itself, what is wrong with the request is told to the client.
#[test]
fn a_bad_request_in_a_good_object_is_told_to_the_client() {
    on_sqlite(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let object = signed(at, &claims_of(&keyed.request("openid unheard.of")));

        let callback = Browser::new(at).authorize(&carrying("keyed", &object)).await.callback();

        assert_eq!((callback.error(), callback.get("state")), ("invalid_scope", Some(STATE)));
        assert!(callback.url.starts_with(&keyed.redirect_uri));
    });
}

/// JA-07, OA-AZ-13: a client that is registered so, and a tenant that demands it of everybody, get nothing by a plain request.
#[test]
fn signed_requests_can_be_demanded() {
    on_sqlite(async |at| {
        register_signer(at, "require_signed_request_object = true").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let plain = Browser::new(at).authorize(&signer.request("openid")).await.callback();
        assert_eq!(plain.error(), "invalid_request");
        // Nothing beside a signed object counts then, in profile oidc either.
        let mut claims = certified_claims(&signer.request("openid"));
        claims.as_object_mut().unwrap().remove("state");
        let request = signer.request("openid").with("request", &signed(at, &claims)).with("prompt", "none");
        let callback = Browser::new(at).sign_in(&request, cast::ADA).await;
        assert_eq!((callback.get("state"), callback.code().is_empty()), (None, false));

        assert_eq!(at.discovery().await["require_signed_request_object"], false);
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nrequire_signed_request_object = true\n")
            .await;
        assert_eq!(at.discovery().await["require_signed_request_object"], true);
        let keyed = RelyingParty::new(at, "keyed");
        let plain = Browser::new(at).authorize(&keyed.request("openid")).await.callback();
        assert_eq!(plain.error(), "invalid_request");
        let pushed = keyed.post("/oauth2/par", &keyed.request("openid").without("client_id").pairs()).await;
        assert_eq!(pushed.error(), (400, "invalid_request".to_owned()));
        let object = signed(at, &claims_of(&keyed.request("openid")));
        assert!(!Browser::new(at).sign_in(&carrying("keyed", &object), cast::ADA).await.code().is_empty());
    });
}

/// JA-08, S-044: an object does not authenticate its client, and an assertion is no object.
#[test]
fn objects_and_assertions_cannot_be_swapped() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let mut claims = claims_of(&keyed.request("openid"));
        for (member, value) in [("jti", json!("1")), ("exp", json!(at.seconds() + 60)), ("iat", json!(at.seconds()))] {
            claims[member] = value;
        }
        for typ in [TYP, "JWT"] {
            let object = at.client_key().sign(typ, claims.to_string().as_bytes()).unwrap();
            let pairs = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", object.as_str()),
            ];
            assert_eq!(at.post("/oauth2/token", &[], &pairs).await.error(), (401, "invalid_client".to_owned()));
        }

        let mut assertion = assertion_claims(at, "keyed");
        for (name, value) in keyed.request("openid").pairs() {
            assertion[name] = json!(value);
        }
        let assertion = at.client_key().sign("JWT", assertion.to_string().as_bytes()).unwrap();
        let page = Browser::new(at).authorize(&carrying("keyed", &assertion)).await;
        assert!(shown_error(&page, "invalid_request_object"));
    });
}

/// OC-43, JA-02: in profile `oidc` the object wins, and what it leaves out is taken from beside it.
#[test]
fn in_profile_oidc_the_object_wins_over_the_query() {
    on_both(async |at| {
        register_signer(at, "").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let inside = json!({ "client_id": "signer", "state": "inside", "scope": "openid email" });
        let request = signer.request("openid").with("request", &signed(at, &inside));

        let callback = Browser::new(at).sign_in(&request, cast::ADA).await;

        assert_eq!(callback.get("state"), Some("inside"));
        let grant = Grant { code: callback.code(), redirect_uri: signer.redirect_uri.clone() };
        assert_eq!(signer.redeem(&grant).await.success()["scope"], "openid email");
    });
}

/// OC-43: outside, too, it is a valid request with `response_type` and `openid`; a bad object is told to the client.
#[test]
fn in_profile_oidc_the_query_is_a_valid_request() {
    on_sqlite(async |at| {
        register_signer(at, "").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let request =
            signer.request("openid").with("request", &signed(at, &certified_claims(&signer.request("openid"))));
        let mut other_type = certified_claims(&signer.request("openid"));
        other_type["response_type"] = json!("code id_token");

        for (request, error) in [
            (request.clone().without("response_type"), "invalid_request"),
            (request.clone().with("scope", "email"), "invalid_request"),
            (request.clone().with("request", &signed(at, &other_type)), "invalid_request_object"),
            (request.clone().with("request", "x"), "invalid_request_object"),
        ] {
            let callback = Browser::new(at).authorize(&request).await.callback();
            assert_eq!((callback.error(), callback.get("state")), (error, Some(STATE)), "{request:?}");
            assert!(callback.url.starts_with(&signer.redirect_uri));
        }
        let elsewhere = request.with("request", "x").with("redirect_uri", "https://evil.example/cb");
        assert!(shown_error(&Browser::new(at).authorize(&elsewhere).await, "invalid_request_object"));
    });
}

/// JA-02: in profile `oidc`, too, an object with nothing but `client_id` beside it is the whole request (RFC 9101 §5); a bad one
/// is for the person then, as nothing says where to send the client's error.
#[test]
fn in_profile_oidc_an_object_alone_is_the_whole_request() {
    on_both(async |at| {
        register_signer(at, "").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let alone = |object: &str| carrying("signer", object).at_tenant("certified");

        let whole = alone(&signed(at, &certified_claims(&signer.request("openid email"))));
        let callback = Browser::new(at).sign_in(&whole, cast::ADA).await;
        let grant = Grant { code: callback.code(), redirect_uri: signer.redirect_uri.clone() };
        assert_eq!(signer.redeem(&grant).await.success()["scope"], "openid email");

        let page = Browser::new(at).authorize(&alone("x")).await;
        assert!(shown_error(&page, "invalid_request_object"));
        let without = certified_claims(&signer.request("openid").without("response_type"));
        let callback = Browser::new(at).authorize(&alone(&signed(at, &without))).await.callback();
        assert_eq!(callback.error(), "invalid_request");
    });
}

/// OC-45: the registered algorithm is the only one that counts; without one, any that is supported (OIDC Registration §2).
#[test]
fn the_registered_algorithm_is_enforced() {
    on_sqlite(async |at| {
        register_signer(at, "request_object_signing_alg = \"PS256\"").await;
        let signer = RelyingParty::of_tenant(at, "certified", "signer");
        let claims = certified_claims(&signer.request("openid"));
        let unsigned = format!("{}.{}.", jwt::encoded(&json!({ "alg": "none" })), jwt::encoded(&claims));
        let by_es256 = signer.request("openid").with("request", &signed(at, &claims));
        let by_nobody = signer.request("openid").with("request", &unsigned);
        assert_eq!(Browser::new(at).authorize(&by_es256).await.callback().error(), "invalid_request_object");
        assert_eq!(Browser::new(at).authorize(&by_nobody).await.callback().error(), "invalid_request_object");

        register_signer(at, "request_object_signing_alg = \"none\"").await;
        assert_eq!(Browser::new(at).authorize(&by_es256).await.callback().error(), "invalid_request_object");
        assert!(!Browser::new(at).sign_in(&by_nobody, cast::ADA).await.code().is_empty());

        register_signer(at, "").await;
        let alone = carrying("signer", &unsigned).at_tenant("certified");
        assert!(!Browser::new(at).sign_in(&alone, cast::ADA).await.code().is_empty());
        assert_eq!(signer.post("/oauth2/par", &[("request", &unsigned)]).await.status, 201);
        register_signer(at, "require_signed_request_object = true").await;
        assert_eq!(signer.post("/oauth2/par", &[("request", &unsigned)]).await.error().1, "invalid_request");
        assert_eq!(Browser::new(at).authorize(&by_nobody).await.callback().error(), "invalid_request");
        register_signer(at, "profile = \"oauth21\"").await;
        assert!(shown_error(&Browser::new(at).authorize(&by_nobody).await, "invalid_request_object"));
    });
}

/// PA-07: a pushed object is of the client that authenticates, and nothing beside it counts.
#[test]
fn a_pushed_object_is_the_whole_request() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let object = signed(at, &claims_of(&keyed.request("openid")));
        let beside = [("request", object.as_str()), ("scope", "openid orders.write"), ("state", "other")];

        let pushed = keyed.post("/oauth2/par", &beside).await;

        assert_eq!(pushed.status, 201, "{}", pushed.text());
        let browser = Browser::new(at);
        let request_uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let page = browser.authorize(&carrying("keyed", "").without("request").with("request_uri", &request_uri)).await;
        let callback = browser.complete(page, cast::ADA).await;
        assert_eq!(callback.get("state"), Some(STATE));
        let grant = Grant { code: callback.code(), redirect_uri: keyed.redirect_uri.clone() };
        assert_eq!(keyed.redeem(&grant).await.success()["scope"], "openid");

        let mut other = claims_of(&keyed.request("openid"));
        other["client_id"] = json!("web");
        for object in [signed(at, &other), "x".to_owned()] {
            let refused = keyed.post("/oauth2/par", &[("request", &object)]).await;
            assert_eq!(refused.error(), (400, "invalid_request_object".to_owned()));
        }
    });
}
