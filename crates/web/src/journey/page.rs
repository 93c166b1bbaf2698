//! The pages of a journey by the last segment of their address, and which of them may be shown at which step.

use portreeve_domain::journey::Step;
use portreeve_domain::polling::Waiting;
use portreeve_pages::PasskeyExit;

/// The page beside `second-factor` that takes a recovery code.
pub(super) const RECOVERY_CODE: &str = "recovery-code";
/// The page of `Step::Register`, and another page of `Step::Identify`.
pub(super) const REGISTER: &str = "register";
/// The page of `Step::Identify`, and another page of `Step::Register`.
pub(super) const IDENTIFY: &str = "identify";

/// The page of `Step::Password`, and another page of `Step::EmailCode`.
pub(super) const PASSWORD: &str = "password";

/// The page beside `second-factor` that takes a passkey.
pub(super) const PASSKEY: &str = "passkey";
/// The page beside `second-factor` for those who have none any more.
pub(super) const LOST_FACTORS: &str = "lost-factors";
/// The page beside `enrol-totp` that adds a passkey, and the other way round.
pub(super) const PASSKEY_ENROLMENT: &str = "enrol-passkey";
/// The page that sets up an authenticator app.
pub(super) const TOTP_ENROLMENT: &str = "enrol-totp";

/// A page that may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    SelectAccount,
    Register,
    Identify,
    Password,
    EmailCode,
    Totp,
    RecoveryCode,
    LostFactors,
    VerifyEmail,
    TotpEnrolment { may_skip: bool },
    Passkey { exit: PasskeyExit },
    PasskeyEnrolment { exit: PasskeyExit },
    RecoveryCodes,
    Profile,
    PhoneCode,
    Terms,
    Consent,
    DeviceApproval,
    BackchannelApproval,
}

impl Page {
    /// The last segment of its address.
    pub(super) fn segment(self) -> &'static str {
        let step = match self {
            Self::RecoveryCode => return RECOVERY_CODE,
            Self::LostFactors => return LOST_FACTORS,
            Self::Passkey { .. } => return PASSKEY,
            Self::PasskeyEnrolment { .. } => return PASSKEY_ENROLMENT,
            Self::SelectAccount => Step::SelectAccount,
            Self::Register => Step::Register,
            Self::Identify => Step::Identify,
            Self::Password => Step::Password,
            Self::EmailCode => Step::EmailCode,
            Self::Totp => Step::SecondFactor { totp: true },
            Self::VerifyEmail => Step::VerifyEmail,
            Self::TotpEnrolment { may_skip } => Step::EnrolSecondFactor { optional: may_skip },
            Self::RecoveryCodes => Step::RecoveryCodes,
            Self::Profile => Step::Profile,
            Self::PhoneCode => Step::ConfirmNumber,
            Self::Terms => Step::Terms,
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
    pub(super) fn due(step: Step, segment: &str, ways: Ways) -> Option<Self> {
        match (step, segment) {
            (Step::SecondFactor { .. }, RECOVERY_CODE) => return Some(Self::RecoveryCode),
            (Step::SecondFactor { .. }, LOST_FACTORS) if ways.recovery => return Some(Self::LostFactors),
            (Step::SecondFactor { .. }, PASSKEY) if ways.passkey => {
                return Some(Self::Passkey { exit: PasskeyExit::None });
            }
            (Step::EnrolSecondFactor { optional }, PASSKEY_ENROLMENT) if ways.passkey => {
                let exit = if optional { PasskeyExit::NotNow } else { PasskeyExit::None };
                return Some(Self::PasskeyEnrolment { exit });
            }
            (Step::Identify, REGISTER) if ways.registration => return Some(Self::Register),
            (Step::EmailCode, IDENTIFY | PASSWORD | REGISTER) if ways.is_confirmation => return None,
            (Step::EmailCode, IDENTIFY) if !ways.is_account_known => return Some(Self::Identify),
            (Step::EmailCode, PASSWORD) if ways.is_account_known => return Some(Self::Password),
            (Step::EmailCode, REGISTER) if ways.registration && !ways.is_account_known => return Some(Self::Register),
            (Step::Register, IDENTIFY) => return Some(Self::Identify),
            _ if step.segment() != Some(segment) => return None,
            _ => {}
        }
        Some(match step {
            Step::SelectAccount => Self::SelectAccount,
            Step::Register => Self::Register,
            Step::Identify => Self::Identify,
            Step::Password => Self::Password,
            Step::EmailCode => Self::EmailCode,
            Step::SecondFactor { totp: true } => Self::Totp,
            Step::SecondFactor { totp: false } => Self::Passkey { exit: PasskeyExit::None },
            Step::Passkey { optional } => Self::Passkey { exit: exit(optional) },
            Step::EnrolPasskey { optional } => Self::PasskeyEnrolment { exit: exit(optional) },
            Step::VerifyEmail => Self::VerifyEmail,
            Step::EnrolSecondFactor { optional } => Self::TotpEnrolment { may_skip: optional },
            Step::RecoveryCodes => Self::RecoveryCodes,
            Step::Profile => Self::Profile,
            Step::ConfirmNumber => Self::PhoneCode,
            Step::Terms => Self::Terms,
            Step::Consent => Self::Consent,
            Step::Done | Step::Denied(_) => return None,
        })
    }
}

/// Other ways to take a step.
#[derive(Clone, Copy, Default)]
pub(super) struct Ways {
    /// Whether people may create an account themselves.
    pub registration: bool,
    /// Whether a passkey is asked for.
    pub passkey: bool,
    /// Whether second factors that are lost can be removed.
    pub recovery: bool,
    /// Whether it is known which account the journey goes for.
    pub is_account_known: bool,
    /// Whether the code confirms what was proven: there is no other way then.
    pub is_confirmation: bool,
}

/// How the page of a wished or demanded passkey is left without one.
fn exit(is_optional: bool) -> PasskeyExit {
    if is_optional { PasskeyExit::NotNow } else { PasskeyExit::Cannot }
}

#[cfg(test)]
mod tests {
    use portreeve_domain::journey::Denial;

