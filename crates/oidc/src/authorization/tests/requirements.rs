//! What an accepted request requires of its journey.

use portreeve_domain::journey::{ConsentRule, LevelRule, Requirements};
use portreeve_domain::{Acr, Client, Profile, Strength, Timestamp};

use super::{NOW, accept, accept_by};
use crate::authorization::requirements;
use crate::testing::{native_client, web_client};

fn required(changes: &[(&str, &str)]) -> Requirements {
    requirements(&accept(changes).unwrap(), &web_client(), NOW)
}

/// OC-07, OC-10, OC-11, S-034: freshness counts from the start of the journey.
#[test]
fn freshness_counts_from_the_start_of_the_journey() {
    assert_eq!(required(&[]).fresh_since, Timestamp::from_millis(i64::MIN));
    assert_eq!(required(&[("max_age", "60")]).fresh_since, Timestamp::from_millis(NOW.as_millis() - 60_000));
    assert_eq!(required(&[("max_age", "0")]).fresh_since, NOW);
    assert_eq!(required(&[("prompt", "login")]).fresh_since, NOW);
    assert_eq!(required(&[("prompt", "login"), ("max_age", "60")]).fresh_since, NOW);
}

/// OC-09: `select_account` demands a choice.
#[test]
fn select_account_demands_a_choice() {
    assert!(required(&[("prompt", "select_account")]).select_account);
    assert!(!required(&[]).select_account);
}

/// OC-16, OC-17: essential levels must be reached, voluntary ones are wishes, unknown ones nothing.
#[test]
fn levels_are_essential_or_voluntary() {
    let one = LevelRule { strength: Strength::OneFactor, essential: true };
    let two = |essential| LevelRule { strength: Strength::TwoFactors, essential };
    let claims = |acr: &str| format!(r#"{{"id_token":{{"acr":{acr}}}}}"#);

    assert_eq!(required(&[]).level, one);
    assert_eq!(required(&[("acr_values", "zzz")]).level, one);
    assert_eq!(required(&[("acr_values", "zzz aal2")]).level, two(false));
    assert_eq!(required(&[("acr_values", "aal1 aal2")]).level, one, "the first is preferred");
    assert_eq!(required(&[("claims", &claims(r#"{"values":["aal2"]}"#))]).level, two(false));
    assert_eq!(required(&[("claims", &claims(r#"{"essential":true,"value":"aal2"}"#))]).level, two(true));
    assert_eq!(required(&[("claims", &claims(r#"{"essential":true,"values":["zzz","aal2"]}"#))]).level, two(true));
    assert_eq!(required(&[("claims", &claims(r#"{"essential":true,"values":["aal2","aal1"]}"#))]).level, one);
    assert_eq!(required(&[("claims", &claims(r#"{"essential":true}"#))]).level, one);
}

/// OC-16: a wish is no reason for `prompt=none` to fail.
#[test]
fn a_voluntary_level_is_dropped_where_no_page_may_be_shown() {
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"aal2"}}}"#;

    assert_eq!(required(&[("prompt", "none"), ("acr_values", "aal2")]).level.strength, Strength::OneFactor);
    assert_eq!(required(&[("prompt", "none"), ("claims", essential)]).level.strength, Strength::TwoFactors);
}

/// OC-08, NA-04: consent is asked again for `prompt=consent` and for public native clients, and never for our own.
#[test]
fn consent_depends_on_prompt_and_client() {
    let consent = |client: &Client, changes| {
        requirements(&accept_by(client, Profile::OAuth21, changes).unwrap(), client, NOW).consent
    };
    let mut ours = native_client();
    ours.metadata.first_party = true;

    assert_eq!(consent(&web_client(), &[]), ConsentRule::UnlessCovered);
    assert_eq!(consent(&web_client(), &[("prompt", "consent")]), ConsentRule::Always);
    assert_eq!(consent(&native_client(), &[]), ConsentRule::Always);
    assert_eq!(consent(&ours, &[]), ConsentRule::NotNeeded);
}

/// OC-17, S-096: with an essential `acr` the answer is one of the values asked for and never more than was reached.
#[test]
fn the_stated_acr_is_one_that_was_asked_for() {
    let with = |values: &str| {
        let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":{values}}}}}}}"#);
        accept(&[("claims", &claims)]).unwrap()
    };

    assert_eq!(with(r#"["aal1"]"#).stated_acr(Acr::Aal2), Acr::Aal1);
    assert_eq!(with(r#"["aal1","aal2"]"#).stated_acr(Acr::Aal2), Acr::Aal2);
    assert_eq!(with(r#"["aal1","aal2"]"#).stated_acr(Acr::Aal1), Acr::Aal1);
    assert_eq!(accept(&[]).unwrap().stated_acr(Acr::Aal2), Acr::Aal2);
}

/// OC-19: the subject that was asked for is handed on.
#[test]
fn the_subject_asked_for_is_handed_on() {
    let accepted = accept(&[("claims", r#"{"id_token":{"sub":{"value":"usr_ada"}}}"#)]).unwrap();

    assert_eq!(accepted.subject_value(), Some("usr_ada"));
    assert_eq!(requirements(&accepted, &web_client(), NOW).subject, None, "the issuer looks it up");
}
