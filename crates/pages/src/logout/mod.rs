//! The pages of signing out (OpenID Connect RP-Initiated Logout).
//!
//! Ending sessions and telling relying parties is the use case's part.

mod confirm;
mod done;

pub use confirm::Confirm;
pub use done::Done;
