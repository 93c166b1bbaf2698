//! Grants: the ways to get tokens, and what sets each apart.
//!
//! Owns their names and the properties that rules ask for, so that a new grant is one line in the list and one arm in each
//! question below; the compiler names the rest. Leaves parameters to `oidc::token_request`, what happens to
//! `issuer::tokens`. RFC 6749 §4, §6; RFC 7591 §2.

use serde::{Deserialize, Serialize};

/// Declares the grants with the names of their specifications.
macro_rules! grant_types {
    ($($(#[$doc:meta])* $grant:ident = $name:literal)+) => {
        /// A way to get tokens (RFC 7591 §2).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum GrantType { $($(#[$doc])* #[serde(rename = $name)] $grant,)+ }

        impl GrantType {
            /// Every grant this server supports.
            pub const ALL: [Self; [$($name,)+].len()] = [$(Self::$grant,)+];

            /// The registered name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$grant => $name,)+ }
            }
        }
    };
}

grant_types! {
    /// RFC 6749 §4.1.
    AuthorizationCode = "authorization_code"
    /// OIDC Core §3.2: tokens by way of the browser, without a code. Profile `oidc` only.
    Implicit = "implicit"
    /// RFC 6749 §6.
    RefreshToken = "refresh_token"
    /// RFC 6749 §4.4.
    ClientCredentials = "client_credentials"
    /// RFC 8628 §3.4.
    DeviceCode = "urn:ietf:params:oauth:grant-type:device_code"
    /// RFC 8693 §2.1.
    TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    /// CIBA Core §10.1.
    Ciba = "urn:openid:params:grant-type:ciba"
    /// RFC 7523 §2.1.
    JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
}

/// For whom the tokens of a grant act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsFor {
    /// A person: there is a token family, and the gate asks about the person.
    Person,
    /// The client itself.
    Client,
}

impl GrantType {
    /// For whom its tokens act.
    pub const fn acts_for(self) -> ActsFor {
        match self {
            Self::AuthorizationCode
            | Self::Implicit
            | Self::RefreshToken
            | Self::DeviceCode
            | Self::Ciba
            | Self::TokenExchange
            | Self::JwtBearer => ActsFor::Person,
            Self::ClientCredentials => ActsFor::Client,
        }
    }

    /// Whether a client without credentials may use it. One that acts for itself, or on the word of somebody who is not
    /// there, must prove who it is (RFC 6749 §4.4).
    pub const fn admits_public_clients(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::Implicit | Self::RefreshToken | Self::DeviceCode => true,
            Self::ClientCredentials | Self::Ciba | Self::TokenExchange | Self::JwtBearer => false,
        }
    }

    /// Whether the person is asked by this grant's own client; otherwise the operator's policy speaks, and the consent to
    /// whatever the grant was derived from.
    pub const fn rests_on_consent(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::Implicit | Self::RefreshToken | Self::DeviceCode | Self::Ciba => true,
            Self::ClientCredentials | Self::TokenExchange | Self::JwtBearer => false,
        }
    }

    /// Whether nothing comes of it unless a person who came of their own accord says yes to the client at a page of ours:
    /// what a client may have for which nobody vouched. By the back channel a client reaches people who did not come.
    pub const fn needs_person(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::Implicit | Self::RefreshToken | Self::DeviceCode => true,
            Self::ClientCredentials | Self::Ciba | Self::TokenExchange | Self::JwtBearer => false,
        }
    }

    /// Whether it begins a token family that refresh tokens may come of.
    pub const fn begins_refreshable_families(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::DeviceCode | Self::Ciba => true,
            Self::Implicit | Self::RefreshToken | Self::ClientCredentials | Self::TokenExchange | Self::JwtBearer => {
                false
            }
        }
    }

    /// Whether it begins with a person's browser at the authorization endpoint, which answers to a redirect URI.
    pub const fn begins_at_authorization_endpoint(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::Implicit => true,
            Self::RefreshToken
            | Self::ClientCredentials
            | Self::DeviceCode
            | Self::Ciba
            | Self::TokenExchange
            | Self::JwtBearer => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OD-06: what metadata prints is what registration reads.
    #[test]
    fn a_grant_is_registered_by_its_name() {
        for grant in GrantType::ALL {
            let registered = serde_json::to_value(grant).unwrap();

            assert_eq!(registered, grant.name());
            assert_eq!(serde_json::from_value::<GrantType>(registered).unwrap(), grant);
        }
    }

    /// OA-17, S-069: nothing that acts for itself is open to a client that cannot prove who it is.
    #[test]
    fn only_clients_with_credentials_act_for_themselves() {
        for grant in GrantType::ALL.into_iter().filter(|grant| grant.acts_for() == ActsFor::Client) {
            assert!(!grant.admits_public_clients() && !grant.begins_refreshable_families(), "{grant:?}");
        }
    }
}
