//! Apache as every kind of relying party that mod_auth_openidc can be: a person in Chromium signs in by each.
//!
//! The sites are of another host than the issuer, so that the browser does with cookies what it does between strangers.
//! All of them are virtual hosts of one Apache before one issuer, and one browser visits them one after the other.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    apache::Apache,
    authority::Authority,
    chromium::Chromium,
    control::Control,
    issuer::{EMAIL, Issuer, Resources},
    portreeve::Portreeve,
    site::{Chapter, Site},
    upstream::Upstream,
};

const RESPONSE_TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];
const RESPONSE_MODES: [&str; 2] = ["form_post", "fragment"];

const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// Where there are other answers than codes.
const TENANT: &str = "[[tenants]]\nslug = \"default\"\nprofile = \"oidc\"\n\n";

/// A host that is another than the issuer's to browsers, and that the issuer can reach.
const REACHED: &str = "127.0.0.1";
/// A host that only the browser finds: who is given tokens by an address is no loopback (OpenID Connect Registration 2).
const NAMED: &str = "intranet.example.com";

const OTHER_ANSWERS: &str = "By other answers than a code in the address";
const BY_A_KEY: &str = "By a key in the place of the secret";
const EVERYWHERE: &str = "Signing out everywhere";

/// Apache's sites and what is behind them.
struct Stage {
    authority: Authority,
    resources: Resources,
    upstream: Upstream,
    sites: Vec<Site>,
}

/// A person before the sites of a running Apache.
struct Scene<'s> {
    chromium: Chromium,
    apache: Apache,
    sites: &'s [Site],
}

impl Stage {
    /// A client for each of `sites` that has one, in `text`; the issuer reaches them all.
    async fn new(sites: Vec<Site>, text: &str) -> Self {
        let mut resources = Resources::new(text);
        resources.reached = sites.iter().map(|site| site.address).collect();
        Self { authority: Authority::new(), resources, upstream: Upstream::start().await, sites }
    }

    fn scene(&self, issuer: &Issuer) -> Scene<'_> {
        let sites: Vec<&Site> = self.sites.iter().collect();
        let apache = Apache::start(&sites, &self.authority, (issuer, &self.resources), &self.upstream);
        Scene { chromium: Chromium::start(&self.resources), apache, sites: &self.sites }
    }
}

impl Scene<'_> {
    /// Signs in on the way to a page and returns what the application is told.
    fn sign_in(&mut self, site: usize) -> Value {
        let address = format!("{}/board?week=47", self.sites[site].url);
        let told =
            self.chromium.visit(&address, &address).unwrap_or_else(|fault| panic!("{fault}\n{}", self.apache.log()));
        assert!(told.is_object(), "{told}\n{}", self.apache.log());
        told
    }

    /// Whether the application shows its page without a word of the issuer.
    fn is_signed_in(&mut self, site: usize) -> bool {
        let address = format!("{}/board", self.sites[site].url);
        self.chromium.look(&address) == address
    }
}

/// A site of another host, whose cookies are no other site's although all are of that host, and its client with further lines.
fn site(name: &str, changes: &[(&str, &str)], client: &str) -> (Site, String) {
    let site = Site::elsewhere(Chapter::SigningIn, REACHED)
        .with("OIDCClientID intranet", &format!("OIDCClientID {name}\n    OIDCCookie {name}"))
        .with("mod_auth_openidc_session", name);
    let site = changes.iter().fold(site, |site, (theirs, ours)| site.with(theirs, ours));
    let resources = site.resources("In Portreeve").replace("\"intranet\"", &format!("{name:?}"));
    let client = site.at_home(client.to_owned());
    (site, format!("{resources}{client}"))
}

