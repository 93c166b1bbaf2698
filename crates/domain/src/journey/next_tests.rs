//! Exhaustive tests of the hub: every combination of requirements, facts and lookups, many thousand of them.

use super::*;
use crate::journey::LevelRule;
use crate::{ProofKind, Scope, Timestamp};

const ADA: UserId = UserId::from_bytes([1; 16]);
const BOB: UserId = UserId::from_bytes([2; 16]);
const EARLY: Timestamp = Timestamp::from_millis(10);
const START: Timestamp = Timestamp::from_millis(100);
const LATE: Timestamp = Timestamp::from_millis(200);
const BOOLS: [bool; 2] = [false, true];

fn proof(kind: ProofKind, at: Timestamp) -> Proof {
    Proof { kind, user: ADA, at }
}

fn requirements() -> Vec<Requirements> {
    let mut all = Vec::new();
    for fresh_since in [Timestamp::from_millis(i64::MIN), START] {
        for subject in [None, Some(ADA), Some(BOB)] {
            for (strength, essential) in
                [(Strength::OneFactor, true), (Strength::TwoFactors, false), (Strength::TwoFactors, true)]
            {
                for consent in [ConsentRule::NotNeeded, ConsentRule::UnlessCovered, ConsentRule::Always] {
                    for bits in 0..8_u8 {
                        all.push(Requirements {
                            fresh_since,
                            subject,
                            level: LevelRule { strength, essential },
                            select_account: bits & 1 != 0,
                            create_account: bits & 2 != 0,
                            verified_email: bits & 4 != 0,
                            consent,
                        });
                    }
                }
            }
        }
    }
    all
}

fn facts() -> Vec<Facts> {
    let proof_sets = [
        vec![],
        vec![proof(ProofKind::Password, LATE)],
        vec![proof(ProofKind::Totp, LATE)],
        vec![proof(ProofKind::Password, LATE), proof(ProofKind::RecoveryCode, LATE)],
    ];
    let answers =
        [None, Some(ConsentAnswer::Refused), Some(ConsentAnswer::Allowed { scope: Scope::default(), at: LATE })];
    let mut all = Vec::new();
    for user in [None, Some(ADA)] {
        for proofs in &proof_sets {
            for account_chosen in BOOLS {
                for registering in [None, Some(false), Some(true)] {
                    for enrolment in [None, Some(Enrolment::Declined), Some(Enrolment::CodesDue), Some(Enrolment::Done)]
                    {
                        for consent in &answers {
                            all.push(Facts {
                                user,
                                proofs: proofs.clone(),
                                account_chosen,
                                registering,
                                enrolment: enrolment.clone(),
                                consent: consent.clone(),
                                ..Facts::default()
                            });
                        }
                    }
                }
            }
        }
    }
    all
}

fn lookups() -> Vec<Available> {
    let sets = [
        vec![],
        vec![proof(ProofKind::Password, EARLY)],
        vec![proof(ProofKind::Password, EARLY), proof(ProofKind::Totp, EARLY)],
    ];
    let mut all = Vec::new();
    for sessions in [0, 1, 2] {
        for session_proofs in &sets {
            for bits in 0..8_u8 {
                all.push(Available {
                    sessions,
                    session_proofs: session_proofs.clone(),
                    totp: bits & 1 != 0,
                    recovery_codes: bits & 1 != 0,
                    verified_email: bits & 2 != 0,
                    consent_covers: bits & 4 != 0,
                });
            }
        }
    }
    all
}

/// Calls `check` for every combination.
fn for_all(mut check: impl FnMut(&Requirements, &Facts, &Available, Step)) {
    let (facts, lookups) = (facts(), lookups());
    for required in requirements() {
        for fact in &facts {
            for available in &lookups {
                check(&required, fact, available, next(&required, fact, available));
            }
        }
    }
}

fn strength(required: &Requirements, facts: &Facts, available: &Available) -> Strength {
    let proofs: Vec<_> = facts.proofs.iter().chain(&available.session_proofs).copied().collect();
    Strength::of(&proofs, ADA, required.fresh_since)
}

