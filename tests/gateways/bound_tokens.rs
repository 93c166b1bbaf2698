//! Apache with mod_oauth2: access tokens are taken from those alone they were given to, by a key (RFC 9449) or by a
//! certificate (RFC 8705), whether the binding is read in a JWT or in the answer of introspection.

use std::time::{SystemTime, UNIX_EPOCH};

use portreeve_tests::dpop::{ProofKey, token_hash};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::{
    apache::Apache,
    authority::Authority,
    control::Control,
    issuer::{Issuer, Resources, SERVICE, random_bytes},
    nginx,
    portreeve::Portreeve,
    site::{Chapter, Site},
    upstream::Upstream,
};

/// Its tokens are JWTs, which Apache checks by itself.
const PAYMENTS: &str = "https://payments.example.com";
/// Its tokens are opaque, and introspected.
const VAULT: &str = "https://vault.example.com";
/// Somebody else's.
const ORDERS: &str = "https://api.example.com";
const READ: &str = "payments.read";

/// What a token is bound to.
#[derive(Clone, Copy)]
enum Bond {
    Key,
    Certificate,
}

/// Apache's sites for the two APIs, and what is before and behind them.
struct Stage {
    authority: Authority,
    resources: Resources,
    upstream: Upstream,
    sites: [Site; 2],
}

/// Callers of a running Apache; the service shows `http`'s certificate, if there is one.
struct Scene<'s> {
    issuer: &'s Issuer,
    http: Client,
    apache: Apache,
    stage: &'s Stage,
}

impl Bond {
    /// The page with its lines for this bond, introspecting where there are keys no more to check with.
    fn sites(self) -> [Site; 2] {
        let block = |heading| Chapter::Binding.block(heading, "apache").into_text();
        let shown = Chapter::Binding.block("In Apache", "apache").into_text();
        let by_key: String =
            shown.lines().filter(|line| line.contains("OAuth2")).map(|line| format!("{line}\n")).collect();
        let introspection = block("By introspection");
        let own = match self {
            Self::Key => [by_key.clone(), by_key.replace(line(&by_key, "OAuth2TokenVerify"), &introspection)],
            Self::Certificate => {
                let lines = block("By certificates");
                let introspection = introspection.replace("type=dpop", "type=mtls&mtls.policy=required");
                [lines.clone(), lines.replace(line(&lines, "OAuth2TokenVerify"), &introspection)]
            }
        };
        let [keys, introspected] = own.map(|lines| Site::new(Chapter::Binding).with(&by_key, &lines));
        [keys, introspected.with(PAYMENTS, VAULT)]
    }

    /// The page's resources, and another API with opaque tokens, which is the one that is introspected.
    fn resources(self, site: &Site) -> Resources {
        let page = site.resources("In Portreeve");
        let (payments, gateway) = page.split_once("[[clients]]").expect("two resources");
        let vault = payments.replace(PAYMENTS, VAULT).replace("\"payments\"", "\"vault\"").replace("rfc9068", "opaque");
        let gateway = gateway.replace(PAYMENTS, VAULT);
        let service = match self {
            Self::Key => String::new(),
            Self::Certificate => "tls_client_certificate_bound_access_tokens = true\n".to_owned(),
        };
        let service = format!("{}{service}", nginx::resources());
        Resources::new(&format!("{payments}{vault}[[clients]]{gateway}\n{service}"))
    }
}

/// The line of a directive.
fn line<'t>(text: &'t str, directive: &str) -> &'t str {
    text.split_inclusive('\n').find(|line| line.trim_start().starts_with(directive)).expect("such a line")
}

impl Stage {
    async fn new(bond: Bond) -> Self {
        let sites = bond.sites();
        let resources = bond.resources(&sites[0]);
        Self { authority: Authority::new(), resources, upstream: Upstream::start().await, sites }
    }

    fn scene<'s>(&'s self, issuer: &'s Issuer, http: Client) -> Scene<'s> {
        let sites = [&self.sites[0], &self.sites[1]];
        let apache = Apache::start(&sites, &self.authority, (issuer, &self.resources), &self.upstream);
        Scene { issuer, http, apache, stage: self }
    }
}

impl Scene<'_> {
    fn url(&self, site: usize) -> String {
        format!("{}/2026", self.stage.sites[site].url)
    }

    async fn status(&self, request: RequestBuilder) -> StatusCode {
        request.send().await.expect("an answer of Apache").status()
    }

    /// The service and the scope are told to the application, and neither token nor proof.
    async fn passes(&self, request: RequestBuilder) {
        let forged = request.header("OAUTH2_CLAIM_groups", "root");
        let response = forged.send().await.expect("an answer of Apache");
        assert_eq!(response.status(), StatusCode::OK, "{}", self.apache.log());
        let told = response.json::<Value>().await.expect("the application answers JSON")["headers"].clone();
        assert_eq!((&told["oauth2_claim_sub"], &told["oauth2_claim_client_id"]), (&SERVICE.into(), &SERVICE.into()));
        assert_eq!(told["oauth2_claim_scope"], READ);
        for absent in ["authorization", "dpop", "oauth2_claim_access_token", "oauth2_claim_groups"] {
            assert_eq!(told.get(absent), None, "{told}");
        }
    }

    /// A request with a token and a proof, as it is made for `method` and `url`.
    fn proven(&self, site: usize, token: &str, proof: &str) -> RequestBuilder {
        self.http.get(self.url(site)).header("Authorization", format!("DPoP {token}")).header("DPoP", proof)
    }

    async fn token(&self, resource: &str, scope: &str, key: &ProofKey) -> String {
        let proof = proof(key, "POST", self.issuer.certified_token_endpoint(), None);
        self.issuer.bound_token(&self.http, resource, scope, Some(&proof)).await
    }
}

