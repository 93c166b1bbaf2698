//! Invitations: a mailed link to an account, also where nobody can register. SECURITY S-071, S-078, S-087, S-100, S-118, S-149.

use portreeve_domain::{ClientId, ClientMetadata, Failure, Lifetime};
use portreeve_issuer::configure::{NewInvitation, OperatorRefusal};
use portreeve_issuer::{MailContent, OutgoingMail};
use portreeve_tests::{
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};

const NEW: &str = "new@example.com";
/// Nobody has proven the address.
const HALF: &str = "half@example.com";
const PASSWORD: &str = "seven boats behind the lighthouse";
const WEEK: Lifetime = Lifetime::from_days(7);
const LOGIN: &str = "https://portal.example/login?iss=https%3A%2F%2Fid.example";

/// Invites somebody, to the client `portal` or to the account pages.
async fn try_invite(
    at: &Deployment,
    email: &str,
    client: Option<&str>,
    expires_in: Lifetime,
) -> Result<(), Failure<OperatorRefusal>> {
    let client = client.map(|id| ClientId::parse(id).unwrap());
    let new = NewInvitation { email, client: client.as_ref(), expires_in, locale: "de" };
    at.issuer.invite(&at.tenant(), &new).await
}

/// Invites somebody and returns the address of the link, below the host.
async fn invited(at: &Deployment, email: &str, client: Option<&str>) -> String {
    assert!(try_invite(at, email, client, WEEK).await.is_ok());
    mailed(at, email).await
}

async fn mailed(at: &Deployment, email: &str) -> String {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    assert_eq!((mail.to.as_str(), mail.locale.as_str()), (email, "de"));
    match mail.content {
        MailContent::Invitation { link, .. } => link.strip_prefix(cast::ISSUER).unwrap().to_owned(),
        _ => panic!("another mail"),
    }
}

async fn with_portal(at: &Deployment) {
    at.apply(
        "[[clients]]\nclient_id = \"portal\"\nclient_name = \"The Portal\"\ntoken_endpoint_auth_method = \"none\"\n\
         redirect_uris = [\"https://portal.example/cb\"]\ninitiate_login_uri = \"https://portal.example/login\"\n",
    )
    .await;
}

/// Opens a link, accepts, and returns the page that follows.
async fn accepts(browser: &Browser<'_>, link: &str) -> Page {
    let page = browser.visit(link).await;
    browser.press(&page, "submit", &[]).await
}

async fn fills_in(browser: &Browser<'_>, form: &Page) -> Page {
    browser.press(form, "submit", &[("name", "New Person"), ("password", PASSWORD)]).await
}

fn is_dead(page: &Page) -> bool {
    page.reply.status == 410
}

/// Where nobody can register, whoever is invited gets an account with the invited address, and arrives at the client; by a page, as from
/// there redirects lead to us and to its callback (S-009).
#[test]
fn an_invitation_makes_an_account_where_nobody_can_register() {
    on_both(async |at| {
        with_portal(at).await;
        let link = invited(at, NEW, Some("portal")).await;
        let (browser, scanner) = (Browser::new(at), Browser::new(at));
        for _ in 0..3 {
            let page = scanner.visit(&link).await;
            assert!(page.html().contains(NEW) && page.html().contains("The Portal"), "{}", page.html());
            assert_eq!(page.reply.header("referrer-policy"), Some("no-referrer"));
            assert!(!page.reply.header("content-security-policy").unwrap().contains("portal.example"));
        }

        let form = accepts(&browser, &link).await;
        assert_eq!((form.step(), form.value_of("email").as_deref()), ("register", Some(NEW)), "{}", form.html());
        let other = [("name", "New Person"), ("password", PASSWORD), ("email", "eve@example.com")];
        let done = browser.press(&form, "submit", &other).await;

        assert_eq!((done.reply.status.as_u16(), done.reply.onward().as_deref()), (200, Some(LOGIN)), "{}", done.html());
        let account = browser.visit("/account").await;
        assert!(account.html().contains(NEW) && account.html().contains("New Person"), "{}", account.html());
        for event in ["user.invitation.created", "user.invitation.accepted", "user.email.verified", "link.used"] {
            assert_eq!(at.events(event).await, 1, "{event}");
        }
        assert!(is_dead(&browser.visit(&link).await), "used up");
    });
}

