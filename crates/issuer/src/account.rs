//! What people do with their own accounts, at `/account`.
//!
//! Owns who stands at these pages and how freshly they have signed in: a page is for one session of this browser, and asks
//! the journey engine for whatever is missing, so that no rule of a sign-in can be forgotten here (SECURITY S-078, S-097).
//! One file a use case. Leaves addresses and forms to `web`, ending sessions to `session_end`.

mod applications;
mod deletion;
mod draft;
mod email;
mod factors;
mod not_me;
mod passkeys;
mod password;
mod personal_data;
mod phone;
mod profile;
mod recovery_codes;
mod sessions;
mod terms;
mod totp;
mod visit;

pub use applications::Application;
pub use deletion::DeletionOutcome;
pub use email::EmailOutcome;
pub use factors::Factors;
pub use passkeys::{Naming, OwnPasskey, OwnPasskeys, PasskeyOutcome};
pub use password::PasswordOutcome;
pub use personal_data::{DataEntry, DataSection, DataValue};
pub use phone::PhoneOutcome;
pub(crate) use profile::keep_claims;
pub use profile::{Answers, ProfileOutcome, ProfileProblems};
pub use recovery_codes::CodesOnPage;
pub use sessions::SignIn;
pub use totp::{Removal, TotpOutcome, TotpSetup};
pub use visit::{Need, Visit, Visitor};
