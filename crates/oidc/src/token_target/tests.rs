//! Tests of narrowing: scope and audience never grow.

use super::*;
use crate::testing::{member_number, orders_api, scope, web_client};

const ORDERS: &str = "https://orders.example";
const ISSUER: &str = "https://id.example";
const BILLS: &str = "https://bills.example";

fn orders() -> ResourceServer {
    ResourceServer { resource: ORDERS.into(), scopes: scope("orders.read orders.write shared"), ..orders_api() }
}

fn bills() -> ResourceServer {
    ResourceServer { resource: BILLS.into(), scopes: scope("bills.read shared"), ..orders_api() }
}

fn owned(resources: &[&str]) -> Vec<String> {
    resources.iter().map(|resource| (*resource).to_owned()).collect()
}

/// Chooses for a grant of (scope, resources) and a request of (scope, resources).
fn user(granted: (&str, &[&str]), wanted: (Option<&str>, &[&str])) -> Result<(Option<String>, String), Cause> {
    let (granted_scope, granted_resources) = (scope(granted.0), owned(granted.1));
    let (wanted_scope, wanted_resources) = (wanted.0.map(scope), owned(wanted.1));
    let granted = Granted { scope: &granted_scope, resources: &granted_resources, details: &[] };
    let wanted = Wanted { scope: wanted_scope.as_ref(), resources: &wanted_resources, details: None };
    let ours = Ours { issuer: ISSUER, attributes: &[member_number()] };
    shown(for_user(&web_client(), granted, wanted, &[&orders(), &bills()], ours))
}

/// RI-03, S-148: the scope of a claim of the tenant's own is one of userinfo, and says nothing to an API.
#[test]
fn scopes_of_own_claims_are_of_userinfo() {
    let granted = "openid membership orders.read";

    assert_eq!(user((granted, &[]), (None, &[])), Ok((None, "openid membership".to_owned())));
    assert_eq!(user((granted, &[ORDERS]), (None, &[])), Ok((Some(ORDERS.to_owned()), "orders.read".to_owned())));
    let without_openid = "membership bills.read";
    assert_eq!(user((without_openid, &[]), (None, &[])), Ok((Some(BILLS.to_owned()), "bills.read".to_owned())));
}

/// RI-03: a grant for an API and `openid` also gives a token for userinfo, when the issuer is named as the resource.
#[test]
fn the_issuer_is_a_resource_where_openid_was_granted() {
    assert_eq!(user(("openid orders.read", &[ORDERS]), (None, &[ISSUER])), at_issuer("openid"));
    assert_eq!(user(("orders.read", &[ORDERS]), (None, &[ISSUER])), Err(Cause::ResourceUnknown));
}

/// Chooses for a service registered for (scope, resources).
fn service(
    registered: (Option<&str>, &[&str]),
    wanted: (Option<&str>, &[&str]),
) -> Result<(Option<String>, String), Cause> {
    let mut client = web_client();
    client.metadata.scope = registered.0.map(scope);
    client.metadata.resources = owned(registered.1);
    let (wanted_scope, wanted_resources) = (wanted.0.map(scope), owned(wanted.1));
    let wanted = Wanted { scope: wanted_scope.as_ref(), resources: &wanted_resources, details: None };
    shown(for_client(&client, wanted, &[&orders(), &bills()]))
}

fn shown(target: Result<TokenTarget, Refusal>) -> Result<(Option<String>, String), Cause> {
    target.map(|target| (target.resource, target.scope.to_string())).map_err(|refusal| refusal.cause)
}

fn at(resource: &str, scope: &str) -> Result<(Option<String>, String), Cause> {
    Ok((Some(resource.to_owned()), scope.to_owned()))
}

fn at_issuer(scope: &str) -> Result<(Option<String>, String), Cause> {
    Ok((None, scope.to_owned()))
}

