//! What a person signs in with, as far as their account pages tell, and what of it may go (S-098).

use portreeve_domain::{Fault, MfaPolicy, Timestamp, UserId};
use portreeve_storage::{Conn, passkeys, password_credentials, recovery_codes, totp_credentials};

use crate::directory::TenantDirectory;

/// The factors of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    /// When the password was set; `None` without one.
    pub password_set_at: Option<Timestamp>,
    /// When the authenticator app was set up; `None` without one.
    pub totp_since: Option<Timestamp>,
    /// How many passkeys there are; `None` where nobody can sign in with one.
    pub passkeys: Option<i64>,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
    /// What the tenant asks of everybody.
    pub demanded: MfaPolicy,
}

impl Factors {
    /// Whether something else is asked for beside a password; recovery codes stand in for that.
    pub fn has_second_factor(&self) -> bool {
        self.totp_since.is_some() || self.passkey_count() > 0
    }

    /// Whether the authenticator app may be removed: the level that the tenant demands must be reached without it.
    pub fn may_remove_totp(&self) -> bool {
        self.totp_since.is_some() && (self.demanded == MfaPolicy::WhenEnrolled || self.passkey_count() > 0)
    }

    /// Whether one of the passkeys may be removed: there must be another way in, at the level that the tenant demands.
    pub fn may_remove_passkey(&self) -> bool {
        let is_enough_without = match self.demanded {
            MfaPolicy::WhenEnrolled => true,
            MfaPolicy::Required => self.totp_since.is_some(),
            MfaPolicy::PhishingResistant => false,
        };
        self.passkey_count() > 1 || self.passkey_count() == 1 && self.password_set_at.is_some() && is_enough_without
    }

    fn passkey_count(&self) -> i64 {
        self.passkeys.unwrap_or_default()
    }
}

pub(super) async fn of(conn: &mut Conn, at: &TenantDirectory, user: UserId) -> Result<Factors, Fault> {
    let passkeys = match at.passkeys {
        Some(_) => Some(passkeys::count(conn, at.id(), user).await?),
        None => None,
    };
    Ok(Factors {
        password_set_at: password_credentials::changed_at(conn, at.id(), user).await?,
        totp_since: totp_credentials::find(conn, at.id(), user).await?.map(|row| row.confirmed_at),
        passkeys,
        recovery_codes_left: recovery_codes::left(conn, at.id(), user).await?,
        demanded: at.tenant.settings.mfa,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(password: bool, totp: bool, passkeys: i64, demanded: MfaPolicy) -> Factors {
        let set = Timestamp::from_millis(0);
        Factors {
            password_set_at: password.then_some(set),
            totp_since: totp.then_some(set),
            passkeys: Some(passkeys),
            recovery_codes_left: 0,
            demanded,
        }
    }

    /// S-098: whatever is removed, there is a way in, and one that the tenant's policy lets through.
    #[test]
    fn no_removal_leaves_an_account_without_a_way_in() {
        let is_way_in = |factors: &Factors| {
            let passkeys = factors.passkeys.unwrap();
            let with_password = factors.password_set_at.is_some()
                && match factors.demanded {
                    MfaPolicy::WhenEnrolled => true,
                    MfaPolicy::Required => factors.totp_since.is_some(),
                    MfaPolicy::PhishingResistant => false,
                };
            passkeys > 0 || with_password
        };
        for demanded in [MfaPolicy::WhenEnrolled, MfaPolicy::Required, MfaPolicy::PhishingResistant] {
            for number in 0..12 {
                let now = factors(number & 1 == 1, number & 2 == 2, i64::from(number / 4), demanded);
                let without_totp = Factors { totp_since: None, ..now.clone() };
                let one_less = Factors { passkeys: now.passkeys.map(|count| count - 1), ..now.clone() };

                if is_way_in(&now) {
                    assert!(!now.may_remove_totp() || is_way_in(&without_totp), "{now:?}");
                    assert!(!now.may_remove_passkey() || is_way_in(&one_less), "{now:?}");
                }
                assert!(now.may_remove_passkey() || now.passkeys == Some(0) || !is_way_in(&one_less), "{now:?}");
            }
        }
    }
}
