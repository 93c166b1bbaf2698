//! What only its reader can read: request objects, ID tokens, userinfo, authorization responses, introspection.
//! OIDC Core §10.2, RFC 9101 §6.1, JARM §2.2, RFC 9701 §5.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_jose::{
    Content, ContentEncryption, DecryptionKey, DecryptionKeyType, DecryptionKeys, Encryption, KeyManagement,
    RecipientKeys,
};
use portreeve_tests::{
    authorization::{AuthorizationRequest, STATE},
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    hosted::Hosted,
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
};
use serde_json::{Value, json};

use crate::request_objects::{claims_of, signed};

const MAX_BYTES: usize = 64 * 1024;

/// A client that can read what is encrypted to it, and where it publishes its keys.
struct Reader {
    keys: DecryptionKeys,
    published: Hosted,
}

impl Reader {
    fn new() -> Self {
        let key = |key_type| DecryptionKey::from_pkcs8(key_type, &DecryptionKey::generate(key_type).unwrap()).unwrap();
        let keys = DecryptionKeys::new(DecryptionKeyType::ALL.map(key).into());
        let jwks: Vec<_> = keys.iter().map(DecryptionKey::public_jwk).collect();
        let published = Hosted::new("application/json", &json!({ "keys": jwks }).to_string());
        Self { keys, published }
    }

    /// Registers `client_id` with `more`, and these keys.
    async fn register(&self, at: &Deployment, client_id: &str, more: &str) {
        let uri = self.published.url();
        at.apply(&format!(
            "[[clients]]\nclient_id = \"{client_id}\"\nclient_secret = {{ file = \"secret\" }}\n\
             redirect_uris = [\"https://{client_id}.example/cb\"]\njwks_uri = \"{uri}\"\n\
             grant_types = [\"authorization_code\", \"refresh_token\"]\n{more}\n"
        ))
        .await;
    }

    /// What is inside, and the header around it.
    fn open(&self, token: &str) -> (String, Value) {
        let content = self.keys.decrypt(token, MAX_BYTES).unwrap_or_else(|error| panic!("{error}: {token}"));
        let header = token.split('.').next().unwrap();
        (String::from_utf8(content.to_vec()).unwrap(), jwt::claims(&format!("e30.{header}.e30")))
    }
}

/// The two members of a registration.
fn registered(answer: &str, encryption: Encryption) -> String {
    let (alg, enc) = (encryption.key_management.name(), encryption.content.name());
    format!("{answer}_encrypted_response_alg = \"{alg}\"\n{answer}_encrypted_response_enc = \"{enc}\"")
}

fn every_encryption() -> impl Iterator<Item = Encryption> {
    let pair = |key_management| ContentEncryption::ALL.map(|content| Encryption { key_management, content });
    KeyManagement::ALL.into_iter().flat_map(pair)
}

const ECDH: Encryption =
    Encryption { key_management: KeyManagement::EcdhEsA256Kw, content: ContentEncryption::A256Gcm };

/// Encrypts to the tenant, by what its JWKS says.
async fn to_tenant(at: &Deployment, token: &str, encryption: Encryption) -> String {
    let jwks = at.get("/oauth2/jwks", &[]).await.success();
    let keys = RecipientKeys::from_jwks(&jwks).unwrap();
    keys.encrypt(Content::SignedJwt(token), encryption).unwrap()
}

async fn pushes(at: &Deployment, client: &str, object: &str) -> (u16, String) {
    let reply = RelyingParty::new(at, client).post("/oauth2/par", &[("request", object)]).await;
    (reply.status.as_u16(), reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

/// OC-47: signed then encrypted, in every way that is advertised.
#[test]
fn an_encrypted_request_leads_to_tokens() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let object = signed(at, &claims_of(&keyed.request("openid")));
        for encryption in every_encryption() {
            let encrypted = to_tenant(at, &object, encryption).await;
            assert_eq!(pushes(at, "keyed", &encrypted).await.0, 201, "{encryption:?}");
        }

        let request = AuthorizationRequest::new("keyed", "", "").with("request", &to_tenant(at, &object, ECDH).await);
        let callback = Browser::new(at).sign_in(&request.with("scope", "openid orders.write"), cast::ADA).await;

        assert_eq!(callback.get("state"), Some(STATE));
        let grant = Grant { code: callback.code(), redirect_uri: keyed.redirect_uri.clone() };
        assert_eq!(keyed.redeem(&grant).await.success()["scope"], "openid");
    });
}

