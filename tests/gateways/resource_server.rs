//! Apache as a resource server: it introspects every access token.

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::{
    apache::Apache,
    authority::Authority,
    control::Control,
    issuer::{Issuer, Resources, SERVICE},
    nginx,
    portreeve::Portreeve,
    site::{Chapter, Site},
    upstream::Upstream,
};

const REPORTS: &str = "https://reports.example.com";

/// What is there before the issuer.
struct Stage {
    authority: Authority,
    site: Site,
    resources: Resources,
    upstream: Upstream,
}

/// A caller and the Apache before it.
struct Scene<'s> {
    http: Client,
    site: &'s Site,
    apache: Apache,
    upstream: &'s Upstream,
}

impl Stage {
    /// The APIs of both pages, so that there is another audience to have a token for.
    async fn new() -> Self {
        let site = Site::new(Chapter::Protecting);
        let resources = Resources::new(&format!("{}{}", site.resources("In Portreeve"), nginx::resources()));
        Self { authority: Authority::new(), site, resources, upstream: Upstream::start().await }
    }

    fn scene(&self, issuer: &Issuer) -> Scene<'_> {
        let apache = Apache::start(&[&self.site], &self.authority, (issuer, &self.resources), &self.upstream);
        Scene { http: self.authority.client(), site: &self.site, apache, upstream: &self.upstream }
    }
}

impl Scene<'_> {
    fn request(&self, token: &str) -> RequestBuilder {
        self.http.get(format!("{}/2026", self.site.url)).bearer_auth(token)
    }

    async fn status(&self, token: &str) -> StatusCode {
        self.request(token).send().await.expect("an answer of Apache").status()
    }

    /// What the application is told about a request that passes.
    async fn told(&self, request: RequestBuilder) -> Value {
        let response = request.send().await.expect("an answer of Apache");
        assert_eq!(response.status(), StatusCode::OK, "{}", self.apache.log());
        response.json::<Value>().await.expect("the application answers JSON")["headers"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_control_a_live_token_passes_until_it_is_revoked() {
    let stage = Stage::new().await;
    let control = Control::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&control.issuer);
    let token = control.issuer.token(REPORTS, "reports.read").await;

    let told = scene.told(scene.request(&token)).await;
    assert_eq!(told["oidc_claim_client_id"], SERVICE);
    assert_eq!(scene.status("garbage").await, StatusCode::UNAUTHORIZED);
    control.issuer.revoke(&token).await;

    assert_eq!(scene.status(&token).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_token_passes_and_the_application_learns_whose_it_is() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&ours.issuer);
    let token = ours.issuer.token(REPORTS, "reports.read").await;
    assert!(token.len() <= 100 && !token.contains('.'), "an opaque token: {token}");

    let forged = scene.request(&token).header("OIDC_CLAIM_sub", "eve").header("OIDC_CLAIM_groups", "root");
    let told = scene.told(forged).await;

    assert_eq!((&told["oidc_claim_sub"], &told["oidc_claim_client_id"]), (&SERVICE.into(), &SERVICE.into()));
    assert_eq!(told["oidc_claim_scope"], "reports.read");
    for absent in ["oidc_claim_groups", "authorization", "oidc_access_token"] {
        assert_eq!(told.get(absent), None, "{told}");
    }
}

/// RFC 7009 §2.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_on_the_next_request() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&ours.issuer);
    let (token, other) =
        (ours.issuer.token(REPORTS, "reports.read").await, ours.issuer.token(REPORTS, "reports.read").await);
    assert_eq!(scene.status(&token).await, StatusCode::OK);

    ours.issuer.revoke(&token).await;

    assert_eq!(scene.status(&token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(scene.status(&other).await, StatusCode::OK, "another token of the same client still passes");
}

/// RFC 7662 §2.2: what is unknown, or for somebody else, is inactive.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_for_this_api_is_refused() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&ours.issuer);
    let elsewhere = ours.issuer.token("https://api.example.com", "orders.read").await;

    for token in ["garbage", &elsewhere] {
        assert_eq!(scene.status(token).await, StatusCode::UNAUTHORIZED, "{token}");
    }
    let bare = scene.http.get(&scene.site.url).send().await.expect("an answer of Apache");
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(scene.upstream.requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_forbidden() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&ours.issuer);
    let token = ours.issuer.token(REPORTS, "reports.write").await;

    assert_eq!(scene.status(&token).await, StatusCode::FORBIDDEN);

    assert_eq!(scene.upstream.requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_issuer_nobody_passes() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene(&ours.issuer);
    let token = ours.issuer.token(REPORTS, "reports.read").await;
    assert_eq!(scene.status(&token).await, StatusCode::OK);

    ours.stop();

    assert!(!scene.status(&token).await.is_success());
    assert_eq!(scene.upstream.requests(), 1);
}
