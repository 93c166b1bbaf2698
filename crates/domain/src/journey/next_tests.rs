//! Exhaustive tests of the hub: every combination of requirements, facts and lookups, many thousand of them.

use super::*;
use crate::journey::LevelRule;
use crate::journey::foresight::follow;
use crate::{ProofKind, Scope, Timestamp};

#[path = "next_tests/combinations.rs"]
mod combinations;

use combinations::{ADA, BOB, EARLY, LATE, START, for_all, proof};

fn strength(required: &Requirements, facts: &Facts, available: &Available) -> Strength {
    strength_since(required.fresh_since, facts, available)
}

fn strength_since(fresh_since: Timestamp, facts: &Facts, available: &Available) -> Strength {
    let mut proofs: Vec<_> = facts.proofs.iter().chain(&available.session_proofs).copied().collect();
    proofs.retain(|proof| !available.passwordless || proof.kind != ProofKind::Password);
    Strength::of(&proofs, ADA, fresh_since)
}

/// Whether a mailed code is missing: the sign-in is unusual, there is an address, and nothing stronger was shown.
fn asks_confirmation(required: &Requirements, facts: &Facts, available: &Available) -> bool {
    let mut proofs = facts.proofs.iter().chain(&available.session_proofs);
    required.confirmation
        && available.verified_email
        && strength(required, facts, available) < Strength::TwoFactors
        && !proofs.any(|proof| proof.kind == ProofKind::EmailCode)
}

fn has_second_factor(available: &Available) -> bool {
    available.totp || (available.passkey && available.passkeys_usable)
}

/// S-079, S-078: a journey is done only when nothing is missing, whatever was posted in which order.
#[test]
fn done_means_that_every_requirement_is_met() {
    for_all(|required, facts, available, step| {
        if step != Step::Done {
            return;
        }
        assert_eq!(facts.user, Some(ADA));
        assert_ne!(required.subject, Some(Subject::Person(BOB)));
        assert!(required.subject != Some(Subject::Pairwise) || available.is_pairwise_subject);
        let shown = strength(required, facts, available);
        assert!(shown >= Strength::OneFactor);
        assert!(
            !has_second_factor(available) || shown >= Strength::TwoFactors,
            "an enrolled second factor was skipped"
        );
        assert!(!required.select_account || facts.account_chosen);
        assert!(!required.verified_email || available.verified_email);
        assert!(!asks_confirmation(required, facts, available), "an unusual sign-in was not confirmed");
        assert!(shown >= required.level.least);
        assert!(!available.owes_second_factor || shown >= Strength::TwoFactors, "a lost factor lowers no level");
        assert!(!required.attributes || (available.attributes_told && !available.number_to_confirm));
        assert!(!required.terms || available.terms_accepted);
        assert!(facts.consent != Some(ConsentAnswer::Refused) && !facts.cancelled);
        let agreed = matches!(facts.consent, Some(ConsentAnswer::Allowed { .. }));
        match required.consent {
            ConsentRule::NotNeeded => {}
            ConsentRule::UnlessCovered => assert!(agreed || available.consent_covers),
            ConsentRule::Always => assert!(agreed),
        }
    });
}

/// S-080, S-097: enrolling needs a first factor that was proven lately, not in a session that was left open, and a second one
/// where the account has one.
#[test]
fn enrolment_is_offered_only_after_a_recent_proof_of_what_the_account_has() {
    for_all(|required, facts, available, step| {
        if matches!(step, Step::EnrolSecondFactor { .. } | Step::EnrolPasskey { .. }) {
            let recent = strength_since(required.fresh_since.max(required.enrols_since), facts, available);
            assert!(recent >= Strength::OneFactor);
            assert!(!has_second_factor(available) || recent >= Strength::TwoFactors);
        }
    });
}

/// S-146: whoever has stolen a password alone sets nothing up before the owner's mailbox has answered.
#[test]
fn a_confirmation_comes_before_anything_is_set_up() {
    for_all(|required, facts, available, step| {
        let asks = asks_confirmation(required, facts, available);
        assert!(!asks || step != Step::Done);
        let sets_up = matches!(step, Step::EnrolSecondFactor { .. } | Step::EnrolPasskey { .. } | Step::RecoveryCodes);
        assert!(!asks || !sets_up, "{required:?} {facts:?} {available:?}");
    });
}