/// A site for each response type and mode, all of one client.
async fn every_answer() -> Stage {
    let lines = Chapter::SigningIn.block(OTHER_ANSWERS, "apache").into_text();
    let ways = RESPONSE_MODES.iter().flat_map(|mode| RESPONSE_TYPES.map(|response_type| (*mode, response_type)));
    let sites: Vec<Site> = ways
        .enumerate()
        .map(|(number, (mode, response_type))| {
            let lines = lines.replace("code id_token", response_type).replace("form_post", mode);
            Site::elsewhere(Chapter::SigningIn, NAMED)
                .with("    OIDCCookieSameSite On\n", &format!("    OIDCCookie at{number}\n"))
                .with("mod_auth_openidc_session", &format!("at{number}"))
                .with("    OIDCResponseType code\n", &lines)
        })
        .collect();
    let addresses: Vec<String> = sites.iter().map(|site| format!("{}/oidc/callback", site.url)).collect();
    let grants = Chapter::SigningIn
        .block(OTHER_ANSWERS, "toml")
        .with(r#"["code id_token"]"#, format!("{RESPONSE_TYPES:?}"))
        .into_text();
    let client = Chapter::SigningIn
        .block("In Portreeve", "toml")
        .with("grant_types = [\"authorization_code\"]\n", grants)
        .with(r#"["https://intranet.example.com/oidc/callback"]"#, format!("{addresses:?}"))
        .into_text();
    Stage::new(sites, &format!("{TENANT}{client}")).await
}

/// Signs in at every site; each application learns who it is.
fn sign_in_everywhere(stage: &Stage, issuer: &Issuer) {
    let mut scene = stage.scene(issuer);
    assert!(!scene.is_signed_in(0), "nobody is let in unasked");
    for site in 0..stage.sites.len() {
        let told = scene.sign_in(site);

        assert_eq!((&told["oidc_claim_iss"], &told["oidc_claim_aud"]), (&json!(issuer.url), &json!("intranet")));
        assert_eq!(told["oidc_claim_email"], EMAIL, "{site}: {told}");
        assert!(scene.is_signed_in(site), "{site}: the session lasts");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_answers_apache_in_every_way() {
    let stage = every_answer().await;
    let control = Control::start(&stage.authority, &stage.resources).await;

    sign_in_everywhere(&stage, &control.issuer);
}

/// OpenID Connect Core 3, OAuth 2.0 Multiple Response Type Encoding Practices, OAuth 2.0 Form Post Response Mode.
#[tokio::test(flavor = "multi_thread")]
async fn apache_signs_in_by_every_response_type_and_mode() {
    let stage = every_answer().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;

    sign_in_everywhere(&stage, &ours.issuer);
}

/// Two sites that sign with a key; the second shows its requests at addresses of its own.
async fn signing() -> Stage {
    let client = Chapter::SigningIn.block(BY_A_KEY, "toml").into_text();
    let by_value = Chapter::SigningIn.block(BY_A_KEY, "apache").into_text();
    let by_reference = by_value.replace(r#"\"request_object_type\": \"request\", "#, "");
    let keyed = |name: &str, lines: &str| {
        let changes = [
            ("    OIDCClientSecret ${INTRANET_SECRET}\n", ""),
            ("    OIDCProviderTokenEndpointAuth client_secret_basic\n", lines),
        ];
        let (site, client) = site(name, &changes, &client);
        (site, client.replace("client_secret = { env = \"INTRANET_SECRET\" }\n", ""))
    };
    let [(first, client), (second, other)] = [keyed("by-value", &by_value), keyed("by-reference", &by_reference)];
    Stage::new(vec![first, second], &format!("{client}{other}")).await
}

/// Signs in at the first site, whose application learns who it is from what the issuer signed.
fn sign_in_by_key(scene: &mut Scene<'_>, issuer: &Issuer) {
    let told = scene.sign_in(0);

    assert_eq!((&told["oidc_claim_iss"], &told["oidc_claim_aud"]), (&json!(issuer.url), &json!("by-value")));
    assert_eq!(told["oidc_claim_email"], EMAIL, "from the signed user info");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_believes_what_apache_signs() {
    let stage = signing().await;
    let control = Control::start(&stage.authority, &stage.resources).await;

    sign_in_by_key(&mut stage.scene(&control.issuer), &control.issuer);
}

/// RFC 9101 §4, RFC 7523 §2.2, OpenID Connect Core 5.3.2: nothing that Apache sends or reads is unsigned.
#[tokio::test(flavor = "multi_thread")]
async fn apache_signs_its_requests_and_proves_itself_by_a_key() {
    let stage = signing().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let mut scene = stage.scene(&ours.issuer);

    sign_in_by_key(&mut scene, &ours.issuer);

    // RFC 9101 §10.4.1: the module makes an address for each request, and nobody can have registered it.
    let refused = scene.chromium.look(&format!("{}/board", stage.sites[1].url));
    assert!(refused.starts_with(ours.issuer.endpoint("authorization_endpoint")), "{refused}\n{}", scene.apache.log());
    assert!(refused.contains("request_uri="), "{refused}");
}

/// A site that is told of sign-outs by the back channel, one by a frame, and one not at all.
async fn signing_out() -> Stage {
    let block = Chapter::SigningIn.block(EVERYWHERE, "toml").into_text();
    let line =
        |name: &str| block.lines().find(|line| line.starts_with(name)).expect("a line of the page").to_owned() + "\n";
    let sites = [
        site("untold", &[], ""),
        site("posted", &[], &line("backchannel_logout_uri")),
        site("framed", &[], &line("frontchannel_logout_uri")),
        site("leaving", &[], ""),
    ];
    let (sites, clients): (Vec<Site>, Vec<String>) = sites.into_iter().unzip();
    Stage::new(sites, &clients.concat()).await
}

/// Signs in at every site and out at the last one.
async fn sign_out_at_the_last(scene: &mut Scene<'_>) {
    for site in 0..4 {
        scene.sign_in(site);
    }
    let return_to = format!("{}/signed-out", scene.sites[3].url);
    let query: String = form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    scene
        .chromium
        .visit(&format!("{}/oidc/callback?logout={query}", scene.sites[3].url), &return_to)
        .expect("the way out");

    assert!(!scene.is_signed_in(3), "where the person signed out");
    assert!(scene.is_signed_in(0), "who is told nothing keeps its session");
    // The back channel is not waited for by anybody else.
    let end = Instant::now() + PATIENCE;
    while scene.is_signed_in(1) {
        assert!(Instant::now() < end, "the back channel: {}", scene.apache.log());
        sleep(POLL).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_signs_out_of_apache_by_the_back_channel() {
    let stage = signing_out().await;
    let control = Control::start(&stage.authority, &stage.resources).await;

    sign_out_at_the_last(&mut stage.scene(&control.issuer)).await;
}

/// OpenID Connect RP-Initiated Logout 2, Back-Channel Logout 2.5, Front-Channel Logout 2. The frame has no cookies of the site:
/// Apache finds the session by `iss` and `sid`. The control has no front channel.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_anywhere_is_signed_out_of_apache() {
    let stage = signing_out().await;
    let ours = Portreeve::start(&stage.authority, &stage.resources).await;
    let mut scene = stage.scene(&ours.issuer);

    sign_out_at_the_last(&mut scene).await;

    assert!(!scene.is_signed_in(2), "the front channel: {}", scene.apache.log());
}
