//! Requirements add up, in any order; each page that one of them causes names it.

use super::*;
use crate::UserId;
use crate::journey::{Facts, foresee, next};

const ADA: UserId = UserId::from_bytes([1; 16]);
const NOW: Timestamp = Timestamp::from_millis(1_000);

fn all() -> Vec<Requirement> {
    let version = TermsVersion { terms: "tos".to_owned(), version: "7".to_owned() };
    let conditions = [
        Condition::FreshSince(NOW),
        Condition::Subject(Subject::Person(ADA)),
        Condition::Level(LevelRule::essential(Strength::TwoFactors)),
        Condition::Level(LevelRule::voluntary(Strength::PhishingResistant)),
        Condition::SelectAccount,
        Condition::Confirmation,
        Condition::VerifiedEmail,
        Condition::Attribute("shoe_size".to_owned()),
        Condition::Terms(version),
        Condition::Consent(ConsentRule::UnlessCovered),
        Condition::Consent(ConsentRule::Always),
        Condition::OfferPasskey,
    ];
    let named = |(at, condition)| Requirement::new(format!("test:{at}"), Source::Tenant, condition);
    conditions.into_iter().enumerate().map(named).collect()
}

/// A1.1 of the journeys: rules only add, so their order is nobody's business.
#[test]
fn requirements_add_up_in_any_order() {
    let mut requirements = all();
    let sum = Requirements::of(&requirements);
    for _ in 0..requirements.len() {
        requirements.rotate_left(1);
        assert_eq!(Requirements::of(&requirements), sum);
        assert_eq!(Requirements::of(requirements.iter().rev()), sum);
    }
    assert_eq!(Requirements::of(&[]), Requirements::sign_in());
    assert_eq!((sum.consent, sum.fresh_since, sum.terms), (ConsentRule::Always, NOW, true));
}

/// Whatever subset of them holds, with one more a person is never done earlier.
#[test]
fn one_more_never_shortens_the_way() {
    let requirements = all();
    let lookups = [
        Available::default(),
        Available { verified_email: true, ..Available::default() },
        Available { totp: true, terms_accepted: true, ..Available::default() },
    ];
    for subset in 0..(1_u32 << requirements.len()) {
        let holds = |at: usize| subset & (1 << at) != 0;
        let some: Vec<_> = requirements.iter().enumerate().filter(|(at, _)| holds(*at)).map(|(_, one)| one).collect();
        for available in &lookups {
            let before = foresee(&Requirements::of(some.iter().copied()), ADA, available, NOW);
            for more in &requirements {
                let after = Requirements::of(some.iter().copied().chain([more]));
                let after = foresee(&after, ADA, available, NOW);
                assert!(after.len() >= before.len() || after.last() != Some(&Step::Done), "{before:?} {after:?}");
            }
        }
    }
}

/// W23: a page that is there because of a requirement names it.
#[test]
fn every_page_beyond_the_sign_in_has_a_reason() {
    let requirements = all();
    for available in [
        Available { passkeys_usable: true, verified_email: true, ..Available::default() },
        Available { totp: true, owes_second_factor: false, ..Available::default() },
        Available { passkeys_usable: true, passkey: true, ..Available::default() },
    ] {
        let steps = foresee(&Requirements::of(&requirements), ADA, &available, NOW);
        assert_eq!(steps.last(), Some(&Step::Done), "{steps:?}");
        let (first, rest) = steps.split_first().unwrap();
        assert_eq!(*first, Step::Identify);
        let of_account = Requirement::of_account(&available);
        for step in rest.iter().filter(|step| !matches!(step, Step::Done | Step::RecoveryCodes)) {
            let reasons = requirements.iter().chain(&of_account).filter(|one| one.calls_for(*step)).count();
            assert!(reasons > 0, "{step:?}");
        }
    }
}

/// What the account has is told from what it lacks and from what is shown at every sign-in.
#[test]
fn what_an_account_has_is_told_from_what_it_lacks() {
    let terms = TermsVersion { terms: "tos".to_owned(), version: "7".to_owned() };
    let due = Due { attributes: vec!["shoe_size".to_owned()], terms: vec![terms] };
    let (bare, full) = (
        Available::default(),
        Available {
            passkeys_usable: true,
            passkey: true,
            verified_email: true,
            consent_covers: true,
            ..Available::default()
        },
    );
    use Standing::{AtSignIn, Met, Missing};
    let of =
        |available: &Available, due: &Due| -> Vec<_> { all().iter().map(|one| one.standing(available, due)).collect() };

    let lacks = [
        AtSignIn, AtSignIn, Missing, Missing, AtSignIn, AtSignIn, Missing, Missing, Missing, AtSignIn, AtSignIn,
        Missing,
    ];
    assert_eq!(of(&bare, &due), lacks);
    assert_eq!(
        of(&full, &Due::default()),
        [AtSignIn, AtSignIn, Met, Met, AtSignIn, Met, Met, Met, Met, Met, AtSignIn, Met]
    );
    let owed = Requirement::of_account(&Available { owes_second_factor: true, ..bare });
    assert_eq!(
        (owed[0].id.as_str(), owed[0].standing(&Available::default(), &Due::default())),
        ("owed:second-factor", Missing)
    );
    assert_eq!(next(&Requirements::of(&owed), &Facts::default(), &full), Step::Identify);
}
