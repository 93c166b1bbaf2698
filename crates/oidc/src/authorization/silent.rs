//! Errors for journeys that end without a code: by a denial, or because `prompt=none` forbids the page that is needed.
//!
//! OIDC Core §3.1.2.1 (`none`), §3.1.2.6; OIDC Unmet Authentication Requirements 1.0.

use portreeve_domain::journey::{Denial, Step};

use crate::Cause;

/// Why a journey that was denied gives no code.
pub const fn denied(denial: Denial) -> Cause {
    match denial {
        Denial::Refused => Cause::UserRefused,
        Denial::OtherSubject => Cause::OtherUserNeeded,
        Denial::LevelNotReached => Cause::LevelNotReached,
    }
}

/// Why a request with `prompt=none` whose journey stands at `step` gives no code. `None` when it is done.
///
/// Every proof that is missing is `login_required`; pages that ask for something else than a proof have the error of
/// their own, or `interaction_required`.
pub const fn silent(step: Step) -> Option<Cause> {
    Some(match step {
        Step::Done => return None,
        Step::Denied(denial) => denied(denial),
        Step::Identify | Step::Password | Step::EmailCode | Step::SecondFactor { .. } | Step::Passkey { .. } => {
            Cause::SignInNeeded
        }
        Step::SelectAccount => Cause::AccountChoiceNeeded,
        Step::Consent => Cause::ConsentNeeded,
        Step::Register
        | Step::VerifyEmail
        | Step::EnrolSecondFactor { .. }
        | Step::EnrolPasskey { .. }
        | Step::RecoveryCodes
        | Step::Profile
        | Step::ConfirmNumber
        | Step::Terms => Cause::InteractionNeeded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OC-04, OC-05, OC-09, OC-13: each page that `prompt=none` forbids has its error code.
    #[test]
    fn a_forbidden_page_is_an_error() {
        for (step, code) in [
            (Step::Identify, "login_required"),
            (Step::EmailCode, "login_required"),
            (Step::Password, "login_required"),
            (Step::SecondFactor { totp: true }, "login_required"),
            (Step::SecondFactor { totp: false }, "login_required"),
            (Step::Passkey { optional: false }, "login_required"),
            (Step::SelectAccount, "account_selection_required"),
            (Step::Consent, "consent_required"),
            (Step::VerifyEmail, "interaction_required"),
            (Step::EnrolSecondFactor { optional: false }, "interaction_required"),
            (Step::EnrolPasskey { optional: false }, "interaction_required"),
            (Step::RecoveryCodes, "interaction_required"),
            (Step::Profile, "interaction_required"),
            (Step::ConfirmNumber, "interaction_required"),
            (Step::Terms, "interaction_required"),
            (Step::Register, "interaction_required"),
            (Step::Denied(Denial::OtherSubject), "login_required"),
            (Step::Denied(Denial::LevelNotReached), "unmet_authentication_requirements"),
            (Step::Denied(Denial::Refused), "access_denied"),
        ] {
            assert_eq!(silent(step).map(|cause| cause.code().as_str()), Some(code), "{step:?}");
        }
        assert_eq!(silent(Step::Done), None);
    }
}
