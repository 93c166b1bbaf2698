//! What a person signs in with, as far as their account pages tell.

use portreeve_domain::{Fault, MfaPolicy, Timestamp, UserId};
use portreeve_storage::{Conn, password_credentials, recovery_codes, totp_credentials};

use crate::directory::TenantDirectory;

/// The factors of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    /// When the password was set; `None` without one.
    pub password_set_at: Option<Timestamp>,
    /// When the authenticator app was set up; `None` without one.
    pub totp_since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
    /// Whether the tenant asks everybody for a second factor.
    pub second_factor_demanded: bool,
}

impl Factors {
    /// Whether the authenticator app may be removed: the level that the tenant demands must be reached without it (S-098).
    pub fn may_remove_totp(&self) -> bool {
        self.totp_since.is_some() && !self.second_factor_demanded
    }
}

pub(super) async fn of(conn: &mut Conn, at: &TenantDirectory, user: UserId) -> Result<Factors, Fault> {
    Ok(Factors {
        password_set_at: password_credentials::changed_at(conn, at.id(), user).await?,
        totp_since: totp_credentials::find(conn, at.id(), user).await?.map(|row| row.confirmed_at),
        recovery_codes_left: recovery_codes::left(conn, at.id(), user).await?,
        second_factor_demanded: at.tenant.settings.mfa != MfaPolicy::WhenEnrolled,
    })
}