/// A good proof of `key`; its `jti` is new.
#[expect(clippy::disallowed_methods, reason = "the clock of Apache is the machine's")]
fn proof(key: &ProofKey, method: &str, url: &str, token: Option<&str>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let jti: String = random_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut claims = json!({ "jti": jti, "htm": method, "htu": url, "iat": now });
    if let Some(token) = token {
        claims["ath"] = token_hash(token).into();
    }
    key.proof(&claims)
}

/// RFC 9449 §7.1: what a token is good for with its key, and that it is good for nothing else.
async fn only_with_its_key(scene: &Scene<'_>) {
    let (key, other) = (ProofKey::new(), ProofKey::new());
    for (site, api) in [PAYMENTS, VAULT].into_iter().enumerate() {
        let (url, token) = (scene.url(site), scene.token(api, READ, &key).await);
        let good = proof(&key, "GET", &url, Some(&token));

        scene.passes(scene.proven(site, &token, &good)).await;

        let bad = [
            ("shown before", good),
            ("of another key", proof(&other, "GET", &url, Some(&token))),
            ("for another method", proof(&key, "POST", &url, Some(&token))),
            ("for another address", proof(&key, "GET", &format!("{url}/other"), Some(&token))),
        ];
        for (what, proof) in bad {
            assert_eq!(
                scene.status(scene.proven(site, &token, &proof)).await,
                StatusCode::UNAUTHORIZED,
                "{api}: {what}"
            );
        }
        let bare = scene.http.get(&url);
        let bearer = scene.http.get(&url).bearer_auth(&token);
        let unproven = scene.http.get(&url).header("Authorization", format!("DPoP {token}"));
        for (what, request) in [("no token", bare), ("as a bearer token", bearer), ("without a proof", unproven)] {
            assert_eq!(scene.status(request).await, StatusCode::UNAUTHORIZED, "{api}: {what}");
        }
        let unbound = scene.issuer.token(api, READ).await;
        let request = scene.proven(site, &unbound, &proof(&key, "GET", &url, Some(&unbound)));
        assert_eq!(scene.status(request).await, StatusCode::UNAUTHORIZED, "{api}: a token that is bound to nothing");
        let narrow = scene.token(api, "payments.make", &key).await;
        let request = scene.proven(site, &narrow, &proof(&key, "GET", &url, Some(&narrow)));
        assert_eq!(scene.status(request).await, StatusCode::FORBIDDEN, "{api}: without the scope");
    }
    // Only where tokens are not introspected, an audience is Apache's to look at.
    let elsewhere = scene.token(ORDERS, "orders.read", &key).await;
    let url = scene.url(0);
    let request = scene.proven(0, &elsewhere, &proof(&key, "GET", &url, Some(&elsewhere)));
    assert!(!scene.status(request).await.is_success(), "a token for another API");
    assert_eq!(scene.stage.upstream.requests(), 2, "nothing that was refused came through");
}

/// RFC 8705 §3: what a token is good for with its certificate, and that it is good for nothing else.
async fn only_with_its_certificate(scene: &Scene<'_>) {
    let (bare, other) = (scene.stage.authority.client(), scene.stage.authority.certified_client());
    for (site, api) in [PAYMENTS, VAULT].into_iter().enumerate() {
        let (url, token) = (scene.url(site), scene.issuer.bound_token(&scene.http, api, READ, None).await);

        scene.passes(scene.http.get(&url).bearer_auth(&token)).await;

        for (what, http) in [("another certificate", &other), ("no certificate", &bare)] {
            assert_eq!(
                scene.status(http.get(&url).bearer_auth(&token)).await,
                StatusCode::UNAUTHORIZED,
                "{api}: {what}"
            );
        }
        assert_eq!(scene.status(scene.http.get(&url)).await, StatusCode::UNAUTHORIZED, "{api}: no token");
        let narrow = scene.issuer.bound_token(&scene.http, api, "payments.make", None).await;
        let request = scene.http.get(&url).bearer_auth(&narrow);
        assert_eq!(scene.status(request).await, StatusCode::FORBIDDEN, "{api}: without the scope");
    }
    assert_eq!(scene.stage.upstream.requests(), 2, "nothing that was refused came through");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_the_control_are_taken_from_their_owners_alone() {
    let [keys, certificates] = [Stage::new(Bond::Key).await, Stage::new(Bond::Certificate).await];

    let control = Control::start(&keys.authority, &keys.resources).await;
    only_with_its_key(&keys.scene(&control.issuer, keys.authority.client())).await;

    let control = Control::start(&certificates.authority, &certificates.resources).await;
    let http = certificates.authority.certified_client();
    only_with_its_certificate(&certificates.scene(&control.issuer, http)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_only_with_a_proof_of_its_key() {
    let stage = Stage::new(Bond::Key).await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;

    only_with_its_key(&stage.scene(&ours.issuer, stage.authority.client())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_only_with_its_certificate() {
    let stage = Stage::new(Bond::Certificate).await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;

    only_with_its_certificate(&stage.scene(&ours.issuer, stage.authority.certified_client())).await;
}