/// OC-47, S-028: what cannot be read, or is not signed inside, is no request object.
#[test]
fn bad_encrypted_requests_are_refused() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let claims = claims_of(&keyed.request("openid"));
        let unsigned = format!("{}.{}.", jwt::encoded(&json!({ "alg": "none" })), jwt::encoded(&claims));
        let good = to_tenant(at, &signed(at, &claims), ECDH).await;
        let stranger = Reader::new();
        let jwks: Vec<_> = stranger.keys.iter().map(DecryptionKey::public_jwk).collect();
        let to_stranger = RecipientKeys::from_jwks(&json!({ "keys": jwks })).unwrap();
        let header = |changes: Value| {
            let mut header = jwt::claims(&format!("e30.{}.e30", good.split('.').next().unwrap()));
            header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            format!("{}.{}", jwt::encoded(&header), good.split_once('.').unwrap().1)
        };
        for (what, object) in [
            ("unsigned inside", to_tenant(at, &unsigned, ECDH).await),
            ("encrypted inside", to_tenant(at, &good, ECDH).await),
            ("garbage inside", to_tenant(at, "garbage", ECDH).await),
            ("to somebody else", to_stranger.encrypt(Content::SignedJwt(&signed(at, &claims)), ECDH).unwrap()),
            ("unknown enc", header(json!({ "enc": "A192GCM" }))),
            ("RSA1_5", header(json!({ "alg": "RSA1_5" }))),
            ("compressed", header(json!({ "zip": "DEF" }))),
            ("another header", header(json!({ "typ": "x" }))),
            ("cut", good[..good.len() - 2].to_owned()),
        ] {
            assert_eq!(pushes(at, "keyed", &object).await, (400, "invalid_request_object".to_owned()), "{what}");
        }
    });
}

/// OC-47: a client that has registered how it encrypts does not do it otherwise; whether it does is its choice.
#[test]
fn the_registered_encryption_is_enforced() {
    on_sqlite(async |at| {
        let jwks = json!({ "keys": [at.client_key().public_jwk()] }).to_string();
        let published = Hosted::new("application/json", &jwks).url();
        at.apply(&format!(
            "[[clients]]\nclient_id = \"sealer\"\nclient_secret = {{ file = \"secret\" }}\n\
             redirect_uris = [\"https://sealer.example/cb\"]\njwks_uri = \"{published}\"\n\
             request_object_encryption_alg = \"ECDH-ES+A256KW\"\nrequest_object_encryption_enc = \"A256GCM\"\n"
        ))
        .await;
        let object = signed(at, &claims_of(&RelyingParty::new(at, "sealer").request("openid")));
        let other = Encryption { content: ContentEncryption::A128Gcm, ..ECDH };

        assert_eq!(pushes(at, "sealer", &to_tenant(at, &object, ECDH).await).await.0, 201);
        assert_eq!(pushes(at, "sealer", &object).await.0, 201);
        let refused = pushes(at, "sealer", &to_tenant(at, &object, other).await).await;
        assert_eq!(refused, (400, "invalid_request_object".to_owned()));
    });
}

/// OC-52: after a rotation, who has the former key is still read; a revoked key reads nothing.
#[test]
fn a_replaced_key_is_read_and_a_revoked_one_is_not() {
    on_sqlite(async |at| {
        let object = signed(at, &claims_of(&RelyingParty::new(at, "keyed").request("openid")));
        let encrypted = to_tenant(at, &object, ECDH).await;
        let former: Vec<_> = at.tenant().encryption.all().map(|(key, _)| key.kid().to_owned()).collect();

        at.issuer.rotate_keys(&at.tenant()).await.unwrap();

        assert_eq!(pushes(at, "keyed", &encrypted).await.0, 201);
        for kid in former {
            at.issuer.revoke_key(&at.tenant(), &kid).await.unwrap();
        }
        assert_eq!(pushes(at, "keyed", &encrypted).await, (400, "invalid_request_object".to_owned()));
        assert_eq!(pushes(at, "keyed", &to_tenant(at, &object, ECDH).await).await.0, 201);
    });
}

