//! People delete their accounts, and may think better of it. SECURITY S-046, S-090, S-097, S-149.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use portreeve_domain::{Lifetime, MailPurpose, TenantId, UserId};
use portreeve_issuer::{DeletionOutcome, MailContent, Need, OutgoingMail, PostedFrom, Visit};
use portreeve_storage::{Conn, Value, Wall, subject_keys, users};
use portreeve_tests::{
    browser::Browser,
    cast,
    catalogue::{self, Dialect},
    deployment::{Database, Deployment, on_both, on_sqlite},
    idp::Idp,
    relying_party::RelyingParty,
    totp,
};

const DELETE: &str = "/account/delete";

/// Where the random number of somebody who was erased stays; `tests/storage/erasure.rs` says why.
pub(crate) const KEEP: [&str; 4] =
    ["access_tokens.user_id", "subject_keys.user_id", "token_families.user_id", "users.id"];

pub(crate) async fn id_of(at: &Deployment, email: &str) -> UserId {
    let people = at.issuer.list_people(&at.tenant()).await.unwrap();
    people.iter().find(|person| person.email.as_deref() == Some(email)).unwrap().id
}

/// The blind index of a person's address.
pub(crate) async fn index_of(at: &Deployment, user: UserId) -> [u8; 32] {
    let mut conn = at.issuer.store().read(TenantId::DEFAULT).await.unwrap();
    users::find(&mut conn, TenantId::DEFAULT, user).await.unwrap().unwrap().email_index.unwrap()
}

/// Every column of every table in which a person is found by the number, the index or the text of the address, or a name.
pub(crate) async fn where_known(at: &Deployment, conn: &mut Conn, user: UserId, index: &[u8; 32]) -> BTreeSet<String> {
    let dialect = if at.database == Database::Sqlite { Dialect::Sqlite } else { Dialect::Postgres };
    let mut found = BTreeSet::new();
    for table in catalogue::tables(conn, dialect).await.unwrap() {
        for (column, kind) in &table.columns {
            let (predicate, values): (String, Vec<Value<'_>>) = match kind.as_str() {
                "BYTEA" => (format!("{column} = $1 OR {column} = $2"), vec![(&user).into(), index.into()]),
                "TEXT" => (format!("lower({column}) LIKE '%ada@example%' OR {column} LIKE '%Lovelace%'"), Vec::new()),
                _ => continue,
            };
            let sql: &'static str = format!("SELECT COUNT(*) FROM {} WHERE {predicate}", table.name).leak();
            if conn.one(sql, &values, |row| row.integer(0)).await.unwrap() > 0 {
                found.insert(format!("{}.{column}", table.name));
            }
        }
    }
    found
}

/// Has Ada ask for her account to be deleted.
pub(crate) async fn request(at: &Deployment) {
    let browser = Browser::new(at);
    let (page, _) = browser.visit_as(DELETE, cast::ADA).await;
    let done = browser.press(&page, "submit", &[]).await;
    assert!(done.html().contains("Your account will be deleted"), "{}", done.html());
}

/// What the one mail that waits tells.
async fn mailed(at: &Deployment) -> MailContent {
    let [mail] = <[_; 1]>::try_from(at.read_mails().await).ok().expect("one mail");
    assert_eq!(mail.to, cast::ADA);
    mail.content
}

/// The link of the one notice of a new browser that waits, by which its owner says that it was somebody else.
async fn not_me_link(at: &Deployment) -> String {
    let [mail] = <[OutgoingMail; 1]>::try_from(at.read_new_device_mails().await).ok().expect("one notice");
    let MailContent::NewDevice { not_me_link, .. } = mail.content else { panic!("another mail") };
    not_me_link
}

