//! The pages of signing out (OpenID Connect RP-Initiated Logout, Front-Channel Logout).
//!
//! Ending sessions and telling relying parties is the use case's part.

mod confirm;
mod done;
mod signing_out;

pub use confirm::Confirm;
pub use done::Done;
pub use signing_out::SigningOut;