/// OA-18, S-038: a refresh may narrow the scope and not widen it, not even by one token.
#[test]
fn scope_is_narrowed_and_never_widened() {
    let granted = scope("openid orders.read");

    assert_eq!(narrow_scope(&granted, None), Ok(granted.clone()));
    assert_eq!(narrow_scope(&granted, Some(&scope("orders.read"))), Ok(scope("orders.read")));
    let wider = narrow_scope(&granted, Some(&scope("openid orders.read orders.write"))).unwrap_err();
    assert_eq!(wider.cause, Cause::ScopeBeyondGrant);
    assert_eq!(wider.cause.code().as_str(), "invalid_scope");
}

/// RI-03, S-038: a resource that was not granted is `invalid_target`, also beside a granted one.
#[test]
fn a_resource_beyond_the_grant_is_refused() {
    for wanted in [&[BILLS][..], &[ORDERS, BILLS]] {
        let cause = user(("orders.read", &[ORDERS]), (None, wanted)).unwrap_err();
        assert_eq!(cause, Cause::ResourceBeyondGrant, "{wanted:?}");
        assert_eq!(cause.code().as_str(), "invalid_target");
    }
}

/// RI-03, RI-04, AT-05: any granted resource can be picked; the token has that server's scopes and OpenID Connect's.
#[test]
fn scopes_of_two_audiences_do_not_meet_in_one_token() {
    let granted = ("openid email orders.read bills.read shared", &[ORDERS, BILLS][..]);

    assert_eq!(user(granted, (None, &[ORDERS])), at(ORDERS, "orders.read shared"));
    assert_eq!(user(granted, (None, &[BILLS])), at(BILLS, "bills.read shared"));
    assert_eq!(user(granted, (Some("orders.read bills.read"), &[BILLS])), at(BILLS, "bills.read"));
}

/// AT-05: a token for two resources is not issued; naming one twice is naming one.
#[test]
fn a_token_is_for_one_resource() {
    let granted = ("orders.read bills.read", &[ORDERS, BILLS][..]);

    assert_eq!(user(granted, (None, &[ORDERS, BILLS])), Err(Cause::ResourceNotSingle));
    assert_eq!(user(granted, (None, &[BILLS, BILLS])), at(BILLS, "bills.read"));
}

/// RI-05: without `resource` in the token request, the first that was granted.
#[test]
fn the_first_granted_resource_is_the_default() {
    assert_eq!(user(("openid orders.read", &[ORDERS]), (None, &[])), at(ORDERS, "orders.read"));
    assert_eq!(user(("orders.read bills.read", &[BILLS, ORDERS]), (None, &[])), at(BILLS, "bills.read"));
}

/// RI-05, DESIGN §11: a grant without resources gives a token for userinfo, which has no API's scopes.
#[test]
fn a_grant_without_resources_is_for_userinfo() {
    assert_eq!(user(("openid email offline_access", &[]), (None, &[])), at_issuer("openid email offline_access"));
    assert_eq!(user(("openid orders.read", &[]), (None, &[])), at_issuer("openid"));
    assert_eq!(user(("openid orders.read", &[]), (Some("orders.read"), &[])), at_issuer(""));
}

/// RI-05: plain OAuth without `openid` and without `resource` means the one API that defines the scopes.
#[test]
fn plain_oauth_scopes_name_their_only_server() {
    assert_eq!(user(("orders.read orders.write", &[]), (None, &[])), at(ORDERS, "orders.read orders.write"));
    assert_eq!(user(("offline_access bills.read", &[]), (None, &[])), at(BILLS, "bills.read"));
    for undecided in ["orders.read bills.read", "shared", "profile"] {
        assert_eq!(user((undecided, &[]), (None, &[])).unwrap().0, None, "{undecided}");
    }
}

/// S-060, RI-03: what a client may not use gives it no token, whether its scopes name it or it was granted before.
#[test]
fn a_server_that_the_client_may_not_use_gets_no_tokens() {
    let mut client = web_client();
    client.metadata.resources = owned(&[ORDERS]);
    let (granted_scope, granted_resources) = (scope("bills.read"), owned(&[BILLS]));
    let chosen = |resources: &[String]| {
        let granted = Granted { scope: &granted_scope, resources, details: &[] };
        let ours = Ours { issuer: ISSUER, attributes: &[] };
        shown(for_user(&client, granted, Wanted::default(), &[&orders(), &bills()], ours))
    };

    assert_eq!(chosen(&[]).unwrap().0, None);
    assert_eq!(chosen(&granted_resources), Err(Cause::ResourceUnknown));
}

