//! Requirements in resource files.

use super::*;

const RULE: &str = "[[requirements]]\nid = \"payments\"\nlevel = \"aal2\"\nmax_age = 600\n";

/// W18: a rule is made, changed, told as drift, printed and deleted as every other resource.
#[tokio::test(flavor = "multi_thread")]
async fn a_requirement_is_a_resource_like_others() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.apply(RULE, Unlisted::Keep).await, ["+ requirement payments in default: id, level, max_age"]);
    assert_eq!(fixture.plan(RULE, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
    let exported = fixture.issuer.export(ExportScope::Configuration).await.unwrap();
    assert_eq!(fixture.plan(&exported, Unlisted::Delete).await.unwrap(), Vec::<String>::new(), "{exported}");

    let stricter = RULE.replace("600", "60");
    assert_eq!(fixture.apply(&stricter, Unlisted::Keep).await, ["~ requirement payments in default: max_age"]);

    let little = "[[tenants]]\nslug = \"default\"\n";
    assert_eq!(fixture.apply(little, Unlisted::Delete).await.last().unwrap(), "- requirement payments in default");
    assert!(fixture.tenant().requirement_rules.is_empty());
}

/// a rule that would demand nothing, hold nowhere, or lock everybody out is refused with its line.
#[tokio::test(flavor = "multi_thread")]
async fn requirements_that_cannot_work_are_refused() {
    let fixture = Fixture::new().await;
    for (rest, told) in [
        ("", "resources.toml:2: requirement r demands nothing"),
        ("level = \"aal1\"\n", "resources.toml:2: requirement r demands nothing"),
        ("max_age = 31536001\n", "resources.toml:3: requirement r: max_age is out of range"),
        ("max_age = 1\nwhen.clients = [\"nobody\"]\n", "resources.toml:4: requirement r: there is no client nobody"),
        ("terms = [\"club\"]\n", "resources.toml:3: requirement r: there are no terms club"),
        (
            "level = \"phr\"\n[[tenants]]\nslug = \"default\"\npasskeys.use = \"off\"\n",
            "resources.toml:3: requirement r demands passkeys, and passkeys are off",
        ),
    ] {
        let text = format!("[[requirements]]\nid = \"r\"\n{rest}");
        let problems = fixture.plan(&text, Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with(told), "{rest}: {problems}");
    }
    for wrong in ["level = \"aal9\"\n", "max_age = -1\n", "when.groups = [\"x\"]\n", "then = 1\n"] {
        let problems = fixture.read(&format!("[[requirements]]\nid = \"r\"\n{wrong}")).err().unwrap();
        assert!(problems.starts_with("resources.toml:"), "{problems}");
    }
}

/// a tenant is not changed so that a rule which is there already locks everybody out.
#[tokio::test(flavor = "multi_thread")]
async fn passkeys_stay_on_while_a_rule_demands_them() {
    let fixture = Fixture::new().await;
    let rule = "[[requirements]]\nid = \"admins\"\nlevel = \"phr\"\n";
    let off = "[[tenants]]\nslug = \"default\"\npasskeys.use = \"off\"\n";
    fixture.apply(rule, Unlisted::Keep).await;

    let refused = fixture.plan(off, Unlisted::Keep).await.unwrap_err();

    assert_eq!(
        refused,
        "resources.toml:3: passkeys are off, and requirement admins demands them: nobody could sign in; declare requirement admins with \
         another level, or leave passkeys on"
    );
    let weaker = rule.replace("phr", "aal2");
    assert_eq!(fixture.plan(&format!("{off}{weaker}"), Unlisted::Keep).await.unwrap().len(), 2);
    assert_eq!(fixture.plan(off, Unlisted::Delete).await.unwrap().len(), 2);
}
