//! What a scanner of others says of our pages: `wapiti`, which walks through them, fills in every form with what breaks other
//! people's software, and reads what comes back.
//!
//! First it is shown that it finds what is wrong, on a server where everything is. Its modules that need a host of the scanner's
//! own on the Internet are left out; all it sends goes through a proxy that lets it reach the one server.

mod control;
mod proxy;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
};

use portreeve_tests::{authorization::AuthorizationRequest, server::Deployment, temp::TempFolder, visitor::Visitor};
use serde_json::{Value, json};

use proxy::{Proxy, without_ids};

const PASSWORD: &str = "correct horse battery staple";
const REDIRECT_URI: &str = "https://rp.example/cb";
/// What is looked for, tokens first: while the pages still take their forms.
const MODULES: &str = "csrf,csp,http_headers,cookieflags,xss,permanentxss,redirect,crlf,sql,exec,file";
/// Bounds of one scan: how long it walks, and how long one module attacks, both in seconds.
const BOUNDS: [&str; 4] = ["--max-scan-time", "10", "--max-attack-time", "15"];
/// How often a form is filled in at least, as far as its page: a busy machine leaves time for less than all.
const TIMES: usize = 10;
/// What is no fault of our pages: category, what the remark names, and why.
const NO_FAULT: [(&str, &str, &str); 3] = [
    (
        "Secure Flag cookie",
        "portreeve",
        "over http, on loopback alone, no browser would return it; over https it has the flag",
    ),
    ("HttpOnly Flag cookie", "portreeve_state", "the frame of Session Management 1.0 §3.2 reads it; it opens nothing"),
    (
        "Cross Site Request Forgery",
        "POST /j/{id} :",
        "the button that begins a stored request anew does no more than its link",
    ),
];

/// What a scan came to.
#[derive(Debug)]
struct Scan {
    /// What was found: category, then method, path, parameter and remark of each.
    found: BTreeMap<String, BTreeSet<String>>,
    /// What was asked for, by method and path without ids, and how often it was answered with which status.
    visited: BTreeMap<String, BTreeMap<u16, usize>>,
}

impl Scan {
    /// What is wrong among what was found.
    fn faults(&self) -> Vec<(&str, &str)> {
        let named =
            |category: &str, said: &str| NO_FAULT.iter().any(|(of, what, _)| *of == category && said.contains(what));
        let all = self.found.iter().flat_map(|(of, found)| found.iter().map(|said| (of.as_str(), said.as_str())));
        all.filter(|(category, said)| !named(category, said)).collect()
    }

    /// Sees to it that each of these pages or forms was shown or taken so many times, and that the server never failed.
    fn has_reached(&self, all: &[impl AsRef<str>], times: usize) {
        for what in all.iter().map(AsRef::as_ref) {
            let shown = self.visited.get(what).and_then(|answers| answers.get(&200)).copied().unwrap_or_default();
            assert!(shown >= times, "{what} was seen {shown} times: {self:#?}");
        }
        let failed = self.visited.iter().filter(|(_, answers)| answers.keys().any(|status| *status >= 500));
        assert_eq!(failed.collect::<Vec<_>>(), []);
    }
}

/// What is found twice, on a server of its own each time: the scanner compares pages, and some are another one after a few tries of a code.
async fn confirmed(scan: impl AsyncFn() -> Scan) -> Scan {
    let mut first = scan().await;
    if !first.faults().is_empty() {
        let again = scan().await.found;
        let is_there = |category: &str, said: &String| again.get(category).is_some_and(|found| found.contains(said));
        first.found.iter_mut().for_each(|(category, found)| found.retain(|said| is_there(category, said)));
    }
    first
}

/// Scans a server from these paths on, with these cookies, but not what begins with one of `excluded`.
async fn scan(server: SocketAddr, cookies: &BTreeMap<String, String>, paths: &[&str], excluded: &[&str]) -> Scan {
    let proxy = Proxy::start(server).await;
    let folder = TempFolder::new("page-scan");
    let url = |path: &str| format!("http://{server}{path}");
    let jar: Value = cookies
        .iter()
        .map(|(name, value)| {
            (name.clone(), json!({"version": 0, "value": value, "secure": false, "expires": null, "port": null}))
        })
        .collect();
    fs::write(folder.path().join("cookies.json"), json!({ server.ip().to_string(): { "/": jar } }).to_string())
        .unwrap();
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".work/scanner/bin/wapiti"));
    command
        .args(["--url", &url(paths[0]), "--scope", "domain", "--proxy", &format!("http://{}/", proxy.address)])
        .args(["--module", MODULES, "--timeout", "60", "--depth", "4", "--no-bugreport", "--cookie", "cookies.json"])
        .args(BOUNDS)
        // The token of a form is what a module of its own looks at.
        .args(["csrf", "version", "code_challenge", "code_challenge_method"].iter().flat_map(|name| ["--skip", name]))
        .args(["--format", "json", "--output", "report.json", "--store-session", "state", "--store-config", "config"])
        .args(paths[1..].iter().flat_map(|path| ["--start".to_owned(), url(path)]))
        .args(excluded.iter().flat_map(|path| ["--exclude".to_owned(), url(path)]))
        .current_dir(folder.path());
    let run = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    let run = run.expect("wapiti is not installed; run scripts/install test");
    let printed = [run.stdout, run.stderr].map(|printed| String::from_utf8_lossy(&printed).into_owned()).join("\n");
    let report = fs::read(folder.path().join("report.json")).unwrap_or_else(|_| panic!("{printed}"));
    Scan { found: findings(&serde_json::from_slice(&report).expect("JSON")), visited: proxy.visited() }
}

