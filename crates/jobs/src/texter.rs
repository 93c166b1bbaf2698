//! How text messages leave: to the HTTP interface of a provider, into a folder, or not at all.
//!
//! Owns the request that a provider gets: a template in which number, text and identifier are put, each encoded for the media type, so that
//! no value can add a member. Leaves the words to `pages` and where the server may connect to `outbound`. A message that is tried again has the
//! same identifier, by which a provider can tell a repetition.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portreeve_issuer::{Issuer, OutgoingText, SecretText, TextContent};
use portreeve_pages::Locale;
use portreeve_pages::mail::MailFrame;
use portreeve_pages::text_message::{PhoneCode, RecoveryAnnounced};
use tokio::fs;

use crate::mailbox::put;

/// Statuses of a provider that speak of us or of itself, not of the message (RFC 9110 §15; RFC 6585 §4).
const ABOUT_US: [u16; 6] = [401, 402, 403, 404, 407, 429];

/// Sends text messages. Cheap to clone.
#[derive(Clone)]
pub struct Texter {
    way: Way,
}

#[derive(Clone)]
enum Way {
    Off,
    Folder(PathBuf),
    Provider(Arc<Provider>),
}

/// The HTTP interface of a provider.
pub struct Provider {
    /// Where messages are posted to.
    pub url: SecretText,
    /// The value of `Authorization`.
    pub authorization: Option<SecretText>,
    /// What is posted.
    pub body: TextTemplate,
}

/// The body of a request, with places for number, text and identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTemplate {
    form: Form,
    parts: Vec<Part>,
}

/// The media type of a body, and so how a value is written in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `application/json`; a value stands inside quotes.
    Json,
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    To,
    Text,
    Id,
}

/// Why a template cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateRefused {
    /// Another media type.
    #[error("the media type is neither application/json nor application/x-www-form-urlencoded")]
    MediaType,
    /// A place is missing.
    #[error("{{to}} and {{text}} must both stand in it")]
    Place,
    /// It is no JSON, whatever is put in.
    #[error("it is no JSON; write each place inside quotes, such as {{\"to\": \"{{to}}\", \"text\": \"{{text}}\"}}")]
    Json,
}

/// Why a text message was not sent. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotTexted {
    /// Nothing is wrong with this message.
    #[error("the provider is away or does not let us in: {0}")]
    Unreachable(String),
    /// The provider did not take this message, with this status.
    #[error("the provider answered {0}")]
    Refused(u16),
}

impl TextTemplate {
    /// Reads a template: the places are `{to}` (a plus sign and digits), `{text}` and `{id}` (27 characters), everything else stays as it is.
    ///
    /// # Errors
    /// Every [`TemplateRefused`].
    pub fn parse(media_type: &str, body: &str) -> Result<Self, TemplateRefused> {
        let form = match media_type {
            "application/json" => Form::Json,
            "application/x-www-form-urlencoded" => Form::Urlencoded,
            _ => return Err(TemplateRefused::MediaType),
        };
        let (mut parts, mut rest) = (Vec::new(), body);
        while let Some((at, place, part)) = first_place(rest) {
            parts.extend([Part::Literal(rest[..at].to_owned()), part]);
            rest = &rest[at + place.len()..];
        }
        parts.push(Part::Literal(rest.to_owned()));
        if !(parts.contains(&Part::To) && parts.contains(&Part::Text)) {
            return Err(TemplateRefused::Place);
        }
        let template = Self { form, parts };
        let filled = template.fill("+1", "\"", "x");
        match form == Form::Json && serde_json::from_str::<serde_json::Value>(&filled).is_err() {
            true => Err(TemplateRefused::Json),
            false => Ok(template),
        }
    }

    fn fill(&self, to: &str, text: &str, id: &str) -> String {
        let part = |part: &Part| match part {
            Part::Literal(literal) => literal.clone(),
            Part::To => self.form.written(to),
            Part::Text => self.form.written(text),
            Part::Id => self.form.written(id),
        };
        self.parts.iter().map(part).collect()
    }
}

impl Form {
    fn written(self, value: &str) -> String {
        match self {
            // Without the quotes, which stand in the template.
            Self::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Urlencoded => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Urlencoded => "application/x-www-form-urlencoded",
        }
    }
}

/// The first place in a text: where it begins, how it is written, and what is put there.
fn first_place(text: &str) -> Option<(usize, &'static str, Part)> {
    let places = [("{to}", Part::To), ("{text}", Part::Text), ("{id}", Part::Id)];
    let found = places.into_iter().filter_map(|(place, part)| text.find(place).map(|at| (at, place, part)));
    found.min_by_key(|(at, _, _)| *at)
}

