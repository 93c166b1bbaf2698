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

/// Wishes and demands, also a wish beyond a demand.
const LEVELS: [LevelRule; 6] = [
    LevelRule::essential(Strength::OneFactor),
    LevelRule::voluntary(Strength::TwoFactors),
    LevelRule::essential(Strength::TwoFactors),
    LevelRule::voluntary(Strength::PhishingResistant),
    LevelRule { least: Strength::TwoFactors, wishes_second_factor: false, wishes_passkey: true },
    LevelRule::essential(Strength::PhishingResistant),
];
const CONSENT_RULES: [ConsentRule; 3] = [ConsentRule::NotNeeded, ConsentRule::UnlessCovered, ConsentRule::Always];
const FRESHNESS: [Timestamp; 2] = [Timestamp::from_millis(i64::MIN), START];

fn consent_answers() -> [Option<ConsentAnswer>; 3] {
    [None, Some(ConsentAnswer::Refused), Some(ConsentAnswer::Allowed { scope: Scope::default(), at: LATE })]
}

fn enrolments() -> [Option<Enrolment>; 4] {
    [None, Some(Enrolment::Declined), Some(Enrolment::CodesDue), Some(Enrolment::Done)]
}

/// Who it is: every way to the account, with the factors that a password and an app give.
fn accounts() -> (Vec<Requirements>, Vec<Facts>, Vec<Available>) {
    let (mut requirements, mut facts, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    for fresh_since in FRESHNESS {
        for subject in [None, Some(ADA), Some(BOB)] {
            for level in LEVELS.into_iter().take(3) {
                for consent in CONSENT_RULES {
                    for bits in 0..8_u8 {
                        requirements.push(Requirements {
                            fresh_since,
                            subject,
                            level,
                            select_account: bits & 1 != 0,
                            create_account: bits & 2 != 0,
                            verified_email: bits & 4 != 0,
                            consent,
                            offer_passkey: false,
                        });
                    }
                }
            }
        }
    }
    let proof_sets = [
        vec![],
        vec![proof(ProofKind::Password, LATE)],
        vec![proof(ProofKind::Totp, LATE)],
        vec![proof(ProofKind::Password, LATE), proof(ProofKind::RecoveryCode, LATE)],
    ];
    for user in [None, Some(ADA)] {
        for proofs in &proof_sets {
            for account_chosen in BOOLS {
                for registering in [None, Some(false), Some(true)] {
                    for enrolment in enrolments() {
                        for consent in consent_answers() {
                            let (proofs, enrolment) = (proofs.clone(), enrolment.clone());
                            let base = Facts { user, proofs, account_chosen, registering, ..Facts::default() };
                            if enrolment.is_none() && consent.is_none() {
                                facts.push(Facts { code_to: Some("ada@example.com".to_owned()), ..base.clone() });
                            }
                            facts.push(Facts { enrolment, consent, ..base });
                        }
                    }
                }
            }
        }
    }
    for sessions in [0, 1, 2] {
        for session_proofs in session_proofs().into_iter().take(3) {
            for bits in 0..8_u8 {
                lookups.push(Available {
                    sessions,
                    session_proofs: session_proofs.clone(),
                    totp: bits & 1 != 0,
                    recovery_codes: bits & 1 != 0,
                    verified_email: bits & 2 != 0,
                    consent_covers: bits & 4 != 0,
                    email_codes: bits & 4 != 0,
                    ..Available::default()
                });
            }
        }
    }
    (requirements, facts, lookups)
}

fn session_proofs() -> [Vec<Proof>; 4] {
    [
        vec![],
        vec![proof(ProofKind::Password, EARLY)],
        vec![proof(ProofKind::Password, EARLY), proof(ProofKind::Totp, EARLY)],
        vec![proof(ProofKind::Passkey, EARLY)],
    ]
}

/// How strongly: every subset of proofs, for a known account.
fn factors() -> (Vec<Requirements>, Vec<Facts>, Vec<Available>) {
    let kinds =
        [ProofKind::Password, ProofKind::Totp, ProofKind::RecoveryCode, ProofKind::Passkey, ProofKind::EmailCode];
    let (mut requirements, mut facts, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    for fresh_since in FRESHNESS {
        for level in LEVELS {
            for consent in [ConsentRule::NotNeeded, ConsentRule::Always] {
                for bits in 0..4_u8 {
                    requirements.push(Requirements {
                        fresh_since,
                        level,
                        verified_email: bits & 1 != 0,
                        offer_passkey: bits & 2 != 0,
                        consent,
                        ..Requirements::sign_in()
                    });
                }
            }
        }
    }
    // A mailed code stands in the place of the password.
    for subset in (0..32_usize).filter(|subset| subset & 0b10001 != 0b10001) {
        let given = (0..5).filter(|at| subset & (1 << at) != 0).map(|at| proof(kinds[at], LATE));
        let proofs: Vec<_> = given.collect();
        for enrolment in enrolments() {
            for passkey_declined in BOOLS {
                for consent in consent_answers().into_iter().step_by(2) {
                    let (proofs, enrolment) = (proofs.clone(), enrolment.clone());
                    let base = Facts { user: Some(ADA), account_chosen: true, ..Facts::default() };
                    facts.push(Facts { proofs, enrolment, passkey_declined, consent, ..base });
                }
            }
        }
    }
    for session_proofs in session_proofs() {
        for bits in 0..32_u8 {
            lookups.push(Available {
                sessions: 1,
                session_proofs: session_proofs.clone(),
                totp: bits & 1 != 0,
                recovery_codes: bits & 1 != 0,
                verified_email: bits & 2 != 0,
                consent_covers: bits & 4 != 0,
                passkeys_usable: bits & 8 != 0,
                passkey: bits & 16 != 0,
                email_codes: false,
                owes_second_factor: bits & 5 == 4,
            });
        }
    }
    (requirements, facts, lookups)
}

/// Calls `check` for every combination.
fn for_all(mut check: impl FnMut(&Requirements, &Facts, &Available, Step)) {
    for (requirements, facts, lookups) in [accounts(), factors()] {
        for required in &requirements {
            for fact in &facts {
                for available in &lookups {
                    check(required, fact, available, next(required, fact, available));
                }
            }
        }
    }
}

fn strength(required: &Requirements, facts: &Facts, available: &Available) -> Strength {
    let proofs: Vec<_> = facts.proofs.iter().chain(&available.session_proofs).copied().collect();
    Strength::of(&proofs, ADA, required.fresh_since)
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
        assert_ne!(required.subject, Some(BOB));
        let shown = strength(required, facts, available);
        assert!(shown >= Strength::OneFactor);
        assert!(
            !has_second_factor(available) || shown >= Strength::TwoFactors,
            "an enrolled second factor was skipped"
        );
        assert!(!required.select_account || facts.account_chosen);
        assert!(!required.verified_email || available.verified_email);
        assert!(shown >= required.level.least);
        assert!(!available.owes_second_factor || shown >= Strength::TwoFactors, "a lost factor lowers no level");
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
        if matches!(step, Step::EnrolSecondFactor { .. } | Step::EnrolPasskey { .. }) {
            assert!(strength(required, facts, available) >= Strength::OneFactor);
            assert!(!has_second_factor(available) || strength(required, facts, available) >= Strength::TwoFactors);
        }
    });
}

