//! What a tenant says about passwords, checked before it is stored: there must be a way in without them.

use portreeve_domain::{EmailSignIn, TenantSettings};

use super::problem::{Origin, Problem};

/// Checks the password settings of the tenant declared at `origin`.
///
/// # Errors
/// No passwords and no codes by mail: passkeys alone let nobody register, change the device or do without a script.
pub(super) fn check(origin: &Origin, settings: &TenantSettings) -> Result<(), Problem> {
    if settings.is_passwordless() && settings.email_sign_in == EmailSignIn::Off {
        let what = "passwords are off, and so are codes by mail: nobody could register, or sign in on a new device";
        return Err(origin.place_of("passwords").problem(what, "let email_sign_in be \"allowed\""));
    }
    Ok(())
}
