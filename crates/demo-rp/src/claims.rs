//! Claims in a form that a newcomer can read: a name, a value, what it means.
//!
//! Owns the words and the order. Whether a claim may be believed was decided before it comes here.
//! OpenID Connect Core §2, §5.1.

use serde_json::{Map, Value};

/// Claims with a fixed meaning, in the order shown; all others follow by name.
const MEANINGS: [(&str, &str); 18] = [
    ("iss", "Who issued it"),
    ("sub", "You, as this issuer names you to this application"),
    ("aud", "Whom it is for"),
    ("azp", "The client it was issued to"),
    ("client_id", "The client it was issued to"),
    ("scope", "What it may be used for"),
    ("exp", "When it ends"),
    ("iat", "When it was issued"),
    ("nbf", "When it begins"),
    ("auth_time", "When you proved who you are"),
    ("acr", "How well you proved it"),
    ("amr", "With what you proved it"),
    ("nonce", "Ties it to the request of your browser"),
    ("at_hash", "Ties it to the access token"),
    ("sid", "Your session at the issuer"),
    ("alg", "How it is signed"),
    ("kid", "Which of the issuer's keys signed it"),
    ("typ", "What kind of token it is"),
];

/// One line of a table of claims.
pub(crate) struct ClaimRow {
    pub(crate) name: String,
    /// The value as it stands in the token; JSON where it is not text.
    pub(crate) value: String,
    /// What it means; times with their distance from now. Empty where the name says it all.
    pub(crate) meaning: String,
}

/// Lists claims, the well-known ones first. `now` is in Unix seconds.
pub(crate) fn rows(claims: &Map<String, Value>, now: i64) -> Vec<ClaimRow> {
    let place = |name: &str| MEANINGS.iter().position(|(known, _)| *known == name).unwrap_or(MEANINGS.len());
    let mut members: Vec<(&String, &Value)> = claims.iter().collect();
    members.sort_by_key(|(name, _)| (place(name), (*name).clone()));
    members.into_iter().map(|(name, value)| row(name, value, now)).collect()
}

/// Says how far away a moment is, such as `in 9 min` or `3 h ago`.
pub(crate) fn distance(moment: i64, now: i64) -> String {
    let seconds = moment.saturating_sub(now);
    if seconds == 0 {
        return "now".to_owned();
    }
    let (amount, unit) = match seconds.unsigned_abs() {
        small @ 0..=119 => (small, "s"),
        minutes @ 120..=7_199 => (minutes / 60, "min"),
        hours @ 7_200..=172_799 => (hours / 3_600, "h"),
        days => (days / 86_400, "days"),
    };
    if seconds < 0 { format!("{amount} {unit} ago") } else { format!("in {amount} {unit}") }
}

fn row(name: &str, value: &Value, now: i64) -> ClaimRow {
    let known = MEANINGS.iter().find(|(known, _)| *known == name).map_or("", |(_, meaning)| *meaning);
    let meaning = match (name, value.as_i64()) {
        ("exp" | "iat" | "nbf" | "auth_time", Some(moment)) => format!("{known}: {}", distance(moment, now)),
        _ => known.to_owned(),
    };
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    ClaimRow { name: name.to_owned(), value, meaning }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn well_known_claims_come_first_and_others_by_name() {
        let claims = json!({"zoneinfo": "x", "email": "a@b.example", "sub": "1", "iss": "i"});

        let names: Vec<String> = rows(claims.as_object().unwrap(), 0).into_iter().map(|row| row.name).collect();

        assert_eq!(names, ["iss", "sub", "email", "zoneinfo"]);
    }

    #[test]
    fn a_distance_reads_in_the_unit_that_fits() {
        assert_eq!(distance(100, 100), "now");
        assert_eq!(distance(700, 100), "in 10 min");
        assert_eq!(distance(0, 10_800), "3 h ago");
        assert_eq!(distance(i64::MIN, i64::MAX), "106751991167300 days ago");
    }
}
