//! A person who changes the password again and again: what was acknowledged last lets in, and nothing else does.

use portreeve_tests::browser::Page;
use reqwest::Error as Gone;

use crate::{
    ledger::AuditLog,
    member::{Member, PASSWORD},
};

/// A person and the password that counts.
pub(crate) struct Keeper {
    pub(crate) member: Member,
    password: String,
    /// The password that was sent when the server went away.
    pending: Option<String>,
    /// How many changes were made.
    pub(crate) changes: usize,
    chosen: usize,
}

impl Keeper {
    pub(crate) fn new(member: Member) -> Self {
        Self { member, password: PASSWORD.to_owned(), pending: None, changes: 0, chosen: 0 }
    }

    /// Changes the password until the server is gone.
    pub(crate) async fn work(&mut self) {
        while self.change().await.is_ok() {}
    }

    async fn change(&mut self) -> Result<(), Gone> {
        let password = self.password.clone();
        if !self.member.sign_in(&password).await? {
            return Ok(());
        }
        let page = self.member.browser().try_visit("/account/security/password").await?;
        if !page.has_button("submit") {
            return Ok(());
        }
        self.chosen += 1;
        let next = format!("{PASSWORD} {}", self.chosen);
        self.pending = Some(next.clone());
        let page = self.member.browser().try_press(&page, "submit", &[("password", &next)]).await?;
        self.pending = None;
        if is_changed(&page) {
            self.changed(next);
        }
        Ok(())
    }

    fn changed(&mut self, password: String) {
        self.password = password;
        self.changes += 1;
    }

    /// Says that the acknowledged password lets in. One that was sent and not answered may count, but then alone.
    pub(crate) async fn check(&mut self) -> Result<(), Gone> {
        self.member.settle().await?;
        let former = self.password.clone();
        if let Some(next) = self.pending.take()
            && self.member.sign_in(&next).await?
        {
            self.changed(next);
            assert!(!self.member.sign_in(&former).await?, "two passwords count");
        }
        let password = self.password.clone();
        assert!(self.member.sign_in(&password).await?, "an acknowledged password is lost");
        Ok(())
    }

    /// Says that each change has one event.
    pub(crate) fn check_log(&self, log: &AuditLog) {
        self.member.ledger.check(&self.member.client, log);
        let told = log.by_person_of(&self.member.client, "credential.password.changed");
        assert_eq!(told, self.changes, "events of changed passwords");
    }
}

fn is_changed(page: &Page) -> bool {
    page.notice().is_some_and(|notice| notice.starts_with("Your password is changed."))
}
