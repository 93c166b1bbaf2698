//! How an answer travels: the `response_mode` parameter.
//!
//! Owns the modes, the default of each response type, and which mode a request may choose. Leaves writing the answer to
//! `response_target`. OAuth 2.0 Multiple Response Type Encoding Practices §2.1, §5; OAuth 2.0 Form Post Response Mode §2.

use portreeve_domain::Client;
use serde::{Deserialize, Serialize};

use super::response_type::holds_token;
use crate::uri::scheme_of;
use crate::{Cause, Parameters, Refusal};

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In the fragment of the redirect URI, which browsers keep to themselves.
    Fragment,
    /// In a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// Every mode there is.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Reads a registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// How answers to a request for `response_type` travel unless it says otherwise: those with a token never in the query,
    /// which servers and histories keep.
    pub(super) fn default_for(response_type: &str) -> Self {
        if holds_token(response_type) { Self::Fragment } else { Self::Query }
    }

    /// The mode a request asks for, for an answer to `redirect_uri`.
    ///
    /// # Errors
    /// `ResponseModeUnsupported` for an unknown mode. `ResponseModeNotAllowed` when the client has registered which modes
    /// it uses and this is none of them, for the query when a token may come, and for a form to an application on a
    /// device, which cannot take one.
    pub(super) fn requested(parameters: &Parameters, client: &Client, redirect_uri: &str) -> Result<Self, Refusal> {
        let response_type = parameters.get("response_type").unwrap_or_default();
        let mode = match parameters.get("response_mode") {
            None => Self::default_for(response_type),
            Some(name) => {
                Self::parse(name).ok_or_else(|| Refusal::new(Cause::ResponseModeUnsupported).with_detail(name))?
            }
        };
        let registered = &client.metadata.response_modes;
        let is_registered = registered.is_empty() || registered.iter().any(|known| known == mode.name());
        let fits = match mode {
            Self::Query => !holds_token(response_type),
            Self::Fragment => true,
            Self::FormPost => matches!(scheme_of(redirect_uri), Some("https" | "http")),
        };
        if is_registered && fits {
            Ok(mode)
        } else {
            Err(Refusal::new(Cause::ResponseModeNotAllowed).with_detail(mode.name()))
        }
    }
}
