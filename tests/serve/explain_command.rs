//! `portreeve explain` about a sign-in: what an operator reads, beside a running server or without one. WANTED W22, W23.

use portreeve_tests::{deployment::Database, server::Deployment};

const RESOURCES: &str = r#"
[[tenants]]
slug = "default"
display_name = "Example"

[[clients]]
client_id = "app"
token_endpoint_auth_method = "none"
redirect_uris = ["https://app.example/cb"]

[[terms]]
id = "tos"
version = "7"
texts.en = { name = "Rules", uri = "https://example.com/tos/7" }

[[users]]
email = "ada@example.com"
email_verified = true
"#;

/// W23: one command tells which requirements hold, where each comes from, what the account has, and which pages come.
#[test]
fn a_sign_in_is_explained_in_words() {
    let deployment = Deployment::new(Database::Sqlite, "json");
    deployment.apply(RESOURCES);
    let explain = ["explain", "--client", "app", "--user", "ada@example.com", "--with", "acr_values=aal2"];

    let said = deployment.succeed(&explain, "");

    let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["REQUIREMENT", "FROM", "ACCOUNT"], "{said}");
    assert_eq!(lines[1], ["client:consent", "the", "client", "asked", "at", "the", "sign-in"], "{said}");
    assert_eq!(lines[2], ["acr_values:aal2", "the", "request", "lacks", "it"], "{said}");
    assert_eq!(lines[3], ["terms:tos:7", "terms", "lacks", "it"], "{said}");
    assert!(said.contains("pages in a new browser: identify, enrol-totp, recovery-codes, terms, consent"), "{said}");

    for (wrong, told) in [
        (vec!["explain", "--client", "gone", "--user", "ada@example.com"], "there is no client gone"),
        (vec!["explain", "--client", "app", "--user", "bob@example.com"], "there is no account for bob@example.com"),
        (vec!["explain", "--client", "app", "--user", "ada@example.com", "--with", "prompt=x"], "invalid_request"),
    ] {
        let output = deployment.command(&wrong, "");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && complaint.contains(told), "{complaint}");
    }
    for wrong in [vec!["explain"], vec!["explain", "--client", "app"], vec!["explain", "ref_1", "--client", "app"]] {
        assert_eq!(deployment.command(&wrong, "").status.code(), Some(2), "{wrong:?}");
    }
}

/// S-146: what a new browser would be asked because of risk is told by the ids that its page names.
#[test]
fn a_confirmation_is_explained() {
    let deployment = Deployment::new(Database::Sqlite, "json");
    deployment.apply(&RESOURCES.replace("display_name", "risk = \"confirm\"\ndisplay_name"));
    let explain = ["explain", "--client", "app", "--user", "ada@example.com"];

    let said = deployment.succeed(&explain, "");

    for signal in ["new_device", "new_network"] {
        let line = said.lines().find(|line| line.starts_with(&format!("risk:{signal}"))).expect("a requirement");
        assert!(line.contains("the risk") && line.contains("asked at the sign-in"), "{line}");
    }
    assert!(said.contains("pages in a new browser: identify, email-code, terms, consent"), "{said}");
}
