//! What a client registers for back-channel authentication: how it is told, and where.
//!
//! Owns the rules that [`crate::registration`] applies to every client. CIBA Core §4.

use portreeve_domain::{ClientMetadata, GrantType, ProfileRules, TokenDelivery};

use crate::{Cause, Refusal, registration};

const MODE: &str = "backchannel_token_delivery_mode";
const ENDPOINT: &str = "backchannel_client_notification_endpoint";

/// Checks mode and notification endpoint.
///
/// # Errors
/// `MetadataInvalid` for a client of the grant without a mode, for a mode without the grant and for one that the profile does not
/// have, for a client that is called without an https endpoint, and for one that is sent tokens which it must prove a key for.
pub(crate) fn check(metadata: &ClientMetadata, rules: &ProfileRules) -> Result<(), Refusal> {
    let invalid = |what: &str| Err(Refusal::new(Cause::MetadataInvalid).with_detail(what));
    let uses_grant = metadata.grant_types.contains(&GrantType::Ciba);
    let Some(mode) = metadata.backchannel_token_delivery_mode else {
        return if uses_grant {
            invalid(&format!("{MODE} is required for {}", GrantType::Ciba.name()))
        } else {
            Ok(())
        };
    };
    if !uses_grant {
        return invalid(&format!("{MODE} needs the grant type {}", GrantType::Ciba.name()));
    }
    if !rules.token_delivery.contains(&mode) {
        return invalid(&format!("{MODE} cannot be {} in this profile", mode.name()));
    }
    match metadata.backchannel_client_notification_endpoint.as_deref() {
        None if mode.calls_client() => return invalid(&format!("{ENDPOINT} is required for {}", mode.name())),
        Some(uri) if !registration::may_publish_keys(uri) => {
            return invalid(&format!("{ENDPOINT} must be an https URI without a fragment"));
        }
        _ => {}
    }
    // Nobody proves a key when tokens are sent; refresh tokens of an attested instance are bound to its key.
    let is_bound = metadata.dpop_bound_access_tokens
        || metadata.tls_client_certificate_bound_access_tokens
        || metadata.token_endpoint_auth_method.is_attested();
    if mode == TokenDelivery::Push && is_bound {
        return invalid(&format!("{MODE} cannot be push for a client whose tokens are bound"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_domain::Profile;

    fn checked(mode: Option<TokenDelivery>, endpoint: Option<&str>) -> bool {
        let metadata = ClientMetadata {
            grant_types: vec![GrantType::Ciba],
            backchannel_token_delivery_mode: mode,
            backchannel_client_notification_endpoint: endpoint.map(str::to_owned),
            ..ClientMetadata::default()
        };
        check(&metadata, Profile::OAuth21.rules()).is_ok()
    }

    /// CB-10: the mode is registered, and whoever is called says where, by https.
    #[test]
    fn whoever_is_called_says_where() {
        assert!(!checked(None, None));
        assert!(checked(Some(TokenDelivery::Poll), None));
        for mode in [TokenDelivery::Ping, TokenDelivery::Push] {
            assert!(checked(Some(mode), Some("https://rp.example/notify")));
            assert!(!checked(Some(mode), None));
            assert!(!checked(Some(mode), Some("http://rp.example/notify")));
            assert!(!checked(Some(mode), Some("https://rp.example/notify#x")));
        }
    }

    /// CB-10: a mode without the grant says nothing; bound tokens cannot be sent.
    #[test]
    fn a_mode_goes_with_the_grant_and_not_with_bound_tokens() {
        let poll = Some(TokenDelivery::Poll);
        let lone = ClientMetadata { backchannel_token_delivery_mode: poll, ..ClientMetadata::default() };
        assert!(check(&lone, Profile::OAuth21.rules()).is_err());
        let bound = |mode| ClientMetadata {
            grant_types: vec![GrantType::Ciba],
            backchannel_token_delivery_mode: Some(mode),
            backchannel_client_notification_endpoint: Some("https://rp.example/notify".to_owned()),
            dpop_bound_access_tokens: true,
            ..ClientMetadata::default()
        };
        assert!(check(&bound(TokenDelivery::Ping), Profile::OAuth21.rules()).is_ok());
        assert!(check(&bound(TokenDelivery::Push), Profile::OAuth21.rules()).is_err());
    }
}