/// S-060, S-038: a scope that was granted counts as long as the client may have it.
#[test]
fn a_scope_that_the_client_may_not_have_any_more_counts_as_not_granted() {
    let mut client = web_client();
    client.metadata.scope = Some(scope("orders.read"));
    let (granted_scope, granted_resources) = (scope("openid orders.read orders.write"), owned(&[ORDERS]));
    let granted = Granted { scope: &granted_scope, resources: &granted_resources, details: &[] };
    let ours = Ours { issuer: ISSUER, attributes: &[] };
    let chosen = |scope: Option<&Scope>| {
        shown(for_user(&client, granted, Wanted { scope, ..Wanted::default() }, &[&orders(), &bills()], ours))
    };

    assert_eq!(chosen(None), at(ORDERS, "orders.read"));
    assert_eq!(chosen(Some(&scope("orders.write"))), Err(Cause::ScopeBeyondGrant));
}

/// S-040: a grant does not outlive its resource server.
#[test]
fn a_removed_resource_server_gets_no_tokens() {
    assert_eq!(user(("x", &["https://gone.example"]), (None, &[])), Err(Cause::ResourceUnknown));
}

#[test]
fn a_service_gets_what_it_asks_for_at_one_server() {
    assert_eq!(service((None, &[]), (Some("orders.read"), &[])), at(ORDERS, "orders.read"));
    assert_eq!(service((None, &[]), (Some("shared"), &[BILLS])), at(BILLS, "shared"));
    assert_eq!(service((None, &[BILLS]), (Some("shared"), &[])), at(BILLS, "shared"));
}

/// RFC 6749 §3.3: without `scope` the registered one is meant, and nothing if none is registered.
#[test]
fn a_service_without_scope_gets_its_registered_scope() {
    assert_eq!(service((Some("orders.read bills.read"), &[]), (None, &[ORDERS])), at(ORDERS, "orders.read"));
    assert_eq!(service((None, &[]), (None, &[ORDERS])), at(ORDERS, ""));
    assert_eq!(service((None, &[]), (None, &[])), at_issuer(""));
}

/// AT-05: scopes of several servers need a `resource` to say which one is meant.
#[test]
fn a_service_must_say_which_server_it_means() {
    assert_eq!(service((None, &[]), (Some("orders.read bills.read"), &[])), Err(Cause::ResourceNotSingle));
    assert_eq!(service((None, &[]), (Some("shared"), &[])), Err(Cause::ResourceNotSingle));
    assert_eq!(service((None, &[]), (None, &[ORDERS, BILLS])), Err(Cause::ResourceNotSingle));
}

/// OC-41: scopes about a person cannot be had without one.
#[test]
fn a_service_gets_no_scope_about_a_person() {
    for text in ["openid", "orders.read email", "offline_access"] {
        assert_eq!(service((None, &[]), (Some(text), &[])), Err(Cause::ScopeNeedsUser), "{text}");
    }
}

/// S-060: unknown scopes, unregistered ones, and those of a server the client may not use.
#[test]
fn a_service_gets_no_scope_it_may_not_have() {
    assert_eq!(service((None, &[]), (Some("unknown"), &[])), Err(Cause::ScopeNotAllowed));
    assert_eq!(service((Some("orders.read"), &[]), (Some("orders.write"), &[])), Err(Cause::ScopeNotAllowed));
    assert_eq!(service((None, &[ORDERS]), (Some("bills.read"), &[])), Err(Cause::ScopeNotAllowed));
}

/// S-032: a resource that is not registered, or not for this client, is `invalid_target`.
#[test]
fn a_service_gets_no_resource_it_may_not_have() {
    assert_eq!(service((None, &[]), (None, &["https://unknown.example"])), Err(Cause::ResourceUnknown));
    assert_eq!(service((None, &[ORDERS]), (None, &[BILLS])), Err(Cause::ResourceUnknown));
    assert_eq!(Cause::ResourceUnknown.code().as_str(), "invalid_target");
}
