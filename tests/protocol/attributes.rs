//! Attributes of a tenant: asked for where a client needs them, told by the person, seen and changed by whom they say. OIDC Core §5.1.2;
//! SECURITY S-079, S-106, S-150.

use portreeve_domain::journey::Standing;
use portreeve_domain::{EventId, Lifetime, TenantId};
use portreeve_issuer::{MailContent, OutgoingMail, SignInQuestion};
use portreeve_storage::{Wall, attributes, directory_versions, events};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    device::Device,
    relying_party::RelyingParty,
};
use serde_json::{Value, json};

/// A number for everybody's page that `first-party` asks for, and a rating that only the operator gives.
pub(crate) const SCHEMA: &str = r#"
[[attributes]]
name = "member_number"
type = "integer"
scope = "membership"
asked.clients = ["first-party"]
texts.en = { label = "Member number", purpose = "To find your card" }
texts.de = { label = "Mitgliedsnummer", purpose = "Damit wir Ihre Karte finden" }

[[attributes]]
name = "rating"
type = "choice"
choices = [{ value = "gold", texts = { en = "Golden" } }, { value = "grey", texts = { en = "Grey" } }]
scope = "rating"
editable_by = "operator"
texts.en = { label = "Rating", purpose = "Given by us" }
"#;

const ALL_SCOPES: &str = "openid membership rating";

/// A browser in which somebody has signed in to a client, as far as the page that follows.
async fn signed_in<'d>(at: &'d Deployment, client: &str, email: &str) -> (Browser<'d>, Page) {
    let browser = Browser::new(at);
    let page = browser.authorize(&RelyingParty::new(at, client).request("openid")).await;
    let page = browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await;
    (browser, page)
}

pub(crate) async fn rate(at: &Deployment, email: &str, claims: &str) {
    at.apply(&format!("[[users]]\nemail = \"{email}\"\nclaims = {{ {claims} }}\n")).await;
}

/// What the client `web` is told of a person at userinfo.
pub(crate) async fn told(at: &Deployment, scope: &str, email: &str) -> Value {
    let tokens = RelyingParty::new(at, "web").tokens_of(scope, email).await;
    at.userinfo(tokens.access()).await.success()
}

/// The public facts of every event of a kind.
async fn facts_of(at: &Deployment, kind: &str) -> Vec<String> {
    let mut conn = at.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    let all = events::after(&mut conn, TenantId::DEFAULT, EventId::new(0)).await.unwrap();
    all.into_iter().filter(|event| event.kind == kind).map(|event| event.facts).collect()
}

/// S-079: nothing is granted before the person has told what this client asks for; another client is not kept waiting for it.
#[test]
fn a_client_that_asks_for_an_attribute_has_it_told_first() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        assert_eq!(signed_in(at, "web", cast::ADA).await.1.step(), "consent", "it asks for nothing");
        let (browser, page) = signed_in(at, "first-party", cast::ADA).await;

        assert_eq!(page.step(), "profile", "{}", page.html());
        assert!(page.html().contains("Member number") && page.html().contains("To find your card"), "{}", page.html());
        assert!(page.text_of("why").unwrap().contains("attribute:member_number"));
        assert!(!page.html().contains("Rating"), "only what is asked for");
        let german = browser.send(http::Method::GET, &page.path, &[("accept-language", "de")], String::new()).await;
        assert!(german.text().contains("Damit wir Ihre Karte finden"), "{}", german.text());
        assert_eq!(at.events("token.code.issued").await, 0);

        let done = browser.press(&page, "submit", &[("attribute-member_number", " 42 ")]).await;

        assert!(!done.callback().code().is_empty());
        assert!(signed_in(at, "first-party", cast::ADA).await.1.leaves(), "told once");
        assert_eq!(told(at, "openid membership", cast::ADA).await["member_number"], 42);
    });
}

