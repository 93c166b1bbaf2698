//! What a tenant says about passkeys, checked before it is stored: later nobody would be there to read the mistake.

use portreeve_authenticators::is_usable_attestation;
use portreeve_domain::{MfaPolicy, PasskeyUse, TenantSettings};

use super::problem::{Origin, Problem};

/// Checks the passkey settings of the tenant declared at `origin`.
///
/// # Errors
/// What cannot work, at the line of the setting.
pub(super) fn check(origin: &Origin, settings: &TenantSettings) -> Result<(), Problem> {
    let passkeys = &settings.passkeys;
    if settings.mfa == MfaPolicy::PhishingResistant && passkeys.usage == PasskeyUse::Off {
        let what = "mfa demands passkeys, and passkeys are off: nobody could sign in";
        return Err(origin.place_of("mfa").problem(what, "let passkeys.use be \"allowed\" or \"first\""));
    }
    if passkeys.attestation.as_ref().is_some_and(|attestation| !is_usable_attestation(attestation)) {
        let what = "passkeys.attestation names no model or no authority that can be read";
        let mend = "give aaguids as UUIDs and roots as certificates in PEM, at least one of each";
        return Err(origin.place_of("passkeys").problem(what, mend));
    }
    match passkeys.related_origins.iter().find(|origin| !is_origin(origin)) {
        Some(other) => {
            let what = format!("{other:?} cannot be a related origin");
            Err(origin.place_of("passkeys").problem(what, "give https, host and port, and nothing after it"))
        }
        None => Ok(()),
    }
}

/// Whether a text is an https origin: a host name of letters, digits, dots and dashes, and perhaps a port.
fn is_origin(text: &str) -> bool {
    let Some(authority) = text.strip_prefix("https://") else { return false };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    !host.is_empty() && host.bytes().all(is_name) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_related_origin_is_https_host_and_port() {
        for good in ["https://id.example", "https://id.example:8443"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in
            ["http://id.example", "https://", "https://id.example/", "https://a@b", "https://[::1]", "id.example"]
        {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
