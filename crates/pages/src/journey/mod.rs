//! The pages of a journey: signing in, registering, recovering, consenting.
//!
//! One module and one template per step. Which step comes next is decided by the journey's stored facts, never by a
//! page: links and forms lead to addresses that are given as data.

mod asked_access;
mod backchannel_approval;
mod cannot_continue;
mod check_mail;
mod confirm;
mod consent;
mod device_approval;
mod done;
mod email_code;
mod forgot_password;
mod identify;
mod lost_factors;
mod passkey;
mod passkey_enrolment;
mod password;
mod phone_code;
mod profile;
mod recovery_code;
mod recovery_codes;
mod register;
mod reset_password;
mod select_account;
mod terms;
mod totp;
mod totp_enrolment;

pub use asked_access::{AccessDuration, AskedAccess, Details, Publisher, Resource, Scope};
pub use backchannel_approval::BackchannelApproval;
pub use cannot_continue::{CannotContinue, Standstill};
pub use check_mail::{CheckMail, MailPurpose};
pub use confirm::{Confirm, ConfirmPurpose};
pub use consent::Consent;
pub use device_approval::DeviceApproval;
pub use done::{Done, Outcome};
pub use email_code::{CodePurpose, EmailCode};
pub use forgot_password::ForgotPassword;
pub use identify::Identify;
pub use lost_factors::{LostFactors, LostFactorsState};
pub use passkey::Passkey;
pub use passkey_enrolment::PasskeyEnrolment;
pub use password::Password;
pub use phone_code::PhoneCode;
pub use profile::AskedProfile;
pub use recovery_code::RecoveryCode;
pub use recovery_codes::RecoveryCodes;
pub use register::Register;
pub use reset_password::ResetPassword;
pub use select_account::{Account, AccountState, SelectAccount};
pub use terms::{DueTerms, Terms};
pub use totp::Totp;
pub use totp_enrolment::TotpEnrolment;
