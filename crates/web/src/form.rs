//! The fields of a posted form of ours.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};

/// The fields of a form. Has no `Debug`: it holds passwords.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a form that could be read; `None` for another body than a form.
    pub(crate) fn read(form: Result<FormPairs, PairsRejection>) -> Option<Self> {
        form.ok().map(|FormPairs(pairs)| Self(pairs))
    }

    /// The first value of a field; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}
