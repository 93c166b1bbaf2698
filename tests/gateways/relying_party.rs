//! Apache as a relying party: a browser signs in at the issuer and reaches the page behind.

use serde_json::{Value, json};

use crate::{
    apache::Apache,
    authority::Authority,
    browser::Browser,
    control::Control,
    issuer::{EMAIL, Issuer, Resources},
    portreeve::Portreeve,
    site::{Chapter, Site},
    upstream::Upstream,
};

/// A value that nobody but a client makes.
const FORGED: &str = "forged-by-the-client";

/// What is there before the issuer.
struct Stage {
    authority: Authority,
    site: Site,
    resources: Resources,
    upstream: Upstream,
}

/// A person's browser and the Apache before it.
struct Scene<'s> {
    browser: Browser,
    site: &'s Site,
    apache: Apache,
}

impl Stage {
    async fn new() -> Self {
        let site = Site::new(Chapter::SigningIn);
        let resources = Resources::new(&site.resources("In Portreeve"));
        Self { authority: Authority::new(), site, resources, upstream: Upstream::start().await }
    }

    /// `target` names whose pages the browser will see.
    fn scene(&self, target: &'static str, issuer: &Issuer) -> Scene<'_> {
        let browser = Browser::new(&self.authority, target, &self.resources);
        let apache = Apache::start(&[&self.site], &self.authority, (issuer, &self.resources), &self.upstream);
        Scene { browser, site: &self.site, apache }
    }
}

impl Scene<'_> {
    /// Signs in on the way to a page and returns what the application is told.
    fn sign_in(&self) -> Value {
        let address = format!("{}/board?week=47", self.site.url);
        let page = self.browser.visit(&address);
        assert_eq!((page.status, &page.url), (200, &address), "{}\n{}", page.body, self.apache.log());
        page.told()
    }

    fn sign_out(&self) {
        let return_to = format!("{}/signed-out", self.site.url);
        let query: String = form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
        let page = self.browser.visit(&format!("{}/oidc/callback?logout={query}", self.site.url));
        assert_eq!(page.url, return_to, "{}", self.apache.log());
    }

    /// Where somebody ends who asks for a page and answers nothing.
    fn first_page(&self) -> String {
        self.browser.look(&format!("{}/board", self.site.url)).url
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_signs_a_browser_in_and_out() {
    let stage = Stage::new().await;
    let control = Control::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene("control", &control.issuer);

    assert!(scene.first_page().starts_with(&control.issuer.url));
    let told = scene.sign_in();
    assert_eq!((&told["oidc_claim_iss"], &told["oidc_claim_email"]), (&json!(control.issuer.url), &json!(EMAIL)));
    scene.sign_out();

    assert!(scene.first_page().starts_with(&control.issuer.url));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_and_the_application_learns_who_it_is() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene("portreeve", &ours.issuer);

    let first_page = scene.first_page();
    assert!(first_page.starts_with(&ours.issuer.url), "nobody is let in unasked: {first_page}");
    let told = scene.sign_in();

    assert_eq!(told["oidc_claim_iss"], ours.issuer.url);
    assert_eq!(told["oidc_claim_aud"], "intranet");
    assert_eq!(told["oidc_claim_email"], EMAIL);
    assert_eq!(told["oidc_claim_email_verified"], "1", "a true claim, as mod_auth_openidc writes it");
    assert_eq!(told["oidc_claim_name"], "Ada Lovelace");
    assert!(told["oidc_claim_sub"].as_str().is_some_and(|sub| !sub.is_empty() && !sub.contains(EMAIL)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_tokens_nor_claims_that_a_client_made_reach_the_application() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene("portreeve", &ours.issuer);
    let sub = scene.sign_in()["oidc_claim_sub"].clone();

    let forged = json!({ "OIDC_CLAIM_sub": FORGED, "OIDC-CLAIM-sub": FORGED, "OIDC_CLAIM_groups": FORGED });
    let told = scene.browser.look_with(&format!("{}/board", scene.site.url), &forged).told();

    assert_eq!(told["oidc_claim_sub"], sub);
    assert_eq!(told.get("oidc_claim_groups"), None);
    for token in ["oidc_access_token", "oidc_refresh_token", "oidc_id_token"] {
        assert_eq!(told.get(token), None, "{told}");
    }
    let told = told.to_string();
    assert!(!told.contains(FORGED) && !told.contains("mod_auth_openidc_session"), "{told}");
    // Nor where nobody need be signed in.
    let open = scene.browser.look_with(&format!("{}/signed-out", scene.site.url), &forged).told().to_string();
    assert!(!open.contains(FORGED), "{open}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_at_the_gateway_and_at_the_issuer() {
    let stage = Stage::new().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let scene = stage.scene("portreeve", &ours.issuer);
    scene.sign_in();
    let page = format!("{}/board", scene.site.url);
    assert_eq!(scene.first_page(), page, "the session lasts");

    scene.sign_out();

    let first_page = scene.first_page();
    assert!(first_page.starts_with(&ours.issuer.url), "a page of the issuer asks again: {first_page}");
}
