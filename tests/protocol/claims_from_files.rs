//! What people told themselves beside what the operator's files say of them: a file owns the claims that it names. SECURITY S-106.

use portreeve_issuer::configure::Resources;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both},
    temp::TempFolder,
};

use crate::attributes::{SCHEMA, rate, told};

/// How people differ from what a file says of them; it need not say anything else.
async fn drift_of_people(at: &Deployment, text: &str) -> Vec<String> {
    let folder = TempFolder::new("drift");
    let file = folder.path().join("resources.toml");
    std::fs::write(&file, text).unwrap();
    let Ok(resources) = Resources::read(&[file]) else { panic!("the file cannot be read") };
    let Ok(changes) = at.issuer.drift(&resources).await else { panic!("the file cannot be compared") };
    changes.iter().map(ToString::to_string).filter(|change| change.contains(" user ")).collect()
}

/// W18: applying a file again and again takes away nothing that it does not name, and counts none of it as drift.
#[test]
fn a_file_leaves_alone_what_the_person_told() {
    on_both(async |at| {
        let file =
            format!("[[users]]\nemail = \"{}\"\nclaims = {{ name = \"Ada\", nickname = \"Countess\" }}\n", cast::ADA);
        at.apply(SCHEMA).await;
        at.apply(&file).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        let answers = [("attribute-member_number", "42"), ("family_name", "King")];
        assert_eq!(browser.press(&page, "submit", &answers).await.notice().as_deref(), Some("Saved."));

        let drift = drift_of_people(at, &file).await;
        at.apply(&file).await;
        rate(at, cast::ADA, "rating = \"gold\"").await;

        assert_eq!(drift, Vec::<String>::new());
        let known = told(at, "openid profile membership rating", cast::ADA).await;
        let values = ["name", "nickname", "family_name", "rating"].map(|name| known[name].as_str().unwrap_or_default());
        assert_eq!(values, ["Ada", "Countess", "King", "gold"]);
        assert_eq!(known["member_number"], 42);
    });
}

/// W18: what a file names is what the file says, also where the person says something else; an empty text takes away.
#[test]
fn a_file_owns_the_claims_that_it_names() {
    on_both(async |at| {
        let file = |claims: &str| format!("[[users]]\nemail = \"{}\"\nclaims = {{ {claims} }}\n", cast::ADA);
        at.apply(&file("name = \"Ada\", nickname = \"Countess\"")).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        browser.press(&page, "submit", &[("nickname", "A"), ("given_name", "Ada")]).await;

        let drift = drift_of_people(at, &file("nickname = \"Countess\"")).await;
        at.apply(&file("nickname = \"Countess\", given_name = \"\"")).await;

        assert_eq!(drift, [format!("~ user {} in default: claims", cast::ADA)]);
        let known = told(at, "openid profile", cast::ADA).await;
        assert_eq!((&known["nickname"], known.get("given_name")), (&"Countess".into(), None));
    });
}

/// whoever answers while a file is applied has answered, or is told that the page is outdated.
#[test]
fn an_answer_at_the_time_of_an_apply_is_not_lost() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        let browser = Browser::new(at);
        let (mut page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        for round in 1..=20 {
            let (rating, shown) = if round % 2 == 0 { ("gold", "Golden") } else { ("grey", "Grey") };
            let (rating, number) = (format!("rating = \"{rating}\""), round.to_string());
            let answers = [("attribute-member_number", number.as_str())];

            let (_, saved) = tokio::join!(rate(at, cast::ADA, &rating), browser.press(&page, "submit", &answers));

            page = browser.visit("/account/profile").await;
            assert!(page.text_of("known-1").unwrap().contains(shown), "{round}: {}", page.html());
            let is_kept = page.value_of("attribute-member_number") == Some(number);
            assert_eq!(saved.notice().as_deref() == Some("Saved."), is_kept, "{round}: {}", saved.html());
        }
    });
}

/// S-106: what people wrote while they might is no word of the operator's when they may not any more: shown and given to nobody until a file says it.
#[test]
fn an_attribute_of_the_operators_has_only_what_the_operator_wrote() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("editable_by = \"operator\"\n", "")).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        browser.press(&page, "submit", &[("attribute-rating", "gold")]).await;
        let rated = async || told(at, "openid rating", cast::ADA).await.get("rating").cloned();
        assert_eq!(rated().await, Some("gold".into()));

        at.apply(SCHEMA).await;

        assert_eq!(rated().await, None);
        let page = browser.visit("/account/profile").await;
        assert!(!page.text_of("known-1").unwrap().contains("Golden"), "{}", page.html());
        let file = format!("[[users]]\nemail = \"{}\"\nclaims = {{ rating = \"gold\" }}\n", cast::ADA);
        assert_eq!(drift_of_people(at, &file).await.len(), 1, "the same value in another's words");
        at.apply(&file).await;
        assert_eq!(rated().await, Some("gold".into()));
        assert_eq!(drift_of_people(at, &file).await, Vec::<String>::new());
        rate(at, cast::ADA, "nickname = \"A\"").await;
        assert_eq!(rated().await, None, "a file that gives claims says all that is the operator's to say");
    });
}
