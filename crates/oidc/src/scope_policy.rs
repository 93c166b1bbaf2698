//! Which scopes there are, and who gets which.
//!
//! Owns the list of OpenID Connect scopes, the rule for a request (all or nothing: a scope that is unknown in the tenant
//! or not registered for the client is refused, not dropped, so that a client learns of its mistake), and the one for
//! `offline_access`. Leaves syntax to `domain::Scope`, consent to the journey, and which of them a token carries to
//! `token_target`. RFC 6749 §3.3, OIDC Core §5.4 and §11.

use portreeve_domain::journey::ConsentRule;
use portreeve_domain::{Client, GrantType, ResourceServer, Scope};

use crate::{Cause, Refusal};

/// The scopes every tenant has (OIDC Core §3.1.2.1, §5.4, §11).
pub const OIDC_SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// Checks the scope a client asks for. An empty request is granted nothing, and that is no error.
///
/// # Errors
/// `ScopeNotAllowed` for a scope that is neither one of [`OIDC_SCOPES`] nor defined by one of `servers`, the resource
/// servers of the tenant, or that is not in the client's registered `scope`. The detail names it.
pub fn allowed(requested: &Scope, client: &Client, servers: &[&ResourceServer]) -> Result<Scope, Refusal> {
    let exists =
        |token: &str| OIDC_SCOPES.contains(&token) || servers.iter().any(|server| server.scopes.contains(token));
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
    use crate::testing::{orders_api, scope, web_client};

    /// OA-16: OpenID Connect scopes and those of the tenant's resource servers are granted.
    #[test]
    fn known_scopes_are_allowed() {
        let asked = scope("openid email orders.read");

        assert_eq!(allowed(&asked, &web_client(), &[&orders_api()]), Ok(asked));
    }

    /// OA-16: a scope that is unknown in the tenant is an error, not dropped.
    #[test]
    fn an_unknown_scope_is_refused() {
        for asked in ["openid admin", "orders.read", "OPENID"] {
            let refusal = allowed(&scope(asked), &web_client(), &[]).unwrap_err();

            assert_eq!(refusal.cause, Cause::ScopeNotAllowed, "{asked}");
        }
    }

    /// OA-16: a scope that is not registered for the client is an error.
    #[test]
    fn a_scope_that_is_not_registered_for_the_client_is_refused() {
        let mut client = web_client();
        client.metadata.scope = Some(scope("openid orders.read"));

        let refusal = allowed(&scope("openid email"), &client, &[]).unwrap_err();

        assert_eq!((refusal.cause, refusal.detail.as_deref()), (Cause::ScopeNotAllowed, Some("email")));
        assert!(allowed(&scope("openid orders.read"), &client, &[&orders_api()]).is_ok());
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
