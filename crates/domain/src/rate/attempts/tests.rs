//! Both presets, and what outlasts them, at a clock that stands still.

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const REFUSED_FOR_12_S: AttemptDecision = AttemptDecision::Refused { wait: Lifetime::from_seconds(12) };

fn minutes(minutes: i64) -> Timestamp {
    NOW.plus(Lifetime::from_minutes(minutes))
}

fn charge(address: &mut AddressRate, preset: RatePreset, account: u8, now: Timestamp) -> AttemptDecision {
    address.charge(preset, RateReach::AllNodes, &[account; 16], now)
}

/// S-072: preset `strict`: five attempts from one address a minute, for whatever accounts; the sixth blocks it.
#[test]
fn strict_blocks_an_address_after_five_attempts() {
    let mut address = AddressRate::default();
    for account in 0..5 {
        assert_eq!(charge(&mut address, RatePreset::Strict, account, NOW), AttemptDecision::Allowed);
    }

    let sixth = charge(&mut address, RatePreset::Strict, 9, NOW);
    let later = charge(&mut address, RatePreset::Strict, 9, minutes(14));

    assert_eq!(sixth, AttemptDecision::Blocked { wait: RatePreset::STRICT_BLOCK });
    assert_eq!(later, AttemptDecision::Refused { wait: Lifetime::from_minutes(1) });
    assert_eq!(address.expires_at(), minutes(15));
    assert_eq!(charge(&mut address, RatePreset::Strict, 0, minutes(15)), AttemptDecision::Allowed);
}

/// S-072: preset `standard`: people behind one address do not share a budget, but one account has one.
#[test]
fn standard_limits_an_account_and_not_the_office_it_is_in() {
    let mut address = AddressRate::default();
    for account in 0..20 {
        assert_eq!(charge(&mut address, RatePreset::Standard, account, NOW), AttemptDecision::Allowed);
    }
    for _ in 0..4 {
        assert_eq!(charge(&mut address, RatePreset::Standard, 0, NOW), AttemptDecision::Allowed);
    }

    assert_eq!(charge(&mut address, RatePreset::Standard, 0, NOW), REFUSED_FOR_12_S);
    assert_eq!(charge(&mut address, RatePreset::Standard, 1, NOW), AttemptDecision::Allowed);
}

/// S-072: the spray detector: the 31st account of one address in ten minutes is refused, and remembered as little.
#[test]
fn standard_refuses_an_address_that_tries_many_accounts() {
    let mut address = AddressRate::default();
    for account in 0..30 {
        assert_eq!(charge(&mut address, RatePreset::Standard, account, NOW), AttemptDecision::Allowed);
    }

    let refused = AttemptDecision::Refused { wait: RatePreset::ACCOUNTS_WINDOW };
    assert_eq!(charge(&mut address, RatePreset::Standard, 30, NOW), refused);
    assert_eq!(charge(&mut address, RatePreset::Standard, 29, NOW), AttemptDecision::Allowed);
    assert_eq!(address.expires_at(), minutes(10));
    assert_eq!(charge(&mut address, RatePreset::Standard, 30, minutes(10)), AttemptDecision::Allowed);
}

/// An account that has used up its budget does not get a new one by falling out of the window of the spray detector.
#[test]
fn the_budget_of_an_account_outlives_the_window() {
    let mut address = AddressRate::default();
    charge(&mut address, RatePreset::Standard, 0, NOW);
    let moment = Timestamp::from_millis(minutes(10).as_millis() - 1);
    for _ in 0..5 {
        assert_eq!(charge(&mut address, RatePreset::Standard, 0, moment), AttemptDecision::Allowed);
    }

    assert!(matches!(charge(&mut address, RatePreset::Standard, 0, minutes(10)), AttemptDecision::Refused { .. }));
}

/// SECURITY rule 18: a node that cannot ask the others lets less through.
#[test]
fn a_node_on_its_own_is_stricter() {
    for preset in [RatePreset::Strict, RatePreset::Standard] {
        let mut address = AddressRate::default();
        for _ in 0..2 {
            let decision = address.charge(preset, RateReach::ThisNode, &[0; 16], NOW);
            assert_eq!(decision, AttemptDecision::Allowed, "{preset:?}");
        }

        assert_ne!(address.charge(preset, RateReach::ThisNode, &[0; 16], NOW), AttemptDecision::Allowed, "{preset:?}");
    }
}

/// S-143: five mails an hour to one account, from however many addresses they are asked for.
#[test]
fn an_account_gets_five_mails_an_hour() {
    let mut mails = MailRate::default();
    for _ in 0..5 {
        assert!(mails.charge(NOW));
    }

    assert!(!mails.charge(NOW));
    assert!(!mails.charge(minutes(59)));
    assert_eq!(mails.expires_at(), minutes(60));
    assert!(mails.charge(minutes(60)));
}

/// S-064, DV-04: ten codes while one lives, from one network; then it waits for the oldest.
#[test]
fn ten_user_codes_are_taken_from_one_network() {
    let mut codes = UserCodeRate::default();
    for _ in 0..10 {
        assert_eq!(codes.charge(NOW), Ok(()));
    }

    assert_eq!(codes.charge(minutes(9)), Err(Lifetime::from_minutes(1)));
    assert_eq!(codes.expires_at(), minutes(10));
    assert_eq!(codes.charge(minutes(10)), Ok(()));
}

/// S-081: five tries, then a pause that grows.
#[test]
fn a_factor_rests_after_five_failures() {
    assert_eq!(rest_after(0), Lifetime::from_millis(0));
    assert_eq!(rest_after(4), Lifetime::from_millis(0));
    assert_eq!(rest_after(5), Lifetime::from_seconds(30));
    assert_eq!(rest_after(7), Lifetime::from_minutes(2));
    assert_eq!(rest_after(100), Lifetime::from_minutes(15));
}

/// S-082: recovery codes: five tries an hour.
#[test]
fn recovery_codes_rest_for_an_hour_after_five_failures() {
    assert_eq!(rest_of_recovery_codes(4), Lifetime::from_millis(0));
    assert_eq!(rest_of_recovery_codes(5), Lifetime::from_hours(1));
    assert_eq!(rest_of_recovery_codes(6), Lifetime::from_hours(1));
}

/// what came while the clock was an hour ahead shuts nobody out when it is right again.
#[test]
fn a_clock_that_goes_back_shuts_nobody_out() {
    let ahead = minutes(60);
    for (preset, accounts) in [(RatePreset::Strict, 6), (RatePreset::Standard, 30)] {
        let mut address = AddressRate::default();
        for account in 0..accounts {
            charge(&mut address, preset, account, ahead);
        }
        for _ in 0..5 {
            charge(&mut address, preset, 0, ahead);
        }
        assert_ne!(charge(&mut address, preset, 0, ahead), AttemptDecision::Allowed);
        assert_ne!(charge(&mut address, preset, 99, ahead), AttemptDecision::Allowed);

        for account in [0, 99] {
            assert_eq!(charge(&mut address.clone(), preset, account, NOW), AttemptDecision::Allowed, "{preset:?}");
        }
    }
    let (mut mails, mut codes) = (MailRate::default(), UserCodeRate::default());
    while mails.charge(ahead) {}
    while codes.charge(ahead).is_ok() {}
    assert!(mails.charge(NOW) && codes.charge(NOW).is_ok());
}
