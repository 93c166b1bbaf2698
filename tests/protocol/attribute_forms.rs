//! The forms for attributes: what a form does not have is no answer, and what does not fit any more is in nobody's way.

use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::on_both,
    relying_party::RelyingParty,
};

use crate::attributes::{SCHEMA, rate, told};

const NUMBER: &str = "attribute-member_number";

/// Sends the form of a page as one that was made before there was a field for the number.
async fn press_without_number(browser: &Browser<'_>, page: &Page, filled: &[(&str, &str)]) -> Page {
    let (action, fields) = page.filled_form("submit", filled);
    let left = fields.iter().filter(|(name, _)| name != NUMBER);
    let pairs: Vec<_> = left.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post_own(&action, &pairs).await
}

/// S-106: a form without the field changes nothing of it at the account, and answers nothing on the way to a client.
#[test]
fn a_field_that_was_not_sent_is_no_empty_one() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("asked.clients", "optional = true\nasked.clients")).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        let saved = browser.press(&page, "submit", &[(NUMBER, "42")]).await;
        let saved = press_without_number(&browser, &saved, &[("nickname", "A")]).await;
        assert_eq!(saved.notice().as_deref(), Some("Saved."));
        assert_eq!(saved.value_of(NUMBER).as_deref(), Some("42"));

        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
        let again = press_without_number(&browser, &page, &[]).await;

        assert_eq!(again.step(), "profile", "{}", again.html());
        browser.press(&again, "submit", &[(NUMBER, "7")]).await.callback().code();
        assert_eq!(told(at, "openid membership", cast::ALAN).await["member_number"], 7);
    });
}

/// A value that does not fit any more stops nobody from saving another one, and is taken back by emptying its field.
#[test]
fn a_value_that_does_not_fit_is_in_nobodys_way() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("\"integer\"", "\"text\"")).await;
        rate(at, cast::ADA, "name = \"Ada\", member_number = \"forty-two\"").await;
        at.apply(SCHEMA).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        assert_eq!(page.value_of(NUMBER).as_deref(), Some("forty-two"));

        let saved = browser.press(&page, "submit", &[("nickname", "A")]).await;
        let emptied = browser.press(&saved, "submit", &[(NUMBER, "")]).await;

        assert_eq!((saved.notice().as_deref(), saved.value_of("nickname").as_deref()), (Some("Saved."), Some("A")));
        assert_eq!(saved.value_of(NUMBER).as_deref(), Some("forty-two"), "what was not changed stays");
        assert_eq!(emptied.value_of(NUMBER).as_deref(), Some(""));
    });
}

/// Who has taken back what may be left empty has answered, and is not asked for it.
#[test]
fn what_was_emptied_on_the_profile_is_not_asked_for() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("asked.clients", "optional = true\nasked.clients")).await;
        rate(at, cast::ADA, "name = \"Ada\", member_number = 42").await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;

        browser.press(&page, "submit", &[(NUMBER, "")]).await;

        assert!(browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await.leaves());
    });
}

/// OC-23: a birthday without its year stays what it is: a field that can hold nothing but days would empty it.
#[test]
fn a_birthday_without_its_year_is_shown_and_kept() {
    on_both(async |at| {
        at.apply("[[attributes]]\nname = \"birthdate\"\ntype = \"date\"\noptional = true\n").await;
        rate(at, cast::ADA, "name = \"Ada\", birthdate = \"0000-12-10\"").await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        assert!(page.html().contains("name=\"birthdate\" type=\"text\""), "{}", page.html());

        browser.press(&page, "submit", &[("nickname", "A")]).await;

        assert_eq!(told(at, "openid profile", cast::ADA).await["birthdate"], "0000-12-10");
        let page = browser.visit("/account/profile").await;
        let day = browser.press(&page, "submit", &[("birthdate", "1815-12-10")]).await;
        assert!(day.html().contains("name=\"birthdate\" type=\"date\""), "{}", day.html());
    });
}