    use super::*;

    const OPEN: Ways =
        Ways { registration: true, passkey: true, recovery: true, is_account_known: false, is_confirmation: false };

    /// No step but an end is without a page.
    #[test]
    fn every_step_that_is_no_end_has_its_page() {
        for step in [
            Step::SelectAccount,
            Step::Register,
            Step::Identify,
            Step::Password,
            Step::EmailCode,
            Step::SecondFactor { totp: true },
            Step::SecondFactor { totp: false },
            Step::Passkey { optional: true },
            Step::EnrolPasskey { optional: false },
            Step::VerifyEmail,
            Step::EnrolSecondFactor { optional: true },
            Step::RecoveryCodes,
            Step::Profile,
            Step::ConfirmNumber,
            Step::Terms,
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
        assert_eq!(Page::due(Step::Identify, REGISTER, Ways::default()), None);
        assert_eq!(Page::due(Step::Password, REGISTER, OPEN), None);
    }

    /// S-078: a page that is not due is not shown, whatever address is typed.
    #[test]
    fn a_page_of_another_step_is_not_due() {
        let second = Step::SecondFactor { totp: true };
        for (step, segment) in [
            (Step::Identify, "consent"),
            (second, "consent"),
            (second, "terms"),
            (second, "profile"),
            (Step::Profile, "terms"),
            (Step::Profile, "phone-code"),
            (Step::ConfirmNumber, "consent"),
            (Step::Profile, "consent"),
            (Step::Terms, "consent"),
            (Step::Consent, RECOVERY_CODE),
            (Step::Passkey { optional: false }, RECOVERY_CODE),
            (Step::Passkey { optional: true }, "second-factor"),
            (Step::Identify, PASSKEY_ENROLMENT),
            (Step::EnrolPasskey { optional: true }, TOTP_ENROLMENT),
            (Step::EmailCode, PASSWORD),
            (Step::EmailCode, "second-factor"),
            (Step::Identify, "email-code"),
            (second, "email-code"),
        ] {
            assert_eq!(Page::due(step, segment, OPEN), None);
        }
    }

    /// Who waits for a mail that does not come can sign in another way: nobody is stuck at a mailbox.
    #[test]
    fn waiting_for_a_code_is_no_dead_end() {
        let known = Ways { is_account_known: true, ..OPEN };

        assert_eq!(Page::due(Step::EmailCode, IDENTIFY, OPEN), Some(Page::Identify));
        assert_eq!(Page::due(Step::EmailCode, REGISTER, OPEN), Some(Page::Register));
        assert_eq!(Page::due(Step::EmailCode, PASSWORD, known), Some(Page::Password));
        assert_eq!(Page::due(Step::EmailCode, IDENTIFY, known), None);
        assert_eq!(Page::due(Step::EmailCode, REGISTER, known), None);
    }

    /// W12: who has lost every second factor finds a way on, and nobody else does.
    #[test]
    fn lost_factors_have_their_page_where_one_is_asked_for() {
        let second = Step::SecondFactor { totp: true };

        assert_eq!(Page::due(second, LOST_FACTORS, OPEN), Some(Page::LostFactors));
        assert_eq!(Page::due(Step::SecondFactor { totp: false }, LOST_FACTORS, OPEN), Some(Page::LostFactors));
        assert_eq!(Page::due(second, LOST_FACTORS, Ways::default()), None);
        for step in [Step::Identify, Step::Password, Step::EmailCode, Step::Consent] {
            assert_eq!(Page::due(step, LOST_FACTORS, OPEN), None);
        }
    }

    /// A passkey is another way to take a step only where one is asked for.
    #[test]
    fn a_passkey_stands_beside_the_app_where_there_are_passkeys() {
        let (second, enrolment) = (Step::SecondFactor { totp: true }, Step::EnrolSecondFactor { optional: false });

        assert_eq!(Page::due(second, PASSKEY, OPEN), Some(Page::Passkey { exit: PasskeyExit::None }));
        assert_eq!(Page::due(second, PASSKEY, Ways::default()), None);
        let added = Some(Page::PasskeyEnrolment { exit: PasskeyExit::None });
        assert_eq!(Page::due(enrolment, PASSKEY_ENROLMENT, OPEN), added);
        assert_eq!(Page::due(enrolment, PASSKEY_ENROLMENT, Ways::default()), None);
    }
}