/// What a report names, by category.
fn findings(report: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let kinds =
        ["vulnerabilities", "anomalies", "additionals"].map(|kind| report[kind].as_object().expect("categories"));
    let named = kinds.into_iter().flatten().filter_map(|(category, found)| {
        let said = |one: &Value| {
            let [method, path, parameter, info] =
                ["method", "path", "parameter", "info"].map(|name| one[name].as_str().unwrap_or_default());
            format!("{method} {} {parameter}: {info}", without_ids(path))
        };
        let said: BTreeSet<_> = found.as_array()?.iter().map(said).collect();
        (!said.is_empty()).then(|| (category.clone(), said))
    });
    named.collect()
}

/// A server with as many pages as can be, for a client of the operator's and one of somebody else's.
fn deployment() -> Deployment {
    let deployment = Deployment::quiet(None);
    fs::write(deployment.folder.path().join("password"), PASSWORD).expect("write a secret");
    deployment.apply(&format!(
        "[[tenants]]\nslug = \"default\"\nregistration = true\n\
         [[tenants]]\nslug = \"mail\"\nregistration = true\nemail_sign_in = \"allowed\"\n\
         [[attributes]]\nname = \"nickname\"\ntype = \"text\"\n\
         [[clients]]\nclient_id = \"own\"\ntoken_endpoint_auth_method = \"none\"\nfirst_party = true\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\n\
         [[clients]]\nclient_id = \"shop\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [\"{REDIRECT_URI}\"]\n\
         [[clients]]\ntenant = \"mail\"\nclient_id = \"own\"\ntoken_endpoint_auth_method = \"none\"\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\n\
         [[users]]\nemail = \"ada@example.com\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n"
    ));
    deployment
}

fn request(client: &str) -> AuthorizationRequest {
    AuthorizationRequest::new(client, REDIRECT_URI, "openid profile email")
}

/// The scanner is no good when it finds nothing in a server that does everything wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_finds_what_is_wrong_with_a_bad_server() {
    let control = control::start().await;

    let scan = scan(control, &BTreeMap::new(), &["/"], &[]).await;

    for category in [
        "Reflected Cross Site Scripting",
        "Stored Cross Site Scripting",
        "Open Redirect",
        "SQL Injection",
        "Path Traversal",
        "Cross Site Request Forgery",
        "Content Security Policy Configuration",
        "Clickjacking Protection",
        "HttpOnly Flag cookie",
        "Internal Server Error",
    ] {
        assert!(scan.found.contains_key(category), "{category} was not found: {scan:#?}");
    }
}

/// S-001, S-006, S-012, S-013, S-014, S-053, S-095, S-114: what strangers reach, from an authorization request on: signing in, by
/// password and by mail, registration, recovery, devices, logout and errors.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_finds_nothing_wrong_with_pages_for_strangers() {
    let short = || request("own").without("state").without("nonce").without("scope");
    let paths = [
        short().with("login_hint", "ada@example.com").path(),
        short().at_tenant("mail").path(),
        request("own").with("prompt", "none").with("response_mode", "form_post").path(),
        AuthorizationRequest::bare("nobody").path(),
        "/oauth2/logout?state=x&post_logout_redirect_uri=https%3A%2F%2Frp.example%2Fout".to_owned(),
        "/recover".to_owned(),
        "/device?user_code=BCDF-GHJK".to_owned(),
        "/account".to_owned(),
        "/link/lnk_none".to_owned(),
        "/nowhere?x=1".to_owned(),
    ];
    let paths: Vec<_> = ["/"].into_iter().chain(paths.iter().map(String::as_str)).collect();

    let scan = confirmed(async || {
        let deployment = deployment();
        let _node = deployment.serve();
        scan(deployment.public, &BTreeMap::new(), &paths, &[]).await
    })
    .await;

    assert_eq!(scan.faults(), []);
    scan.has_reached(&["GET /", "GET /j/{id}/identify", "GET /j/{id}/register", "GET /t/mail/j/{id}/email-code"], 1);
    scan.has_reached(&["GET /oauth2/authorize", "GET /recover", "GET /device"], TIMES);
    scan.has_reached(&["POST /j/{id}/identify", "POST /j/{id}/register", "POST /recover", "POST /device"], TIMES);
    scan.has_reached(&["POST /t/mail/j/{id}/identify", "POST /t/mail/j/{id}/register", "POST /t/mail/recover"], TIMES);
}

/// S-012, S-013, S-014, S-053, S-114: the account pages of somebody who is signed in, and what stands between them and a client.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_finds_nothing_wrong_with_pages_of_an_account() {
    let shop = request("shop").without("state").without("nonce").path();
    // What would sign the person out, or away for good.
    let excluded = ["/account/delete*", "/account/switch*", "/oauth2/logout*"];

    let scan = confirmed(async || {
        let deployment = deployment();
        let _node = deployment.serve();
        let browser = Visitor::new(deployment.public);
        let page = browser.visit(&request("own").path()).await;
        let page = browser.press(&page, "submit", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
        page.callback().code();
        let cookies = browser.cookies.borrow().clone();
        scan(deployment.public, &cookies, &["/account", "/account/terms", &shop], &excluded).await
    })
    .await;

    assert_eq!(scan.faults(), []);
    let pages = ["", "/applications", "/data", "/profile", "/security", "/security/totp", "/sessions", "/terms"];
    scan.has_reached(&pages.map(|page| format!("GET /account{page}")), 1);
    scan.has_reached(&["GET /j/{id}/consent"], 1);
    let forms = ["/profile", "/profile/email", "/security/password", "/security/totp"];
    scan.has_reached(&forms.map(|form| format!("POST /account{form}")), TIMES);
}
