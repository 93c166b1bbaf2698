//! What a sign-in must show, and why: pages name it, and `explain` tells it without anybody signing in. WANTED W22, W23.

use portreeve_domain::journey::{Standing, Step};
use portreeve_domain::{Failure, Lifetime};
use portreeve_issuer::{ExplainedSignIn, SignInQuestion, UnexplainedSignIn};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};

const TERMS: &str =
    "[[terms]]\nid = \"tos\"\nversion = \"7\"\ntexts.en = { name = \"Rules\", uri = \"https://id.example/tos\" }\n";

/// The ids that a page names.
fn named(page: &Page) -> Vec<String> {
    let why = page.text_of("why").unwrap_or_default();
    why.split_whitespace().filter(|word| word.contains(':') && !word.ends_with(':')).map(str::to_owned).collect()
}

/// W23: each page beyond the first names the requirements that it is due for, so that support can be told one.
#[test]
fn a_page_names_the_requirements_it_is_due_for() {
    on_both(async |at| {
        at.apply(TERMS).await;
        let browser = Browser::new(at);
        let web = RelyingParty::new(at, "web");
        let page = browser.authorize(&web.request("openid")).await;
        assert_eq!((page.step(), page.text_of("why")), ("identify", None));

        let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
        assert_eq!((page.step(), named(&page)), ("second-factor", vec!["account:second-factor".to_owned()]));
        let page = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;
        assert_eq!((page.step(), named(&page)), ("terms", vec!["terms:tos:7".to_owned()]));
        let page = browser.press(&page, "allow", &[]).await;
        assert_eq!((page.step(), named(&page)), ("consent", vec!["client:consent".to_owned()]));
        browser.press(&page, "allow", &[]).await.callback().code();

        at.wait(Lifetime::from_seconds(1));
        let again = browser.authorize(&web.request("openid").with("prompt", "login")).await;
        assert_eq!((again.step(), named(&again)), ("password", vec!["prompt:login".to_owned()]));
        let chosen = browser.authorize(&web.request("openid").with("prompt", "select_account")).await;
        assert_eq!(named(&chosen), ["prompt:select_account"]);
    });
}

/// S-071: before anything is proven no page tells by its reasons whether an address has an account.
#[test]
fn the_page_of_a_mailed_code_names_the_same_for_everybody() {
    on_sqlite(async |at| {
        let allowed = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nemail_sign_in = \"allowed\"\n";
        at.apply(&format!("{allowed}{TERMS}")).await;
        let mut reasons = vec![];
        for email in [cast::GRACE, "nobody@example.com"] {
            let browser = Browser::new(at);
            let request = RelyingParty::new(at, "web").request("openid").with("max_age", "60");
            let page = browser.authorize(&request).await;
            let page = browser.press(&page, "mail-code", &[("email", email)]).await;
            assert_eq!(page.step(), "email-code", "{}", page.html());
            reasons.push(page.text_of("why"));
        }
        assert_eq!(reasons, [None, None]);
        at.deliver_mails().await;
    });
}

async fn explained(at: &Deployment, client: &str, email: &str, parameters: &[(&str, &str)]) -> ExplainedSignIn {
    match asked(at, client, email, parameters).await {
        Ok(explained) => explained,
        Err(_) => panic!("no answer"),
    }
}

async fn asked(
    at: &Deployment,
    client: &str,
    email: &str,
    parameters: &[(&str, &str)],
) -> Result<ExplainedSignIn, Failure<UnexplainedSignIn>> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let question = SignInQuestion { client: client.to_owned(), email: email.to_owned(), parameters };
    at.issuer.explain_sign_in(&at.tenant(), question).await
}

fn told(explained: &ExplainedSignIn) -> Vec<(&str, &str, Standing)> {
    let one = explained.requirements.iter();
    one.map(|(one, standing)| (one.id.as_str(), one.source.words(), *standing)).collect()
}

/// W22, W23: which requirements hold, where each comes from, what the account has, and which pages come; and the pages that then come
/// are those.
#[test]
fn explain_tells_what_a_sign_in_will_ask_and_it_does() {
    use Standing::{AtSignIn, Met, Missing};
    on_both(async |at| {
        at.apply(TERMS).await;
        let parameters = [("prompt", "consent"), ("acr_values", "aal2")];

        let of_grace = explained(at, "web", cast::GRACE, &parameters).await;
        let of_ada = explained(at, "first-party", cast::ADA, &[]).await;

        assert_eq!(
            told(&of_grace),
            [
                ("prompt:consent", "the request", AtSignIn),
                ("acr_values:aal2", "the request", Met),
                ("terms:tos:7", "terms", Missing),
                ("account:second-factor", "the account", Met),
            ]
        );
        let pages: Vec<_> = of_grace.steps.iter().filter_map(|step| step.segment()).collect();
        assert_eq!(pages, ["identify", "second-factor", "terms", "consent"]);
        assert_eq!(of_grace.steps.last(), Some(&Step::Done));
        assert_eq!(told(&of_ada), [("terms:tos:7", "terms", Missing)]);

        let browser = Browser::new(at);
        let mut request = RelyingParty::new(at, "web").request("openid");
        for (name, value) in parameters {
            request = request.with(name, value);
        }
        let mut page = browser.authorize(&request).await;
        let mut met = vec![];
        while !page.leaves() {
            met.push(page.step().to_owned());
            page = match page.step() {
                "identify" => {
                    browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await
                }
                "second-factor" => browser.press(&page, "submit", &[("code", &browser.totp_code())]).await,
                _ => browser.press(&page, "allow", &[]).await,
            };
        }
        assert_eq!(met, pages);
        assert_eq!(told(&explained(at, "web", cast::GRACE, &parameters).await)[2], ("terms:tos:7", "terms", Met));
        assert_eq!(at.events("session.created").await, 1, "explaining signs nobody in");
    });
}

