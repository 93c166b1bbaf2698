//! Signing in against everything that ends an account, a client or a tenant. SECURITY rule 6, S-040.

use portreeve_domain::{ClientId, Lifetime, TenantId, UserId};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_storage::{Wall, directory_versions, tenants, users};
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both},
    relying_party::RelyingParty,
    totp,
};

/// What keeps people out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    UserDisabled,
    UserErased,
    ClientDisabled,
    TenantSuspended,
}

const ENDS: [End; 4] = [End::UserDisabled, End::UserErased, End::ClientDisabled, End::TenantSuspended];

async fn user(at: &Deployment) -> UserId {
    let people = at.issuer.list_people(&at.tenant()).await.unwrap();
    people.into_iter().find(|person| person.email.as_deref() == Some(cast::ADA)).unwrap().id
}

async fn bring(at: &Deployment, end: End) {
    let (issuer, tenant, now) = (&at.issuer, TenantId::DEFAULT, at.clock.now());
    match end {
        End::UserDisabled => issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap(),
        End::ClientDisabled => {
            let web = ClientId::parse("web").unwrap();
            issuer.switch_client(&at.tenant(), &web, AccountSwitch::Off).await.unwrap();
        }
        End::TenantSuspended => {
            let mut tx = issuer.store().begin(Wall::All).await.unwrap();
            assert!(tenants::suspend(&mut tx, tenant, Some(now)).await.unwrap());
            directory_versions::bump(&mut tx, tenant).await.unwrap();
            tx.commit().await.unwrap();
        }
        End::UserErased => {
            let ada = user(at).await;
            let mut tx = issuer.store().begin(tenant).await.unwrap();
            assert!(users::erase(&mut tx, tenant, ada, now).await.unwrap());
            tx.commit().await.unwrap();
        }
    }
    issuer.directory.refresh().await.unwrap();
}

/// S-040: whoever is switched off cannot sign in, and nobody can at a suspended tenant.
#[test]
fn nobody_signs_in_after_the_end() {
    for end in ENDS {
        on_both(async |at| {
            let browser = Browser::new(at);
            let request = RelyingParty::new(at, "web").request("openid");
            browser.sign_in(&request, cast::ADA).await;

            bring(at, end).await;

            let silent = browser.authorize(&request).await;
            assert!(!silent.is_redirect() || silent.callback().get("code").is_none(), "{end:?}: the open session");
            let page = Browser::new(at).authorize(&request).await;
            if page.step() == "identify" && page.reply.status == 200 {
                let page = Browser::new(at);
                let form = page.authorize(&request).await;
                let end_page = page.press(&form, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
                let code = end_page.is_redirect() && end_page.callback().get("code").is_some();
                assert!(!code && end_page.step() != "consent", "{end:?}: signed in");
            }
        });
    }
}

/// S-040, S-094: a sign-in that has shown the password when its account is switched off ends in no session, neither then nor when the account
/// is switched on again.
#[test]
fn a_sign_in_under_way_ends_with_the_account() {
    on_both(async |at| {
        let switch = async |to| at.issuer.switch_account(&at.tenant(), cast::GRACE, to).await.unwrap();
        let show = async |browser: &Browser<'_>, page| {
            // No code of an app counts twice.
            at.wait(Lifetime::from_seconds(totp::STEP_SECONDS));
            browser.press(page, "submit", &[("code", &browser.totp_code())]).await
        };
        let (then, later) = (Browser::new(at), Browser::new(at));
        let mut pages = vec![];
        for browser in [&then, &later] {
            let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
            let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
            assert_eq!(page.step(), "second-factor", "{}", page.html());
            pages.push(page);
        }

        switch(AccountSwitch::Off).await;
        let while_off = show(&then, &pages[0]).await;
        switch(AccountSwitch::On).await;
        let when_on_again = show(&later, &pages[1]).await;

        assert_eq!((while_off.step(), when_on_again.step()), ("password", "password"), "{}", while_off.html());
        for browser in [then, later] {
            assert_eq!(browser.visit("/account").await.step(), "identify");
        }
        assert_eq!(at.events("session.created").await, 0);
    });
}
