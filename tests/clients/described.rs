//! Whether the endpoints for machines are what `docs/openapi.yaml` says: `schemathesis` makes requests of it, good and bad ones by
//! the hundred, and looks at each answer.
//!
//! First it is shown that it finds an answer that is not described.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use portreeve_tests::{
    authorization::{AuthorizationRequest, VERIFIER},
    relying_party::basic,
    server::Deployment,
    visitor::Visitor,
};

const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";
const PASSWORD: &str = "correct horse battery staple";
const REDIRECT_URI: &str = "https://rp.example/cb";
/// What each answer is held to.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      response_headers_conformance,unsupported_method";
/// How many requests are made up for each endpoint, beside those that its description leads to.
const EXAMPLES: &str = "30";

fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn description() -> PathBuf {
    tests().join("../docs/openapi.yaml")
}

/// Makes requests of a description with these credentials.
fn hold(server: &Deployment, description: &Path, authorization: &str, only: &[&str]) -> Output {
    Command::new(tests().join(".work/venv/bin/python"))
        .args(["-m", "schemathesis.cli", "run"])
        .arg(description)
        .args(["--url", &format!("http://{}", server.public), "--checks", CHECKS, "--max-examples", EXAMPLES])
        .args(["--seed", "1", "--generation-database", "none", "--no-color", "--workers", "1"])
        .args(["-H", &format!("Authorization: {authorization}")])
        .args(only)
        // It leaves a folder where it runs.
        .current_dir(server.folder.path())
        .output()
        .expect("schemathesis is not installed; run scripts/install test")
}

/// How many requests were answered as described, which is all of them.
fn passed(output: &Output) -> usize {
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    let told = printed.lines().find_map(|line| line.trim().strip_suffix(" passed")?.split_once(" generated, "));
    let (made, passed) = told.unwrap_or_else(|| panic!("nothing was told: {printed}"));
    assert_eq!(made, passed, "{printed}");
    passed.parse().expect("a number")
}

/// A server where anybody may register, and a client of most grants.
fn deployment() -> Deployment {
    let deployment = Deployment::quiet(None);
    for (file, text) in [("secret", SECRET), ("password", PASSWORD)] {
        fs::write(deployment.folder.path().join(file), text).expect("write a secret");
    }
    deployment.apply(&format!(
        "[[tenants]]\nslug = \"default\"\nclient_registration = \"open\"\n\
         client_attestation = \"challenged\"\n\
         [[clients]]\nclient_id = \"machine\"\nclient_secret = {{ file = \"secret\" }}\nfirst_party = true\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\nbackchannel_token_delivery_mode = \"poll\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\", \"client_credentials\", \
         \"urn:ietf:params:oauth:grant-type:device_code\", \"urn:openid:params:grant-type:ciba\"]\n\
         [[users]]\nemail = \"ada@example.com\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n"
    ));
    deployment
}

/// An access token of a person.
async fn access_token(deployment: &Deployment) -> String {
    let browser = Visitor::new(deployment.public);
    let page = browser.visit(&AuthorizationRequest::new("machine", REDIRECT_URI, "openid").path()).await;
    let page = browser.press(&page, "submit", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    let code = page.callback().code();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let own = basic("machine", SECRET);
    let tokens = browser.post("/oauth2/token", &[("authorization", &own)], &pairs).await.success();
    tokens["access_token"].as_str().expect("a token").to_owned()
}

/// S-121, S-123, S-128: whatever is sent to an endpoint for machines, the answer is one of those described, of the media type and
/// shape described, never a failure of the server; other methods get 405.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_of_those_described() {
    let deployment = deployment();
    let _node = deployment.serve();
    let token = access_token(&deployment).await;
    let wrong = deployment.folder.path().join("wrong.yaml");
    let text = fs::read_to_string(description()).expect("the description");
    fs::write(&wrong, text.replace("\"400\":", "\"402\":")).expect("write a description");

    let control = hold(&deployment, &wrong, &basic("machine", SECRET), &["--include-path", "/oauth2/token"]);
    let printed = String::from_utf8_lossy(&control.stdout);
    assert!(printed.contains("Undocumented status code"), "an answer that is not described was not found: {printed}");
    let client = hold(&deployment, &description(), &basic("machine", SECRET), &["--exclude-path", "/oauth2/userinfo"]);
    let bearer = format!("Bearer {token}");
    let bearer = hold(&deployment, &description(), &bearer, &["--include-path-regex", "userinfo|register|gateway"]);
    let (client, bearer) = (passed(&client), passed(&bearer));
    assert!(client > 300 && bearer > 100, "only {client} and {bearer} requests");
}