/// Without a client it leads to the account pages; factors are asked for as at any sign-in.
#[test]
fn what_the_tenant_demands_is_demanded() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nmfa = \"required\"\n").await;
        let browser = Browser::new(at);
        let form = accepts(&browser, &invited(at, NEW, None).await).await;

        let page = fills_in(&browser, &form).await;

        assert_eq!(page.step(), "enrol-totp", "{}", page.html());
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n").await;
        assert_eq!(browser.visit(&page.path).await.path, "/account");
    });
}

/// In a tenant without passwords the form asks for a name alone.
#[test]
fn an_invitation_needs_no_password() {
    on_both(async |at| {
        let tenant = "[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\n";
        at.apply(&format!(
            "{tenant}passwords = \"off\"\nemail_sign_in = \"allowed\"\npasskeys = {{ use = \"off\" }}\n"
        ))
        .await;
        let browser = Browser::new(at);
        let form = accepts(&browser, &invited(at, NEW, None).await).await;
        assert!(!form.html().contains("type=\"password\""), "{}", form.html());

        let page = browser.press(&form, "submit", &[("name", "New Person")]).await;

        assert_eq!(page.path, "/account", "{}", page.html());
        assert!(page.html().contains(NEW));
    });
}

/// S-001: the address where the client had sign-ins begin leads nobody there once it is taken out of the registration, however long the
/// journey is kept alive: the account pages are next.
#[test]
fn an_invitation_leads_to_no_address_that_was_taken_out() {
    on_both(async |at| {
        with_portal(at).await;
        let browser = Browser::new(at);
        let form = accepts(&browser, &invited(at, NEW, Some("portal")).await).await;
        let signing_in = Browser::new(at);
        let page = accepts(&signing_in, &invited(at, cast::ALAN, Some("portal")).await).await;
        let moved =
            |client: &mut ClientMetadata| client.initiate_login_uri = Some("https://portal.example/new".to_owned());
        RelyingParty::new(at, "portal").register_anew(moved).await;

        let done = fills_in(&browser, &form).await;
        let page = signing_in.press(&page, "submit", &[("password", cast::PASSWORD)]).await;

        for page in [done, page] {
            assert_eq!((page.path.as_str(), page.reply.onward()), ("/account", None), "{}", page.html());
        }
    });
}

/// S-100: nothing survives of an account whose address nobody had proven.
#[test]
fn an_unproven_account_is_taken_over_without_what_it_held() {
    on_both(async |at| {
        at.apply(&format!("[[users]]\nemail = \"{HALF}\"\npassword = {{ file = \"password\" }}\n")).await;
        let hijacker = Browser::new(at);
        hijacker.visit_as("/account", HALF).await;
        let owner = Browser::new(at);

        let form = accepts(&owner, &invited(at, HALF, None).await).await;
        let page = fills_in(&owner, &form).await;

        assert_eq!(page.path, "/account", "{}", page.html());
        let page = hijacker.visit("/account").await;
        assert_eq!(page.step(), "identify", "the session has ended");
        let tried = hijacker.press(&page, "submit", &[("email", HALF), ("password", cast::PASSWORD)]).await;
        assert_eq!(tried.step(), "identify", "the password lets nobody in");
    });
}

/// S-078: who has an account signs in to it as usual; the link is no way around a factor, and is used up.
#[test]
fn an_invitation_signs_nobody_in_who_has_an_account() {
    on_both(async |at| {
        with_portal(at).await;
        let link = invited(at, cast::GRACE, Some("portal")).await;
        let browser = Browser::new(at);

        let page = accepts(&browser, &link).await;
        assert_eq!(page.step(), "password", "{}", page.html());
        assert_eq!(browser.visit("/account").await.step(), "identify", "nobody is signed in");
        let page = browser.press(&page, "submit", &[("password", cast::PASSWORD)]).await;
        let page = browser.press(&page, "submit", &[("code", &browser.totp_code())]).await;

        assert_eq!(page.reply.onward().as_deref(), Some(LOGIN));
        assert!(is_dead(&browser.visit(&link).await));
        let again = accepts(&browser, &invited(at, cast::GRACE, Some("portal")).await).await;
        assert_eq!(again.reply.onward().as_deref(), Some(LOGIN), "who is signed in goes straight on");
        assert_eq!(at.events("user.invitation.accepted").await, 2);
    });
}