impl Texter {
    /// Sends nothing.
    pub fn off() -> Self {
        Self { way: Way::Off }
    }

    /// Writes each message to `folder` as `{id}.txt`, the number in the first line: whole files only, readable by their owner alone.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { way: Way::Folder(folder.into()) }
    }

    /// Posts each message to a provider.
    pub fn provider(provider: Provider) -> Self {
        Self { way: Way::Provider(Arc::new(provider)) }
    }

    pub(crate) fn is_off(&self) -> bool {
        matches!(self.way, Way::Off)
    }

    /// Writes and sends a text message.
    pub(crate) async fn send(&self, issuer: &Issuer, message: &OutgoingText) -> Result<(), NotTexted> {
        let text = words(message);
        match &self.way {
            Way::Off => Err(NotTexted::Unreachable("sms.transport is none".to_owned())),
            Way::Folder(folder) => into_folder(folder, message, &text).await,
            Way::Provider(provider) => provider.post(issuer, message, &text).await,
        }
    }
}

async fn into_folder(folder: &Path, message: &OutgoingText, text: &str) -> Result<(), NotTexted> {
    let whole = format!("{}\n{text}\n", message.to.as_str());
    let written = match fs::create_dir_all(folder).await {
        Ok(()) => put(folder, &message.id, "txt", whole.as_bytes()).await,
        Err(error) => Err(error),
    };
    written.map_err(|error| NotTexted::Unreachable(error.to_string()))
}

impl Provider {
    async fn post(&self, issuer: &Issuer, message: &OutgoingText, text: &str) -> Result<(), NotTexted> {
        let body = self.body.fill(message.to.as_str(), text, &message.id);
        let authorization = self.authorization.as_ref().map(SecretText::expose);
        let sent = (self.body.form.media_type(), body.into_bytes());
        match issuer.outbound().post(self.url.expose(), authorization, sent).await {
            Ok(200..=299) => Ok(()),
            Ok(status) if status >= 500 || ABOUT_US.contains(&status) => {
                Err(NotTexted::Unreachable(format!("it answered {status}")))
            }
            Ok(status) => Err(NotTexted::Refused(status)),
            Err(error) => Err(NotTexted::Unreachable(error.to_string())),
        }
    }
}

/// What a message says.
fn words(message: &OutgoingText) -> String {
    let frame = MailFrame {
        locale: Locale::parse(&message.locale).unwrap_or_default(),
        tenant_name: message.tenant_name.clone(),
        ..MailFrame::default()
    };
    match &message.content {
        TextContent::PhoneCode { code, host } => {
            let valid_minutes = u32::try_from(TextContent::CODE_MINUTES).unwrap_or(u32::MAX);
            PhoneCode { code: code.clone(), host: host.clone(), valid_minutes }.render(&frame)
        }
        TextContent::FactorRecoveryRequested { account_link } => {
            RecoveryAnnounced { account_link: account_link.clone() }.render(&frame)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";

    fn filled(media_type: &str, template: &str, text: &str) -> String {
        TextTemplate::parse(media_type, template).unwrap().fill("+4930123", text, "text_1")
    }

    /// S-143: whatever stands in a text, it adds no member and no field, and a place in it is no place.
    #[test]
    fn a_value_stays_in_its_place() {
        let json = filled(JSON, r#"{"to": "{to}", "from": "Shop", "text": "{text}", "ref": "{id}"}"#, "a\"}\n{to}\\");
        let expected = serde_json::json!({ "to": "+4930123", "from": "Shop", "text": "a\"}\n{to}\\", "ref": "text_1" });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), expected);

        let form = filled(FORM, "To={to}&From=Shop&Body={text}", "1 & 2=\n{id}");
        assert_eq!(form, "To=%2B4930123&From=Shop&Body=1+%26+2%3D%0A%7Bid%7D");
    }

    #[test]
    fn a_template_that_cannot_be_used_is_refused() {
        let refused = |media_type, template| TextTemplate::parse(media_type, template).unwrap_err();

        assert_eq!(refused("text/xml", "<to>{to}</to>{text}"), TemplateRefused::MediaType);
        assert_eq!(refused(JSON, r#"{"to": "{to}"}"#), TemplateRefused::Place);
        assert_eq!(refused(JSON, r#"{"to": {to}, "text": {text}}"#), TemplateRefused::Json);
        assert_eq!(refused(FORM, "Body={text}"), TemplateRefused::Place);
    }
}
