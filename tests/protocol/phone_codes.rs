//! Telephone numbers, proven by a code in a text message. OIDC Core §5.1; SECURITY S-071, S-083, S-088, S-106, S-143, S-152.

use portreeve_domain::Lifetime;
use portreeve_issuer::{OutgoingText, SignInQuestion, TextContent};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};
use serde_json::{Value, json};

const PHONE: &str = "/account/profile/phone";
const NUMBER: &str = "+49 30 901820";
const OTHER: &str = "+49 40 428280";
/// No text message goes there.
const ELSEWHERE: &str = "+1 212 555 0100";

/// A number that `first-party` asks for, proven.
const SCHEMA: &str = r#"
[[attributes]]
name = "phone_number"
type = "text"
confirmed = true
asked.clients = ["first-party"]
"#;

/// A browser in which Alan has signed in to the client that asks, as far as the page that follows.
async fn asked(at: &Deployment) -> (Browser<'_>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", cast::ALAN), ("password", cast::PASSWORD)]).await;
    (browser, page)
}

/// The same, when he has told a number.
async fn told<'d>(at: &'d Deployment, number: &str) -> (Browser<'d>, Page) {
    at.apply(SCHEMA).await;
    let (browser, page) = asked(at).await;
    let page = browser.press(&page, "submit", &[("phone_number", number)]).await;
    assert_eq!(page.step(), "phone-code", "{}", page.html());
    (browser, page)
}

/// The same, when he has asked for a code; with the code.
async fn sent(at: &Deployment) -> (Browser<'_>, Page, String) {
    let (browser, page) = told(at, NUMBER).await;
    let page = browser.press(&page, "send", &[]).await;
    (browser, page, code(at).await)
}

