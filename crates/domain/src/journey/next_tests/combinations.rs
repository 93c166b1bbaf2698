//! Every combination of requirements, facts and lookups that the tests of the hub look at, many thousand of them.

use super::*;

pub(super) const ADA: UserId = UserId::from_bytes([1; 16]);
pub(super) const BOB: UserId = UserId::from_bytes([2; 16]);
pub(super) const EARLY: Timestamp = Timestamp::from_millis(10);
pub(super) const START: Timestamp = Timestamp::from_millis(100);
pub(super) const LATE: Timestamp = Timestamp::from_millis(200);
const BOOLS: [bool; 2] = [false, true];

pub(super) fn proof(kind: ProofKind, at: Timestamp) -> Proof {
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
        for subject in [None, Some(Subject::Person(ADA)), Some(Subject::Person(BOB)), Some(Subject::Pairwise)] {
            for level in LEVELS.into_iter().take(3) {
                for consent in CONSENT_RULES {
                    for bits in 0..8_u8 {
                        requirements.push(Requirements {
                            fresh_since,
                            enrols_since: START,
                            subject,
                            level,
                            select_account: bits & 1 != 0,
                            create_account: bits & 2 != 0,
                            confirmation: bits & 2 != 0,
                            verified_email: bits & 4 != 0,
                            attributes: bits & 4 != 0,
                            terms: bits & 2 != 0,
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
                    is_pairwise_subject: (bits & 1 != 0) ^ (bits & 2 != 0),
                    totp: bits & 1 != 0,
                    recovery_codes: bits & 1 != 0,
                    verified_email: bits & 2 != 0,
                    attributes_told: bits & 4 != 0,
                    number_to_confirm: bits & 2 != 0,
                    terms_accepted: bits & 2 != 0,
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
                for bits in 0..8_u8 {
                    requirements.push(Requirements {
                        fresh_since,
                        enrols_since: START,
                        level,
                        confirmation: bits & 4 != 0,
                        verified_email: bits & 1 != 0,
                        attributes: bits & 2 != 0,
                        terms: bits & 1 != 0,
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
                is_pairwise_subject: false,
                totp: bits & 1 != 0,
                recovery_codes: bits & 1 != 0,
                verified_email: bits & 2 != 0,
                attributes_told: bits & 2 != 0,
                number_to_confirm: bits & 4 != 0,
                terms_accepted: bits & 4 != 0,
                consent_covers: bits & 4 != 0,
                passkeys_usable: bits & 8 != 0,
                passkey: bits & 16 != 0,
                email_codes: false,
                passwordless: false,
                owes_second_factor: bits & 5 == 4,
            });
        }
    }
    (requirements, facts, lookups)
}

/// What is told and agreed to: every combination of attributes, terms, address and consent for somebody who has proven one factor or two.
fn agreements() -> (Vec<Requirements>, Vec<Facts>, Vec<Available>) {
    let (mut requirements, mut facts, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    for consent in CONSENT_RULES {
        for level in LEVELS {
            for bits in 0..16_u8 {
                requirements.push(Requirements {
                    level,
                    confirmation: bits & 8 != 0,
                    verified_email: bits & 1 != 0,
                    terms: bits & 2 != 0,
                    select_account: bits & 4 != 0,
                    attributes: bits & 8 != 0,
                    consent,
                    ..Requirements::sign_in()
                });
            }
        }
    }
    let proven = [vec![ProofKind::Password], vec![ProofKind::Password, ProofKind::Totp], vec![ProofKind::Passkey]];
    for kinds in proven {
        for consent in consent_answers() {
            for cancelled in BOOLS {
                let proofs = kinds.iter().map(|kind| proof(*kind, LATE)).collect();
                let base = Facts { user: Some(ADA), account_chosen: true, ..Facts::default() };
                facts.push(Facts { proofs, consent: consent.clone(), cancelled, ..base });
            }
        }
    }
    for bits in 0..128_u8 {
        lookups.push(Available {
            sessions: 1,
            totp: bits & 1 != 0,
            verified_email: bits & 2 != 0,
            attributes_told: bits & 32 != 0,
            number_to_confirm: bits & 64 != 0,
            terms_accepted: bits & 4 != 0,
            consent_covers: bits & 8 != 0,
            passkeys_usable: bits & 16 != 0,
            ..Available::default()
        });
    }
    (requirements, facts, lookups)
}

/// Where there are no passwords: every subset of proofs, also of passwords from before, for everybody.
fn without_passwords() -> (Vec<Requirements>, Vec<Facts>, Vec<Available>) {
    let (mut requirements, mut facts, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    for fresh_since in FRESHNESS {
        for level in LEVELS {
            for bits in 0..8_u8 {
                requirements.push(Requirements {
                    fresh_since,
                    enrols_since: START,
                    level,
                    confirmation: bits & 4 != 0,
                    verified_email: bits & 1 != 0,
                    create_account: bits & 1 != 0,
                    offer_passkey: bits & 2 != 0,
                    ..Requirements::sign_in()
                });
            }
        }
    }
    let kinds = [ProofKind::Password, ProofKind::EmailCode, ProofKind::Totp, ProofKind::Passkey];
    for subset in 0..16_usize {
        let proofs: Vec<_> = (0..4).filter(|at| subset & (1 << at) != 0).map(|at| proof(kinds[at], LATE)).collect();
        for user in [None, Some(ADA)] {
            for registering in [None, Some(false), Some(true)] {
                for bits in 0..4_u8 {
                    facts.push(Facts {
                        user,
                        proofs: proofs.clone(),
                        registering,
                        account_chosen: user.is_some(),
                        code_to: (bits & 1 != 0).then(|| "ada@example.com".to_owned()),
                        passkey_declined: bits & 2 != 0,
                        ..Facts::default()
                    });
                }
            }
        }
    }
    for session_proofs in session_proofs() {
        for bits in 0..16_u8 {
            lookups.push(Available {
                sessions: 1,
                session_proofs: session_proofs.clone(),
                totp: bits & 1 != 0,
                recovery_codes: bits & 1 != 0,
                verified_email: bits & 2 != 0,
                passkeys_usable: bits & 4 != 0,
                passkey: bits & 8 != 0,
                email_codes: true,
                passwordless: true,
                ..Available::default()
            });
        }
    }
    (requirements, facts, lookups)
}

/// Calls `check` for every combination.
pub(super) fn for_all(mut check: impl FnMut(&Requirements, &Facts, &Available, Step)) {
    for (requirements, facts, lookups) in [accounts(), factors(), agreements(), without_passwords()] {
        for required in &requirements {
            for fact in &facts {
                for available in &lookups {
                    check(required, fact, available, next(required, fact, available));
                }
            }
        }
    }
}
