//! Request parameters of OAuth endpoints, in order and free of repetitions.
//!
//! Owns the rules every endpoint shares: a repeated parameter is an error, an empty one counts as omitted, unknown ones
//! are ignored (RFC 6749 §3.1, §3.2; RFC 8707 §2 and RFC 8693 §2.1 name the repeatable ones). Known are those that have a class
//! in `domain::Source`, so none is read whose secrecy nobody thought of. Leaves decoding to `http-kit`.

use portreeve_domain::Source;

use crate::{Cause, Refusal};

/// The only parameters that may occur more than once.
const REPEATABLE: [&str; 2] = ["resource", "audience"];
/// How long a parameter value may be, in bytes.
const MAX_VALUE_BYTES: usize = 2 * 1024;
/// How long a parameter that holds a JWT or JSON may be, in bytes.
const MAX_DOCUMENT_BYTES: usize = 16 * 1024;
/// Parameters that hold a JWT or JSON.
const DOCUMENTS: [&str; 10] = [
    "id_token_hint",
    "login_hint_token",
    "client_assertion",
    "request",
    "claims",
    "authorization_details",
    "token",
    "subject_token",
    "actor_token",
    "assertion",
];

/// The parameters of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes decoded pairs as they came.
    ///
    /// # Errors
    /// `ParameterRepeated` for a second value of a parameter that may have one; `ParameterTooLong` for a value over
    /// 2 KiB (16 KiB where a JWT or JSON is expected). The refusal's detail names the parameter.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut kept: Vec<(String, String)> = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let limit = if DOCUMENTS.contains(&name.as_str()) { MAX_DOCUMENT_BYTES } else { MAX_VALUE_BYTES };
            if value.len() > limit {
                return Err(Refusal::new(Cause::ParameterTooLong).with_detail(name));
            }
            let repeated = kept.iter().any(|(known, _)| *known == name);
            if repeated && !REPEATABLE.contains(&name.as_str()) {
                return Err(Refusal::new(Cause::ParameterRepeated).with_detail(name));
            }
            kept.push((name, value));
        }
        kept.retain(|(name, value)| !value.is_empty() && is_known(name));
        Ok(Self(kept))
    }

    /// These, but what `others` hold is taken from there; the request object they come from is gone (OIDC Core §6.1).
    ///
    /// # Errors
    /// As [`Self::from_pairs`].
    pub(crate) fn superseded_by(&self, others: Vec<(String, String)>) -> Result<Self, Refusal> {
        let is_kept = |name: &str| name != "request" && name != "request_uri" && others.iter().all(|(n, _)| n != name);
        let kept: Vec<_> = self.0.iter().filter(|(name, _)| is_kept(name)).cloned().collect();
        Self::from_pairs(kept.into_iter().chain(others).collect())
    }

    /// Whether there are none but those with these names.
    pub(crate) fn are_only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|(name, _)| names.contains(&name.as_str()))
    }

    /// The value of `name`; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        debug_assert!(is_known(name), "{name} has no class; add it to domain::input");
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The names there are.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Every value of `name`, in order; for `resource` and `audience`.
    pub fn all(&self, name: &str) -> Vec<String> {
        debug_assert!(is_known(name), "{name} has no class; add it to domain::input");
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// `ParameterMissing` with the name as detail.
    pub fn require(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::new(Cause::ParameterMissing).with_detail(name))
    }
}

fn is_known(name: &str) -> bool {
    Source::Parameter.class_of(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    /// OA-01, OA-AZ-28, OA-TK-26: repeated parameters are refused, also when a value is empty or both are equal.
    #[test]
    fn a_repeated_parameter_is_refused() {
        for twice in [[("state", "a"), ("state", "a")], [("scope", ""), ("scope", "x")]] {
            assert_eq!(Parameters::from_pairs(pairs(&twice)).unwrap_err().cause, Cause::ParameterRepeated);
        }
    }

    /// RI-02: `resource` may be repeated.
    #[test]
    fn resource_may_be_repeated() {
        let parameters = Parameters::from_pairs(pairs(&[("resource", "a"), ("resource", "b")])).unwrap();

        assert_eq!(parameters.all("resource"), ["a", "b"]);
    }

    /// OA-02: an empty parameter is as if omitted.
    #[test]
    fn an_empty_parameter_counts_as_omitted() {
        assert_eq!(Parameters::from_pairs(pairs(&[("scope", "")])).unwrap().get("scope"), None);
    }

    /// S-134: what has no class is not read.
    #[test]
    fn a_parameter_that_is_not_registered_is_ignored() {
        let parameters = Parameters::from_pairs(pairs(&[("scope", "a"), ("shoe_size", "b")])).unwrap();

        assert_eq!(parameters, Parameters::from_pairs(pairs(&[("scope", "a")])).unwrap());
    }

    /// S-030: an oversize state is refused cleanly.
    #[test]
    fn an_oversize_value_is_refused() {
        let long = "x".repeat(2049);

        assert_eq!(Parameters::from_pairs(pairs(&[("state", &long)])).unwrap_err().cause, Cause::ParameterTooLong);
        assert!(Parameters::from_pairs(pairs(&[("claims", &long)])).is_ok());
    }
}