/// OC-13: no page may be shown, so the client is told that one is needed.
#[test]
fn prompt_none_says_that_a_page_is_needed() {
    on_both(async |at| {
        let (browser, page) = signed_in(at, "first-party", cast::ADA).await;
        page.callback().code();
        let silent = RelyingParty::new(at, "first-party").request("openid").with("prompt", "none");

        at.apply(SCHEMA).await;

        assert_eq!(browser.authorize(&silent).await.callback().error(), "interaction_required");
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        browser.press(&page, "submit", &[("attribute-member_number", "1")]).await.callback().code();
        assert!(!browser.authorize(&silent).await.callback().code().is_empty());
    });
}

/// WCAG 2.2 §3.3.1: what is wrong is told at the field, what was typed stays, and nothing is kept of the rest.
#[test]
fn bad_input_is_told_at_its_field_and_nothing_is_lost() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        at.apply(
            "[[attributes]]\nname = \"phone_number\"\ntype = \"text\"\nasked = \"everybody\"\n\
             [[attributes]]\nname = \"birthdate\"\ntype = \"date\"\nasked = \"everybody\"\n",
        )
        .await;
        let (browser, page) = signed_in(at, "first-party", cast::ALAN).await;
        assert_eq!(page.step(), "profile");

        let filled = [("phone_number", "030 12345"), ("birthdate", "1912-06-23"), ("attribute-member_number", "many")];
        let again = browser.press(&page, "submit", &filled).await;

        assert_eq!(again.step(), "profile");
        for (field, typed) in filled {
            assert_eq!(again.value_of(field).as_deref(), Some(typed));
        }
        assert!(again.text_of("phone_number-error").unwrap().contains("country code"), "{}", again.html());
        assert!(again.text_of("attribute-member_number-error").unwrap().contains("whole number"));
        assert_eq!(again.text_of("birthdate-error"), None);
        assert!(
            again.html().contains("aria-describedby=\"attribute-member_number-hint attribute-member_number-error\"")
        );
        assert_eq!(at.events("user.updated").await, 0);

        let right = [("phone_number", "+44 30 12345"), ("attribute-member_number", "7")];
        browser.press(&again, "submit", &right).await.callback().code();
        let told = told(at, "openid profile phone membership", cast::ALAN).await;
        let numbers =
            json!([told["birthdate"], told["phone_number"], told["phone_number_verified"], told["member_number"]]);
        assert_eq!(numbers, json!(["1912-06-23", "+44 30 12345", false, 7]));
    });
}

/// What may be left empty is asked for once; giving up grants nothing and asks again.
#[test]
fn an_optional_attribute_is_asked_for_once_and_giving_up_is_a_way_back() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("asked.clients", "optional = true\nasked.clients")).await;
        let (browser, page) = signed_in(at, "first-party", cast::ADA).await;
        assert!(page.html().contains("(optional)"));

        let back = browser.press(&page, "deny", &[]).await.callback();
        assert_eq!((back.error(), at.events("user.attributes.refused").await), ("access_denied", 1));
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        assert_eq!(page.step(), "profile");
        browser.press(&page, "submit", &[]).await.callback().code();

        assert!(signed_in(at, "first-party", cast::ADA).await.1.leaves(), "left empty once");
        at.apply(SCHEMA).await;
        assert_eq!(signed_in(at, "first-party", cast::ADA).await.1.step(), "profile", "it may not be empty any more");
    });
}

/// S-106: no form of the person's writes what only the operator may say, whatever it is called; the person sees it.
#[test]
fn only_the_operator_writes_what_is_the_operators() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        rate(at, cast::ADA, "name = \"Ada\", rating = \"grey\"").await;
        let (browser, page) = signed_in(at, "first-party", cast::ADA).await;
        let forged = [("attribute-member_number", "42"), ("attribute-rating", "gold"), ("rating", "gold")];

        browser.press(&page, "submit", &forged).await.callback().code();
        let profile = browser.visit("/account/profile").await;
        assert!(profile.text_of("known-1").unwrap().contains("Grey"), "{}", profile.html());
        assert_eq!(profile.value_of("attribute-rating"), None);
        let saved = browser.press(&profile, "submit", &forged).await;

        assert_eq!(saved.notice().as_deref(), Some("Saved."));
        let told = told(at, ALL_SCOPES, cast::ADA).await;
        assert_eq!((&told["rating"], &told["member_number"]), (&json!("grey"), &json!(42)));
    });
}

