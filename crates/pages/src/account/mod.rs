//! The pages on which people look after their own account.
//!
//! Every page has the same list of places, so that nothing is more than one step away.

mod accepted_terms;
mod applications;
mod email;
mod home;
mod passkeys;
mod personal_data;
mod phone;
mod profile;
mod question;
mod security;
mod sessions;

pub use accepted_terms::{AcceptedTerms, AcceptedVersion};
pub use applications::{Application, Applications};
pub use email::ChangeEmail;
pub use home::Home;
pub use passkeys::{OwnPasskey, PasskeyName, Passkeys};
pub use personal_data::{PersonalData, PersonalSection, PersonalValue};
pub use phone::ConfirmPhone;
pub use profile::{KnownAttribute, Profile};
pub use question::{Question, QuestionKind};
pub use security::{PasskeyCount, Recovery, Security, Totp};
pub(crate) use sessions::device_in_words;
pub use sessions::{Sessions, SignIn};

use crate::Frame;
use crate::frame::monogram;

/// A place in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The overview.
    Home,
    /// Names.
    Profile,
    /// How the person signs in.
    Security,
    /// Where the person is signed in.
    Sessions,
    /// Who may use the account.
    Applications,
}

impl Place {
    /// Every place, in the order of the list.
    pub const ALL: [Self; 5] = [Self::Home, Self::Profile, Self::Security, Self::Sessions, Self::Applications];

    /// The last part of its path, below `/account`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Home => "",
            Self::Profile => "/profile",
            Self::Security => "/security",
            Self::Sessions => "/sessions",
            Self::Applications => "/applications",
        }
    }

    /// The element id of its link.
    fn id(self) -> &'static str {
        match self {
            Self::Home => "to-home",
            Self::Profile => "to-profile",
            Self::Security => "to-security",
            Self::Sessions => "to-sessions",
            Self::Applications => "to-applications",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Home => "account-home",
            Self::Profile => "account-profile",
            Self::Security => "account-security",
            Self::Sessions => "account-sessions",
            Self::Applications => "account-applications",
        }
    }

    /// Its icon, and one line about it on the overview.
    fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Home => ("person", "account-home"),
            Self::Profile => ("badge", "account-profile-text"),
            Self::Security => ("shield", "account-security-text"),
            Self::Sessions => ("devices", "account-sessions-text"),
            Self::Applications => ("apps", "account-applications-text"),
        }
    }
}

/// Whose account it is, and where in it.
///
/// Element ids: `places`, and `to-…` of each place.
#[derive(Debug, Clone)]
pub struct Nav {
    /// The address of the account's overview.
    pub account_href: String,
    /// The place that the page belongs to.
    pub place: Place,
}

impl Nav {
    fn places(&self) -> [Place; Place::ALL.len()] {
        Place::ALL
    }

    fn href(&self, place: &Place) -> String {
        format!("{}{}", self.account_href, place.path())
    }

    fn is_here(&self, place: &Place) -> bool {
        self.place == *place
    }
}

/// A person as the overview shows them.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Name; may be empty.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

impl Holder {
    /// What the person is called.
    fn called(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    fn monogram(&self) -> String {
        monogram(self.called())
    }
}

impl Frame {
    /// How long ago something was, in the unit that a person would use.
    pub(crate) fn ago(&self, seconds: u64) -> String {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        match seconds {
            0..MINUTE => self.text("ago-now"),
            MINUTE..HOUR => self.text_count("ago-minutes", seconds / MINUTE),
            HOUR..DAY => self.text_count("ago-hours", seconds / HOUR),
            _ if seconds < 60 * DAY => self.text_count("ago-days", seconds / DAY),
            _ if seconds < 730 * DAY => self.text_count("ago-months", seconds / (30 * DAY)),
            _ => self.text_count("ago-years", seconds / (365 * DAY)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ago_is_told_in_the_unit_that_fits() {
        let frame = Frame::default();
        let day = 86_400;

        assert_eq!(frame.ago(59), "just now");
        assert!(frame.ago(60).contains("1\u{2069} minute ago"));
        assert!(frame.ago(7_200).contains("2\u{2069} hours ago"));
        assert!(frame.ago(59 * day).contains("59\u{2069} days ago"));
        assert!(frame.ago(60 * day).contains("2\u{2069} months ago"));
        assert!(frame.ago(730 * day).contains("2\u{2069} years ago"));
    }
}
