//! What an application asks for, as every page that asks a person to agree shows it.
//!
//! Says in plain words what each scope means; which scopes need consent, and remembering the answer, is decided elsewhere.
//! OpenID Connect Core §3.1.2.4, RFC 6749 §3.3 (scope), RFC 8707 (resource), RFC 9396 (details). Template: `components/access.html`.

use crate::{Catalogue, Client, Frame};

/// Whether the operator has checked who is behind a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publisher {
    /// Checked.
    Verified,
    /// Not checked: the page warns.
    Unverified,
}

/// How long an access lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessDuration {
    /// As long as the person is signed in here.
    WhileSignedIn,
    /// This many days.
    Days(u32),
    /// Until the person withdraws it.
    UntilWithdrawn,
}

/// A resource server (RFC 8707 §2).
#[derive(Debug, Clone)]
pub struct Resource {
    /// Name for people.
    pub name: String,
    /// Its address or host.
    pub location: String,
}

/// What exactly is asked for, where a scope says too little (RFC 9396); all of it is untrusted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What its type is called; the type's name when nobody gave it another.
    pub title: String,
    /// What it allows; `None` shows the title alone.
    pub description: Option<String>,
    /// What it says: labels and values.
    pub facts: Vec<(String, String)>,
}

/// Something an application asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `openid`: know who signs in.
    OpenId,
    /// `profile`: name, picture, language.
    Profile,
    /// `email`: the address, and whether it is confirmed.
    Email,
    /// `phone`: the number.
    Phone,
    /// `address`: the postal address.
    Address,
    /// `offline_access`: access while the person is away.
    OfflineAccess,
    /// A scope of a resource server, in that server's words; both are untrusted text in whatever language.
    Other {
        /// What it is called; the scope's name when nobody gave it another.
        title: String,
        /// What it allows and why; `None` shows the title alone.
        description: Option<String>,
    },
}

/// Who asks a person for what, and for how long.
///
/// Element ids: `unverified`, `described-at`, `email`, `allow`, `deny`, `another-account`, `scope-{n}`, `details-{n}`
/// and `resource-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct AskedAccess {
    /// The application that asks.
    pub client: Client,
    /// Whether somebody has checked who is behind the application.
    pub publisher: Publisher,
    /// Host of the document that describes the application; `None` for one that is registered.
    pub described_at: Option<String>,
    /// Address of the signed-in account.
    pub email: String,
    /// What is asked for, in the order of the request.
    pub scopes: Vec<Scope>,
    /// What exactly is asked for, in the order of the request.
    pub details: Vec<Details>,
    /// Resource servers at which the access is used, besides this one.
    pub resources: Vec<Resource>,
    /// How long the access lasts.
    pub duration: AccessDuration,
}

impl Details {
    /// Returns what it says, each a label and its value in one line.
    pub(crate) fn facts_in(&self, frame: &Frame) -> Vec<String> {
        let line = |(label, value): &(String, String)| {
            Catalogue::text_with(frame.locale, "consent-fact", &[("label", label), ("value", value)])
        };
        self.facts.iter().map(line).collect()
    }
}

impl Scope {
    /// Returns a scope of OpenID Connect by its name; any other name becomes its own title.
    ///
    /// OpenID Connect Core §5.4, §11.
    pub fn from_name(name: &str) -> Self {
        match name {
            "openid" => Self::OpenId,
            "profile" => Self::Profile,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "address" => Self::Address,
            "offline_access" => Self::OfflineAccess,
            other => Self::Other { title: other.to_owned(), description: None },
        }
    }

    pub(crate) fn icon(&self) -> &'static str {
        match self {
            Self::OpenId => "badge",
            Self::Profile => "person",
            Self::Email => "mail",
            Self::Phone => "phone",
            Self::Address => "pin",
            Self::OfflineAccess => "clock",
            Self::Other { .. } => "key",
        }
    }

    /// Returns title and description in the page's language.
    pub(crate) fn words(&self, frame: &Frame) -> (String, Option<String>) {
        let (title, description) = match self {
            Self::OpenId => ("scope-openid", "scope-openid-why"),
            Self::Profile => ("scope-profile", "scope-profile-why"),
            Self::Email => ("scope-email", "scope-email-why"),
            Self::Phone => ("scope-phone", "scope-phone-why"),
            Self::Address => ("scope-address", "scope-address-why"),
            Self::OfflineAccess => ("scope-offline", "scope-offline-why"),
            Self::Other { title, description } => return (title.clone(), description.clone()),
        };
        (frame.text(title), Some(frame.text(description)))
    }
}

impl AccessDuration {
    pub(super) fn words(self, frame: &Frame) -> String {
        match self {
            Self::WhileSignedIn => frame.text("consent-while-signed-in"),
            Self::Days(days) => frame.text_count("consent-days", u64::from(days)),
            Self::UntilWithdrawn => frame.text("consent-until-withdrawn"),
        }
    }
}