/// OIDC Core §2, §10.2: signed, then encrypted, in every way that is advertised; `cty` says what is inside.
#[test]
fn id_tokens_are_encrypted() {
    on_both(async |at| {
        let reader = Reader::new();
        for encryption in every_encryption() {
            reader.register(at, "sealed", &registered("id_token", encryption)).await;
            let sealed = RelyingParty::new(at, "sealed");

            let tokens = sealed.tokens("openid").await;
            let refreshed = sealed.refresh(tokens.refresh()).await.success();

            for token in [tokens.id(), refreshed["id_token"].as_str().unwrap()] {
                let (inside, header) = reader.open(token);
                assert_eq!(header["alg"], encryption.key_management.name());
                assert_eq!(header["enc"], encryption.content.name());
                assert_eq!(header["cty"], "JWT");
                let claims = at.verified(&inside, "JWT").await;
                assert_eq!((&claims["aud"], &claims["iss"]), (&json!("sealed"), &json!(cast::ISSUER)));
            }
        }
    });
}

/// OIDC Core §3.3.2.5: by way of the browser, too, nobody on it reads the ID token.
#[test]
fn id_tokens_by_way_of_the_browser_are_encrypted() {
    on_sqlite(async |at| {
        let reader = Reader::new();
        let more = format!("{}\nresponse_types = [\"code id_token\"]", registered("id_token", ECDH));
        at.apply(&format!(
            "[[clients]]\ntenant = \"certified\"\nclient_id = \"sealed\"\nclient_secret = {{ file = \"secret\" }}\n\
             redirect_uris = [\"https://sealed.example/cb\"]\njwks_uri = \"{}\"\n\
             grant_types = [\"authorization_code\", \"implicit\"]\n{more}\n",
            reader.published.url()
        ))
        .await;
        let sealed = RelyingParty::of_tenant(at, "certified", "sealed");

        let request = sealed.request("openid").with("response_type", "code id_token");
        let callback = Browser::new(at).sign_in(&request, cast::ADA).await;

        let (inside, _) = reader.open(callback.get("id_token").unwrap());
        assert_eq!(at.verified_at("/t/certified", &inside, "JWT").await["aud"], "sealed");
    });
}

/// Checks the signature. RS256 is deterministic: the published key, over the very same bytes, gives the very same token.
fn signed_by_us(at: &Deployment, token: &str) -> Value {
    let tenant = at.tenant();
    let kid = jwt::header(token)["kid"].as_str().unwrap().to_owned();
    let known = tenant.signing.all().iter().find(|known| known.key.kid() == kid).expect("a published key");
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    assert_eq!(known.key.sign("JWT", &payload).unwrap(), token);
    jwt::claims(token)
}

/// OC-37, OIDC Core §5.3.2: as registered, signed and encrypted or encrypted alone.
#[test]
fn userinfo_is_encrypted() {
    on_both(async |at| {
        let reader = Reader::new();
        for signing in ["", "userinfo_signed_response_alg = \"RS256\""] {
            reader.register(at, "sealed", &format!("{}\n{signing}", registered("userinfo", ECDH))).await;
            let tokens = RelyingParty::new(at, "sealed").tokens("openid email").await;

            let reply = at.userinfo(tokens.access()).await;

            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, Some("application/jwt")));
            let (inside, header) = reader.open(&reply.text());
            let claims: Value = if signing.is_empty() {
                assert_eq!(header.get("cty"), None);
                serde_json::from_str(&inside).unwrap()
            } else {
                assert_eq!(header["cty"], "JWT");
                signed_by_us(at, &inside)
            };
            assert_eq!(claims["email"], cast::ADA);
        }
    });
}