/// Who has another account and says so at the form gets on by a code, and is not led back to the form.
#[test]
fn a_code_leads_away_from_the_form_of_an_invitation() {
    on_sqlite(async |at| {
        at.apply("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\nemail_sign_in = \"allowed\"\n").await;
        let browser = Browser::new(at);
        let form = accepts(&browser, &invited(at, NEW, None).await).await;
        let sign_in = browser.visit(&form.href_of("sign-in").unwrap()).await;

        let asked = browser.press(&sign_in, "mail-code", &[("email", cast::ADA)]).await;

        assert_eq!(asked.step(), "email-code", "{}", asked.html());
        at.deliver_mails().await;
    });
}

/// Who is signed in as somebody else is told, and stays signed in: accounts are neither switched nor merged.
#[test]
fn somebody_else_at_the_browser_stays_signed_in() {
    on_both(async |at| {
        let browser = Browser::new(at);
        browser.visit_as("/account", cast::ADA).await;
        let link = invited(at, NEW, None).await;

        let page = browser.visit(&link).await;
        assert!(page.html().contains(cast::ADA) && page.html().contains(NEW), "{}", page.html());
        let stayed = browser.visit(&page.href_of("stay").unwrap()).await;
        assert!(stayed.html().contains(cast::ADA) && !stayed.html().contains(NEW));
        assert_eq!(at.events("link.used").await, 0);
        let form = browser.press(&page, "submit", &[]).await;
        let page = fills_in(&browser, &form).await;

        assert!(page.html().contains(NEW) && !page.html().contains("Ada Lovelace"), "{}", page.html());
        let both = browser.visit("/account/switch").await;
        assert!(both.html().contains(cast::ADA) && both.html().contains(NEW), "{}", both.html());
        assert_eq!(at.events("session.ended").await, 0);
    });
}

/// S-087, S-118: replaced, taken back, too old, of another tenant, or none: one page says so, and nothing is made of it.
#[test]
fn an_invitation_that_is_over_says_so() {
    on_both(async |at| {
        let browser = Browser::new(at);
        let older = invited(at, NEW, None).await;
        let newer = invited(at, NEW, None).await;
        assert!(is_dead(&browser.visit(&older).await), "replaced");
        assert!(is_dead(&browser.visit(&format!("/t/acme{newer}")).await), "of another tenant");
        assert!(is_dead(&browser.visit(&format!("{newer}x")).await), "none");
        let form = accepts(&browser, &newer).await;
        at.issuer.revoke_invitation(&at.tenant(), NEW).await.ok().unwrap();
        assert!(is_dead(&browser.visit(&newer).await) && is_dead(&browser.post_own(&newer, &[]).await), "taken back");
        let hashed = at.issuer.password_load().begun;
        assert!(is_dead(&fills_in(&browser, &form).await), "taken back while the form was open");
        assert_eq!(at.issuer.password_load().begun, hashed, "nobody hashes for an invitation that is over");

        let old = invited(at, NEW, None).await;
        at.wait(WEEK);
        let page = browser.visit(&old).await;
        assert!(is_dead(&page) && page.text_of("reference").is_some(), "too old: {}", page.html());

        assert_eq!((at.events("user.invitation.accepted").await, at.events("link.used").await), (0, 0));
        assert!(at.issuer.standing_invitations(&at.tenant()).await.unwrap().is_empty());
        let unsent = try_invite(at, NEW, None, WEEK).await;
        assert!(unsent.is_ok());
        at.issuer.revoke_invitation(&at.tenant(), NEW).await.ok().unwrap();
        assert!(at.read_mails().await.is_empty(), "taken back before the mail was sent");
        let again = at.issuer.revoke_invitation(&at.tenant(), NEW).await;
        assert!(matches!(again, Err(Failure::Refused(OperatorRefusal::NoSuchInvitation))));
    });
}