/// The code of the one text message that waits.
async fn code(at: &Deployment) -> String {
    let [text] = <[OutgoingText; 1]>::try_from(at.read_text_messages().await).ok().expect("one text message");
    assert_eq!(text.to.as_str(), "+4930901820");
    match text.content {
        TextContent::PhoneCode { code, host } => {
            assert_eq!(host, "id.example");
            code
        }
        TextContent::FactorRecoveryRequested { .. } => panic!("another text message"),
    }
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// What a client is told of Alan's number.
async fn claims(at: &Deployment) -> Value {
    let tokens = RelyingParty::new(at, "web").tokens_of("openid phone", cast::ALAN).await;
    let told = at.userinfo(tokens.access()).await.success();
    json!([told["phone_number"], told["phone_number_verified"]])
}

/// S-152: a client that asks for a proven number gets nobody who has not proven theirs, and the claim says when it is.
#[test]
fn a_number_is_proven_on_the_way_to_the_client_that_asks_for_it() {
    on_both(async |at| {
        let (browser, page) = told(at, NUMBER).await;
        assert!(page.text_of("why").unwrap().contains("attribute:phone_number"), "{}", page.html());
        assert_eq!(claims(at).await, json!([NUMBER, false]));
        assert!(at.read_text_messages().await.is_empty(), "nobody has asked for a code");
        let page = browser.press(&page, "send", &[]).await;
        assert!(page.html().contains("one-time-code"), "{}", page.html());

        let done = browser.press(&page, "submit", &[("code", &code(at).await)]).await;

        assert!(done.callback().get("code").is_some(), "{}", done.html());
        assert_eq!(claims(at).await, json!([NUMBER, true]));
        assert_eq!((at.events("user.phone.code_sent").await, at.events("user.phone.verified").await), (1, 1));
        assert!(asked(at).await.1.callback().get("code").is_some(), "nobody proves it twice");
    });
}

/// S-083: five tries, the newest code, ten minutes, once.
#[test]
fn a_code_works_once_for_ten_minutes_and_five_tries() {
    on_both(async |at| {
        let (browser, mut page, first) = sent(at).await;
        page = browser.press(&page, "resend", &[]).await;
        let second = code(at).await;
        assert_ne!(first, second, "drawn alike by chance: the seed of this test has to change");
        page = browser.press(&page, "submit", &[("code", &first)]).await;
        assert_eq!(page.step(), "phone-code", "an older code");
        for _ in 0..4 {
            page = browser.press(&page, "submit", &[("code", &wrong(&second))]).await;
        }
        page = browser.press(&page, "submit", &[("code", &second)]).await;
        assert_eq!(page.step(), "phone-code", "the sixth try");
        assert_eq!(at.events("user.phone.code_failed").await, 6);

        page = browser.press(&page, "resend", &[]).await;
        let third = code(at).await;
        at.wait(Lifetime::from_minutes(10));
        page = browser.visit(&page.path).await;
        assert!(page.html().contains("id=\"send\""), "its time is over: {}", page.html());
        page = browser.press(&page, "send", &[("code", &third)]).await;
        let last = code(at).await;
        let (other_tab, form) = (browser.visit(&page.path).await, [("code", last.as_str())]);
        assert!(browser.press(&page, "submit", &form).await.callback().get("code").is_some());
        let again = browser.press(&other_tab, "submit", &form).await;
        assert!(!again.is_redirect(), "{}", again.html());
        assert_eq!(at.events("user.phone.verified").await, 1);
    });
}

/// S-083: a code is for the number it went to.
#[test]
fn a_code_proves_no_other_number() {
    on_both(async |at| {
        let (browser, page, code) = sent(at).await;
        let page = browser.press(&page, "other-number", &[]).await;
        assert_eq!(page.step(), "profile", "{}", page.html());
        assert_eq!(claims(at).await, json!([NUMBER, false]), "nothing is lost by going back");
        assert_eq!(page.value_of("phone_number").as_deref(), Some(NUMBER));
        let page = browser.press(&page, "submit", &[("phone_number", OTHER)]).await;
        assert!(page.html().contains(OTHER) && page.has_button("send"), "none is on its way there: {}", page.html());
        let page = browser.press(&page, "send", &[]).await;
        at.read_text_messages().await;

        let page = browser.press(&page, "submit", &[("code", &code)]).await;

        assert_eq!(page.step(), "phone-code", "{}", page.html());
        assert_eq!(claims(at).await, json!([OTHER, false]));
    });
}

/// S-106: who changes the number that was proven has one that nobody has proven.
#[test]
fn another_number_is_to_be_proven_again() {
    on_sqlite(async |at| {
        let (browser, page, code) = sent(at).await;
        browser.press(&page, "submit", &[("code", &code)]).await;
        let profile = browser.visit("/account/profile").await;
        assert!(!profile.html().contains("confirm-phone"), "{}", profile.html());

        let profile = browser.press(&profile, "submit", &[("name", "Alan"), ("phone_number", OTHER)]).await;

        assert!(profile.href_of("confirm-phone").is_some(), "{}", profile.html());
        assert_eq!(claims(at).await, json!([OTHER, false]));
        let (_, page) = asked(at).await;
        assert_eq!(page.step(), "phone-code");
    });
}

/// A number can be proven on the account pages, too; the same code, the same limits.
#[test]
fn a_number_is_proven_on_the_profile() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        let (browser, page) = asked(at).await;
        browser.press(&page, "submit", &[("phone_number", NUMBER)]).await;
        let profile = browser.visit("/account/profile").await;
        let page = browser.visit(&profile.href_of("confirm-phone").unwrap()).await;
        let page = browser.press(&page, "send", &[]).await;
        let code = code(at).await;
        let empty = browser.press(&page, "submit", &[("code", " ")]).await;
        assert!(empty.html().contains("Enter the code."), "{}", empty.html());
        let refused = browser.press(&page, "submit", &[("code", &wrong(&code))]).await;
        assert!(refused.html().contains("This code is not right."), "{}", refused.html());

        let done = browser.press(&page, "submit", &[("code", &code)]).await;

        assert_eq!(done.path, "/account/profile");
        assert!(done.html().contains("Your phone number is confirmed."), "{}", done.html());
        assert_eq!(claims(at).await, json!([NUMBER, true]));
        assert_eq!(browser.visit(PHONE).await.path, "/account/profile", "there is nothing to prove");
    });
}

