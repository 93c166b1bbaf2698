//! The hub: which page comes next.

use serde::{Deserialize, Serialize};

use super::{ConsentAnswer, ConsentRule, Enrolment, Facts, Requirements, Subject};
use crate::{Proof, ProofKind, Strength, UserId};

/// What can be looked up about the person and the browser; proofs of the used session are in `session_proofs`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Available {
    /// How many live sessions this browser has.
    pub sessions: usize,
    /// What the journey's session has proven before; empty without one.
    pub session_proofs: Vec<Proof>,
    /// Whether the account is the one that the request names by a pairwise subject.
    pub is_pairwise_subject: bool,
    /// Whether the account has an authenticator app.
    pub totp: bool,
    /// Whether the account has unused recovery codes.
    pub recovery_codes: bool,
    /// Whether passkeys can be used here at all.
    pub passkeys_usable: bool,
    /// Whether the account has a passkey.
    pub passkey: bool,
    /// Whether the account's second factors were lost and removed, and none was enrolled since.
    pub owes_second_factor: bool,
    /// Whether the account's address is proven.
    pub verified_email: bool,
    /// Whether a code in a mail can be used here to sign in.
    pub email_codes: bool,
    /// Whether the account has told every attribute that is asked for here.
    pub attributes_told: bool,
    /// Whether a telephone number that is asked for here has yet to be proven, told or not.
    pub number_to_confirm: bool,
    /// Whether there are no passwords here.
    pub passwordless: bool,
    /// Whether the account has agreed to the present version of all terms that hold here.
    pub terms_accepted: bool,
    /// Whether an earlier consent covers what is asked.
    pub consent_covers: bool,
}

impl Available {
    /// Whether the account has a passkey that can be used.
    pub(super) const fn has_passkey(&self) -> bool {
        self.passkey && self.passkeys_usable
    }

    /// Whether a request that names `subject` means `user`, the account.
    fn is_named(&self, subject: Subject, user: UserId) -> bool {
        match subject {
            Subject::Person(named) => named == user,
            Subject::Pairwise => self.is_pairwise_subject,
        }
    }

    /// The page of a mailed code, once one was asked for; else `other`.
    fn code_or(&self, other: Step, facts: &Facts) -> Step {
        if self.email_codes && facts.code_to.is_some() { Step::EmailCode } else { other }
    }
}

/// Why a journey ends without what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The person refused or gave up: `access_denied`.
    Refused,
    /// Another person than the one asked for signed in: `login_required`.
    OtherSubject,
    /// The level asked for cannot be reached: `unmet_authentication_requirements`.
    LevelNotReached,
}

/// A page, or an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Choose among the accounts of this browser.
    SelectAccount,
    /// Create an account.
    Register,
    /// Say who you are and prove it with a password or a mailed code, or do both with a passkey.
    Identify,
    /// Prove the known account with its password, a passkey or a mailed code.
    Password,
    /// Take the code from the mail that was asked for, or that an unusual sign-in is confirmed by.
    EmailCode,
    /// Prove a second factor.
    SecondFactor {
        /// Whether a code of an authenticator app is one; otherwise it is a passkey.
        totp: bool,
    },
    /// Show a passkey of the account, because nothing else is strong enough.
    Passkey {
        /// Whether it is only wished for.
        optional: bool,
    },
    /// Prove the address by the mailed link.
    VerifyEmail,
    /// Enrol a second factor; `optional` when it may be put off.
    EnrolSecondFactor {
        /// Whether "not now" is offered.
        optional: bool,
    },
    /// Add a passkey; `optional` when it may be put off.
    EnrolPasskey {
        /// Whether "not now" is offered.
        optional: bool,
    },
    /// Save the recovery codes.
    RecoveryCodes,
    /// Tell the attributes that are asked for.
    Profile,
    /// Prove the telephone number that was told, by a code in a text message.
    ConfirmNumber,
    /// Agree to the terms that hold.
    Terms,
    /// Agree to what the client asks.
    Consent,
    /// Everything is shown: finish.
    Done,
    /// It ends without.
    Denied(Denial),
}

