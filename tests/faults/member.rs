//! A client and its person, who do one thing after the other as fast as they are answered.
//!
//! Owns what they do, what they write into the ledger, and the check of it against a server that stands still.

use std::{
    collections::BTreeMap,
    mem,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use http::StatusCode;
use portreeve_tests::{
    authorization::{AuthorizationRequest, VERIFIER},
    browser::Page,
    relying_party::basic,
    reply::{Callback, Reply},
    visitor::{Nodes, Visitor},
};
use reqwest::Error as Gone;

use crate::{
    dice::Dice,
    ledger::{Certainty, Change, Family, Ledger},
};

pub(crate) const REDIRECT_URI: &str = "https://rp.example/cb";
pub(crate) const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// How long after its first use a refresh token is surely answered again: two seconds less than DESIGN.md 11 grants.
const RETRY: Duration = Duration::from_secs(8);
/// How old a code or an access token may be to be asked for: less than it lives.
const CODE_AGE: Duration = Duration::from_secs(45);
const ACCESS_AGE: Duration = Duration::from_secs(540);
/// How many of the newest families are looked at after each fault.
const LOOKED_AT: usize = 12;

/// What was asked for when the server went away.
enum Pending {
    Nothing,
    Code,
    Redemption(String),
    Refresh(usize, Instant),
    Revocation(usize),
}

/// A client and its person.
pub(crate) struct Member {
    pub(crate) client: String,
    pub(crate) email: String,
    pub(crate) ledger: Ledger,
    browser: Visitor,
    number: u8,
    addresses: u16,
    has_session: bool,
    pending: Pending,
    /// How many connections broke before the answer was there.
    pub(crate) broken: usize,
    /// What was asked again, and how often, because there was no answer or the server was too busy.
    pub(crate) settled: BTreeMap<&'static str, usize>,
    pub(crate) dice: Dice,
}

impl Pending {
    const fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Code => "authorization requests",
            Self::Redemption(_) => "codes",
            Self::Refresh(..) => "refresh tokens",
            Self::Revocation(_) => "revocations",
        }
    }
}

impl Member {
    /// The member with a number, which must be in the resource file of `fleet`.
    pub(crate) fn new(number: u8, server: SocketAddr) -> Self {
        Self {
            client: format!("app-{number}"),
            email: format!("person-{number}@example.com"),
            ledger: Ledger::default(),
            browser: Visitor::new(server),
            number,
            addresses: 0,
            has_session: false,
            pending: Pending::Nothing,
            broken: 0,
            settled: BTreeMap::new(),
            dice: Dice::new(number),
        }
    }

    /// From now on at these nodes of the server at `public`, with new connections.
    pub(crate) fn go_to(&mut self, nodes: &Nodes, public: SocketAddr) {
        let cookies = self.browser.cookies.take();
        self.browser = Visitor::new(public).through_proxy(public, self.address()).balanced(nodes);
        self.browser.cookies.replace(cookies);
    }