/// S-143: nobody makes the server send to countries that its operator does not name, and a number gets no more than five an hour, whoever asks;
/// the person is told, and is not stuck.
#[test]
fn text_messages_are_counted_and_go_where_they_may() {
    on_both(async |at| {
        let (browser, page) = told(at, ELSEWHERE).await;
        assert!(page.html().contains("We cannot send text messages"), "{}", page.html());
        assert!(!page.html().contains("id=\"send\""), "{}", page.html());
        let page = browser.press(&page, "other-number", &[]).await;
        let mut page = browser.press(&page, "submit", &[("phone_number", NUMBER)]).await;
        page = browser.press(&page, "send", &[]).await;
        for _ in 0..4 {
            code(at).await;
            page = browser.press(&page, "resend", &[]).await;
        }
        code(at).await;

        let sixth = browser.press(&page, "resend", &[]).await;

        assert_eq!(sixth.reply.status.as_u16(), 429, "{}", sixth.html());
        assert_eq!(sixth.reply.header("retry-after"), Some("720"), "the next of five an hour");
        assert!(at.read_text_messages().await.is_empty());
        assert_eq!(at.events("auth.attempts.limited").await, 1);
        at.wait(Lifetime::from_minutes(12));
        let page = browser.visit(&page.path).await;
        let button = if page.html().contains("id=\"send\"") { "send" } else { "resend" };
        browser.press(&page, button, &[]).await;
        assert_eq!(at.read_text_messages().await.len(), 1);
    });
}

/// S-143: a person gets ten messages a day, and a country what the operator allows it, whatever numbers they are for; who is refused uses
/// nobody else's up.
#[test]
fn a_person_and_a_country_have_their_day() {
    on_sqlite(async |at| {
        at.apply(SCHEMA).await;
        let third = "hedy@example.com";
        let account = "email_verified = true\npassword = { file = \"password\" }\n";
        at.apply(&format!("[[users]]\nemail = \"{third}\"\n{account}")).await;
        let (mut sent, mut told) = (0, 0);
        for (person, presses) in [(cast::ALAN, 11), (cast::ADA, 11), (third, 1)] {
            let browser = Browser::new(at);
            let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
            let mut page = browser.press(&page, "submit", &[("email", person), ("password", cast::PASSWORD)]).await;
            for _ in 0..presses {
                if page.step() == "phone-code" {
                    page = browser.press(&page, "other-number", &[]).await;
                }
                told += 1;
                let number = format!("+49 30 {}", 100_000 + told);
                page = browser.press(&page, "submit", &[("phone_number", &number)]).await;
                let next = browser.press(&page, "send", &[]).await;
                let came = at.read_text_messages().await.len();
                sent += came;
                assert_eq!(came == 0, next.reply.status.as_u16() == 429, "{person} {told}");
                page = browser.visit(&page.path).await;
            }
        }

        assert_eq!(sent, 20, "ten of one person, ten of the other, and the country has had its day");
        assert_eq!(at.events("auth.attempts.limited").await, 3);
    });
}

/// S-143: announcements are counted, too, however often somebody says that everything is lost and takes it back; the mail goes each time.
#[test]
fn announcements_by_text_message_are_three_a_day() {
    on_sqlite(async |at| {
        at.apply("[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nconfirmed = true\n").await;
        let grace = Browser::new(at);
        let (profile, _) = grace.visit_as("/account/profile", cast::GRACE).await;
        grace.press(&profile, "submit", &[("name", "Grace"), ("phone_number", NUMBER)]).await;
        let page = grace.visit(PHONE).await;
        let page = grace.press(&page, "send", &[]).await;
        grace.press(&page, "submit", &[("code", &code(at).await)]).await;
        let other = Browser::new(at);
        let page = other.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let page = other.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        let lost = page.href_of("lost-all").expect("a way on");
        let mut texts = Vec::new();
        for _ in 0..5 {
            let page = other.visit(&lost).await;
            other.press(&page, "submit", &[]).await;
            texts.push(at.read_text_messages().await.len());
            assert!(!at.read_mails().await.is_empty());
            let security = grace.visit("/account/security").await;
            grace.press(&security, "stop-recovery", &[]).await;
            at.read_mails().await;
        }

        assert_eq!(texts, [1, 1, 1, 0, 0]);
    });
}