/// What fails uses nothing up: another browser goes on with the same link; of two that have the form open, one gets the account.
#[test]
fn an_invitation_is_used_by_the_form_that_is_taken_and_once() {
    on_both(async |at| {
        let link = invited(at, NEW, None).await;
        let (first, second) = (Browser::new(at), Browser::new(at));
        let form = accepts(&first, &link).await;
        let refused = first.press(&form, "submit", &[("name", ""), ("password", "short")]).await;
        assert_eq!((refused.step(), refused.value_of("email").as_deref()), ("register", Some(NEW)));
        assert_eq!(at.events("link.used").await, 0);
        let other = accepts(&second, &link).await;

        let (one, two) = tokio::join!(fills_in(&first, &refused), fills_in(&second, &other));

        let arrived = [&one, &two].map(|page| page.path == "/account");
        assert!(arrived[0] != arrived[1], "{} {}", one.path, two.path);
        assert!(is_dead(&one) || is_dead(&two));
        assert_eq!((at.events("user.invitation.accepted").await, at.events("link.used").await), (1, 1));
    });
}

/// S-071: an operator, and a mailbox, see the same whether or not the address has an account.
#[test]
fn inviting_tells_nobody_who_has_an_account() {
    on_both(async |at| {
        let mut seen = vec![];
        for email in [NEW, cast::ADA, cast::GRACE] {
            let link = invited(at, email, None).await;
            let page = Browser::new(at).visit(&link).await;
            let token = link.rsplit('/').next().unwrap();
            seen.push((page.reply.status, page.html().replace(email, "EMAIL").replace(token, "TOKEN")));
        }

        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
        assert_eq!((at.events("user.invitation.created").await, at.events("link.sent").await), (3, 3));
        let standing = at.issuer.standing_invitations(&at.tenant()).await.unwrap();
        let addresses: Vec<_> = standing.iter().map(|one| one.email.as_str()).collect();
        assert_eq!(addresses.len(), 3);
        assert!(addresses.contains(&NEW) && addresses.contains(&cast::ADA));
    });
}

/// What an operator cannot mean is refused before a mail is written.
#[test]
fn an_invitation_that_leads_nowhere_is_refused() {
    on_sqlite(async |at| {
        for (email, client, time, why) in [
            ("new", None, WEEK, OperatorRefusal::NotAnAddress),
            (NEW, Some("nobody"), WEEK, OperatorRefusal::NoSuchClient),
            (NEW, Some("web"), WEEK, OperatorRefusal::SignInNotStartedThere),
            (NEW, None, Lifetime::from_days(31), OperatorRefusal::InvitationTime),
            (NEW, None, Lifetime::from_minutes(59), OperatorRefusal::InvitationTime),
        ] {
            let refused = try_invite(at, email, client, time).await;
            assert!(matches!(refused, Err(Failure::Refused(cause)) if cause == why), "{why:?}");
        }
        assert!(at.read_mails().await.is_empty());
    });
}

/// S-149: neither link nor address can be read in the database, and an invitation goes with the account of its address.
#[test]
fn an_invitation_is_kept_as_a_secret_and_erased_with_its_person() {
    on_sqlite(async |at| {
        let link = invited(at, NEW, None).await;
        let bytes = at.database_bytes();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(link.rsplit('/').next().unwrap()) && !holds(NEW));

        at.issuer.revoke_invitation(&at.tenant(), NEW).await.ok().unwrap();
        assert!(try_invite(at, cast::ALAN, None, Lifetime::from_days(30)).await.is_ok());
        at.deliver_mails().await;
        let browser = Browser::new(at);
        let (page, _) = browser.visit_as("/account/delete", cast::ALAN).await;
        browser.press(&page, "submit", &[]).await;
        at.deliver_mails().await;
        at.wait(Lifetime::from_days(15));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 1);
        assert!(at.issuer.standing_invitations(&at.tenant()).await.unwrap().is_empty());
    });
}
