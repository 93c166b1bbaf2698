//! Attributes in resource files.

use super::*;

const SIZE: &str = r#"[[attributes]]
name = "shirt_size"
type = "choice"
choices = [{ value = "s", texts = { en = "Small" } }, { value = "l", texts = { en = "Large" } }]
texts.en = { label = "Shirt size", purpose = "For the shirt" }
asked = "everybody"
scope = "camp"
"#;

/// W18: an attribute is made, changed, told as drift, printed and deleted as every other resource, and so is what people told of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_is_a_resource_like_others() {
    let fixture = Fixture::new().await;
    let ada = "[[users]]\nemail = \"ada@example.com\"\nclaims = { name = \"Ada\", shirt_size = \"s\" }\n";
    assert_eq!(
        fixture.apply(&format!("{SIZE}{ada}"), Unlisted::Keep).await,
        [
            "+ attribute shirt_size in default: asked, choices, name, scope, texts, type",
            "+ user ada@example.com in default: email, claims"
        ]
    );
    let exported = fixture.issuer.export(ExportScope::WithPeople).await.unwrap();
    assert!(exported.contains("shirt_size = \"s\""), "{exported}");
    assert_eq!(fixture.plan(&exported, Unlisted::Delete).await.unwrap(), Vec::<String>::new(), "{exported}");

    let later = SIZE.replace("\"everybody\"", "\"never\"");
    assert_eq!(fixture.apply(&later, Unlisted::Keep).await, ["~ attribute shirt_size in default: asked"]);

    let little = "[[tenants]]\nslug = \"default\"\n";
    assert_eq!(fixture.apply(little, Unlisted::Delete).await.last().unwrap(), "- attribute shirt_size in default");
    assert!(fixture.tenant().attributes.is_empty());
    let exported = fixture.issuer.export(ExportScope::WithPeople).await.unwrap();
    assert!(!exported.contains("shirt_size"), "what is left of it is said by no file: {exported}");
    assert_eq!(fixture.plan(&exported, Unlisted::Delete).await.unwrap(), Vec::<String>::new());
}

/// R-25: what nobody could answer, read or be given is refused with its line.
#[tokio::test(flavor = "multi_thread")]
async fn attributes_that_cannot_work_are_refused() {
    let fixture = Fixture::new().await;
    for (right, wrong, told) in [
        ("\"shirt_size\"", "\"email_verified\"", "resources.toml:2: \"email_verified\" cannot be the name"),
        ("\"shirt_size\"", "\"Shirt\"", "resources.toml:2: \"Shirt\" cannot be the name"),
        ("\"choice\"", "\"text\"", "resources.toml:4: attribute shirt_size: there are 2 choices"),
        (
            "\"choice\"",
            "\"choice\"\nmax_length = 9",
            "resources.toml:4: attribute shirt_size: only a text has a length",
        ),
        ("\"l\"", "\"s\"", "resources.toml:4: attribute shirt_size: \"s\" cannot be a value"),
        ("\"l\"", "\"a b\"", "resources.toml:4: attribute shirt_size: \"a b\" cannot be a value"),
        ("{ en = \"Large\" }", "{}", "resources.toml:4: attribute shirt_size: the choice l has texts in 0 languages"),
        ("\"Shirt size\"", "\" \"", "resources.toml:5: attribute shirt_size: the en label cannot be shown"),
        ("texts.en", "texts.english", "resources.toml:5: attribute shirt_size: \"english\" is not a language tag"),
        (
            "\"everybody\"",
            "{ clients = [\"nobody\"] }",
            "resources.toml:6: attribute shirt_size: there is no client nobody",
        ),
        ("\"everybody\"", "{ clients = [] }", "resources.toml:6: attribute shirt_size: asked names no client"),
        (
            "\"everybody\"",
            "\"everybody\"\neditable_by = \"operator\"",
            "resources.toml:6: attribute shirt_size is asked of people who may not say it",
        ),
        ("\"camp\"", "\"profile\"", "resources.toml:7: attribute shirt_size: the scope profile has its claims already"),
        ("\"camp\"", "\"a b\"", "resources.toml:7: attribute shirt_size: \"a b\" cannot name a scope"),
        (
            "\"camp\"",
            "\"api\"\n[[resource_servers]]\nresource = \"https://api.example\"\nscopes = [\"api\"]",
            "resources.toml:10: the scope api releases the attribute shirt_size",
        ),
    ] {
        let problems = fixture.plan(&SIZE.replace(right, wrong), Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with(told), "{wrong}: {problems}");
    }
    for (rest, told) in [
        (
            "\"birthdate\"\ntype = \"text\"",
            "resources.toml:3: attribute birthdate: the standard claim is of another type",
        ),
        ("\"nickname\"\ntype = \"text\"\nscope = \"x\"", "resources.toml:4: attribute nickname: profile releases it"),
        ("\"motto\"\ntype = \"text\"", "resources.toml:1: attribute motto: there are texts in 0 languages"),
        ("\"nickname\"\ntype = \"text\"\nmax_length = 1001", "resources.toml:4: attribute nickname: max_length is out"),
    ] {
        let problems = fixture.plan(&format!("[[attributes]]\nname = {rest}\n"), Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with(told), "{rest}: {problems}");
    }
    for (right, wrong) in [("\"choice\"", "\"colour\""), ("asked", "asks"), ("\"everybody\"", "\"sometimes\"")] {
        let problems = fixture.read(&SIZE.replace(right, wrong)).err().unwrap();
        assert!(problems.starts_with("resources.toml:"), "{problems}");
    }
}