/// S-084: mail proves the first factor and no more: a second one is asked for as after a password.
#[test]
fn a_mailed_code_gets_as_far_as_a_password_and_no_further() {
    for_all(|required, facts, available, step| {
        let replaced = |kind| if kind == ProofKind::EmailCode { ProofKind::Password } else { kind };
        let proofs = facts.proofs.iter().map(|given| Proof { kind: replaced(given.kind), ..*given }).collect();
        let by_password = Facts { proofs, ..facts.clone() };

        assert_eq!(next(required, &by_password, available), step);
    });
}

/// The code is asked for while somebody waits for it, and only where there are codes.
#[test]
fn a_mailed_code_is_asked_for_where_one_was_wanted() {
    for_all(|required, facts, available, step| {
        let waits = facts.code_to.is_some() && available.email_codes;
        assert!(step != Step::EmailCode || waits);
        assert!(!waits || !matches!(step, Step::Identify | Step::Password), "{required:?} {facts:?}");
    });
}

/// Consent is asked only of a person who is signed in as strongly as required.
#[test]
fn consent_comes_after_every_factor() {
    for_all(|required, facts, available, step| {
        if step == Step::Consent {
            let shown = strength(required, facts, available);
            assert!(shown >= Strength::OneFactor && (!has_second_factor(available) || shown >= Strength::TwoFactors));
            assert!(shown >= required.level.least);
        }
    });
}

/// What a cooperative person does at a step.
fn follow(step: Step, facts: &mut Facts, available: &mut Available) {
    match step {
        Step::SelectAccount => facts.turn_to(Some(ADA), None),
        Step::Register | Step::Identify => facts.identify(proof(ProofKind::Password, LATE)),
        Step::Password => facts.proofs.push(proof(ProofKind::Password, LATE)),
        Step::EmailCode => facts.identify(proof(ProofKind::EmailCode, LATE)),
        Step::SecondFactor { totp: true } => facts.proofs.push(proof(ProofKind::Totp, LATE)),
        Step::SecondFactor { totp: false } | Step::Passkey { .. } => {
            facts.proofs.push(proof(ProofKind::Passkey, LATE));
        }
        Step::VerifyEmail => available.verified_email = true,
        Step::EnrolSecondFactor { .. } => {
            available.totp = true;
            facts.enrolment = Some(Enrolment::CodesDue);
            facts.proofs.push(proof(ProofKind::Totp, LATE));
        }
        Step::EnrolPasskey { .. } => {
            available.passkey = true;
            facts.enrolment = Some(Enrolment::CodesDue);
            facts.proofs.push(proof(ProofKind::Passkey, LATE));
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

/// A person who puts off whatever may be put off, and says "I cannot" where a passkey is demanded, reaches an end as well.
#[test]
fn an_unwilling_person_always_reaches_an_end() {
    for_all(|required, facts, available, first| {
        let (mut facts, mut available, mut step) = (facts.clone(), available.clone(), first);
        for _ in 0..12 {
            match step {
                Step::Done | Step::Denied(_) => return,
                Step::Passkey { .. } | Step::EnrolPasskey { .. } => facts.passkey_declined = true,
                Step::EnrolSecondFactor { optional: true } => facts.enrolment = Some(Enrolment::Declined),
                other => follow(other, &mut facts, &mut available),
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
            Requirements { verified_email: true, ..*required },
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
