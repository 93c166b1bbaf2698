//! Terms in resource files.

use super::*;

const TERMS: &str = r#"[[terms]]
id = "tos"
version = "7"
texts.en = { name = "Terms of use", uri = "https://example.com/tos/7" }
"#;

/// W18: another version is a change of that field and of nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_told_and_takes_the_place_of_the_first() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.apply(TERMS, Unlisted::Keep).await, ["+ terms tos in default: id, texts, version"]);
    assert_eq!(fixture.plan(TERMS, Unlisted::Keep).await.unwrap(), Vec::<String>::new());

    let next = TERMS.replace("version = \"7\"", "version = \"8\"");

    assert_eq!(fixture.apply(&next, Unlisted::Keep).await, ["~ terms tos in default: version"]);
    let versions: Vec<_> = fixture.tenant().terms.iter().map(|terms| terms.present().to_string()).collect();
    assert_eq!(versions, ["tos:8"]);
}

/// R-25: a mistake that would show people nothing, or lead them anywhere, or hold nowhere, is told with its line.
#[tokio::test(flavor = "multi_thread")]
async fn terms_that_nobody_could_read_or_agree_to_are_refused() {
    let fixture = Fixture::new().await;
    for (right, wrong, told) in [
        ("\"tos\"", "\"t os\"", "resources.toml:2: \"t os\" cannot be the id"),
        ("\"7\"", "\"7:8\"", "resources.toml:3: \"7:8\" cannot be the version"),
        ("\"7\"", "\"7\"\nclients = [\"nobody\"]", "resources.toml:4: terms tos: there is no client nobody"),
        ("texts.en", "texts.english", "resources.toml:4: terms tos: \"english\" is not a language tag"),
        ("Terms of use", " ", "resources.toml:4: terms tos: the en name cannot be shown"),
        ("https://example.com/tos/7", "javascript:alert(1)", "resources.toml:4: terms tos: the en uri is no https URI"),
        ("https://example.com/tos/7", "http://example.com/", "resources.toml:4: terms tos: the en uri is no https URI"),
        (
            "texts.en = { name = \"Terms of use\", uri = \"https://example.com/tos/7\" }",
            "texts = {}",
            "resources.toml:4: terms tos have texts in 0 languages",
        ),
    ] {
        let problems = fixture.plan(&TERMS.replace(right, wrong), Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with(told), "{wrong}: {problems}");
    }
    for (right, wrong) in [("\"7\"", "7"), ("version", "versions"), ("uri =", "url =")] {
        let problems = fixture.read(&TERMS.replace(right, wrong)).err().unwrap();
        assert!(problems.starts_with("resources.toml:"), "{problems}");
    }
}

/// A client that goes with the same plan is no client to name.
#[tokio::test(flavor = "multi_thread")]
async fn terms_do_not_hold_at_a_client_that_the_plan_deletes() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let named = TERMS.replace("\"7\"", "\"7\"\nclients = [\"gateway\"]");

    assert!(fixture.plan(&named, Unlisted::Keep).await.is_ok());
    assert!(fixture.plan(&named, Unlisted::Delete).await.unwrap_err().contains("no client gateway"));
}
