//! Mails to the owner of an account: subject, plain text and HTML of each.
//!
//! Owns the words. Addresses, sending and retries are the jobs crate's part. No mail repeats text that an
//! unconfirmed person typed (a name could carry a stranger's advertisement), and none loads anything from a server.
//! SECURITY rules 27, 28.

mod account_exists;
mod address_taken;
mod approval_wanted;
mod confirm_email_change;
mod confirm_sign_in;
mod deletion_cancelled;
mod deletion_requested;
mod email_changed;
mod email_code;
mod factor_added;
mod factor_removed;
mod former_deletion_requested;
mod invitation;
mod letter;
mod new_sign_in;
mod passkey_copied;
mod password_changed;
mod password_reset;
mod recovery_code_used;
mod recovery_due;
mod recovery_requested;
mod recovery_stopped;
mod sign_in_origin;
mod verify_email;

pub use account_exists::AccountExists;
pub use address_taken::AddressTaken;
pub use approval_wanted::ApprovalWanted;
pub use confirm_email_change::ConfirmEmailChange;
pub use confirm_sign_in::ConfirmSignIn;
pub use deletion_cancelled::DeletionCancelled;
pub use deletion_requested::DeletionRequested;
pub use email_changed::EmailChanged;
pub use email_code::{EmailCode, MailedCode};
pub use factor_added::{AddedFactor, FactorAdded};
pub use factor_removed::{FactorRemoved, RemovedFactor};
pub use former_deletion_requested::FormerDeletionRequested;
pub use invitation::Invitation;
pub(crate) use letter::one_line;
pub use letter::{MailFrame, MailText};
pub use new_sign_in::NewSignIn;
pub use passkey_copied::PasskeyCopied;
pub use password_changed::PasswordChanged;
pub use password_reset::PasswordReset;
pub use recovery_code_used::RecoveryCodeUsed;
pub use recovery_due::RecoveryDue;
pub use recovery_requested::RecoveryRequested;
pub use recovery_stopped::RecoveryStopped;
pub use sign_in_origin::SignInOrigin;
pub use verify_email::VerifyEmail;

/// For how many days the link in a notice works.
const NOT_ME_DAYS: u32 = 7;
