//! What an accepted request requires of its journey.

use portreeve_domain::journey::{ConsentRule, LevelRule, Requirements};
use portreeve_domain::{Acr, Client, Profile, Strength, Timestamp};

use super::{NOW, RULES, accept, accept_by, redirectable};
use crate::Cause;
use crate::authorization::{Rules, requirements};
use crate::testing::{native_client, web_client};

fn required(changes: &[(&str, &str)]) -> Requirements {
    Requirements::of(&requirements(&accept(changes).unwrap(), &web_client(), NOW))
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
    let one = LevelRule::essential(Strength::OneFactor);
    let two = |essential| match essential {
        true => LevelRule::essential(Strength::TwoFactors),
        false => LevelRule::voluntary(Strength::TwoFactors),
    };
    let claims = |acr: &str| format!(r#"{{"id_token":{{"acr":{acr}}}}}"#);

    assert_eq!(required(&[]).level, one);
    assert_eq!(required(&[("acr_values", "zzz")]).level, one);
    assert_eq!(required(&[("acr_values", "zzz aal2")]).level, two(false));
    assert_eq!(required(&[("acr_values", "phr")]).level, LevelRule::voluntary(Strength::PhishingResistant));
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

    assert_eq!(
        required(&[("prompt", "none"), ("acr_values", "aal2")]).level,
        LevelRule::essential(Strength::OneFactor)
    );
    assert_eq!(
        required(&[("prompt", "none"), ("claims", essential)]).level,
        LevelRule::essential(Strength::TwoFactors)
    );
}

/// OC-08, NA-04: consent is asked again for `prompt=consent` and for public native clients, and never for our own.
#[test]
fn consent_depends_on_prompt_and_client() {
    let consent = |client: &Client, changes| {
        Requirements::of(&requirements(&accept_by(client, Profile::OAuth21, changes).unwrap(), client, NOW)).consent
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

/// S-096, RFC 9470 §3: whoever asked for two factors and compares texts finds what it asked for, also when a passkey showed
/// more; who asked for nothing, or for more than was reached, is told what was.
#[test]
fn the_stated_acr_answers_the_wish() {
    let wishing = |values: &str| accept(&[("acr_values", values)]).unwrap();

    assert_eq!(wishing("aal2").stated_acr(Acr::Phr), Acr::Aal2);
    assert_eq!(wishing("phr aal2").stated_acr(Acr::Phr), Acr::Phr);
    assert_eq!(wishing("phr aal2").stated_acr(Acr::Aal2), Acr::Aal2);
    assert_eq!(wishing("phr").stated_acr(Acr::Aal2), Acr::Aal2);
    assert_eq!(accept(&[]).unwrap().stated_acr(Acr::Phr), Acr::Phr);
}

/// OC-17, S-096: a level that nobody can reach here is refused before a person is bothered, however it is asked for.
#[test]
fn a_passkey_is_not_demanded_where_there_are_none() {
    let claims = |values: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":{values}}}}}}}"#);
    let without = |values: &str| {
        let rules = Rules { acrs: &Acr::WITHOUT_PASSKEYS, ..RULES };
        let client = web_client();
        let text = claims(values);
        let accepted = redirectable(&client, &[("claims", &text)]).unwrap().accept(&rules);
        accepted.map(|_| ()).map_err(|rejected| rejected.refusal.cause)
    };

    assert_eq!(without(r#"["phr"]"#), Err(Cause::LevelNotReached));
    assert_eq!(without(r#"["phr","aal2"]"#), Ok(()));
    assert!(accept(&[("claims", &claims(r#"["phr"]"#))]).is_ok());
}

/// OC-19: the subject that was asked for is handed on.
#[test]
fn the_subject_asked_for_is_handed_on() {
    let accepted = accept(&[("claims", r#"{"id_token":{"sub":{"value":"usr_ada"}}}"#)]).unwrap();

    assert_eq!(accepted.subject_value(), Some("usr_ada"));
    assert_eq!(Requirements::of(&requirements(&accepted, &web_client(), NOW)).subject, None, "the issuer looks it up");
}

/// W23: what a request asks for is told by the parameter that asks.
#[test]
fn each_parameter_has_an_id() {
    let ids = |changes: &[(&str, &str)]| -> Vec<String> {
        let all = requirements(&accept(changes).unwrap(), &web_client(), NOW);
        all.into_iter().map(|one| one.id).collect()
    };
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"aal2"}}}"#;

    assert_eq!(ids(&[]), ["client:consent"]);
    assert_eq!(ids(&[("max_age", "60"), ("prompt", "login")]), ["max_age", "prompt:login", "client:consent"]);
    assert_eq!(ids(&[("prompt", "select_account consent")]), ["prompt:select_account", "prompt:consent"]);
    assert_eq!(ids(&[("claims", essential), ("acr_values", "phr")]), ["client:consent", "acr:aal2", "acr_values:phr"]);
}
