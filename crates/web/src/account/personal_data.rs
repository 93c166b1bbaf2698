//! What is known about a person, to be read and to be taken away as JSON.

use http::StatusCode;
use portreeve_domain::{Lifetime, Timestamp};
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{DataEntry, DataSection, DataValue, Limited};
use portreeve_pages::Locale;
use portreeve_pages::account::{PersonalData, PersonalSection, PersonalValue, Place};
use portreeve_pages::too_many_attempts::TooManyAttempts;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{DATA, PROFILE, Page, frame, page};
use crate::attributes;
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

const HERE: Page = Page::fresh(DATA, Place::Profile);
/// What the browser calls the file.
const FILE: &str = "personal-data.json";

/// Shows it.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    match door.issuer().personal_data(&door.at, &visitor).await {
        Ok(Limited::Within(sections)) => {
            let frame = frame(&door);
            let form = HERE.own_form(&door, &visitor);
            let sections = sections.iter().map(|section| shown(&door, frame.locale, section)).collect();
            page(&door, PersonalData { nav: HERE.nav(&door), form, sections }.render(&frame))
        }
        Ok(Limited::TooMany { wait }) => too_many(&door, wait),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// Gives it away as a file.
pub(super) async fn download(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, _) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    match door.issuer().export_personal_data(&door.at, &visitor).await {
        Ok(Limited::Within(sections)) => {
            let members = sections.iter().map(|section| {
                (section.name.to_owned(), section.entries.iter().map(members_of).collect::<Vec<_>>().into())
            });
            let file = json!({
                "issuer": door.at.issuer,
                "made_at": rfc3339(door.issuer().ambient().now()),
                "labels": labels(&door, door.frame(&[]).locale),
                "data": members.collect::<Map<_, _>>(),
            });
            Reply::file(&door, FILE, format!("{file:#}\n"))
        }
        Ok(Limited::TooMany { wait }) => too_many(&door, wait),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// What the operator calls the attributes of the tenant, by name.
fn labels(door: &Door, locale: Locale) -> Map<String, Value> {
    let named = door.at.attributes.iter().filter_map(|one| Some((one, one.text_in(locale.tag())?)));
    named.map(|(one, text)| (one.name.clone(), text.label.as_str().into())).collect()
}

fn too_many(door: &Door, wait: Lifetime) -> Reply {
    let said = TooManyAttempts {
        wait_seconds: wait.as_seconds_ceiling().unsigned_abs(),
        back_href: Some(door.href(PROFILE)),
        reference: door.reference.to_string(),
    };
    page(door, said.render(&door.frame(&[]))).with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait)
}

fn members_of(entry: &DataEntry) -> Value {
    let member = |(name, value): &(String, DataValue)| {
        let value = match value {
            DataValue::Text(text) | DataValue::Word(text) => text.as_str().into(),
            DataValue::Texts(texts) | DataValue::Words(texts) | DataValue::Scopes(texts) => texts.as_slice().into(),
            DataValue::Count(count) => (*count).into(),
            DataValue::Flag(flag) => (*flag).into(),
            DataValue::Time(at) => rfc3339(*at).into(),
        };
        (name.clone(), value)
    };
    Value::Object(entry.facts.iter().map(member).collect())
}

fn shown(door: &Door, locale: Locale, section: &DataSection) -> PersonalSection {
    let fact = |(name, value): &(String, DataValue)| {
        let is_told = matches!(section.name, "account" | "attributes");
        let attribute = door.at.attributes.iter().find(|one| is_told && one.name == *name);
        let label = attribute.and_then(|one| one.text_in(locale.tag())).map(|text| text.label.clone());
        let words = match value {
            DataValue::Text(text) => match attribute {
                Some(attribute) => attributes::shown(attribute, &text.as_str().into(), locale),
                None => PersonalValue::Text(text.clone()),
            },
            DataValue::Word(word) => PersonalValue::Words(vec![word.clone()]),
            DataValue::Words(words) => PersonalValue::Words(words.clone()),
            DataValue::Scopes(names) => PersonalValue::Scopes(names.clone()),
            DataValue::Texts(texts) => PersonalValue::Text(texts.join("\n")),
            DataValue::Count(count) => PersonalValue::Text(count.to_string()),
            DataValue::Flag(true) => PersonalValue::Yes,
            DataValue::Flag(false) => PersonalValue::No,
            DataValue::Time(at) => PersonalValue::Text(minute(*at)),
        };
        (label.unwrap_or_else(|| name.clone()), words)
    };
    let entries = section.entries.iter().map(|entry| entry.facts.iter().map(fact).collect()).collect();
    PersonalSection { name: section.name, entries }
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.as_seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// As `2026-11-22T10:30:05Z` (RFC 3339 §5.6).
fn rfc3339(at: Timestamp) -> String {
    let at = moment(at);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", at.hour(), at.minute(), at.second())
}

/// As `2026-11-22 10:30 UTC`, the same in every language.
fn minute(at: Timestamp) -> String {
    let at = moment(at);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use portreeve_domain::{LinkPurpose, SessionEnd};
    use portreeve_pages::account::Nav;
    use portreeve_pages::{Form, Frame};

    use super::*;

    /// What the page says of one thing.
    fn said(value: PersonalValue) -> String {
        let nav = Nav { account_href: PROFILE.to_owned(), place: Place::Profile };
        let entries = vec![vec![("purpose".to_owned(), value)]];
        let sections = vec![PersonalSection { name: "mailed_links", entries }];
        let page = PersonalData { nav, form: Form::default(), sections }.render(&Frame::default()).unwrap();
        let (_, rest) = page.split_once("<dd><bdi>").unwrap();
        rest.split_once("</bdi>").unwrap().0.to_owned()
    }

    /// S-150: nobody but us knows what `not_me` means.
    #[test]
    fn no_stored_word_is_shown_as_it_is_stored() {
        let ends = [
            SessionEnd::SignedOut,
            SessionEnd::PasswordChanged,
            SessionEnd::Revoked,
            SessionEnd::Disowned,
            SessionEnd::FactorsRemoved,
            SessionEnd::DeletionRequested,
        ];
        let ends_of_grants = ["consent_withdrawn", "client deleted", "revoked by the client", "refresh token replayed"];
        let factors = ["password", "email_code", "totp", "recovery_code", "passkey", "attested_passkey"];
        let words = LinkPurpose::ALL.map(LinkPurpose::name).into_iter().chain(ends.map(SessionEnd::name));

        for word in words.chain(ends_of_grants).chain(factors) {
            let said = said(PersonalValue::Words(vec![word.to_owned()]));

            assert!(!said.is_empty() && said != word && !said.contains('_'), "{word}: {said}");
        }
    }

    #[test]
    fn a_name_that_was_not_given_is_no_empty_line() {
        assert_eq!(said(PersonalValue::Text(String::new())), "Not given");
    }

    #[test]
    fn scopes_are_told_as_where_they_were_agreed_to() {
        let scopes = ["openid", "orders.read"].map(str::to_owned).to_vec();

        assert_eq!(said(PersonalValue::Scopes(scopes)), "Know that it’s you\norders.read");
    }
}
