//! What is known about a person, kind by kind, and a button that gives it away.

use askama::Template;

use super::Nav;
use crate::journey::Scope;
use crate::{Form, Frame, RenderError};

/// How many things of a kind the page shows; the file has all.
const SHOWN: usize = 10;

/// What is known of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonalValue {
    /// In words; lines stay lines, and no text at all is said to be none.
    Text(String),
    /// By stored words of ours: names of factors and proofs, purposes of links, reasons why something ended. One that is
    /// none of ours is shown as it is.
    Words(Vec<String>),
    /// By names of scopes.
    Scopes(Vec<String>),
    /// It is so.
    Yes,
    /// It is not.
    No,
}

/// Things of one kind.
#[derive(Debug, Clone)]
pub struct PersonalSection {
    /// Which kind: `account`, `attributes`, `factors`, `passkeys`, `recovery_codes`, `failures`, `sign_ins`, `consents`, `terms`,
    /// `grants`, `requests`, `other_issuers`, `email_changes` or `mailed_links`.
    pub name: &'static str,
    /// Newest first; each as names and what is known by them. A name that is none of ours is shown as it is.
    pub entries: Vec<Vec<(String, PersonalValue)>>,
}

/// Shows all of it.
///
/// Posts nothing but the proof. Element ids: `submit`, `cancel`, and each section's name.
#[derive(Debug, Clone)]
pub struct PersonalData {
    /// Where in the account.
    pub nav: Nav,
    /// Where the form posts to; the answer is a file.
    pub form: Form,
    /// The kinds, in order; empty ones are left out.
    pub sections: Vec<PersonalSection>,
}

#[derive(Template)]
#[template(path = "account/personal_data.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a PersonalData,
}

impl PersonalData {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl PersonalValue {
    pub(super) fn words(&self, frame: &Frame) -> String {
        match self {
            Self::Text(text) if text.is_empty() => frame.text("data-nothing"),
            Self::Text(text) => text.clone(),
            Self::Words(words) => {
                lines(words, |word| word_key(word).map_or_else(|| word.to_owned(), |key| frame.text(key)))
            }
            Self::Scopes(names) => lines(names, |name| Scope::from_name(name).words(frame).0),
            Self::Yes => frame.text("data-yes"),
            Self::No => frame.text("data-no"),
        }
    }
}

impl PersonalSection {
    fn heading(&self, frame: &Frame) -> String {
        let key = match self.name {
            "account" => "account-profile",
            "attributes" => "data-attributes",
            "factors" => "account-security",
            "passkeys" => "security-passkeys",
            "recovery_codes" => "security-codes",
            "failures" => "data-failures",
            "sign_ins" => "data-sign-ins",
            "consents" => "data-consents",
            "terms" => "accepted-title",
            "grants" => "data-grants",
            "requests" => "data-requests",
            "other_issuers" => "data-other-issuers",
            "email_changes" => "data-email-changes",
            "mailed_links" => "data-mailed-links",
            other => return other.to_owned(),
        };
        frame.text(key)
    }

    fn shown(&self) -> impl Iterator<Item = &Vec<(String, PersonalValue)>> {
        self.entries.iter().take(SHOWN)
    }

    /// How many the page leaves out.
    fn more(&self) -> Option<u64> {
        self.entries.len().checked_sub(SHOWN).filter(|more| *more > 0).and_then(|more| more.try_into().ok())
    }
}

impl View<'_> {
    /// What a name means.
    fn label(&self, name: &str) -> String {
        let key = match name {
            "subject" => "data-subject",
            "email" => "field-email",
            "former_email" => "data-former-email",
            "email_confirmed" => "data-email-confirmed",
            "phone_number_confirmed" => "data-phone-confirmed",
            "left_empty" => "data-left-empty",
            "by_operator" => "data-by-operator",
            "name" => "data-name",
            "given_name" => "field-given-name",
            "family_name" => "field-family-name",
            "middle_name" => "data-middle-name",
            "nickname" => "field-nickname",
            "preferred_username" => "data-username",
            "profile" => "data-profile-url",
            "picture" => "data-picture",
            "website" => "data-website",
            "gender" => "data-gender",
            "birthdate" => "data-birthdate",
            "zoneinfo" => "data-zoneinfo",
            "locale" => "data-locale",
            "phone_number" => "data-phone",
            "address" => "data-address",
            "administrator" => "data-administrator",
            "changed" => "security-changed",
            "since" => "data-since",
            "last_used" => "session-seen",
            "used" => "data-used",
            "removed" => "data-removed",
            "ended" => "data-ended",
            "expires" => "data-expires",
            "confirmed" => "data-confirmed",
            "allowed" => "data-allowed",
            "refused" => "data-refused",
            "reason" => "data-reason",
            "factor" | "proofs" => "data-proofs",
            "count" => "data-count",
            "model" => "data-model",
            "copied" => "data-copied",
            "attested" => "data-attested",
            "browser" => "data-browser",
            "system" => "data-system",
            "network" => "session-network",
            "country" => "data-country",
            "city" => "data-city",
            "point" => "data-point",
            "client" => "data-client",
            "scope" => "data-scope",
            "resources" => "data-resources",
            "details" => "data-details",
            "claims" => "data-claims",
            "message" => "data-message",
            "issuer" => "data-issuer",
            "purpose" => "data-purpose",
            "terms" => "data-terms",
            "version" => "data-version",
            "read_at" => "data-read-at",
            other => return other.to_owned(),
        };
        self.frame.text(key)
    }
}

fn lines(of: &[String], in_words: impl Fn(&str) -> String) -> String {
    of.iter().map(|one| in_words(one)).collect::<Vec<_>>().join("\n")
}

/// The text of a stored word; `None` for one that is none of ours.
fn word_key(word: &str) -> Option<&'static str> {
    Some(match word {
        "password" => "field-password",
        "totp" => "security-totp",
        "recovery_code" => "field-recovery-code",
        "passkey" => "passkey-unnamed",
        "email_code" => "data-email-code",
        "attested_passkey" => "data-attested-passkey",
        "password_reset" => "mail-reset-action",
        "verify_email" => "mail-verify-action",
        "account_setup" => "data-link-setup",
        "not_me" => "mail-not-you-action",
        "confirm_email_change" => "new-email-submit",
        "factor_recovery" => "remove-lost-submit",
        "invitation" => "invitation-title",
        "factors_removed" => "done-lost-title",
        "undo_email_change" => "data-link-undo",
        "signed_out" => "select-account-signed-out",
        "password_changed" => "done-password-title",
        "revoked" => "data-end-revoked",
        "disowned" => "data-end-disowned",
        "deletion_requested" | "erased" => "data-end-deletion",
        "consent_withdrawn" => "data-end-withdrawn",
        "client deleted" => "data-end-client-gone",
        "revoked by the client" => "data-end-given-up",
        "code replayed" | "presented again" | "refresh token replayed" => "data-end-replayed",
        _ => return None,
    })
}