/// S-097: it asks for a fresh sign-in, and ends every session and token at once.
#[test]
fn a_deletion_ends_every_session_and_token_at_once() {
    on_both(async |at| {
        let (web, elsewhere, stale) = (RelyingParty::new(at, "web"), Browser::new(at), Browser::new(at));
        let asking = web.request("openid offline_access").with("prompt", "consent");
        let grant = web.grant_in(&elsewhere, &asking, cast::ADA).await;
        let tokens: serde_json::Value = web.redeem(&grant).await.json();
        let (form, _) = stale.visit_as(DELETE, cast::ADA).await;
        at.wait(Lifetime::from_minutes(6));
        assert_eq!(stale.press(&form, "submit", &[]).await.step(), "password");

        request(at).await;

        assert_eq!(web.refresh(tokens["refresh_token"].as_str().unwrap()).await.status, 400);
        assert!(!web.sees_active(tokens["access_token"].as_str().unwrap()).await);
        assert_eq!(elsewhere.visit("/account").await.step(), "identify");
        let MailContent::DeletionRequested { due_at, .. } = mailed(at).await else { panic!("another mail") };
        assert_eq!(due_at, at.clock.now().plus(Lifetime::from_days(14)));
        assert_eq!(at.events("user.deletion.requested").await, 1);
    });
}

/// Whoever signs in again in time keeps the account, and is told.
#[test]
fn a_sign_in_keeps_the_account() {
    on_both(async |at| {
        request(at).await;
        at.deliver_mails().await;
        at.wait(Lifetime::from_seconds(14 * 24 * 3600 - 1));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 0);

        let (page, _) = Browser::new(at).visit_as("/account", cast::ADA).await;

        assert_eq!(page.path, "/account");
        assert!(matches!(mailed(at).await, MailContent::DeletionCancelled { .. }));
        at.wait(Lifetime::from_days(30));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 0);
        assert_eq!(at.events("user.deletion.cancelled").await, 1);
        Browser::new(at).visit_as("/account", cast::ADA).await;
    });
}

/// S-090: the button of an earlier notice outlives the wish of whoever took the account over, and takes it back: no sign-in is needed, which
/// may stop at a second factor of theirs.
#[test]
fn this_was_not_me_keeps_an_account_that_is_to_be_deleted() {
    on_both(async |at| {
        let (intruder, owner) = (Browser::new(at), Browser::new(at));
        let (form, _) = intruder.visit_as(DELETE, cast::ADA).await;
        let link = not_me_link(at).await;
        intruder.press(&form, "submit", &[]).await;
        assert_eq!(at.events("user.deletion.requested").await, 1);

        let page = owner.visit(&link).await;
        let done = owner.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200, "{}", done.html());
        assert_eq!(at.events("user.deletion.cancelled").await, 1);
        let mails = at.read_mails().await;
        assert!(mails.len() == 2 && mails.iter().all(|mail| mail.to == cast::ADA));
        assert!(mails.iter().any(|mail| matches!(mail.content, MailContent::DeletionCancelled { .. })));
        assert!(mails.iter().any(|mail| matches!(mail.content, MailContent::PasswordReset { .. })));
        at.wait(Lifetime::from_days(30));
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 0);
    });
}

