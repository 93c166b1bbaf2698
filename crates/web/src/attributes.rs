//! Attributes as pages show them: a field for each, in the words of the operator, and what was typed back as answers.
//!
//! Owns what fields are called. Leaves what a value must be like to `domain`, and the markup to `pages`.

use portreeve_domain::{Attribute, AttributeType, Misfit, PersonClaims};
use portreeve_issuer::Answers;
use portreeve_pages::account::PersonalValue;
use portreeve_pages::{AttributeField, AttributeInput, AttributeProblem, Locale};
use serde_json::Value;

use crate::form::{ATTRIBUTE, Fields};
use crate::words;

/// How many characters a day has.
const DATE_CHARS: u32 = 10;

/// The field of an attribute, with what `claims` hold of it, also where that does not fit.
pub(crate) fn field(attribute: &Attribute, claims: &PersonClaims, locale: Locale) -> AttributeField {
    let text = attribute.text_in(locale.tag());
    let value = claims.value(&attribute.name).as_ref().map(Attribute::written).unwrap_or_default();
    AttributeField {
        id: field_name(attribute),
        label: text.map(|text| text.label.clone()),
        purpose: text.and_then(|text| text.purpose.clone()),
        input: input(attribute, &value, locale),
        value,
        is_optional: attribute.optional,
        problem: None,
    }
}

/// As `field`, with what was typed, where something was, and why that was not taken.
pub(crate) fn typed_field(
    attribute: &Attribute,
    (claims, answers): (&PersonClaims, &Answers),
    misfit: Option<Misfit>,
    locale: Locale,
) -> AttributeField {
    let field = field(attribute, claims, locale);
    let value = answers.typed(&attribute.name).map_or(field.value, str::to_owned);
    AttributeField { input: input(attribute, &value, locale), value, problem: misfit.map(problem), ..field }
}

/// What was typed into the fields of `attributes`.
pub(crate) fn answers<'a>(fields: &Fields, attributes: impl IntoIterator<Item = &'a Attribute>) -> Answers {
    let typed = |attribute: &Attribute| Some((attribute.name.clone(), fields.find(&field_name(attribute))?.to_owned()));
    Answers::new(attributes.into_iter().filter_map(typed))
}

/// A value in the words of the page.
pub(crate) fn shown(attribute: &Attribute, value: &Value, locale: Locale) -> PersonalValue {
    match value {
        Value::Bool(true) => PersonalValue::Yes,
        Value::Bool(false) => PersonalValue::No,
        value => {
            let written = Attribute::written(value);
            let chosen = attribute.choices.iter().find(|choice| choice.value == written);
            PersonalValue::Text(
                chosen.map_or_else(|| written.clone(), |choice| choice.text_in(locale.tag()).to_owned()),
            )
        }
    }
}

/// A standard claim has a field of its name, which browsers and password managers know.
fn field_name(attribute: &Attribute) -> String {
    let own = || format!("{ATTRIBUTE}{}", attribute.name);
    if attribute.is_standard() { attribute.name.clone() } else { own() }
}

/// What `value` can be shown in: a date field of a browser shows days alone, and neither a birthday without its year nor what was mistyped.
fn input(attribute: &Attribute, value: &str, locale: Locale) -> AttributeInput {
    match attribute.kind {
        AttributeType::Text => AttributeInput::Text { maximum: attribute.max_chars().into() },
        AttributeType::Integer => AttributeInput::Integer,
        AttributeType::Date if value.is_empty() || Attribute::is_day(value) => AttributeInput::Date,
        AttributeType::Date => AttributeInput::Text { maximum: DATE_CHARS },
        AttributeType::Boolean => AttributeInput::YesOrNo,
        AttributeType::Choice => {
            let choices = attribute.choices.iter();
            let named = choices.map(|choice| (choice.value.clone(), choice.text_in(locale.tag()).to_owned()));
            AttributeInput::Choice(named.collect())
        }
    }
}

fn problem(misfit: Misfit) -> AttributeProblem {
    match misfit {
        Misfit::Missing => AttributeProblem::Missing,
        Misfit::TooLong { maximum } => AttributeProblem::TooLong { maximum: words::count(maximum.into()) },
        Misfit::NotALine => AttributeProblem::NotALine,
        Misfit::NotAPhoneNumber => AttributeProblem::NotAPhoneNumber,
        Misfit::NotAnInteger => AttributeProblem::NotAnInteger,
        Misfit::NotADate => AttributeProblem::NotADate,
        Misfit::NotAChoice => AttributeProblem::NotAChoice,
    }
}