/// The account page shows what was told and takes other values as the schema says; what is not optional is not emptied.
#[test]
fn the_profile_takes_what_the_person_may_change() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/profile", cast::ADA).await;
        assert_eq!(page.value_of("attribute-member_number").as_deref(), Some(""));
        let saved = browser.press(&page, "submit", &[("nickname", "A")]).await;
        assert_eq!(saved.notice().as_deref(), Some("Saved."), "nobody has to tell it to change something else");

        let saved = browser.press(&saved, "submit", &[("attribute-member_number", "42")]).await;
        let wrong = browser.press(&saved, "submit", &[("attribute-member_number", "4 2")]).await;
        let emptied = browser.press(&saved, "submit", &[("attribute-member_number", "")]).await;

        assert_eq!(saved.value_of("attribute-member_number").as_deref(), Some("42"));
        assert_eq!(wrong.value_of("attribute-member_number").as_deref(), Some("4 2"));
        for page in [wrong, emptied] {
            assert!(page.text_of("attribute-member_number-error").is_some(), "{}", page.html());
        }
        assert_eq!(told(at, "openid membership", cast::ADA).await["member_number"], 42);
        let facts = facts_of(at, "user.updated").await;
        assert!(facts.iter().any(|fact| fact.contains("member_number")), "{facts:?}");
        assert!(facts.iter().all(|fact| !fact.contains("42")), "by name, never by value: {facts:?}");
    });
}

/// A value that a changed schema does not allow is asked for again and given to nobody; one of a removed attribute harms nothing.
#[test]
fn a_changed_or_removed_schema_breaks_nothing() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        rate(at, cast::ADA, "name = \"Ada\", rating = \"gold\", member_number = 42").await;

        at.apply(&SCHEMA.replace("type = \"integer\"", "type = \"date\"")).await;
        assert!(told(at, ALL_SCOPES, cast::ADA).await.get("member_number").is_none());
        let (browser, page) = signed_in(at, "first-party", cast::ADA).await;
        assert_eq!(page.step(), "profile");
        browser.press(&page, "submit", &[("attribute-member_number", "2020-01-31")]).await.callback().code();
        assert_eq!(told(at, ALL_SCOPES, cast::ADA).await["member_number"], "2020-01-31");

        let mut tx = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
        for name in ["member_number", "rating"] {
            assert!(attributes::delete(&mut tx, TenantId::DEFAULT, name).await.unwrap());
        }
        directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
        tx.commit().await.unwrap();
        at.issuer.directory.refresh().await.unwrap();
        let (browser, _) = signed_in(at, "first-party", cast::ADA).await;
        assert_eq!(browser.visit("/account/profile").await.reply.status, 200);
        let refused = browser.authorize(&RelyingParty::new(at, "web").request(ALL_SCOPES)).await.callback();
        assert_eq!(refused.error(), "invalid_scope", "its scope is gone with it");
    });
}

/// S-150: the copy names what the person told, with its label on the page, and erasing leaves nothing of it.
#[test]
fn the_copy_of_the_data_has_it_and_erasure_takes_it() {
    on_both(async |at| {
        at.apply(SCHEMA).await;
        rate(at, cast::ADA, "name = \"Ada\", rating = \"gold\", member_number = 42").await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/data", cast::ADA).await;

        let shown = page.text_of("attributes").unwrap_or_default();
        for known in ["Member number", "42", "Rating", "Golden"] {
            assert!(page.html().contains(known), "{known}: {shown}");
        }
        let copy: Value = serde_json::from_str(&browser.press(&page, "submit", &[]).await.reply.text()).unwrap();
        assert_eq!(copy["data"]["attributes"], json!([{ "member_number": 42, "rating": "gold" }]));
        assert_eq!(copy["labels"], json!({ "member_number": "Member number", "rating": "Rating" }));

        let page = browser.visit("/account/delete").await;
        browser.press(&page, "submit", &[]).await;
        at.deliver_mails().await;
        at.wait(Lifetime::from_days(14));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 1);
        let left = "SELECT id FROM users WHERE erased_at IS NOT NULL AND claims_sealed IS NOT NULL";
        let mut conn = at.issuer.store().read(Wall::All).await.unwrap();
        assert!(conn.optional(left, &[], |row| row.user(0)).await.unwrap().is_none());
    });
}