/// S-079, S-078: a journey is done only when nothing is missing, whatever was posted in which order.
#[test]
fn done_means_that_every_requirement_is_met() {
    for_all(|required, facts, available, step| {
        if step != Step::Done {
            return;
        }
        assert_eq!(facts.user, Some(ADA));
        assert_ne!(required.subject, Some(BOB));
        let shown = strength(required, facts, available);
        assert!(shown >= Strength::OneFactor);
        assert!(!available.totp || shown == Strength::TwoFactors, "an enrolled second factor was skipped");
        assert!(!required.select_account || facts.account_chosen);
        assert!(!required.verified_email || available.verified_email);
        assert!(shown >= required.level.strength || !required.level.essential);
        assert!(facts.consent != Some(ConsentAnswer::Refused));
        let agreed = matches!(facts.consent, Some(ConsentAnswer::Allowed { .. }));
        match required.consent {
            ConsentRule::NotNeeded => {}
            ConsentRule::UnlessCovered => assert!(agreed || available.consent_covers),
            ConsentRule::Always => assert!(agreed),
        }
    });
}

/// S-080: enrolling needs a proven first factor, and nobody enrols over an existing factor.
#[test]
fn enrolment_is_offered_only_after_a_proof_and_only_without_a_factor() {
    for_all(|required, facts, available, step| {
        if matches!(step, Step::EnrolSecondFactor { .. }) {
            assert!(strength(required, facts, available) >= Strength::OneFactor);
            assert!(!available.totp || strength(required, facts, available) == Strength::TwoFactors);
        }
    });
}

/// Consent is asked only of a person who is signed in as strongly as required.
#[test]
fn consent_comes_after_every_factor() {
    for_all(|required, facts, available, step| {
        if step == Step::Consent {
            let shown = strength(required, facts, available);
            assert!(shown >= Strength::OneFactor && (!available.totp || shown == Strength::TwoFactors));
            assert!(shown >= required.level.strength || !required.level.essential);
        }
    });
}

/// What a cooperative person does at a step.
fn follow(step: Step, facts: &mut Facts, available: &mut Available) {
    match step {
        Step::SelectAccount => facts.turn_to(Some(ADA), None),
        Step::Register | Step::Identify => facts.identify(proof(ProofKind::Password, LATE)),
        Step::Password => facts.proofs.push(proof(ProofKind::Password, LATE)),
        Step::SecondFactor => facts.proofs.push(proof(ProofKind::Totp, LATE)),
        Step::VerifyEmail => available.verified_email = true,
        Step::EnrolSecondFactor { .. } => {
            available.totp = true;
            facts.enrolment = Some(Enrolment::CodesDue);
            facts.proofs.push(proof(ProofKind::Totp, LATE));
        }
        Step::RecoveryCodes => facts.enrolment = Some(Enrolment::Done),
        Step::Consent => facts.consent = Some(ConsentAnswer::Allowed { scope: Scope::default(), at: LATE }),
        Step::Done | Step::Denied(_) => {}
    }
}

/// A person who does what each page asks reaches an end in a few pages from anywhere: no page is a dead end.
#[test]
fn a_cooperative_person_always_reaches_an_end() {
    for_all(|required, facts, available, first| {
        let (mut facts, mut available, mut step) = (facts.clone(), available.clone(), first);
        for _ in 0..10 {
            if matches!(step, Step::Done | Step::Denied(_)) {
                return;
            }
            follow(step, &mut facts, &mut available);
            step = next(required, &facts, &available);
        }
        panic!("still at {step:?}: {required:?} {facts:?} {available:?}");
    });
}

/// Adding a requirement never shortens the way: what was not done before is not done after.
#[test]
fn a_stricter_requirement_never_finishes_earlier() {
    for_all(|required, facts, available, step| {
        let stricter = [
            Requirements { verified_email: true, ..*required },
            Requirements { consent: ConsentRule::Always, ..*required },
            Requirements { select_account: true, ..*required },
            required.with_level(LevelRule { strength: Strength::TwoFactors, essential: true }),
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
