//! What is said where a tenant has no passwords, in the place of texts that speak of them.

/// A text that speaks of passwords, and the one for tenants without.
const INSTEAD: [(&str, &str); 15] = [
    ("password-lede", "password-lede-by-code"),
    ("enrolment-lede", "enrolment-lede-by-code"),
    ("confirm-email-not-you", "confirm-email-not-you-by-code"),
    ("account-security-text", "account-security-text-by-code"),
    ("security-totp-none", "security-totp-none-by-code"),
    ("security-recovery", "security-recovery-by-code"),
    ("remove-totp-text", "remove-totp-text-by-code"),
    ("not-me-next", "not-me-next-by-code"),
    ("former-email-next", "former-email-next-by-code"),
    ("done-shut-out-text", "done-shut-out-text-by-code"),
    ("mail-email-changed-not-you", "mail-email-changed-not-you-by-code"),
    ("mail-passkey-copied-advice", "mail-passkey-copied-advice-by-code"),
    ("mail-recovery-text", "mail-recovery-text-by-code"),
    ("mail-lost-not-you", "mail-lost-not-you-by-code"),
    ("mail-not-you", "mail-not-you-by-code"),
];

/// The key of the text to show for `key`.
pub(crate) fn instead_of(key: &str, passwordless: bool) -> &str {
    let found = INSTEAD.iter().find(|(spoken, _)| passwordless && *spoken == key);
    found.map_or(key, |(_, instead)| instead)
}
