//! Which pages a person will meet: the hub asked again and again, with what a cooperative person does at each page.

use super::{Available, ConsentAnswer, Enrolment, Facts, Requirements, Step, next};
use crate::{Proof, ProofKind, Scope, Timestamp, UserId};

/// More pages than any journey has.
const MOST: usize = 14;

/// The pages that `user` meets in a browser that knows nobody, in order, and the end. Whatever the person can do at a page is done: a
/// password first, or a mailed code where there are none, then what the account has, enrolling where it has nothing. `at` is when.
pub fn foresee(required: &Requirements, user: UserId, available: &Available, at: Timestamp) -> Vec<Step> {
    let (mut facts, mut available) = (Facts::default(), available.clone());
    let mut steps = Vec::new();
    while steps.len() < MOST {
        let step = next(required, &facts, &available);
        steps.push(step);
        if matches!(step, Step::Done | Step::Denied(_)) {
            break;
        }
        follow(step, (user, at), &mut facts, &mut available);
    }
    steps
}

/// What a cooperative person does at a step.
pub(super) fn follow(step: Step, by: (UserId, Timestamp), facts: &mut Facts, available: &mut Available) {
    let (user, at) = by;
    let proof = |kind| Proof { kind, user, at };
    match step {
        Step::SelectAccount => facts.turn_to(Some(user), None),
        Step::Register | Step::Identify | Step::Password if available.passwordless => {
            facts.registering = Some(false);
            facts.code_to = Some(String::new());
        }
        Step::Register | Step::Identify => facts.identify(proof(ProofKind::Password)),
        Step::Password => facts.proofs.push(proof(ProofKind::Password)),
        Step::EmailCode => facts.identify(proof(ProofKind::EmailCode)),
        Step::SecondFactor { totp: true } => facts.proofs.push(proof(ProofKind::Totp)),
        Step::SecondFactor { totp: false } | Step::Passkey { .. } => facts.proofs.push(proof(ProofKind::Passkey)),
        Step::VerifyEmail => available.verified_email = true,
        Step::EnrolSecondFactor { .. } => {
            available.totp = true;
            facts.enrolment = Some(Enrolment::CodesDue);
            facts.proofs.push(proof(ProofKind::Totp));
        }
        Step::EnrolPasskey { .. } => {
            available.passkey = true;
            facts.enrolment = Some(Enrolment::CodesDue);
            facts.proofs.push(proof(ProofKind::Passkey));
        }
        Step::RecoveryCodes => facts.enrolment = Some(Enrolment::Done),
        Step::Profile => available.attributes_told = true,
        Step::Terms => available.terms_accepted = true,
        Step::Consent => facts.consent = Some(ConsentAnswer::Allowed { scope: Scope::default(), at }),
        Step::Done | Step::Denied(_) => {}
    }
}
