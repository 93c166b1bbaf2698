//! Many at once: what counts once counts once. SECURITY rules 3 and 4.

use http::Method;
use portreeve_domain::TenantId;
use portreeve_storage::Wall;
use portreeve_tests::{
    backchannel::Asker,
    browser::{Browser, own_headers},
    cast,
    deployment::{Database, Deployment, form, on_both, post_request},
    relying_party::{self, RelyingParty, Tokens},
};

const AT_ONCE: usize = 50;
const HOLD_REFRESH_TOKENS: &str = "UPDATE refresh_tokens SET created_at = created_at";
const WAITING_FOR_LOCKS: &str =
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// S-021, OA-14, OA-15, OA-CC-4: fifty redemptions of one code give tokens once, and the others end them.
#[test]
fn one_of_many_redemptions_succeeds() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let grant = web.grant("openid", cast::ADA).await;

        let replies = at.send_all(AT_ONCE, |_| web.prepared_redemption(&grant)).await;

        let (successes, refusals): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(successes.len(), 1);
        for refused in &refusals {
            assert_eq!(refused.error(), (400, "invalid_grant".to_owned()));
        }
        let tokens = Tokens(successes[0].json());
        assert!(!web.sees_active(tokens.access()).await);
        assert_eq!(web.refresh(tokens.refresh()).await.error(), (400, "invalid_grant".to_owned()));
        assert_eq!(at.events("token.code.redeemed").await, 1);
    });
}

/// S-021, OA-14, OA-CC-2: on two nodes a code counts once as well.
#[test]
fn one_of_many_redemptions_on_two_nodes_succeeds() {
    on_both(async |at| {
        let (web, other) = (RelyingParty::new(at, "web"), at.another_node().await);
        let grant = web.grant("openid", cast::ADA).await;
        let request = |_| web.prepared_redemption(&grant);

        let (here, there) = tokio::join!(at.send_all(AT_ONCE / 2, request), other.send_all(AT_ONCE / 2, request));

        let replies = [here, there].concat();
        assert!(replies.iter().all(|reply| [200, 400].contains(&reply.status.as_u16())));
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert_eq!(at.events("token.code.replayed").await, 1);
    });
}

/// S-036, OA-CC-3: on two nodes a refresh token has one successor as well, and a replay on one is felt on the other.
#[test]
fn a_refresh_token_has_one_successor_on_two_nodes() {
    on_both(async |at| {
        let (spa, other) = (RelyingParty::new(at, "spa"), at.another_node().await);
        let first = spa.tokens("openid").await;
        let request = |_| spa.prepared_refresh(first.refresh());

        let (here, there) = tokio::join!(at.send_all(AT_ONCE / 2, request), other.send_all(AT_ONCE / 2, request));

        let successors: Vec<_> = [here, there].concat().iter().map(|reply| Tokens(reply.success())).collect();
        assert!(successors.iter().all(|tokens| tokens.refresh() == successors[0].refresh()));
        let third = Tokens(spa.refresh(successors[0].refresh()).await.success());
        let replay = other.send(spa.prepared_refresh(first.refresh())).await;
        assert_eq!(replay.error(), (400, "invalid_grant".to_owned()));
        assert_eq!(spa.refresh(third.refresh()).await.error(), (400, "invalid_grant".to_owned()));
    });
}

/// S-036, OA-CC-3: two find a token unused, and both are about to exchange it: one does, and the other one is answered by what is
/// stored then. On SQLite one writes after the other.
#[test]
fn whoever_is_overtaken_at_the_last_moment_gets_the_same_successor() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let first = spa.tokens("openid").await;
        let refresh = || at.send_once(spa.prepared_refresh(first.refresh()));
        let hold = async || {
            let mut tx = at.issuer.store().begin(TenantId::DEFAULT).await.unwrap();
            tx.execute(HOLD_REFRESH_TOKENS, &[]).await.unwrap();
            tx
        };
        let until_both_wait = async |held| {
            while waiting_for_locks(at).await < 2 {
                tokio::task::yield_now().await;
            }
            drop(held);
        };

        let (one, other) = match at.database {
            Database::Sqlite => (refresh().await, refresh().await),
            Database::Postgres => {
                let held = hold().await;
                let (one, other, ()) = tokio::join!(refresh(), refresh(), until_both_wait(held));
                (one, other)
            }
        };

        let (one, other) = (Tokens(one.success()), Tokens(other.success()));
        assert_eq!(one.refresh(), other.refresh());
        assert_ne!(one.access(), other.access());
        assert_eq!(at.events("token.refresh.rotated").await, 1);
    });
}

/// How many connections to this PostgreSQL wait for what another one holds.
pub(crate) async fn waiting_for_locks(at: &Deployment) -> i64 {
    let mut conn = at.issuer.store().read(Wall::All).await.unwrap();
    conn.one(WAITING_FOR_LOCKS, &[], |row| row.integer(0)).await.unwrap()
}