/// OC-03: discovery tells of the claims and scopes that there are.
#[test]
fn discovery_tells_of_them() {
    on_sqlite(async |at| {
        at.apply(&SCHEMA.replace("scope = \"rating\"\n", "")).await;

        let document = at.get("/.well-known/openid-configuration", &[]).await.json();
        let has = |list: &str, name: &str| document[list].as_array().unwrap().contains(&json!(name));

        assert!(has("claims_supported", "member_number") && has("scopes_supported", "membership"));
        assert!(!has("claims_supported", "rating") && !has("scopes_supported", "rating"), "nobody is told");
        let userinfo = at.get("/.well-known/oauth-protected-resource/oauth2/userinfo", &[]).await.json();
        assert!(userinfo["scopes_supported"].as_array().unwrap().contains(&json!("membership")));
    });
}

/// S-065, S-079: whoever approves a device tells it as well, and who has just registered does; giving up turns the device away.
#[test]
fn a_new_account_and_the_approval_of_a_device_are_asked_as_well() {
    on_both(async |at| {
        at.apply(&SCHEMA.replace("asked.clients = [\"first-party\"]", "asked = \"everybody\"")).await;
        let tv = Device::new(at, "tv");
        let asked = tv.ask(&[("scope", "openid")]).await;
        let browser = Browser::new(at);
        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", &asked.user_code)]).await;
        let page = browser.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "profile");
        assert_eq!(browser.press(&page, "deny", &[]).await.path, "/device/refused");
        assert_eq!(tv.poll(&asked).await.error(), (400, "access_denied".to_owned()));

        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nregistration = true\n").await;
        let (browser, password) = (Browser::new(at), "a pony without wheels");
        let request = RelyingParty::new(at, "first-party").request("openid").with("prompt", "create");
        let page = browser.authorize(&request).await;
        let filled = [("name", "Mary"), ("email", "mary@example.com"), ("password", password)];
        browser.press(&page, "submit", &filled).await;
        let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
        let MailContent::VerifyEmail { link } = mail.content else { panic!("another mail") };
        let confirm = browser.visit(&link).await;
        browser.press(&confirm, "submit", &[]).await;
        let mut page = browser.visit(page.path.rsplit_once('/').unwrap().0).await;
        if page.step() == "password" {
            page = browser.press(&page, "submit", &[("password", password)]).await;
        }
        assert_eq!(page.step(), "profile", "{}", page.html());
        browser.press(&page, "submit", &[("attribute-member_number", "1")]).await.callback().code();
        at.deliver_mails().await;
    });
}

/// W22: explain tells what a sign-in would ask for, and whether the account has it.
#[test]
fn explain_names_what_is_asked_for() {
    on_sqlite(async |at| {
        at.apply(SCHEMA).await;
        let explained = async || {
            let question = SignInQuestion {
                client: "first-party".to_owned(),
                email: cast::ADA.to_owned(),
                parameters: Vec::new(),
            };
            let Ok(explained) = at.issuer.explain_sign_in(&at.tenant(), question).await else { panic!("no answer") };
            let pages: Vec<_> = explained.steps.iter().filter_map(|step| step.segment()).collect();
            let [(one, standing)] = explained.requirements.as_slice() else { panic!("not one requirement") };
            (one.id.clone(), one.source.words(), *standing, pages)
        };

        let id = || "attribute:member_number".to_owned();
        assert_eq!(explained().await, (id(), "attributes", Standing::Missing, vec!["identify", "profile"]));
        rate(at, cast::ADA, "name = \"Ada\", member_number = 42").await;
        assert_eq!(explained().await, (id(), "attributes", Standing::Met, vec!["identify"]));
    });
}
