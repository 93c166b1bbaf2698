//! Every signal, alone, and what several come to. SECURITY S-146.

use super::*;

const HAMBURG: (&str, f64, f64) = ("DE", 53.5, 10.0);
const BERLIN: (&str, f64, f64) = ("DE", 52.5, 13.4);
const TOKYO: (&str, f64, f64) = ("JP", 35.7, 139.7);

fn sighting(network: &str, place: Option<(&str, f64, f64)>, hour: i64) -> Sighting {
    let place = place.and_then(|(country, north, east)| Place::of(Some(country), None, Some((north, east))));
    Sighting { network: network.to_owned(), place, at: Timestamp::from_millis(hour * 3_600_000) }
}

/// A sign-in of which everything is known already.
fn usual<'a>(here: &'a Sighting, earlier: &'a [Sighting]) -> Evidence<'a> {
    Evidence { here: Some(here), earlier, is_known_device: true, is_listed: false, was_replayed: false, failures: 0 }
}

fn signals(evidence: &Evidence<'_>) -> Vec<Signal> {
    Risk::of(evidence).signals().to_vec()
}

/// S-146: the same person, browser, network and country is no risk at all.
#[test]
fn what_is_usual_gives_no_signal() {
    let (here, earlier) = (sighting("a", Some(HAMBURG), 9), [sighting("a", Some(HAMBURG), 1)]);
    let risk = Risk::of(&usual(&here, &earlier));

    assert_eq!((risk.signals(), risk.score(), risk.level()), (&[][..], 0, RiskLevel::Low));
}

/// S-146: each signal is given by its own evidence and by nothing else.
#[test]
fn each_signal_has_its_own_evidence() {
    let (here, earlier) = (sighting("a", Some(HAMBURG), 9), [sighting("a", Some(HAMBURG), 1)]);
    let same = usual(&here, &earlier);
    let other_network = [sighting("b", Some(HAMBURG), 1)];
    let other_country = [sighting("a", Some(TOKYO), -100)];
    let too_fast = [sighting("a", Some(HAMBURG), -100), sighting("b", Some(TOKYO), 8)];
    let cases = [
        (Signal::NewDevice, Evidence { is_known_device: false, ..same.clone() }),
        (Signal::NewNetwork, usual(&here, &other_network)),
        (Signal::NewCountry, usual(&here, &other_country)),
        (Signal::ImpossibleTravel, usual(&here, &too_fast)),
        (Signal::ListedNetwork, Evidence { is_listed: true, ..same.clone() }),
        (Signal::ReplayedToken, Evidence { was_replayed: true, ..same.clone() }),
    ];
    let tried = Evidence { failures: 5, is_known_device: false, ..same.clone() };

    assert_eq!(signals(&tried), [Signal::NewDevice, Signal::ManyFailures]);
    assert_eq!(signals(&Evidence { is_known_device: true, ..tried }), [], "strangers' tries");
    assert_eq!(cases.len() + 1, Signal::ALL.len());
    for (signal, evidence) in cases {
        assert_eq!(signals(&evidence), [signal]);
    }
    assert_eq!(signals(&Evidence { failures: 4, is_known_device: false, ..same }), [Signal::NewDevice]);
}

/// S-146: a place that is not known, here or there, is no signal.
#[test]
fn an_unknown_place_is_no_signal() {
    let (placed, unplaced) = (sighting("a", Some(HAMBURG), 9), sighting("a", None, 9));
    let (there, nowhere) = ([sighting("a", Some(TOKYO), 9)], [sighting("a", None, 9)]);
    for (here, earlier) in [(&placed, &nowhere), (&unplaced, &there), (&unplaced, &nowhere)] {
        assert_eq!(signals(&usual(here, earlier)), []);
    }
    assert_eq!(signals(&Evidence { here: None, ..usual(&placed, &there) }), []);
}

/// S-146: who has not signed in lately is at a network that nobody knows, and in no country that is new.
#[test]
fn without_earlier_sign_ins_the_network_is_new() {
    let here = sighting("a", Some(HAMBURG), 9);

    assert_eq!(signals(&usual(&here, &[])), [Signal::NewNetwork]);
}

/// S-146: an airliner, and a provider that places people in another town, are possible; 9000 km in an hour are not. A clock that went back
/// makes no time of the journey, and no fault.
#[test]
fn travel_is_impossible_above_a_thousand_kilometres_an_hour() {
    for (from, hours, is_impossible) in
        [(TOKYO, 1, true), (TOKYO, 8, true), (TOKYO, 9, false), (BERLIN, 0, false), (TOKYO, -1, true)]
    {
        let (here, earlier) = (sighting("a", Some(HAMBURG), hours), [sighting("a", Some(from), 0)]);
        let found = signals(&usual(&here, &earlier)).contains(&Signal::ImpossibleTravel);
        assert_eq!(found, is_impossible, "{from:?} {hours}");
    }
}

/// S-146: a score is the sum of its signals, and the levels begin where they are said to.
#[test]
fn a_score_is_explained_by_its_signals() {
    use Signal::{ImpossibleTravel, ListedNetwork, ManyFailures, NewCountry, NewDevice, NewNetwork, ReplayedToken};
    for (signals, score, level) in [
        (vec![NewDevice], 20, RiskLevel::Low),
        (vec![NewNetwork, NewCountry], 25, RiskLevel::Low),
        (vec![NewDevice, NewNetwork], 30, RiskLevel::Elevated),
        (vec![NewNetwork, ListedNetwork], 30, RiskLevel::Elevated),
        (vec![ImpossibleTravel], 30, RiskLevel::Elevated),
        (vec![NewDevice, NewNetwork, NewCountry], 45, RiskLevel::Elevated),
        (vec![NewDevice, ReplayedToken, ManyFailures], 60, RiskLevel::High),
        (Signal::ALL.to_vec(), 135, RiskLevel::High),
    ] {
        let risk = Risk(signals);
        assert_eq!((risk.score(), risk.level()), (score, level), "{risk:?}");
    }
}

/// S-146: nothing that happens every day raises the level alone.
#[test]
fn one_everyday_signal_is_never_enough() {
    for signal in Signal::ALL.into_iter().filter(|signal| *signal != Signal::ImpossibleTravel) {
        assert_eq!(Risk(vec![signal]).level(), RiskLevel::Low, "{signal:?}");
    }
}

/// The names are those of the log and of requirements, and are stored.
#[test]
fn names_are_as_they_are_stored() {
    for signal in Signal::ALL {
        assert_eq!(serde_json::to_value(signal).unwrap(), signal.name());
    }
    for level in [RiskLevel::Low, RiskLevel::Elevated, RiskLevel::High] {
        assert_eq!(serde_json::to_value(level).unwrap(), level.name());
    }
}