impl Step {
    /// The last segment of the page's address; `None` for the ends.
    pub const fn segment(self) -> Option<&'static str> {
        Some(match self {
            Self::SelectAccount => "select-account",
            Self::Register => "register",
            Self::Identify => "identify",
            Self::Password => "password",
            Self::EmailCode => "email-code",
            Self::SecondFactor { totp: true } => "second-factor",
            Self::SecondFactor { totp: false } | Self::Passkey { .. } => "passkey",
            Self::VerifyEmail => "verify-email",
            Self::EnrolSecondFactor { .. } => "enrol-totp",
            Self::EnrolPasskey { .. } => "enrol-passkey",
            Self::RecoveryCodes => "recovery-codes",
            Self::Profile => "profile",
            Self::ConfirmNumber => "phone-code",
            Self::Terms => "terms",
            Self::Consent => "consent",
            Self::Done | Self::Denied(_) => return None,
        })
    }

    /// Whether the person is signed in once this step is reached: who they are and how strongly is settled.
    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::Profile | Self::ConfirmNumber | Self::Terms | Self::Consent | Self::Done)
    }
}

/// Chooses the next step. Total: every input has exactly one answer, and `Done` is given only when nothing is missing.
pub fn next(required: &Requirements, facts: &Facts, available: &Available) -> Step {
    if facts.cancelled || facts.consent == Some(ConsentAnswer::Refused) {
        return Step::Denied(Denial::Refused);
    }
    let user = match who(required, facts, available) {
        Ok(user) => user,
        Err(step) => return step,
    };
    // Where there are no passwords one proves nothing, whenever and by whichever door it was given.
    let counts = |proof: &&Proof| !(available.passwordless && proof.kind == ProofKind::Password);
    let proofs: Vec<Proof> = facts.proofs.iter().chain(&available.session_proofs).filter(counts).copied().collect();
    let strength = Strength::of(&proofs, user, required.fresh_since);
    if strength < Strength::OneFactor {
        return available.code_or(Step::Password, facts);
    }
    if required.subject.is_some_and(|subject| !available.is_named(subject, user)) {
        return Step::Denied(Denial::OtherSubject);
    }
    let recent = Strength::of(&proofs, user, required.fresh_since.max(required.enrols_since));
    how_strong(required, facts, available, strength)
        .or_else(|| enrolment(required, facts, available, (strength, recent)))
        .or_else(|| told(required, available))
        .or_else(|| agreed(required, facts, available))
        .unwrap_or(Step::Done)
}

/// Who the person is, or the page that finds out.
fn who(required: &Requirements, facts: &Facts, available: &Available) -> Result<UserId, Step> {
    if facts.registering.unwrap_or(required.create_account) && facts.proofs.is_empty() {
        return Err(Step::Register);
    }
    let must_choose = required.select_account && !facts.account_chosen;
    match facts.user {
        Some(user) if !must_choose => Ok(user),
        _ if facts.account_chosen => facts.user.ok_or_else(|| available.code_or(Step::Identify, facts)),
        _ if available.sessions > 1 || (must_choose && available.sessions > 0) => Err(Step::SelectAccount),
        _ => Err(available.code_or(Step::Identify, facts)),
    }
}

/// What is missing of the factors that there are, once the first is proven.
fn how_strong(required: &Requirements, facts: &Facts, available: &Available, strength: Strength) -> Option<Step> {
    let wants_passkey = required.wants_passkey(facts) && strength < Strength::PhishingResistant;
    if wants_passkey && required.demands_passkey() && (facts.passkey_declined || !available.passkeys_usable) {
        return Some(Step::Denied(Denial::LevelNotReached));
    }
    // A passkey is every factor at once: nobody is asked for another one on the way to it.
    if wants_passkey && available.has_passkey() {
        return Some(Step::Passkey { optional: !required.demands_passkey() });
    }
    // A person who has a second factor is asked for it, whatever the client wants: no flow is a way around it.
    if (available.totp || available.has_passkey()) && strength < Strength::TwoFactors {
        return Some(Step::SecondFactor { totp: available.totp });
    }
    // Before anything is set up: who has the password alone must not add a factor and be done.
    if required.confirmation
        && available.verified_email
        && strength < Strength::TwoFactors
        && !is_confirmed(facts, available)
    {
        return Some(Step::EmailCode);
    }
    if required.verified_email && !available.verified_email {
        return Some(Step::VerifyEmail);
    }
    (facts.enrolment == Some(Enrolment::CodesDue)).then_some(Step::RecoveryCodes)
}

