//! What every page has in common: language, tenant, its brand, notice, and the fields of its form.
//!
//! Owns no decision: the web crate fills these in from the tenant, the request and the journey.

use crate::assets;
use crate::brand::Brand;
use crate::catalogue::Catalogue;
use crate::locale::Locale;
use crate::palette;
use crate::passwordless::instead_of;

/// Data common to all pages.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Language of the page.
    pub locale: Locale,
    /// Display name of the tenant; untrusted text, shown as is.
    pub tenant_name: String,
    /// Whether the tenant has no passwords, which texts then do not speak of.
    pub passwordless: bool,
    /// How the tenant presents itself, and the client that somebody is on the way to.
    pub brand: Brand,
    /// A message above the page's own content; `None` for most pages.
    pub notice: Option<Notice>,
    /// Ids of the requirements for which the page is shown; none hides the place where they stand.
    pub reasons: Vec<String>,
    /// Other languages of this page; none hides the list. The current language may be among them.
    pub languages: Vec<LanguageLink>,
}

/// A link to the same page in another language.
#[derive(Debug, Clone)]
pub struct LanguageLink {
    /// The language.
    pub locale: Locale,
    /// Address on this server.
    pub href: String,
}

/// A message that the person did not ask for but should read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A stale form was posted (back button, second tab); nothing was done, this is the current step.
    PageOutdated,
    /// The password has been changed; sign in with the new one.
    PasswordChanged,
    /// The e-mail address has been confirmed.
    EmailConfirmed,
    /// The person has signed out.
    SignedOut,
    /// The names are saved.
    ProfileSaved,
    /// The password is changed, and this device is still signed in.
    PasswordReplaced,
    /// An authenticator app is set up.
    TotpSetUp,
    /// The authenticator app is removed.
    TotpRemoved,
    /// The recovery codes are saved.
    CodesSaved,
    /// A passkey is added.
    PasskeyAdded,
    /// A passkey has another name.
    PasskeyRenamed,
    /// A passkey is removed.
    PasskeyRemoved,
    /// Another session has ended, or all others have.
    SignedOutElsewhere,
    /// An application may not use the account any more.
    AccessTakenBack,
    /// A mail is on its way to the new address.
    EmailAsked,
    /// The address stays.
    EmailKept,
    /// The telephone number is proven.
    PhoneConfirmed,
    /// Second factors that were said to be lost stay.
    RecoveryStopped,
    /// The only administrator cannot delete their account.
    LastAdministrator,
}

impl Notice {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::PageOutdated => "notice-page-outdated",
            Self::PasswordChanged => "notice-password-changed",
            Self::EmailConfirmed => "notice-email-confirmed",
            Self::SignedOut => "notice-signed-out",
            Self::ProfileSaved => "notice-profile-saved",
            Self::PasswordReplaced => "notice-password-replaced",
            Self::TotpSetUp => "done-factor-title",
            Self::TotpRemoved => "notice-totp-removed",
            Self::CodesSaved => "notice-codes-saved",
            Self::PasskeyAdded => "notice-passkey-added",
            Self::PasskeyRenamed => "notice-profile-saved",
            Self::PasskeyRemoved => "notice-passkey-removed",
            Self::SignedOutElsewhere => "notice-signed-out-elsewhere",
            Self::AccessTakenBack => "notice-access-taken-back",
            Self::EmailAsked => "notice-email-asked",
            Self::EmailKept => "notice-email-kept",
            Self::PhoneConfirmed => "notice-phone-confirmed",
            Self::RecoveryStopped => "notice-recovery-stopped",
            Self::LastAdministrator => "notice-last-administrator",
        }
    }

    /// Returns the icon: a circled `i` for information, a tick for something done.
    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::PageOutdated | Self::LastAdministrator => "info",
            _ => "check",
        }
    }
}

/// Where a form posts to and what proves that it is ours and current.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Address on this server.
    pub action: String,
    /// Value of the hidden field `csrf`.
    pub csrf: String,
    /// Value of the hidden field `version`: the version of the stored state that the page shows.
    pub version: String,
}

impl Frame {
    pub(crate) fn text(&self, key: &str) -> String {
        Catalogue::text(self.locale, instead_of(key, self.passwordless))
    }

    /// Returns a text with one value put in.
    pub(crate) fn text_with(&self, key: &str, name: &'static str, value: &str) -> String {
        Catalogue::text_with(self.locale, instead_of(key, self.passwordless), &[(name, value)])
    }

    pub(crate) fn text_count(&self, key: &str, count: u64) -> String {
        Catalogue::text_count(self.locale, instead_of(key, self.passwordless), count)
    }

    /// Says how long to wait: seconds below a minute and a half, minutes (rounded up) below an hour and a half,
    /// then hours.
    pub(crate) fn wait(&self, seconds: u64) -> String {
        match seconds {
            0..90 => self.text_count("wait-seconds", seconds.max(1)),
            90..5400 => self.text_count("wait-minutes", seconds.div_ceil(60)),
            _ => self.text_count("wait-hours", seconds.div_ceil(3600)),
        }
    }

    pub(crate) fn stylesheet_href(&self) -> &'static str {
        assets::stylesheet_href()
    }

    /// The style sheet that goes over it, for a tenant with a colour of its own.
    pub(crate) fn color_href(&self) -> Option<String> {
        self.brand.color.map(palette::stylesheet_href)
    }

    pub(crate) fn icon_href(&self) -> &str {
        self.brand.icon_href.as_deref().unwrap_or(assets::icon_href())
    }

    pub(crate) fn icon_type(&self) -> &'static str {
        if self.brand.icon_href.is_some() { "image/png" } else { "image/svg+xml" }
    }

    pub(crate) fn monogram(&self) -> String {
        monogram(&self.tenant_name)
    }
}

/// Returns the first letter or digit of a name in upper case, for the tile that stands in for a logo; a dot when
/// the name has none.
pub(crate) fn monogram(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monogram_is_the_first_letter_and_never_a_control_character() {
        assert_eq!(monogram("northwind"), "N");
        assert_eq!(monogram("\u{202e}\"><b>"), "B");
        assert_eq!(monogram("دار"), "د");
        assert_eq!(monogram("<>"), "·");
    }

    #[test]
    fn a_wait_is_rounded_up_to_the_unit_a_person_would_use() {
        let frame = Frame::default();

        assert!(frame.wait(0).contains("1\u{2069} second"));
        assert!(frame.wait(89).contains("89\u{2069} seconds"));
        assert!(frame.wait(91).contains("2\u{2069} minutes"));
        assert!(frame.wait(5400).contains("2\u{2069} hours"));
    }
}
