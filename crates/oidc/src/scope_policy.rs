//! Which scopes there are, and who gets which.
//!
//! Owns the list of OpenID Connect scopes, the rule for a request (all or nothing: a scope that is unknown in the tenant
//! or not registered for the client is refused, not dropped, so that a client learns of its mistake), and the one for
//! `offline_access`. Leaves syntax to `domain::Scope`, consent to the journey, and which of them a token carries to
//! `token_target`. RFC 6749 §3.3, OIDC Core §5.4 and §11.

use std::sync::Arc;

use portreeve_domain::journey::ConsentRule;
use portreeve_domain::{Attribute, Client, GrantType, ResourceServer, Scope};

use crate::{Cause, Refusal, userinfo};

/// The scopes every tenant has (OIDC Core §3.1.2.1, §5.4, §11).
pub const OIDC_SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// What has scopes in a tenant, beside OpenID Connect.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Its resource servers.
    pub servers: &'a [&'a ResourceServer],
    /// Its attributes: the scopes that release them are scopes of userinfo, as those of OpenID Connect are.
    pub attributes: &'a [Arc<Attribute>],
}

/// Checks the scope a client asks for. An empty request is granted nothing, and that is no error.
///
/// # Errors
/// `ScopeNotAllowed` for a scope that is neither one of [`OIDC_SCOPES`] nor one of `known`, that only resource servers have
/// which the client may not use, or that is not in the client's registered `scope`. The detail names it.
pub fn allowed(requested: &Scope, client: &Client, known: Known<'_>) -> Result<Scope, Refusal> {
    let usable = |server: &&ResourceServer| client.may_target(&server.resource);
    let of_server = |token: &str| known.servers.iter().any(|server| usable(server) && server.scopes.contains(token));
    let of_claims = |token: &str| userinfo::is_claim_scope(token, known.attributes);
    let exists = |token: &str| OIDC_SCOPES.contains(&token) || of_claims(token) || of_server(token);
    match requested.iter().find(|token| !exists(token) || !client.may_have_scope(token)) {
        None => Ok(requested.clone()),
        Some(token) => Err(Refusal::new(Cause::ScopeNotAllowed).with_detail(token)),
    }
}

/// Drops `offline_access` unless it may be had.
///
/// It stays when the client may use refresh tokens, and either a person agrees to it in this very journey (`consent` is
/// `Always`, as `prompt=consent` makes it) or the client belongs to the operator (`NotNeeded`), which is the "other
/// condition" OIDC Core §11 leaves to the server. Otherwise it is ignored without an error, as §11 demands.
#[must_use]
pub fn settle_offline_access(scope: &Scope, client: &Client, consent: ConsentRule) -> Scope {
    let kept = client.may_use(GrantType::RefreshToken) && consent != ConsentRule::UnlessCovered;
    scope.filter(|token| kept || token != "offline_access")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{member_number, orders_api, scope, web_client};

    fn known<'a>(servers: &'a [&'a ResourceServer]) -> Known<'a> {
        Known { servers, ..Known::default() }
    }

    /// OA-16: OpenID Connect scopes and those of the tenant's resource servers are granted.
    #[test]
    fn known_scopes_are_allowed() {
        let asked = scope("openid email orders.read");

        assert_eq!(allowed(&asked, &web_client(), known(&[&orders_api()])), Ok(asked));
    }

    /// OA-16: the scope of a claim of the tenant's own is one like others.
    #[test]
    fn scopes_of_own_claims_are_allowed_as_others_are() {
        let (asked, attributes) = (scope("openid membership"), [member_number()]);
        let known = Known { attributes: &attributes, ..Known::default() };
        let mut client = web_client();

        assert_eq!(allowed(&asked, &client, known), Ok(asked.clone()));
        client.metadata.scope = Some(scope("openid"));
        assert!(allowed(&asked, &client, known).is_err());
    }

    /// OA-16: a scope that is unknown in the tenant is an error, not dropped.
    #[test]
    fn an_unknown_scope_is_refused() {
        for asked in ["openid admin", "orders.read", "OPENID"] {
            let refusal = allowed(&scope(asked), &web_client(), Known::default()).unwrap_err();

            assert_eq!(refusal.cause, Cause::ScopeNotAllowed, "{asked}");
        }
    }

    /// OA-16: a scope that is not registered for the client is an error.
    #[test]
    fn a_scope_that_is_not_registered_for_the_client_is_refused() {
        let mut client = web_client();
        client.metadata.scope = Some(scope("openid orders.read"));

        let refusal = allowed(&scope("openid email"), &client, Known::default()).unwrap_err();

        assert_eq!((refusal.cause, refusal.detail.as_deref()), (Cause::ScopeNotAllowed, Some("email")));
        assert!(allowed(&scope("openid orders.read"), &client, known(&[&orders_api()])).is_ok());
    }

    /// S-060: the scope of a server that the client may not use is one it may not have.
    #[test]
    fn a_scope_of_a_server_that_the_client_may_not_use_is_refused() {
        let mut client = web_client();
        client.metadata.resources = vec!["https://bills.example".to_owned()];

        let refusal = allowed(&scope("openid orders.read"), &client, known(&[&orders_api()])).unwrap_err();

        assert_eq!((refusal.cause, refusal.detail.as_deref()), (Cause::ScopeNotAllowed, Some("orders.read")));
    }

    /// OC-36: offline_access needs a refresh-token client, and consent in this journey or the operator's own client.
    #[test]
    fn offline_access_is_ignored_without_consent() {
        let mut client = web_client();
        let asked = scope("openid offline_access");

        assert_eq!(settle_offline_access(&asked, &client, ConsentRule::UnlessCovered), scope("openid"));
        assert_eq!(settle_offline_access(&asked, &client, ConsentRule::Always), asked);
        assert_eq!(settle_offline_access(&asked, &client, ConsentRule::NotNeeded), asked);
        client.metadata.grant_types = vec![GrantType::AuthorizationCode];
        assert_eq!(settle_offline_access(&asked, &client, ConsentRule::Always), scope("openid"));
    }
}
