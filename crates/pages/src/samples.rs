//! Sample data for every page and mail in every state that looks different.
//!
//! For `portreeve pages render` and tests; no page depends on it. The words can be replaced, so that tests put
//! hostile text wherever data goes.

mod accounts;
mod brands;
mod devices;
mod factors;
mod journeys;
mod mails;
mod outcomes;

use crate::{
    AttributeField, AttributeInput, AttributeProblem, Client, Form, Frame, LanguageLink, Locale, PasskeyProblem,
    PasskeyPrompt, RenderError,
};

/// A rendered sample: a name such as `journey/identify-wrong` and the page.
pub type Sample = (&'static str, Result<String, RenderError>);

/// The data that comes from people and clients.
#[derive(Debug, Clone)]
pub struct Words {
    /// Name of the tenant.
    pub tenant: String,
    /// Name of a client, a person, a scope, a resource server.
    pub client: String,
    /// Name of a person.
    pub person: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub number: String,
    /// Title of a custom scope, name of a resource server.
    pub title: String,
    /// What terms are called.
    pub terms: String,
    /// Longer free text.
    pub description: String,
    /// Host of a redirect URI or resource server.
    pub host: String,
    /// Address from client metadata.
    pub uri: String,
    /// What a tenant says to whoever comes.
    pub greeting: String,
    /// Where it gives help.
    pub help: String,
    /// Who and where it is.
    pub address: String,
}

impl Words {
    /// Words as a careful operator would choose them.
    pub fn ordinary() -> Self {
        Self {
            tenant: "Northwind".to_owned(),
            client: "Harbour Books".to_owned(),
            person: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            number: "+44 20 7946 0000".to_owned(),
            title: "Read your orders".to_owned(),
            terms: "Terms of use".to_owned(),
            description: "Order numbers, items and delivery dates, to show them on your shelf".to_owned(),
            host: "books.example.com".to_owned(),
            uri: "https://books.example.com/legal".to_owned(),
            greeting: "One account for the shop, the app and the club.".to_owned(),
            help: "Trouble signing in? Call +44 20 7946 0000, Monday to Friday.".to_owned(),
            address: "Northwind Ltd, 1 Harbour Street, London EC1A 1BB".to_owned(),
        }
    }

    /// The same text in every place.
    pub fn all(text: &str) -> Self {
        let text = text.to_owned();
        Self {
            tenant: text.clone(),
            client: text.clone(),
            person: text.clone(),
            email: text.clone(),
            number: text.clone(),
            title: text.clone(),
            terms: text.clone(),
            description: text.clone(),
            host: text.clone(),
            uri: text.clone(),
            greeting: text.clone(),
            help: text.clone(),
            address: text,
        }
    }

    fn client(&self) -> Client {
        Client {
            name: self.client.clone(),
            client_uri: Some(self.uri.clone()),
            policy_uri: Some(self.uri.clone()),
            tos_uri: Some(self.uri.clone()),
            logo_href: href("logo"),
        }
    }

    fn client_name(&self) -> Option<String> {
        Some(self.client.clone())
    }
}

/// Returns a frame for these words with a list of all languages.
pub fn frame(locale: Locale, words: &Words) -> Frame {
    Frame {
        locale,
        tenant_name: words.tenant.clone(),
        languages: Locale::ALL
            .into_iter()
            .map(|locale| LanguageLink { locale, href: format!("?ui_locales={}", locale.tag()) })
            .collect(),
        ..Frame::default()
    }
}

/// Renders every page.
pub fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    [
        brands::pages(frame, words),
        journeys::sign_in(frame, words),
        journeys::accounts(frame, words),
        journeys::consent(frame, words),
        accounts::pages(frame, words),
        devices::pages(frame, words),
        factors::pages(frame, words),
        outcomes::journey(frame, words),
        outcomes::others(frame, words),
        outcomes::errors(frame, words),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub use brands::pictures;
pub use mails::mails;

fn form() -> Form {
    Form { action: "/j/jrn_01hv/step".to_owned(), csrf: "c3Jm-dG9rZW4".to_owned(), version: "3".to_owned() }
}

/// One field of each kind, with or without something wrong in each.
fn attributes(words: &Words, is_wrong: bool) -> Vec<AttributeField> {
    use AttributeProblem::{Missing, NotAChoice, NotADate, NotALine, NotAPhoneNumber, NotAnInteger, TooLong};
    let text = AttributeInput::Text { maximum: 200 };
    let choice = AttributeInput::Choice(vec![("s".to_owned(), words.title.clone()), ("m".to_owned(), "M".to_owned())]);
    let fields = [
        ("given_name", text.clone(), words.person.as_str(), TooLong { maximum: 200 }),
        ("nickname", text.clone(), "", NotALine),
        ("phone_number", text.clone(), words.title.as_str(), NotAPhoneNumber),
        ("birthdate", AttributeInput::Date, "1815-12-10", NotADate),
        ("attribute-motto", text, words.description.as_str(), Missing),
        ("attribute-size", AttributeInput::Integer, "42", NotAnInteger),
        ("attribute-member", AttributeInput::YesOrNo, "true", NotAChoice),
        ("attribute-shirt", choice, "s", NotAChoice),
    ];
    let field = |(id, input, value, problem): (&str, AttributeInput, &str, AttributeProblem)| {
        let is_own = id.starts_with("attribute-");
        AttributeField {
            id: id.to_owned(),
            label: is_own.then(|| words.title.clone()),
            purpose: is_own.then(|| words.description.clone()),
            value: value.to_owned(),
            input,
            is_optional: id == "nickname" || id == "attribute-shirt",
            problem: is_wrong.then_some(problem),
        }
    };
    fields.into_iter().map(field).collect()
}

fn prompt(problem: Option<PasskeyProblem>) -> PasskeyPrompt {
    let options = r#"{"challenge":"AAAA","timeout":300000,"rpId":"id.example.com","allowCredentials":[]}"#;
    PasskeyPrompt { options: options.to_owned(), problem }
}

fn href(path: &str) -> Option<String> {
    Some(format!("/j/jrn_01hv/{path}"))
}