/// what cannot be asked is told instead of guessed.
#[test]
fn explain_says_why_it_cannot_tell() {
    on_sqlite(async |at| {
        let refusal =
            async |client, email, parameters: &[(&str, &str)]| match asked(at, client, email, parameters).await {
                Err(Failure::Refused(UnexplainedSignIn::NoSuchClient)) => "client",
                Err(Failure::Refused(UnexplainedSignIn::NoSuchUser)) => "user",
                Err(Failure::Refused(UnexplainedSignIn::Refused(refusal))) => refusal.cause.name(),
                Ok(_) | Err(Failure::Fault(_)) => "answered",
            };

        assert_eq!(refusal("gone", cast::ADA, &[]).await, "client");
        assert_eq!(refusal("web", "nobody@example.com", &[]).await, "user");
        assert_eq!(refusal("web", "no address", &[]).await, "user");
        assert_eq!(refusal("web", cast::ADA, &[("prompt", "none login")]).await, "PromptConflict");
        assert_eq!(refusal("web", cast::ADA, &[("client_id", "other")]).await, "ClientUnknown");
        assert_eq!(refusal("web", cast::ADA, &[("prompt", "login")]).await, "answered");
    });
}

/// W22: a rule of the operator's holds where it says, with a session as without one, and its page names it.
#[test]
fn a_rule_demands_a_level_at_its_clients() {
    on_both(async |at| {
        at.apply("[[requirements]]\nid = \"payments\"\nwhen.clients = [\"web\"]\nlevel = \"aal2\"\n").await;
        let browser = Browser::new(at);
        let other = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let done = browser.press(&other, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        done.callback().code();

        let web = RelyingParty::new(at, "web").request("openid");
        let silent = browser.authorize(&web.clone().with("prompt", "none")).await.callback();
        let page = browser.authorize(&web).await;

        assert_eq!(silent.error(), "interaction_required");
        assert_eq!((page.step(), page.has_button("skip")), ("enrol-totp", false));
        assert_eq!(named(&page), ["rule:payments"]);
        assert_eq!(browser.visit("/account").await.path, "/account", "nobody is shut out from their account");
        let told_of = explained(at, "web", cast::ADA, &[]).await;
        assert!(told(&told_of).contains(&("rule:payments", "a rule", Standing::Missing)));
    });
}

/// OC-11: a rule's age counts as a request's does, and the shorter one of both.
#[test]
fn a_rule_demands_a_fresh_sign_in() {
    on_both(async |at| {
        at.apply("[[requirements]]\nid = \"fresh\"\nmax_age = 600\n").await;
        let client = RelyingParty::new(at, "first-party");
        let browser = Browser::new(at);
        browser.sign_in(&client.request("openid"), cast::ADA).await.code();

        at.wait(Lifetime::from_seconds(600));
        assert!(browser.authorize(&client.request("openid")).await.leaves());
        at.wait(Lifetime::from_seconds(1));
        let late = browser.authorize(&client.request("openid").with("max_age", "100000")).await;

        assert_eq!((late.step(), named(&late)), ("password", vec!["rule:fresh".to_owned()]));
        assert_eq!(
            browser.authorize(&client.request("openid").with("prompt", "none")).await.callback().error(),
            "login_required"
        );
    });
}

/// A rule can have terms hold, and an address be proven, where they otherwise would not.
#[test]
fn a_rule_demands_terms_and_a_proven_address() {
    on_both(async |at| {
        let terms = TERMS.replace("version = \"7\"", "version = \"7\"\nclients = [\"web\"]");
        let rule = "[[requirements]]\nid = \"club\"\nwhen.clients = [\"first-party\"]\nverified_email = true\nterms = [\"tos\"]\n";
        at.apply(&format!("[[users]]\nemail = \"{}\"\nemail_verified = false\n{terms}{rule}", cast::ALAN)).await;

        let of_alan = explained(at, "first-party", cast::ALAN, &[]).await;
        let pages: Vec<_> = of_alan.steps.iter().filter_map(|step| step.segment()).collect();
        assert_eq!(pages, ["identify", "verify-email", "terms"]);

        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!((page.step(), named(&page)), ("terms", vec!["rule:club".to_owned()]));
        assert!(!browser.press(&page, "allow", &[]).await.callback().code().is_empty());
    });
}