/// RM-06, JARM §2.2: answers and errors, the only parameter being the encrypted JWT.
#[test]
fn authorization_responses_are_encrypted() {
    on_both(async |at| {
        let reader = Reader::new();
        reader.register(at, "sealed", &registered("authorization", ECDH)).await;
        let sealed = RelyingParty::new(at, "sealed");
        let request = sealed.request("openid").with("response_mode", "jwt");

        let granted = Browser::new(at).sign_in(&request, cast::ADA).await;
        let refused = Browser::new(at).authorize(&request.clone().with("scope", "openid unheard.of")).await.callback();
        let silent = Browser::new(at).authorize(&request.with("prompt", "none")).await.callback();

        let mut said = Vec::new();
        for callback in [&granted, &refused, &silent] {
            let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["response"]);
            let (inside, header) = reader.open(callback.get("response").unwrap());
            assert_eq!(header["cty"], "JWT");
            said.push(at.verified_response("", &inside, "JWT").await);
        }
        let code = said[0]["code"].as_str().unwrap().to_owned();
        assert_eq!(sealed.redeem(&Grant { code, redirect_uri: sealed.redirect_uri.clone() }).await.status, 200);
        assert_eq!((&said[1]["error"], &said[2]["error"]), (&json!("invalid_scope"), &json!("login_required")));
    });
}

/// RFC 9701 §5, §6: a signed introspection answer is encrypted for the caller that registered it.
#[test]
fn introspection_answers_are_encrypted() {
    on_sqlite(async |at| {
        let reader = Reader::new();
        let more = format!("{}\nintrospects = [\"{}\"]", registered("introspection", ECDH), cast::ORDERS);
        reader.register(at, "sealed", &more).await;
        let service = RelyingParty::new(at, "service");
        let token = service.client_credentials(&[("scope", "orders.read")]).await.success();

        let mut request = RelyingParty::new(at, "sealed")
            .prepared("/oauth2/introspect", &[("token", token["access_token"].as_str().unwrap())]);
        request.headers_mut().insert("accept", "application/token-introspection+jwt".parse().unwrap());
        let reply = at.send(request).await;

        let (inside, header) = reader.open(&reply.text());
        assert_eq!(header["cty"], "JWT");
        assert_eq!(jwt::header(&inside)["typ"], "token-introspection+jwt");
        assert_eq!(jwt::claims(&inside)["token_introspection"]["active"], true);
    });
}

/// A client whose keys cannot be had gets nothing readable in their stead, and nothing is used up.
#[test]
fn without_a_key_nothing_is_given_out() {
    on_sqlite(async |at| {
        let reader = Reader::new();
        let other = json!({ "keys": [at.client_key().public_jwk()] }).to_string();
        reader.register(at, "sealed", "").await;
        let sealed = RelyingParty::new(at, "sealed");
        let grant = sealed.grant("openid", cast::ADA).await;

        reader.published.replace(&other);
        reader.register(at, "sealed", &registered("id_token", ECDH)).await;

        let page = Browser::new(at).authorize(&sealed.request("openid")).await;
        assert_eq!(page.callback().error(), "invalid_request", "nothing of that is to be encrypted (OA-05)");
        assert_eq!(sealed.redeem(&grant).await.error(), (400, "invalid_request".to_owned()));
        let pushed = sealed.post("/oauth2/par", &sealed.request("openid").without("client_id").pairs()).await;
        assert_eq!(pushed.error(), (400, "invalid_request".to_owned()));
    });
}

/// OC-13: a client may encrypt a hint to us (OIDC Core §3.1.2.1); one that does not open is none.
#[test]
fn a_hint_may_be_encrypted() {
    on_sqlite(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let grant = web.grant_in(&browser, &web.request("openid"), cast::ADA).await;
        let tokens = Tokens(web.redeem(&grant).await.success());
        let hint = to_tenant(at, tokens.id(), ECDH).await;
        let silent = async |hint: &str| {
            let request = web.request("openid").with("prompt", "none").with("id_token_hint", hint);
            browser.authorize(&request).await.callback()
        };

        assert!(!silent(&hint).await.code().is_empty());
        let garbled = format!("{}AAAA", hint.get(..hint.len() - 4).unwrap());
        assert_eq!(silent(&garbled).await.get("code"), None);
        let of_nobody = to_tenant(at, "rubbish", ECDH).await;
        assert_eq!(silent(&of_nobody).await.get("code"), None);
    });
}
