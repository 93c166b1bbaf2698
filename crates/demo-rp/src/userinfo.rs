//! The userinfo request.
//!
//! Owns the comparison of its `sub` with the ID token's. A refusal is no failure of the sign-in: it is shown.
//! OpenID Connect Core §5.3; RFC 6750 §2.1.

use serde_json::{Map, Value};

use crate::exchange::{Purpose, Step};
use crate::failure::Failure;
use crate::http_client::{HttpClient, Outgoing};

const USERINFO: Purpose =
    Purpose { title: "Userinfo request", reason: "The access token opens the profile that you agreed to share." };

/// What userinfo answered.
pub(crate) enum Userinfo {
    /// The claims, which speak of the person who signed in.
    Claims(Map<String, Value>),
    /// The issuer has no such endpoint.
    NotOffered,
    /// The endpoint refused, with this status.
    Refused(u16),
}

/// Asks userinfo about the person who signed in as `subject`.
///
/// Errors: `Unreachable`, `Unintelligible`, `OtherSubject`. OpenID Connect Core §5.3.2.
pub(crate) async fn ask(
    http: &HttpClient,
    endpoint: Option<&str>,
    access_token: &str,
    subject: &str,
    step: &mut Step,
) -> Result<Userinfo, Failure> {
    let Some(url) = endpoint else { return Ok(Userinfo::NotOffered) };
    let authorization = Some(format!("Bearer {access_token}"));
    let received = http.send(Outgoing { purpose: USERINFO, url, authorization, form: None }, step).await?;
    if !received.status.is_success() {
        return Ok(Userinfo::Refused(received.status.as_u16()));
    }
    let unintelligible = Failure::Unintelligible { request: USERINFO.title, status: received.status };
    match received.json() {
        Some(Value::Object(claims)) => {
            same_subject(&claims, subject)?;
            Ok(Userinfo::Claims(claims))
        }
        _ => Err(unintelligible),
    }
}

fn same_subject(claims: &Map<String, Value>, subject: &str) -> Result<(), Failure> {
    if claims.get("sub").and_then(Value::as_str) == Some(subject) {
        Ok(())
    } else {
        Err(Failure::OtherSubject("userinfo answer"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// OpenID Connect Core §5.3.2: if `sub` differs, the values must not be used.
    #[test]
    fn claims_of_another_subject_are_refused() {
        for wrong in [json!({"sub": "eve"}), json!({}), json!({"sub": 7})] {
            let claims = wrong.as_object().unwrap();

            assert!(matches!(same_subject(claims, "ada"), Err(Failure::OtherSubject(_))));
        }
        assert!(same_subject(json!({"sub": "ada"}).as_object().unwrap(), "ada").is_ok());
    }
}