/// S-146: risk adds and never refuses: with a confirmation a journey is denied only where it would be without.
#[test]
fn risk_is_never_the_sole_gate() {
    for_all(|required, facts, available, step| {
        let usual = Requirements { confirmation: false, ..*required };
        let without = next(&usual, facts, available);
        assert!(!matches!(step, Step::Denied(_)) || step == without);
        assert!(step == without || step == Step::EmailCode, "{required:?} {facts:?} {available:?}");
    });
}

/// S-084: mail proves the first factor and no more: a second one is asked for as after a password. A confirmation is what it may be besides.
#[test]
fn a_mailed_code_gets_as_far_as_a_password_and_no_further() {
    for_all(|required, facts, available, step| {
        if required.confirmation {
            return;
        }
        let replaced = |kind| if kind == ProofKind::EmailCode { ProofKind::Password } else { kind };
        let proofs = facts.proofs.iter().map(|given| Proof { kind: replaced(given.kind), ..*given }).collect();
        let by_password = Facts { proofs, ..facts.clone() };

        assert!(available.passwordless || next(required, &by_password, available) == step);
    });
}

/// S-078: where there are no passwords one counts for nothing, on this journey or in a session: the account is proven otherwise.
#[test]
fn without_passwords_a_password_proves_nothing() {
    let given = vec![proof(ProofKind::Password, LATE)];
    let on_journey = Facts { user: Some(ADA), account_chosen: true, proofs: given.clone(), ..Facts::default() };
    let in_session = Facts { proofs: Vec::new(), ..on_journey.clone() };
    let sign_in = Requirements::sign_in();
    for passwordless in [false, true] {
        let here = Available { email_codes: true, passwordless, ..Available::default() };
        let signed_in = Available { sessions: 1, session_proofs: given.clone(), ..here.clone() };
        let expected = if passwordless { Step::Password } else { Step::Done };

        assert_eq!(next(&sign_in, &on_journey, &here), expected);
        assert_eq!(next(&sign_in, &in_session, &signed_in), expected);
    }
}

/// No dead end: who has neither a passkey nor a script gets in by a code, wherever the journey begins.
#[test]
fn without_passwords_a_code_leads_on_from_every_page_that_asks_who_it_is() {
    for_all(|required, facts, available, step| {
        if available.passwordless && matches!(step, Step::Identify | Step::Password | Step::Register) {
            let (mut facts, mut available) = (facts.clone(), available.clone());
            follow(step, (ADA, LATE), &mut facts, &mut available);
            let then = next(required, &facts, &available);
            let is_stuck = matches!(then, Step::Identify | Step::Password | Step::Register);
            assert!(!is_stuck, "{required:?} {facts:?} {available:?}");
        }
    });
}

/// The code is asked for while somebody waits for it, and only where there are codes.
#[test]
fn a_mailed_code_is_asked_for_where_one_was_wanted() {
    for_all(|required, facts, available, step| {
        let waits = facts.code_to.is_some() && available.email_codes;
        assert!(step != Step::EmailCode || waits || asks_confirmation(required, facts, available));
        assert!(!waits || !matches!(step, Step::Identify | Step::Password), "{required:?} {facts:?}");
    });
}

/// Attributes, terms and consent are asked only of a person who is signed in as strongly as required.
#[test]
fn attributes_terms_and_consent_come_after_every_factor() {
    for_all(|required, facts, available, step| {
        if matches!(step, Step::Profile | Step::Terms | Step::Consent) {
            let shown = strength(required, facts, available);
            assert!(shown >= Strength::OneFactor && (!has_second_factor(available) || shown >= Strength::TwoFactors));
            assert!(shown >= required.level.least);
        }
    });
}

/// Terms are asked for where they hold and were not agreed to, and before the person decides about the client.
#[test]
fn terms_come_before_consent_and_only_where_they_are_due() {
    for_all(|required, _, available, step| {
        let is_due = required.terms && !available.terms_accepted;
        assert!(step != Step::Terms || is_due);
        assert!(step != Step::Consent || !is_due);
    });
}

