//! The fields of a posted form of ours: those that have a class in `domain::Source`, and no others.

use portreeve_domain::Source;
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};

/// What fields for attributes of the tenant's own begin with; one class is for all of them.
pub(crate) const ATTRIBUTE: &str = "attribute-";

/// The fields of a form. Has no `Debug`: it holds passwords.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a form that could be read; `None` for another body than a form.
    pub(crate) fn read(form: Result<FormPairs, PairsRejection>) -> Option<Self> {
        let FormPairs(mut pairs) = form.ok()?;
        pairs.retain(|(name, _)| is_known(name));
        Some(Self(pairs))
    }

    /// The first value of a field; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The first value of a field; `None` when it was not sent.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        debug_assert!(is_known(name), "{name} has no class; add it to domain::input");
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn is_known(name: &str) -> bool {
    let family = name.starts_with(ATTRIBUTE).then(|| ATTRIBUTE.trim_end_matches('-'));
    Source::Field.class_of(family.unwrap_or(name)).is_some()
}
