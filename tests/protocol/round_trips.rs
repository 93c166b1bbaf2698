//! What a request costs on PostgreSQL, where every statement is a round trip. Decision 0036; docs/performance.md.

use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Database, Deployment, on_both},
    relying_party::{RelyingParty, Tokens},
};

/// How often each is tried: the first one tells its connection for whom it works, and prepares its statements.
const TIMES: usize = 4;

/// How many statements `request` costs when nothing else goes on.
async fn cost_of(at: &Deployment, mut request: impl AsyncFnMut()) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..TIMES {
        let before = at.issuer.store().statements_sent();
        request().await;
        least = least.min(at.issuer.store().statements_sent() - before);
    }
    least
}

/// What `on_postgres` is there, and nothing on SQLite.
fn expected(at: &Deployment, on_postgres: u64) -> u64 {
    if at.database == Database::Postgres { on_postgres } else { 0 }
}

/// The token with its family, what it stands on, and everything that changes.
#[test]
fn a_refresh_costs_three_statements() {
    on_both(async |at| {
        let web = RelyingParty::new(at, "web");
        let mut tokens = web.tokens("openid").await;

        let cost = cost_of(at, async || tokens = Tokens(web.refresh(tokens.refresh()).await.success())).await;

        assert_eq!(cost, expected(at, 3));
    });
}

/// The browser, its sessions twice, the account, the session, what the grant stands on, and all that is written; then what a
/// refresh costs.
#[test]
fn a_code_flow_where_nothing_is_asked_costs_ten_statements() {
    on_both(async |at| {
        let (web, browser) = (RelyingParty::new(at, "web"), Browser::new(at));
        let request = web.request("openid");
        browser.sign_in(&request, cast::ADA).await;

        let cost = cost_of(at, async || {
            let grant = web.grant_in(&browser, &request, cast::ADA).await;
            drop(web.redeem(&grant).await.success());
        });

        assert_eq!(cost.await, expected(at, 10));
    });
}
