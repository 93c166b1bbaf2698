//! How an answer travels: the `response_mode` parameter.
//!
//! Owns the modes, the default of each response type, and which mode a request may choose. Leaves writing the answer to
//! `response_target` and the JWT of the signed modes to `jarm`. OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
//! §5; OAuth 2.0 Form Post Response Mode §2; JARM §2.3.

use portreeve_domain::Client;
use serde::{Deserialize, Serialize};

use super::response_type::holds_token;
use crate::uri::scheme_of;
use crate::{Cause, Parameters, Refusal};

/// The mode that is the default of the response type, signed (JARM §2.3.4).
const DEFAULT_SIGNED: &str = "jwt";

/// Which part of a request carries the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// The query of the redirect URI.
    #[default]
    Query,
    /// The fragment of the redirect URI, which browsers keep to themselves.
    Fragment,
    /// A form that the browser posts to the redirect URI.
    FormPost,
}

/// Whether the client can tell that the answer is ours and unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Every parameter by itself.
    #[default]
    Plain,
    /// All parameters in one signed JWT, the only parameter.
    Signed,
}

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseMode {
    /// Where.
    pub carrier: Carrier,
    /// As what.
    pub protection: Protection,
}

impl ResponseMode {
    /// Every name there is; `jwt` stands for `query.jwt` or `fragment.jwt`.
    pub const NAMES: [&'static str; 7] =
        ["query", "fragment", "form_post", DEFAULT_SIGNED, "query.jwt", "fragment.jwt", "form_post.jwt"];

    /// How answers to a request for `response_type` travel unless it says otherwise: those with a token never in the query,
    /// which servers and histories keep.
    pub(super) fn default_for(response_type: &str) -> Self {
        Self::read(default_name(response_type), response_type).unwrap_or_default()
    }

    /// The mode of that name, in a request for `response_type`.
    fn read(name: &str, response_type: &str) -> Option<Self> {
        let (carrier, protection) = match name {
            "query" => (Carrier::Query, Protection::Plain),
            "fragment" => (Carrier::Fragment, Protection::Plain),
            "form_post" => (Carrier::FormPost, Protection::Plain),
            DEFAULT_SIGNED => (Self::default_for(response_type).carrier, Protection::Signed),
            "query.jwt" => (Carrier::Query, Protection::Signed),
            "fragment.jwt" => (Carrier::Fragment, Protection::Signed),
            "form_post.jwt" => (Carrier::FormPost, Protection::Signed),
            _ => return None,
        };
        Some(Self { carrier, protection })
    }

    /// The mode a request asks for, for an answer to `redirect_uri`.
    ///
    /// # Errors
    /// `ResponseModeUnsupported` for an unknown mode. `ResponseModeNotAllowed` when the client has registered which modes
    /// it uses and this is none of them, for the query when a token may come, signed or not, and for a form to an
    /// application on a device, which cannot take one.
    pub(super) fn requested(parameters: &Parameters, client: &Client, redirect_uri: &str) -> Result<Self, Refusal> {
        let response_type = parameters.get("response_type").unwrap_or_default();
        let name = parameters.get("response_mode").unwrap_or(default_name(response_type));
        let mode = Self::read(name, response_type)
            .ok_or_else(|| Refusal::new(Cause::ResponseModeUnsupported).with_detail(name))?;
        let registered = &client.metadata.response_modes;
        let is_registered = registered.is_empty() || registered.iter().any(|known| known == name);
        let fits = match mode.carrier {
            Carrier::Query => !holds_token(response_type),
            Carrier::Fragment => true,
            Carrier::FormPost => matches!(scheme_of(redirect_uri), Some("https" | "http")),
        };
        if is_registered && fits {
            Ok(mode)
        } else {
            Err(Refusal::new(Cause::ResponseModeNotAllowed).with_detail(name))
        }
    }
}

fn default_name(response_type: &str) -> &'static str {
    if holds_token(response_type) { "fragment" } else { "query" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RM-07: `jwt` is the default of the response type, signed.
    #[test]
    fn jwt_is_the_signed_default() {
        let read = |name, response_type| ResponseMode::read(name, response_type).unwrap();

        assert_eq!(read("jwt", "code"), read("query.jwt", "code"));
        assert_eq!(read("jwt", "code id_token"), read("fragment.jwt", "code id_token"));
        for name in ResponseMode::NAMES {
            let is_signed = read(name, "code").protection == Protection::Signed;
            assert_eq!(is_signed, name.ends_with("jwt"), "{name}");
        }
    }
}
