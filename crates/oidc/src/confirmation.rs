//! The `cnf` member, in access tokens and in introspection answers. RFC 7800 §3.1, RFC 9449 §6, RFC 8705 §3.

use portreeve_domain::{Confirmation, Thumbprint};
use serde::Serialize;
use serde_json::Value;

/// What a token is bound to, as it stands in JSON.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cnf {
    #[serde(skip_serializing_if = "Option::is_none")]
    jkt: Option<Thumbprint>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    certificate: Option<Thumbprint>,
}

impl Cnf {
    /// The member; `None` for a token that is bound to nothing, which has none.
    pub(crate) fn of(confirmation: &Confirmation) -> Option<Self> {
        let is_bound = *confirmation != Confirmation::BEARER;
        is_bound.then_some(Self { jkt: confirmation.key, certificate: confirmation.certificate })
    }
}

/// Reads the `cnf` claim of a token of ours. `None` when it is nothing we would have written.
pub fn read(cnf: Option<&Value>) -> Option<Confirmation> {
    let Some(cnf) = cnf else { return Some(Confirmation::BEARER) };
    let mut confirmation = Confirmation::BEARER;
    for (name, value) in cnf.as_object()? {
        let thumbprint = Thumbprint::parse(value.as_str()?)?;
        match name.as_str() {
            "jkt" => confirmation.key = Some(thumbprint),
            "x5t#S256" => confirmation.certificate = Some(thumbprint),
            _ => return None,
        }
    }
    Some(confirmation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: Thumbprint = Thumbprint::from_bytes([1; 32]);
    const CERTIFICATE: Thumbprint = Thumbprint::from_bytes([2; 32]);

    /// DP-05, MT-04: the members have the names of their specifications, and what is written is read back.
    #[test]
    fn what_is_written_is_read_back() {
        let both = Confirmation { key: Some(KEY), certificate: Some(CERTIFICATE) };
        let json = serde_json::to_value(Cnf::of(&both)).unwrap();

        assert_eq!(json, json!({"jkt": KEY.to_string(), "x5t#S256": CERTIFICATE.to_string()}));
        assert_eq!(read(Some(&json)), Some(both));
        assert!(Cnf::of(&Confirmation::BEARER).is_none());
        assert_eq!(read(None), Some(Confirmation::BEARER));
    }

    /// A binding that is not understood is no permission.
    #[test]
    fn another_binding_is_not_read() {
        for cnf in [json!("x"), json!({"jkt": "short"}), json!({"jkt": 1}), json!({"kid": KEY.to_string()})] {
            assert_eq!(read(Some(&cnf)), None, "{cnf}");
        }
    }
}
