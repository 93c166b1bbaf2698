//! `[sms]`: how text messages leave, and to whom.

use portreeve_crypto::SecretText;
use portreeve_domain::TextMessageRules;
use portreeve_jobs::{Provider, TextTemplate, Texter};
use portreeve_outbound::{Outbound, Rules};

use super::read::{Reader, beside};

/// `[sms]`, checked.
pub(crate) struct TextMessageSettings {
    /// How they leave.
    pub(crate) texter: Texter,
    /// To whom; `None` where none leave.
    pub(crate) rules: Option<TextMessageRules>,
    /// Whether they are put into a folder and reach nobody.
    pub(crate) is_folder: bool,
}

impl TextMessageSettings {
    /// No text messages.
    pub(crate) fn off() -> Self {
        Self { texter: Texter::off(), rules: None, is_folder: false }
    }
}

impl Reader<'_> {
    pub(super) fn text_messages(&mut self, outbound: Option<&Rules>) -> Option<TextMessageSettings> {
        let transport = self.text("sms.transport")?;
        if transport == "none" {
            return Some(TextMessageSettings::off());
        }
        let (texter, is_folder) = if let Some(folder) = transport.strip_prefix("file:") {
            (Some(Texter::folder(beside(folder, self.origin("sms.transport")))), true)
        } else if transport.starts_with("https://") || transport.starts_with("http://") {
            (self.provider(transport, outbound?), false)
        } else {
            (self.mistake("sms.transport", "must be none, file:FOLDER or https://…"), false)
        };
        let rules = self.rules();
        Some(TextMessageSettings { texter: texter?, rules: Some(rules?), is_folder })
    }

    fn provider(&mut self, url: String, outbound: &Rules) -> Option<Texter> {
        let (media_type, body) = (self.choice("sms.media_type")?, self.text("sms.body")?);
        let body = match TextTemplate::parse(&media_type, &body) {
            Ok(body) => body,
            Err(refused) => return self.mistake("sms.body", format!("cannot be used: {refused}")),
        };
        let authorization = self.text("sms.authorization").map(SecretText::new);
        // The words of the error hold neither.
        if let Err(error) = Outbound::accepts(outbound, &url, authorization.as_ref().map(SecretText::expose)) {
            return self.mistake("sms.transport", format!("cannot be used: {error}"));
        }
        Some(Texter::provider(Provider { url: SecretText::new(url), authorization, body }))
    }

    fn rules(&mut self) -> Option<TextMessageRules> {
        let countries = self.list("sms.countries");
        if countries.is_empty() {
            return self
                .mistake("sms.countries", "is empty; name the country codes that messages may go to, such as +49");
        }
        let limit = u32::try_from(self.count("sms.per_country_and_day")?).ok()?;
        match TextMessageRules::new(countries, limit) {
            Ok(rules) => Some(rules),
            Err(faulty) => {
                self.mistake("sms.countries", format!("holds {faulty:?}; write country codes as +49 or +1684"))
            }
        }
    }
}