/// S-090: the mail that tells of the wish shuts whoever wished it out, also where a sign-in of the owner stops at an app of theirs.
#[test]
fn the_mail_about_a_deletion_keeps_the_account_without_a_sign_in() {
    on_both(async |at| {
        let (intruder, owner) = (Browser::new(at), Browser::new(at));
        let (page, _) = intruder.visit_as("/account/security/totp", cast::ADA).await;
        let secret = page.text_of("secret").unwrap().replace(char::is_whitespace, "");
        let codes = intruder.press(&page, "submit", &[("code", &totp::code(&secret, at.seconds()))]).await;
        intruder.press(&codes, "submit", &[]).await;
        at.deliver_mails().await;
        let form = intruder.visit(DELETE).await;
        intruder.press(&form, "submit", &[]).await;
        let page = owner.visit("/account").await;
        let page = owner.press(&page, "submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]).await;
        assert_eq!(page.step(), "second-factor", "{}", page.html());
        let MailContent::DeletionRequested { not_me_link, .. } = mailed(at).await else { panic!("another mail") };

        let page = owner.visit(&not_me_link).await;
        let done = owner.press(&page, "submit", &[]).await;

        assert_eq!(done.reply.status, 200, "{}", done.html());
        assert_eq!(at.events("user.deletion.cancelled").await, 1);
        at.deliver_mails().await;
    });
}

/// S-090: a wish that comes in the moment in which its session ends is none: it would outlive the owner's "this was not me".
#[test]
fn whoever_was_shut_out_meanwhile_deletes_nothing() {
    on_both(async |at| {
        let (intruder, owner) = (Browser::new(at), Browser::new(at));
        intruder.visit_as(DELETE, cast::ADA).await;
        let link = not_me_link(at).await;
        let cookie = intruder.cookies()["__Host-portreeve"].clone();
        let visit = at.issuer.visit(&at.tenant(), Some(&cookie), DELETE, Need::Fresh).await.unwrap();
        let Visit::Here(visitor) = visit else { panic!("not signed in") };
        let page = owner.visit(&link).await;
        owner.press(&page, "submit", &[]).await;

        let from = PostedFrom { network: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None, locale: "en".to_owned() };
        let outcome = at.issuer.request_deletion(&at.tenant(), &visitor, &from).await.unwrap();

        assert_eq!(outcome, DeletionOutcome::Stale);
        assert_eq!(at.events("user.deletion.requested").await, 0);
        at.deliver_mails().await;
    });
}

/// S-046: a relying party that wants to be told of an end of a session is told of this one.
#[test]
fn relying_parties_are_told_when_a_deletion_begins() {
    on_both(async |at| {
        at.apply("[[clients]]\nclient_id = \"told\"\nclient_secret = { file = \"secret\" }\nredirect_uris = [\"https://told.example/cb\"]\nbackchannel_logout_uri = \"https://told.example/bc\"\n").await;
        let told = RelyingParty::new(at, "told");
        Browser::new(at).sign_in(&told.request("openid"), cast::ADA).await.code();

        request(at).await;

        assert_eq!(at.deliver_mails().await.len(), 1);
        let [(uri, _)] = <[_; 1]>::try_from(at.deliver_logout_tokens().await).expect("one logout token");
        assert_eq!(uri, "https://told.example/bc");
    });
}

/// Nobody acts for somebody who is leaving, on whoever's word; a sign-in of their own brings that back.
#[test]
fn no_assertion_stands_for_somebody_who_is_leaving() {
    on_both(async |at| {
        let idp = Idp::new(at);
        idp.be_trusted_for("agent").await;
        let agent = RelyingParty::new(at, "agent");
        let grant = async || {
            let assertion = idp.assertion(serde_json::json!({}));
            let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
            agent.token(&[("grant_type", grant_type), ("assertion", &assertion), ("scope", "orders.read")]).await
        };
        assert_eq!(grant().await.status, 200);
        request(at).await;

        assert_eq!(grant().await.error(), (400, "invalid_grant".to_owned()));

        Browser::new(at).visit_as("/account", cast::ADA).await;
        assert_eq!(grant().await.status, 200);
        at.deliver_mails().await;
    });
}

/// A tenant keeps an administrator: who would leave it without one is told so, and can leave when there is another.
#[test]
fn the_last_administrator_cannot_leave() {
    on_both(async |at| {
        let administers = |email: &str| format!("[[users]]\nemail = \"{email}\"\nis_admin = true\n");
        at.apply(&administers(cast::ADA)).await;
        let ada = Browser::new(at);
        let (page, _) = ada.visit_as(DELETE, cast::ADA).await;
        assert_eq!(page.path, "/account/profile");
        assert_eq!(
            page.notice().as_deref(),
            Some("You are the only administrator here. Make somebody else one before you delete your account.")
        );
        at.apply(&administers(cast::ALAN)).await;
        let alan = Browser::new(at);
        let form = alan.visit_as(DELETE, cast::ALAN).await.0;

        request(at).await;

        let page = alan.press(&form, "submit", &[]).await;
        assert_eq!(page.path, "/account/profile");
        assert!(page.notice().unwrap().starts_with("You are the only administrator"));
        assert_eq!(at.events("user.deletion.requested").await, 1);
        at.deliver_mails().await;
    });
}

/// The mail that announces a deletion is not sent when the account is kept by then.
#[test]
fn a_deletion_that_was_taken_back_is_not_announced() {
    on_sqlite(async |at| {
        request(at).await;
        Browser::new(at).visit_as("/account", cast::ADA).await;

        assert!(matches!(mailed(at).await, MailContent::DeletionCancelled { .. }));
    });
}

/// S-149, S-046: when the time is over no index leads to the person, nothing of theirs opens, the audit log is whole, and the
/// address makes another subject.
#[test]
fn when_the_time_is_over_the_person_is_erased() {
    on_both(async |at| {
        let (tenant, ada) = (TenantId::DEFAULT, id_of(at, cast::ADA).await);
        let before = at.userinfo(RelyingParty::new(at, "web").tokens("openid").await.access()).await.success();
        let index = index_of(at, ada).await;
        let wrong = Browser::new(at);
        let page = wrong.visit("/account").await;
        wrong.press(&page, "submit", &[("email", cast::ADA), ("password", "wrong")]).await;
        let mut conn = at.issuer.store().read(Wall::All).await.unwrap();
        assert!(where_known(at, &mut conn, ada, &index).await.contains("users.email_index"));
        drop(conn);
        request(at).await;
        assert_eq!(at.deliver_mails().await[0].0, MailPurpose::DeletionRequested);
        at.wait(Lifetime::from_days(14));

        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 1);
        assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 0);

        let mut conn = at.issuer.store().read(Wall::All).await.unwrap();
        assert_eq!(subject_keys::find(&mut conn, tenant, ada).await.unwrap(), None);
        assert_eq!(where_known(at, &mut conn, ada, &index).await, KEEP.map(str::to_owned).into());
        drop(conn);
        let people = at.issuer.list_people(&at.tenant()).await.unwrap();
        assert!(people.iter().all(|person| person.id != ada));
        at.issuer.seal_events("here").await.unwrap();
        at.wait(Lifetime::from_seconds(60));
        at.issuer.seal_events("here").await.unwrap();
        assert_eq!(at.issuer.verify_audit(&at.tenant(), None).await.unwrap().findings, []);
        assert_eq!(at.events("user.erased").await, 1);
        at.apply("[[users]]\nemail = \"ada@example.com\"\nemail_verified = true\npassword = { file = \"password\" }\n")
            .await;
        let after = at.userinfo(RelyingParty::new(at, "web").tokens("openid").await.access()).await.success();
        assert_ne!(after["sub"], before["sub"]);
    });
}

/// Two nodes that erase at once erase a person once.
#[test]
fn two_nodes_erase_a_person_once() {
    on_both(async |at| {
        request(at).await;
        at.deliver_mails().await;
        at.wait(Lifetime::from_days(14));
        let other = at.another_node().await;

        let (here, there) = tokio::join!(at.issuer.erase_due_accounts(), other.issuer.erase_due_accounts());

        assert_eq!(here.unwrap() + there.unwrap(), 1);
        assert_eq!(at.events("user.erased").await, 1);
    });
}

/// The time is the tenant's to set, between a day and ninety.
#[test]
fn a_tenant_sets_how_long_an_account_can_be_had_back() {
    on_sqlite(async |at| {
        let tenant = |days| {
            format!("[[tenants]]\nslug = \"default\"\ndisplay_name = \"Example\"\ndeletion_grace_days = {days}\n")
        };
        for days in [0, 91] {
            assert!(at.try_apply(&tenant(days)).await.is_err(), "{days}");
        }
        at.apply(&tenant(3)).await;

        request(at).await;

        let MailContent::DeletionRequested { due_at, .. } = mailed(at).await else { panic!("another mail") };
        assert_eq!(due_at, at.clock.now().plus(Lifetime::from_days(3)));
    });
}
