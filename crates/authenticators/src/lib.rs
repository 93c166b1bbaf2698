//! Verify one factor: password, TOTP, recovery code, passkey; pure over stored credentials.
//!
//! No storage, no clock, no threads: callers bring the stored value, the time, random bytes and the
//! memory to hash in. Which factors a login needs, how often one may try, and that a code is used
//! once are the business of `issuer` and `storage`; this crate returns what they need to enforce it.
//! NIST SP 800-63B-4 §3.1, RFC 6238, RFC 8265, RFC 9106, Web Authentication Level 3.

mod common_passwords;
mod hash_memory;
mod hash_parameters;
mod passkey;
mod password;
mod password_hash;
mod password_policy;
mod phc;
mod recovery_code;
mod sent_code;
mod totp;

pub use hash_memory::HashMemory;
pub use hash_parameters::{HashParameters, ParametersTooWeak};
pub use passkey::{
    BegunCeremony, CeremonyFault, NewPasskey, PasskeyAnswer, PasskeyOwner, PasskeyRefusal, PasskeySite, ShownPasskey,
    StoredPasskey, credential_id, is_usable_attestation, passkey_model,
};
pub use password::{Password, PasswordRefused};
pub use password_hash::{HashFault, PasswordHashing, Pepper, Verification};
pub use password_policy::{PasswordPolicy, PolicyViolation};
pub use recovery_code::{CanonicalRecoveryCode, generate_recovery_codes};
pub use sent_code::{CanonicalSentCode, generate_long_sent_code, generate_sent_code};
pub use totp::{TotpSecret, newest_totp_step, otpauth_uri, verify_totp};