/// CB-07, S-021: of fifty polls after the approval one redeems it, and the others end nothing (decision 0019).
#[test]
fn many_polls_redeem_once() {
    on_both(async |at| {
        let till = Asker::new(at, "till");
        let asked = till.ask(&[]).await;
        till.decide("allow").await;

        let replies = at.send_all(AT_ONCE, |_| till.prepared_poll(&asked)).await;

        let (served, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(served.len(), 1);
        assert!(refused.iter().all(|reply| reply.error() == (400, "invalid_grant".to_owned())));
        assert_eq!(at.events("token.auth_req_id.redeemed").await, 1);
        assert_eq!(at.events("token.auth_req_id.replayed").await, 0);
        let tokens = Tokens(served[0].success());
        assert_eq!(RelyingParty::new(at, "till").refresh(tokens.refresh()).await.status, 200);
    });
}

/// S-049: an assertion counts once on two nodes.
#[test]
fn an_assertion_counts_once_on_two_nodes() {
    on_both(async |at| {
        let (keyed, other) = (RelyingParty::new(at, "keyed"), at.another_node().await);
        let assertion = relying_party::assertion(at, &relying_party::assertion_claims(at, &keyed.id));
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", "orders.read"),
            ("client_assertion_type", relying_party::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];

        let here = at.post("/oauth2/token", &[], &pairs).await;
        let there = other.post("/oauth2/token", &[], &pairs).await;

        assert_eq!(here.status, 200);
        assert_eq!(there.error().1, "invalid_client");
    });
}

/// S-036, OA-CC-1, OA-CC-5: fifty uses of one refresh token, by a client that retries, all give the same successor, which works.
#[test]
fn many_uses_of_a_refresh_token_give_one_successor() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let first = spa.tokens("openid").await;

        let replies = at.send_all(AT_ONCE, |_| spa.prepared_refresh(first.refresh())).await;

        let successors: Vec<_> = replies.into_iter().map(|reply| Tokens(reply.success())).collect();
        let one = successors[0].refresh();
        assert!(successors.iter().all(|tokens| tokens.refresh() == one));
        assert_eq!(at.events("token.refresh.rotated").await, 1);
        let last = Tokens(spa.refresh(one).await.success());
        assert_eq!(at.events("token.refresh.replayed").await, 0);
        assert_eq!(at.userinfo(last.access()).await.status, 200);
        spa.revoke(last.refresh()).await;
        for tokens in &successors {
            assert_eq!(at.userinfo(tokens.access()).await.status, 401, "all that came of the race ends with the grant");
        }
    });
}

/// S-036: uses of a token and of its successor at once leave one branch alive at most.
#[test]
fn a_race_of_generations_leaves_one_branch_at_most() {
    on_both(async |at| {
        let spa = RelyingParty::new(at, "spa");
        let first = spa.tokens("openid").await;
        let second = Tokens(spa.refresh(first.refresh()).await.success());
        let both = [first.refresh(), second.refresh()];

        let replies = at.send_all(AT_ONCE, |index| spa.prepared_refresh(both[index % 2])).await;

        assert!(replies.iter().all(|reply| [200, 400].contains(&reply.status.as_u16())));
        let tips = replies.iter().filter(|reply| reply.status == 200).map(|reply| Tokens(reply.json()));
        let mut tips: Vec<_> =
            tips.map(|tokens| tokens.refresh().to_owned()).filter(|tip| tip != second.refresh()).collect();
        tips.sort_unstable();
        tips.dedup();
        assert!(tips.len() <= 1, "{tips:?}");
    });
}

/// S-081: one code of the app signs in once, however many browsers send it at once.
#[test]
fn a_totp_code_signs_in_once() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let mut pages = vec![];
        let browsers: Vec<_> = (0..4).map(|_| Browser::new(at)).collect();
        for browser in &browsers {
            let page = browser.authorize(&web.request("openid")).await;
            let page = browser.press(&page, "submit", &[("email", cast::GRACE), ("password", cast::PASSWORD)]).await;
            assert_eq!(page.step(), "second-factor");
            pages.push(page);
        }

        let show = |index: usize| {
            let browser: &Browser<'_> = &browsers[index];
            browser.prepared_press(&pages[index], "submit", &[("code", &browser.totp_code())])
        };
        let replies = at.send_all(pages.len(), show).await;

        let passed = replies.iter().filter(|reply| reply.onward().is_some()).count();
        assert_eq!(passed, 1);
    });
}

/// S-092: one form posted many times at once signs in once: one session, one code.
#[test]
fn a_form_posted_many_times_counts_once() {
    on_both(async |at| {
        let (own, browser) = (RelyingParty::new(at, "first-party"), Browser::new(at));
        let page = browser.authorize(&own.request("openid")).await;
        let (action, fields) = page.filled_form("submit", &[("email", cast::ADA), ("password", cast::PASSWORD)]);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = || browser.prepared(Method::POST, &action, &own_headers(), form(&pairs));

        let replies = at.send_all(5, |_| request()).await;

        let codes = replies.iter().filter(|reply| reply.onward().is_some_and(|to| to.contains("code="))).count();
        assert_eq!(codes, 1);
        assert!(replies.iter().all(|reply| !reply.status.is_server_error()));
        assert_eq!(at.events("session.created").await, 1);
        assert_eq!(at.events("token.code.issued").await, 1);
    });
}

/// S-049, OC-51: one assertion authenticates once, however many requests carry it at once.
#[test]
fn an_assertion_counts_once() {
    on_both(async |at| {
        let keyed = RelyingParty::new(at, "keyed");
        let assertion = relying_party::assertion(at, &relying_party::assertion_claims(at, &keyed.id));
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", "orders.read"),
            ("client_assertion_type", relying_party::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];

        let replies = at.send_all(20, |_| post_request("/oauth2/token", &[], &pairs)).await;

        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().filter(|reply| reply.status != 200).all(|reply| reply.error().1 == "invalid_client"));
    });
}