/// R-25: a page asks for fifty things at most, and what can be typed into it can be sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_fifty_attributes_at_most_and_texts_that_one_form_holds() {
    let fixture = Fixture::new().await;
    let many = |count: usize, kind: &str| -> String {
        let one = |at| format!("[[attributes]]\nname = \"a{at}\"\ntype = \"{kind}\"\ntexts.en = {{ label = \"A\" }}\n");
        (0..count).map(one).collect()
    };

    assert!(fixture.plan(&many(50, "integer"), Unlisted::Keep).await.is_ok());
    assert!(fixture.plan(&many(51, "integer"), Unlisted::Keep).await.unwrap_err().contains("more than 50 attributes"));
    assert!(fixture.plan(&many(25, "text"), Unlisted::Keep).await.is_ok());
    let refused = fixture.plan(&many(26, "text"), Unlisted::Keep).await.unwrap_err();
    assert!(refused.contains("the texts of the tenant default may have 5200 characters together"), "{refused}");
}

/// R-25: claims of a person are those of the standard and those that were declared, with values that fit.
#[tokio::test(flavor = "multi_thread")]
async fn claims_that_nobody_declared_or_that_do_not_fit_are_refused() {
    let fixture = Fixture::new().await;
    for (claims, told) in [
        ("{ shoe_size = 9 }", "claims: there is no attribute shoe_size"),
        ("{ nickname = \"A\", phone = \"1\" }", "claims: there is no attribute phone"),
        ("{ left_empty = [\"nickname\"] }", "claims: there is no attribute nickname"),
        ("{ by_operator = [\"nickname\"] }", "claims: by_operator is written by the server alone"),
        ("{ shirt_size = \"m\" }", "claims: shirt_size is not as the attribute of that name says"),
        ("{ shirt_size = 1 }", "claims: shirt_size is not as the attribute of that name says"),
    ] {
        let text = format!("{SIZE}[[users]]\nemail = \"ada@example.com\"\nclaims = {claims}\n");
        let problems = fixture.plan(&text, Unlisted::Keep).await.unwrap_err();
        assert!(problems.starts_with(&format!("resources.toml:10: {told}")), "{claims}: {problems}");
    }
    for wrong in ["{ nickname = 1 }", "{ address = { town = \"x\" } }"] {
        let text = format!("[[users]]\nemail = \"ada@example.com\"\nclaims = {wrong}\n");
        assert!(fixture.read(&text).err().unwrap().starts_with("resources.toml:3"), "{wrong}");
    }
}

/// What an own scope means can be said as of every scope.
#[tokio::test(flavor = "multi_thread")]
async fn the_scope_of_an_attribute_can_be_explained() {
    let fixture = Fixture::new().await;
    let meaning = "[[scopes]]\nname = \"camp\"\ntexts.en = { title = \"See your shirt size\" }\n";

    assert!(fixture.plan(meaning, Unlisted::Keep).await.is_err());
    assert!(fixture.plan(&format!("{meaning}{SIZE}"), Unlisted::Keep).await.is_ok());
}

/// S-153: a scope releases one attribute and nothing else, whichever of the two was there first: who agreed to one thing has not agreed to another.
#[tokio::test(flavor = "multi_thread")]
async fn the_scope_of_an_attribute_is_its_own() {
    let fixture = Fixture::new().await;
    let second = SIZE.replace("shirt_size", "shoe_size");
    let server = "[[resource_servers]]\nresource = \"https://api.example\"\nscopes = [\"read\", \"camp\"]\n";

    let together = fixture.plan(&format!("{SIZE}{second}"), Unlisted::Keep).await.unwrap_err();
    fixture.apply(SIZE, Unlisted::Keep).await;
    let later = fixture.plan(&second, Unlisted::Keep).await.unwrap_err();
    let at_server = fixture.plan(server, Unlisted::Keep).await.unwrap_err();

    assert!(together.contains("attribute shirt_size: the scope camp releases the attribute shoe_size already"));
    assert!(later.starts_with("resources.toml:7: attribute shoe_size: the scope camp releases"), "{later}");
    assert!(at_server.starts_with("resources.toml:3: the scope camp releases the attribute shirt_size"), "{at_server}");
    let (freed, server) = (SIZE.replace("\"camp\"", "\"size\""), server.to_owned());
    fixture.apply(&format!("{freed}{server}"), Unlisted::Keep).await;
    let back = fixture.plan(SIZE, Unlisted::Keep).await.unwrap_err();
    assert!(back.starts_with("resources.toml:7: attribute shirt_size: the scope camp is one of a resource server"));
    let instead = fixture.plan(&format!("[[tenants]]\nslug = \"default\"\n{second}"), Unlisted::Delete).await;
    assert!(instead.is_ok(), "{instead:?}");
}