/// Attributes are asked for where they are asked for and were not told, and before anything is agreed to.
#[test]
fn attributes_come_before_every_agreement_and_only_where_they_are_due() {
    for_all(|required, _, available, step| {
        let is_due = required.attributes && !available.attributes_told;
        let is_to_prove = required.attributes && available.number_to_confirm;
        assert!(step != Step::Profile || is_due);
        assert!(step != Step::ConfirmNumber || (is_to_prove && !is_due));
        assert!(!matches!(step, Step::Terms | Step::Consent) || !(is_due || is_to_prove));
    });
}

/// A person who does what each page asks reaches an end in a few pages from anywhere: no page is a dead end.
#[test]
fn a_cooperative_person_always_reaches_an_end() {
    for_all(|required, facts, available, first| {
        let (mut facts, mut available, mut step) = (facts.clone(), available.clone(), first);
        for _ in 0..12 {
            if matches!(step, Step::Done | Step::Denied(_)) {
                return;
            }
            follow(step, (ADA, LATE), &mut facts, &mut available);
            step = next(required, &facts, &available);
        }
        panic!("still at {step:?}: {required:?} {facts:?} {available:?}");
    });
}

/// A person who puts off whatever may be put off, and says "I cannot" where a passkey is demanded, reaches an end as well.
#[test]
fn an_unwilling_person_always_reaches_an_end() {
    for_all(|required, facts, available, first| {
        let (mut facts, mut available, mut step) = (facts.clone(), available.clone(), first);
        for _ in 0..13 {
            match step {
                Step::Done | Step::Denied(_) => return,
                Step::Passkey { .. } | Step::EnrolPasskey { .. } => facts.passkey_declined = true,
                Step::EnrolSecondFactor { optional: true } => facts.enrolment = Some(Enrolment::Declined),
                Step::Profile | Step::Terms => facts.cancelled = true,
                other => follow(other, (ADA, LATE), &mut facts, &mut available),
            }
            step = next(required, &facts, &available);
        }
        panic!("still at {step:?}: {required:?} {facts:?} {available:?}");
    });
}

/// S-096: what is demanded and cannot be had is an end, never a page without a way on.
#[test]
fn a_passkey_is_asked_for_only_where_there_can_be_one() {
    for_all(|required, facts, available, step| {
        if let Step::Passkey { optional } | Step::EnrolPasskey { optional } = step {
            assert!(available.passkeys_usable && !facts.passkey_declined);
            assert_eq!(optional, required.level.least < Strength::PhishingResistant);
            assert!(strength(required, facts, available) < Strength::PhishingResistant);
        }
        if matches!(step, Step::Passkey { .. } | Step::SecondFactor { totp: false }) {
            assert!(available.passkey);
        }
        if matches!(step, Step::EnrolPasskey { .. }) {
            assert!(!available.passkey);
        }
    });
}

/// Adding a requirement never shortens the way: what was not done before is not done after.
#[test]
fn a_stricter_requirement_never_finishes_earlier() {
    for_all(|required, facts, available, step| {
        let stricter = [
            Requirements { confirmation: true, ..*required },
            Requirements { verified_email: true, ..*required },
            Requirements { attributes: true, ..*required },
            Requirements { terms: true, ..*required },
            Requirements { consent: ConsentRule::Always, ..*required },
            Requirements { select_account: true, ..*required },
            required.with_level(LevelRule::essential(Strength::TwoFactors)),
            required.with_level(LevelRule::voluntary(Strength::PhishingResistant)),
            required.with_level(LevelRule::essential(Strength::PhishingResistant)),
            Requirements { offer_passkey: true, ..*required },
        ];
        for more in stricter {
            if next(&more, facts, available) == Step::Done {
                assert_eq!(step, Step::Done, "{required:?} {more:?}");
            }
        }
    });
}

/// OC-07, OC-11: `prompt=login` and `max_age=0` make old proofs worthless, so the password is asked again.
#[test]
fn proofs_older_than_required_are_asked_again() {
    let facts = Facts { user: Some(ADA), ..Facts::default() };
    let available =
        Available { sessions: 1, session_proofs: vec![proof(ProofKind::Password, EARLY)], ..Available::default() };
    let sign_in = Requirements::sign_in();

    assert_eq!(next(&sign_in, &facts, &available), Step::Done);
    assert_eq!(next(&Requirements { fresh_since: START, ..sign_in }, &facts, &available), Step::Password);
}