/// Who does not want to tell goes back to the client without; nothing is granted, and nothing is shown that is not due.
#[test]
fn whoever_does_not_prove_the_number_goes_back_without() {
    on_sqlite(async |at| {
        let (browser, page) = told(at, NUMBER).await;

        let refused = browser.press(&page, "deny", &[]).await;

        assert_eq!(refused.callback().get("error"), Some("access_denied"));
        assert_eq!((at.events("user.attributes.refused").await, at.events("token.code.issued").await), (1, 0));
        let silent = RelyingParty::new(at, "first-party").request("openid").with("prompt", "none");
        assert_eq!(browser.authorize(&silent).await.callback().get("error"), Some("interaction_required"));
    });
}

/// Support sees what is asked for, and that it is missing.
#[test]
fn explain_tells_of_the_number() {
    on_sqlite(async |at| {
        at.apply(SCHEMA).await;
        let question =
            SignInQuestion { client: "first-party".to_owned(), email: cast::ALAN.to_owned(), parameters: Vec::new() };

        let Ok(explained) = at.issuer.explain_sign_in(&at.tenant(), question).await else { panic!("no answer") };

        let steps: Vec<_> = explained.steps.iter().filter_map(|step| step.segment()).collect();
        assert_eq!(steps, ["identify", "profile", "phone-code"]);
    });
}

/// S-088: who is said to have lost their second factors is told on every way there is: by text message, too, when the number is proven.
#[test]
fn lost_factors_are_announced_by_text_message_to_a_proven_number() {
    on_both(async |at| {
        at.apply("[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nconfirmed = true\n").await;
        let grace = Browser::new(at);
        let (profile, _) = grace.visit_as("/account/profile", cast::GRACE).await;
        grace.press(&profile, "submit", &[("name", "Grace"), ("phone_number", NUMBER)]).await;
        let lose = async || {
            let browser = Browser::new(at);
            let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
            let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
            let page = browser.visit(&page.href_of("lost-all").expect("a way on")).await;
            browser.press(&page, "submit", &[]).await;
        };
        lose().await;
        assert!(at.read_text_messages().await.is_empty(), "nobody has proven the number");
        let page = grace.visit(PHONE).await;
        let page = grace.press(&page, "send", &[]).await;
        grace.press(&page, "submit", &[("code", &code(at).await)]).await;
        let security = grace.visit("/account/security").await;
        grace.press(&security, "stop-recovery", &[]).await;

        lose().await;

        let [text] = <[OutgoingText; 1]>::try_from(at.read_text_messages().await).ok().expect("one text message");
        assert_eq!(text.to.as_str(), "+4930901820");
        let TextContent::FactorRecoveryRequested { account_link } = text.content else {
            panic!("another text message")
        };
        assert_eq!(account_link, "https://id.example/account");
        at.deliver_mails().await;
    });
}

/// Only a telephone number that people tell themselves can be confirmed.
#[test]
fn nothing_else_can_be_confirmed() {
    on_sqlite(async |at| {
        for refused in [
            "[[attributes]]\nname = \"nickname\"\ntype = \"text\"\nconfirmed = true\n",
            "[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nconfirmed = true\neditable_by = \"operator\"\n",
        ] {
            let problems = at.try_apply(refused).await.unwrap_err();
            assert!(format!("{problems:?}").contains("cannot be confirmed by a code"), "{problems:?}");
        }
    });
}
