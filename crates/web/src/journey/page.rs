//! The pages of a journey by the last segment of their address, and which of them may be shown at which step.

use portreeve_domain::journey::Step;
use portreeve_domain::polling::Waiting;

/// The page beside `second-factor` that takes a recovery code.
pub(super) const RECOVERY_CODE: &str = "recovery-code";
/// The page of `Step::Register`, and another page of `Step::Identify`.
pub(super) const REGISTER: &str = "register";
/// The page of `Step::Identify`, and another page of `Step::Register`.
pub(super) const IDENTIFY: &str = "identify";

/// A page that may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    SelectAccount,
    Register,
    Identify,
    Password,
    Totp,
    RecoveryCode,
    VerifyEmail,
    TotpEnrolment { may_skip: bool },
    RecoveryCodes,
    Consent,
    DeviceApproval,
    BackchannelApproval,
}

impl Page {
    /// The last segment of its address.
    pub(super) fn segment(self) -> &'static str {
        let step = match self {
            Self::RecoveryCode => return RECOVERY_CODE,
            Self::SelectAccount => Step::SelectAccount,
            Self::Register => Step::Register,
            Self::Identify => Step::Identify,
            Self::Password => Step::Password,
            Self::Totp => Step::SecondFactor,
            Self::VerifyEmail => Step::VerifyEmail,
            Self::TotpEnrolment { may_skip } => Step::EnrolSecondFactor { optional: may_skip },
            Self::RecoveryCodes => Step::RecoveryCodes,
            Self::Consent | Self::DeviceApproval | Self::BackchannelApproval => Step::Consent,
        };
        step.segment().unwrap_or_default()
    }

    /// The same page for a journey whose answer somebody waits for elsewhere: that is approved where others are consented
    /// to.
    pub(super) fn for_waiting(self, waiting: Option<Waiting>) -> Self {
        match (self, waiting) {
            (Self::Consent, Some(Waiting::Device(_))) => Self::DeviceApproval,
            (Self::Consent, Some(Waiting::Backchannel(_))) => Self::BackchannelApproval,
            (other, _) => other,
        }
    }

    /// The page at `segment`, if it may be shown at `step`: the step's own page, or another way to take the step.
    pub(super) fn due(step: Step, segment: &str, registration_open: RegistrationOpen) -> Option<Self> {
        match (step, segment) {
            (Step::SecondFactor, RECOVERY_CODE) => return Some(Self::RecoveryCode),
            (Step::Identify, REGISTER) if registration_open.0 => return Some(Self::Register),
            (Step::Register, IDENTIFY) => return Some(Self::Identify),
            _ if step.segment() != Some(segment) => return None,
            _ => {}
        }
        Some(match step {
            Step::SelectAccount => Self::SelectAccount,
            Step::Register => Self::Register,
            Step::Identify => Self::Identify,
            Step::Password => Self::Password,
            Step::SecondFactor => Self::Totp,
            Step::VerifyEmail => Self::VerifyEmail,
            Step::EnrolSecondFactor { optional } => Self::TotpEnrolment { may_skip: optional },
            Step::RecoveryCodes => Self::RecoveryCodes,
            Step::Consent => Self::Consent,
            Step::Done | Step::Denied(_) => return None,
        })
    }
}

/// Whether people may create an account themselves.
#[derive(Clone, Copy)]
pub(super) struct RegistrationOpen(pub bool);

#[cfg(test)]
mod tests {
    use portreeve_domain::journey::Denial;

    use super::*;

    const OPEN: RegistrationOpen = RegistrationOpen(true);

    /// No step but an end is without a page.
    #[test]
    fn every_step_that_is_no_end_has_its_page() {
        for step in [
            Step::SelectAccount,
            Step::Register,
            Step::Identify,
            Step::Password,
            Step::SecondFactor,
            Step::VerifyEmail,
            Step::EnrolSecondFactor { optional: true },
            Step::RecoveryCodes,
            Step::Consent,
        ] {
            let page = Page::due(step, step.segment().unwrap(), OPEN).unwrap();
            assert_eq!(Some(page.segment()), step.segment());
        }
        for end in [Step::Done, Step::Denied(Denial::Refused)] {
            assert_eq!(Page::due(end, "", OPEN), None);
        }
    }

    #[test]
    fn signing_in_and_registering_lead_to_each_other_only_where_registration_is_open() {
        assert_eq!(Page::due(Step::Identify, REGISTER, OPEN), Some(Page::Register));
        assert_eq!(Page::due(Step::Register, IDENTIFY, OPEN), Some(Page::Identify));
        assert_eq!(Page::due(Step::Identify, REGISTER, RegistrationOpen(false)), None);
        assert_eq!(Page::due(Step::Password, REGISTER, OPEN), None);
    }

    /// S-078: a page that is not due is not shown, whatever address is typed.
    #[test]
    fn a_page_of_another_step_is_not_due() {
        for (step, segment) in
            [(Step::Identify, "consent"), (Step::SecondFactor, "consent"), (Step::Consent, RECOVERY_CODE)]
        {
            assert_eq!(Page::due(step, segment, OPEN), None);
        }
    }
}