/// The authenticator that is missing, or offered. Who adds one has shown lately what the account has: otherwise whoever
/// finds a session open would make it theirs (S-080, S-097). `strength` is what was ever shown, `recent` what was lately.
fn enrolment(
    required: &Requirements,
    facts: &Facts,
    available: &Available,
    (strength, recent): (Strength, Strength),
) -> Option<Step> {
    let again = shown_again(facts, available, recent);
    match missing_passkey(required, facts, available, strength)
        .or_else(|| second_factor_to_enrol(required, facts, available, strength))
    {
        // Nobody shows a second factor again to be offered what they may put off.
        Some(Step::EnrolPasskey { optional: true }) if available.totp && again.is_some() => None,
        Some(missing) => Some(again.unwrap_or(missing)),
        None => offered(required, facts, available, strength).filter(|_| again.is_none()),
    }
}

/// What has to be shown once more before an authenticator is added.
fn shown_again(facts: &Facts, available: &Available, recent: Strength) -> Option<Step> {
    if recent < Strength::OneFactor {
        return Some(available.code_or(Step::Password, facts));
    }
    let has_second_factor = available.totp || available.has_passkey();
    (has_second_factor && recent < Strength::TwoFactors).then_some(Step::SecondFactor { totp: available.totp })
}

/// The passkey that is demanded or wished for, of somebody who has none.
fn missing_passkey(required: &Requirements, facts: &Facts, available: &Available, strength: Strength) -> Option<Step> {
    let is_missing = required.wants_passkey(facts) && strength < Strength::PhishingResistant;
    (is_missing && available.passkeys_usable).then(|| Step::EnrolPasskey { optional: !required.demands_passkey() })
}

/// Whether a mailed code was given, also as the first proof: nobody is asked for two.
fn is_confirmed(facts: &Facts, available: &Available) -> bool {
    let mut proofs = facts.proofs.iter().chain(&available.session_proofs);
    proofs.any(|proof| proof.kind == ProofKind::EmailCode && Some(proof.user) == facts.user)
}

impl Requirements {
    /// Whether nothing weaker than a passkey will do.
    fn demands_passkey(&self) -> bool {
        self.level.least == Strength::PhishingResistant
    }

    /// Whether a passkey is demanded, or wished for and not declined.
    fn wants_passkey(&self, facts: &Facts) -> bool {
        self.demands_passkey() || (self.level.wishes_passkey && !facts.passkey_declined)
    }
}

/// The enrolment that two factors need. Who had them before they were lost has them again before anything else: losing a
/// factor lowers no level.
fn second_factor_to_enrol(
    required: &Requirements,
    facts: &Facts,
    available: &Available,
    strength: Strength,
) -> Option<Step> {
    let is_demanded = required.level.least >= Strength::TwoFactors || available.owes_second_factor;
    if strength >= Strength::TwoFactors || !(is_demanded || required.level.wishes_second_factor) {
        return None;
    }
    match (facts.enrolment.as_ref(), is_demanded) {
        (Some(Enrolment::Declined), false) => None,
        (Some(Enrolment::Declined), true) => Some(Step::Denied(Denial::LevelNotReached)),
        (_, essential) => Some(Step::EnrolSecondFactor { optional: !essential }),
    }
}

/// What the tenant offers to somebody who is signing in, and needs nothing more.
fn offered(required: &Requirements, facts: &Facts, available: &Available, strength: Strength) -> Option<Step> {
    let is_due = required.offer_passkey
        && available.passkeys_usable
        && !available.passkey
        && !facts.passkey_declined
        && !facts.proofs.is_empty()
        && strength < Strength::PhishingResistant;
    is_due.then_some(Step::EnrolPasskey { optional: true })
}

/// What is missing of what the person is asked about themselves.
fn told(required: &Requirements, available: &Available) -> Option<Step> {
    if !required.attributes {
        return None;
    }
    let is_to_prove = available.number_to_confirm.then_some(Step::ConfirmNumber);
    if available.attributes_told { is_to_prove } else { Some(Step::Profile) }
}

/// What is missing of the person's agreement.
fn agreed(required: &Requirements, facts: &Facts, available: &Available) -> Option<Step> {
    // Nobody decides about an application before it is settled that they go on at all.
    if required.terms && !available.terms_accepted {
        return Some(Step::Terms);
    }
    let agreed_now = matches!(facts.consent, Some(ConsentAnswer::Allowed { .. }));
    let needed = match required.consent {
        ConsentRule::NotNeeded => false,
        ConsentRule::UnlessCovered => !available.consent_covers && !agreed_now,
        ConsentRule::Always => !agreed_now,
    };
    needed.then_some(Step::Consent)
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
