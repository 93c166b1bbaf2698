//! What a person signs in with, as far as their account pages tell, and what of it may go (S-098).

use portreeve_authenticators::PasswordPolicy;
use portreeve_domain::{EmailSignIn, Fault, MfaPolicy, Timestamp, UserId};
use portreeve_storage::{Conn, passkeys, password_credentials, recovery_codes, totp_credentials, users};

use crate::directory::TenantDirectory;

/// The factors of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    /// When the password was set; `None` without one, and where one lets nobody in.
    pub password_set_at: Option<Timestamp>,
    /// Whether a code mailed to the account's address, which is proven, lets the person in.
    pub mailed_codes: bool,
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

    /// The rules for a new password where the tenant demands `demanded` of everybody, for somebody whose authenticator app was set
    /// up at `totp_since`: at least 15 characters, or 8.
    ///
    /// The lower minimum is for tenants that let nobody in without a second factor. Elsewhere the app may be removed later
    /// (`may_remove_totp`), and the password would stand alone. ASVS 6.2.1; S-075.
    pub(crate) fn password_policy(demanded: MfaPolicy, totp_since: Option<Timestamp>) -> PasswordPolicy {
        match (demanded, totp_since) {
            (MfaPolicy::Required | MfaPolicy::PhishingResistant, Some(_)) => PasswordPolicy::WITH_SECOND_FACTOR,
            (MfaPolicy::WhenEnrolled, _) | (_, None) => PasswordPolicy::SINGLE_FACTOR,
        }
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
        let has_first_factor = self.password_set_at.is_some() || self.mailed_codes;
        self.passkey_count() > 1 || self.passkey_count() == 1 && has_first_factor && is_enough_without
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
    let settings = &at.tenant.settings;
    let password_set_at = match settings.is_passwordless() {
        true => None,
        false => password_credentials::changed_at(conn, at.id(), user).await?,
    };
    let is_address_proven = users::find(conn, at.id(), user).await?.is_some_and(|row| row.email_verified_at.is_some());
    Ok(Factors {
        password_set_at,
        mailed_codes: settings.email_sign_in != EmailSignIn::Off && is_address_proven,
        totp_since: totp_credentials::find(conn, at.id(), user).await?.map(|row| row.confirmed_at),
        passkeys,
        recovery_codes_left: recovery_codes::left(conn, at.id(), user).await?,
        demanded: settings.mfa,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors((password, mailed_codes): (bool, bool), totp: bool, passkeys: i64, demanded: MfaPolicy) -> Factors {
        let set = Timestamp::from_millis(0);
        Factors {
            password_set_at: password.then_some(set),
            mailed_codes,
            totp_since: totp.then_some(set),
            passkeys: Some(passkeys),
            recovery_codes_left: 0,
            demanded,
        }
    }

    /// S-075, ASVS 6.2.1: a password that may be short is one that lets nobody in alone, also when the app is removed.
    #[test]
    fn a_short_password_is_for_those_who_need_a_second_factor() {
        let set = Some(Timestamp::from_millis(0));
        for (demanded, totp_since, minimum) in [
            (MfaPolicy::WhenEnrolled, None, 15),
            (MfaPolicy::WhenEnrolled, set, 15),
            (MfaPolicy::Required, None, 15),
            (MfaPolicy::Required, set, 8),
            (MfaPolicy::PhishingResistant, None, 15),
            (MfaPolicy::PhishingResistant, set, 8),
        ] {
            let policy = Factors::password_policy(demanded, totp_since);
            assert_eq!(policy.minimum_length, minimum, "{demanded:?} {totp_since:?}");
        }
    }

    /// S-098: whatever is removed, there is a way in, and one that the tenant's policy lets through.
    #[test]
    fn no_removal_leaves_an_account_without_a_way_in() {
        let is_way_in = |factors: &Factors| {
            let passkeys = factors.passkeys.unwrap();
            let with_first_factor = (factors.password_set_at.is_some() || factors.mailed_codes)
                && match factors.demanded {
                    MfaPolicy::WhenEnrolled => true,
                    MfaPolicy::Required => factors.totp_since.is_some(),
                    MfaPolicy::PhishingResistant => false,
                };
            passkeys > 0 || with_first_factor
        };
        for demanded in [MfaPolicy::WhenEnrolled, MfaPolicy::Required, MfaPolicy::PhishingResistant] {
            for number in 0..24 {
                let first = (number & 1 == 1, number & 4 == 4);
                let now = factors(first, number & 2 == 2, i64::from(number / 8), demanded);
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