    /// An address of this member alone; limits are for one address and account.
    fn address(&self) -> IpAddr {
        let [high, low] = self.addresses.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(100, 64 + self.number, high, low))
    }

    /// Does one thing after the other until the server is gone.
    pub(crate) async fn work(&mut self) {
        while self.step().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// As `work`, but goes on when a node was lost: what was not answered is asked again, of another node.
    pub(crate) async fn work_on(&mut self, goes_on: &(dyn Fn() -> bool + Sync)) {
        while goes_on() {
            if self.step().await.is_err() {
                self.broken += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Does something, as chance has it; before that asks again for what the server was too busy for.
    pub(crate) async fn step(&mut self) -> Result<(), Gone> {
        if self.settle().await? {
            return Ok(());
        }
        let alive: Vec<_> = (0..self.ledger.families.len()).filter(|n| !self.ledger.families[*n].has_ended).collect();
        let chosen = alive.get(self.dice.below(alive.len().max(1))).copied();
        match (self.dice.below(20), chosen) {
            (0, _) => self.sign_in(PASSWORD).await.map(drop),
            (1..5, _) | (_, None) if self.ledger.codes.is_empty() => self.authorize().await.map(drop),
            (1..8, _) | (_, None) => self.redeem_newest().await,
            (8..19, Some(family)) => self.refresh(family).await,
            (_, Some(family)) => self.revoke(family).await,
        }
    }

    /// Begins a family, after a sign-in when there is no session.
    pub(crate) async fn begin(&mut self) -> Result<(), Gone> {
        self.authorize().await?;
        self.redeem_newest().await
    }

    /// Whether the browser's session counts; not for the ledger, as it may issue a code.
    pub(crate) async fn is_signed_in(&self) -> Result<bool, Gone> {
        let page = self.browser.try_visit(&self.request().with("prompt", "none").path()).await?;
        Ok(page.callback().get("code").is_some())
    }

    /// Opens a new browser and signs in; false when the password is not the right one.
    pub(crate) async fn sign_in(&mut self, password: &str) -> Result<bool, Gone> {
        self.addresses += 1;
        let address = self.address();
        self.browser = self.browser.stranger().from_address(address);
        self.has_session = false;
        self.pending = Pending::Code;
        let page = self.browser.try_visit(&self.request().path()).await?;
        if !page.has_button("submit") {
            assert!(is_busy(&page.reply), "{}: {} {}", self.client, page.reply.status, page.html());
            return Ok(false);
        }
        let filled = [("email", self.email.as_str()), ("password", password)];
        let page = self.browser.try_press(&page, "submit", &filled).await?;
        Ok(self.take_code(&page))
    }

    /// Asks for a code in the browser that is signed in; without a session, signs in.
    pub(crate) async fn authorize(&mut self) -> Result<bool, Gone> {
        if !self.has_session {
            return self.sign_in(PASSWORD).await;
        }
        self.pending = Pending::Code;
        let page = self.browser.try_visit(&self.request().with("prompt", "none").path()).await?;
        let is_in = self.take_code(&page);
        assert!(is_in || is_busy(&page.reply), "{}: the session is lost: {:?}", self.client, page.reply.onward());
        Ok(is_in)
    }

    /// Goes to a page of ours.
    pub(crate) fn browser(&self) -> &Visitor {
        &self.browser
    }

    fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest::new(&self.client, REDIRECT_URI, "openid")
    }

    /// Writes down the code that a page leaves with; false when it stays here.
    fn take_code(&mut self, page: &Page) -> bool {
        if is_busy(&page.reply) {
            return false;
        }
        self.pending = Pending::Nothing;
        let Some(code) = page.reply.onward().and_then(|url| Callback::parse(&url).get("code").map(str::to_owned))
        else {
            return false;
        };
        self.ledger.write(Change::CodeIssued, Certainty::Acknowledged);
        self.ledger.codes.push((code, Instant::now()));
        self.has_session = true;
        true
    }

    async fn token(&self, pairs: &[(&str, &str)]) -> Result<Reply, Gone> {
        self.post("/oauth2/token", pairs).await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Result<Reply, Gone> {
        let own = basic(&self.client, SECRET);
        self.browser.stranger().try_post(path, &[("authorization", &own)], pairs).await
    }

    pub(crate) async fn present(&self, code: &str) -> Result<Reply, Gone> {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        self.token(&pairs).await
    }

    async fn redeem_newest(&mut self) -> Result<(), Gone> {
        match self.ledger.codes.pop() {
            Some((code, at)) if at.elapsed() < CODE_AGE => self.redeem(code).await,
            _ => self.authorize().await.map(drop),
        }
    }

    async fn redeem(&mut self, code: String) -> Result<(), Gone> {
        self.pending = Pending::Redemption(code.clone());
        let reply = self.present(&code).await?;
        if !is_busy(&reply) {
            self.pending = Pending::Nothing;
            self.begin_family(code, &reply);
        }
        Ok(())
    }

    fn begin_family(&mut self, code: String, reply: &Reply) {
        let tokens = reply.success();
        self.ledger.write(Change::CodeRedeemed, Certainty::Acknowledged);
        self.ledger.families.push(Family {
            code,
            refresh: vec![text(&tokens["refresh_token"])],
            access: text(&tokens["access_token"]),
            access_at: Instant::now(),
            has_ended: false,
        });
    }

    pub(crate) async fn refresh(&mut self, family: usize) -> Result<(), Gone> {
        self.pending = Pending::Refresh(family, Instant::now());
        let reply = self.present_newest(family).await?;
        if !is_busy(&reply) {
            self.pending = Pending::Nothing;
            self.rotated(family, &reply);
        }
        Ok(())
    }

    /// Presents the newest refresh token of a family.
    pub(crate) async fn present_newest(&self, family: usize) -> Result<Reply, Gone> {
        self.present_refresh(self.newest_refresh(family)).await
    }

    fn newest_refresh(&self, family: usize) -> &str {
        self.ledger.families[family].refresh.last().expect("a family begins with one")
    }

    async fn give_back(&self, family: usize) -> Result<Reply, Gone> {
        self.post("/oauth2/revoke", &[("token", self.newest_refresh(family))]).await
    }

    pub(crate) async fn present_refresh(&self, token: &str) -> Result<Reply, Gone> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    fn rotated(&mut self, family: usize, reply: &Reply) {
        let tokens = reply.success();
        self.ledger.write(Change::Rotated, Certainty::Acknowledged);
        let family = &mut self.ledger.families[family];
        family.refresh.push(text(&tokens["refresh_token"]));
        (family.access, family.access_at) = (text(&tokens["access_token"]), Instant::now());
    }

    pub(crate) async fn revoke(&mut self, family: usize) -> Result<(), Gone> {
        self.pending = Pending::Revocation(family);
        let reply = self.give_back(family).await?;
        if !is_busy(&reply) {
            self.pending = Pending::Nothing;
            self.revoked(family, &reply);
        }
        Ok(())
    }

    fn revoked(&mut self, family: usize, reply: &Reply) {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        self.ledger.write(Change::Revoked, Certainty::Acknowledged);
        self.ledger.families[family].has_ended = true;
    }

    /// Asks again for what was not answered; true when there was such a thing. It waits on when the server is busy.
    pub(crate) async fn settle(&mut self) -> Result<bool, Gone> {
        let reply = match &self.pending {
            Pending::Nothing => return Ok(false),
            Pending::Code => None,
            Pending::Redemption(code) => Some(self.present(code).await?),
            Pending::Refresh(family, _) => Some(self.present_newest(*family).await?),
            Pending::Revocation(family) => Some(self.give_back(*family).await?),
        };
        *self.settled.entry(self.pending.name()).or_default() += 1;
        if reply.as_ref().is_some_and(is_busy) {
            return Ok(true);
        }
        match (mem::replace(&mut self.pending, Pending::Nothing), reply) {
            (Pending::Redemption(code), Some(reply)) if reply.status == StatusCode::OK => {
                self.begin_family(code, &reply);
            }
            (Pending::Redemption(_), Some(reply)) => {
                // It was redeemed by the request that got no answer, whose tokens nobody has and which are dead now.
                assert_eq!(reply.error(), (400, "invalid_grant".to_owned()));
                self.ledger.write(Change::CodeRedeemed, Certainty::Acknowledged);
                self.ledger.write(Change::CodeReplayed, Certainty::Acknowledged);
            }
            (Pending::Refresh(family, _), Some(reply)) if reply.status == StatusCode::OK => {
                self.rotated(family, &reply);
            }
            (Pending::Refresh(family, at), Some(reply)) => {
                // Too late for a retry: the answer that was lost had been a rotation.
                assert!(at.elapsed() > RETRY, "{}: a family is lost: {}", self.client, reply.text());
                self.ledger.write(Change::Rotated, Certainty::Acknowledged);
                self.ledger.write(Change::RefreshReplayed, Certainty::Acknowledged);
                self.ledger.families[family].has_ended = true;
            }
            (Pending::Revocation(family), Some(reply)) => self.revoked(family, &reply),
            _ => self.ledger.write(Change::CodeIssued, Certainty::Unknown),
        }
        Ok(true)
    }

    /// Whether a token counts.
    pub(crate) async fn sees_active(&self, token: &str) -> Result<bool, Gone> {
        Ok(self.post("/oauth2/introspect", &[("token", token)]).await?.success()["active"] == true)
    }

    /// Says that what was acknowledged holds: tokens, sessions and codes count or do not, and each family has one branch.
    pub(crate) async fn check(&mut self) -> Result<(), Gone> {
        for family in self.ledger.families.iter().rev().take(LOOKED_AT) {
            let (newest, older) = family.refresh.split_last().expect("a family begins with one");
            let alive = !family.has_ended;
            assert_eq!(self.sees_active(newest).await?, alive, "{}: a refresh token; {family:?}", self.client);
            for token in older.iter().rev().take(3) {
                assert!(!self.sees_active(token).await?, "{}: two branches of {family:?}", self.client);
            }
            if family.access_at.elapsed() < ACCESS_AGE {
                assert_eq!(self.sees_active(&family.access).await?, alive, "{}: an access token", self.client);
            }
        }
        if self.has_session {
            self.authorize().await?;
        }
        for (code, at) in mem::take(&mut self.ledger.codes) {
            if at.elapsed() < CODE_AGE {
                self.redeem(code).await?;
            }
        }
        self.replay().await
    }

    /// Presents a code that was redeemed and a refresh token that was used: neither counts again, and their grants end.
    async fn replay(&mut self) -> Result<(), Gone> {
        let alive = |family: &&mut Family| !family.has_ended;
        let used = self.ledger.families.iter_mut().filter(alive).find(|family| family.refresh.len() > 2);
        if let Some(family) = used {
            family.has_ended = true;
            let (first, access) = (family.refresh[0].clone(), family.access.clone());
            let reply = self.present_refresh(&first).await?;
            assert_eq!(reply.error(), (400, "invalid_grant".to_owned()), "a refresh token was used twice");
            self.ledger.write(Change::RefreshReplayed, Certainty::Acknowledged);
            assert!(!self.sees_active(&access).await?, "{}: after a replay", self.client);
        }
        if let Some(family) = self.ledger.families.iter_mut().find(alive) {
            family.has_ended = true;
            let (code, access) = (family.code.clone(), family.access.clone());
            let reply = self.present(&code).await?;
            assert_eq!(reply.error(), (400, "invalid_grant".to_owned()), "a code was redeemed twice");
            self.ledger.write(Change::CodeReplayed, Certainty::Acknowledged);
            assert!(!self.sees_active(&access).await?, "{}: after a replay", self.client);
        }
        Ok(())
    }
}

/// Whether the server asked to come back later, and so did nothing.
pub(crate) fn is_busy(reply: &Reply) -> bool {
    [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&reply.status)
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a token").to_owned()
}
