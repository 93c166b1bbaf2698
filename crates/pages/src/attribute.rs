//! A field for something that the tenant wants to know about a person: a label, why it is asked for, and the browser's own input for it.

use std::borrow::Cow;

use crate::Frame;
use crate::catalogue::Catalogue;
use crate::problem::{AttributeProblem, Explain as _, Problems};

/// A field. Element ids: `id`, `{id}-hint` and `{id}-error`.
#[derive(Debug, Clone)]
pub struct AttributeField {
    /// Name and element id: that of a standard claim, or `attribute-` and the name of another.
    pub id: String,
    /// What it is called; `None` for a standard claim, which has a name of ours.
    pub label: Option<String>,
    /// Why it is asked for.
    pub purpose: Option<String>,
    /// What stands in it.
    pub value: String,
    /// What is typed or chosen.
    pub input: AttributeInput,
    /// Whether it may be left empty.
    pub is_optional: bool,
    /// What is wrong with it.
    pub problem: Option<AttributeProblem>,
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeInput {
    /// A line of text.
    Text {
        /// The most characters.
        maximum: u32,
    },
    /// A whole number.
    Integer,
    /// A day.
    Date,
    /// Yes or no: `true` or `false`.
    YesOrNo,
    /// A value of a list, each with its text.
    Choice(Vec<(String, String)>),
}

impl AttributeField {
    /// What it is called.
    pub(crate) fn words(&self, frame: &Frame) -> String {
        self.label.clone().unwrap_or_else(|| frame.text(label_key(&self.id).unwrap_or("data-name")))
    }

    /// What browsers fill in (WCAG 2.2 §1.3.5).
    pub(crate) fn autocomplete(&self) -> &'static str {
        match self.id.as_str() {
            "given_name" => "given-name",
            "middle_name" => "additional-name",
            "family_name" => "family-name",
            "nickname" => "nickname",
            "gender" => "sex",
            "birthdate" => "bday",
            "phone_number" => "tel",
            "locale" => "language",
            _ => "off",
        }
    }

    /// The kind of input, and the keyboard for it.
    pub(crate) fn kind(&self) -> (&'static str, Option<&'static str>) {
        match self.input {
            AttributeInput::Integer => ("text", Some("numeric")),
            AttributeInput::Date => ("date", None),
            _ if self.id == "phone_number" => ("tel", Some("tel")),
            _ => ("text", None),
        }
    }

    /// Whether what is typed runs from left to right in every language.
    pub(crate) fn is_left_to_right(&self) -> bool {
        self.kind() != ("text", None)
    }

    pub(crate) fn maximum(&self) -> Option<u32> {
        match self.input {
            AttributeInput::Text { maximum } => Some(maximum),
            _ => None,
        }
    }

    /// What can be chosen, by value and text; `None` where something is typed.
    pub(crate) fn choices(&self, frame: &Frame) -> Option<Vec<(Cow<'_, str>, String)>> {
        match &self.input {
            AttributeInput::YesOrNo => {
                Some(vec![("true".into(), frame.text("data-yes")), ("false".into(), frame.text("data-no"))])
            }
            AttributeInput::Choice(choices) => {
                Some(choices.iter().map(|(value, text)| (value.as_str().into(), text.clone())).collect())
            }
            _ => None,
        }
    }
}

impl Problems {
    /// Adds what is wrong with each of `fields`.
    pub(crate) fn at_attributes(mut self, frame: &Frame, fields: &[AttributeField]) -> Self {
        for field in fields {
            let Some(problem) = &field.problem else { continue };
            let (label, problem) = (field.words(frame), problem.explain(frame));
            let text =
                Catalogue::text_with(frame.locale, "problem-at-field", &[("label", &label), ("problem", &problem)]);
            self = self.with(field.id.clone(), text);
        }
        self
    }
}

/// The text of ours for a standard claim; `None` for a name that is none.
pub(crate) fn label_key(name: &str) -> Option<&'static str> {
    Some(match name {
        "given_name" => "field-given-name",
        "family_name" => "field-family-name",
        "middle_name" => "data-middle-name",
        "nickname" => "field-nickname",
        "preferred_username" => "data-username",
        "gender" => "data-gender",
        "birthdate" => "data-birthdate",
        "zoneinfo" => "data-zoneinfo",
        "locale" => "data-locale",
        "phone_number" => "data-phone",
        _ => return None,
    })
}
