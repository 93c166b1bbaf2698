//! One thing that a journey must show, with the id and the source that `explain` and the pages name.
//!
//! Owns what a requirement can demand, how requirements add up, which page each is a reason for, and what an account has of it. Leaves which
//! ones there are to `oidc` (the request) and `issuer` (tenant, client, terms). They only add: no requirement takes one away.

use super::{Available, ConsentRule, LevelRule, Requirements, Step, Subject};
use crate::{Strength, TermsVersion, Timestamp};

/// Something that is demanded or wished for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// By what support and operators call it, such as `prompt:login` or `terms:tos:7`.
    pub id: String,
    /// Where it comes from.
    pub source: Source,
    /// What it demands.
    pub condition: Condition,
}

/// Where a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The authorization request, or a default of the client for it.
    Request,
    /// The client's registration.
    Client,
    /// The tenant's settings.
    Tenant,
    /// Attributes that are asked for there.
    Attributes,
    /// Terms that hold there.
    Terms,
    /// A rule of the operator's.
    Rule,
    /// What is unusual about the sign-in.
    Risk,
    /// What the account has, or owes.
    Account,
}

/// What a requirement demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Proofs made at this instant or later.
    FreshSince(Timestamp),
    /// This person and nobody else.
    Subject(Subject),
    /// Proofs of a strength, or the wish for it.
    Level(LevelRule),
    /// That the person chooses an account.
    SelectAccount,
    /// To begin at registration.
    CreateAccount,
    /// A code that is mailed to the proven address, from who shows no second factor.
    Confirmation,
    /// A proven address.
    VerifiedEmail,
    /// That the person tells the attribute of this name, or leaves it empty where that is allowed.
    Attribute(String),
    /// Agreement to this version of terms.
    Terms(TermsVersion),
    /// Agreement to what the client asks.
    Consent(ConsentRule),
    /// The offer of a passkey.
    OfferPasskey,
    /// The second factor that the account has: `next` asks for it wherever there is one.
    OwnSecondFactor,
    /// The second factor that is owed after one was lost.
    OwedSecondFactor,
}

/// What an account lacks of what has parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Attributes, by name, that it has not told.
    pub attributes: Vec<String>,
    /// Terms that it has not agreed to.
    pub terms: Vec<TermsVersion>,
}

/// What there is of a requirement before a person has done anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The account has what is needed.
    Met,
    /// The account lacks it: it is got on the way, or refused.
    Missing,
    /// It is shown at the sign-in, whatever the account has.
    AtSignIn,
}

impl Source {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Request => "the request",
            Self::Client => "the client",
            Self::Tenant => "the tenant",
            Self::Attributes => "attributes",
            Self::Terms => "terms",
            Self::Rule => "a rule",
            Self::Risk => "the risk",
            Self::Account => "the account",
        }
    }
}

impl Requirement {
    /// A requirement called `id`.
    pub fn new(id: impl Into<String>, source: Source, condition: Condition) -> Self {
        Self { id: id.into(), source, condition }
    }

    /// What the account itself asks for, whoever asks for the person.
    pub fn of_account(available: &Available) -> Vec<Self> {
        let own = (available.totp || available.has_passkey())
            .then(|| Self::new("account:second-factor", Source::Account, Condition::OwnSecondFactor));
        let owed = available
            .owes_second_factor
            .then(|| Self::new("owed:second-factor", Source::Account, Condition::OwedSecondFactor));
        own.into_iter().chain(owed).collect()
    }

    /// Whether it is a reason to show the page of `step`.
    pub const fn calls_for(&self, step: Step) -> bool {
        match (&self.condition, step) {
            (Condition::FreshSince(_), Step::Password)
            | (Condition::SelectAccount, Step::SelectAccount)
            | (Condition::CreateAccount, Step::Register)
            | (Condition::Confirmation, Step::EmailCode)
            | (Condition::VerifiedEmail, Step::VerifyEmail)
            | (Condition::Attribute(_), Step::Profile | Step::ConfirmNumber)
            | (Condition::Terms(_), Step::Terms)
            | (Condition::Consent(_), Step::Consent)
            | (Condition::OfferPasskey, Step::EnrolPasskey { optional: true })
            | (Condition::OwnSecondFactor, Step::SecondFactor { .. })
            | (Condition::OwedSecondFactor, Step::EnrolSecondFactor { .. }) => true,
            (Condition::Level(rule), Step::SecondFactor { .. } | Step::EnrolSecondFactor { .. }) => {
                rule.asks_second_factor()
            }
            (Condition::Level(rule), Step::Passkey { .. } | Step::EnrolPasskey { .. }) => rule.asks_passkey(),
            _ => false,
        }
    }

    /// What an account has of it; `due` is what it has not told or agreed to.
    pub fn standing(&self, available: &Available, due: &Due) -> Standing {
        let is_met = match &self.condition {
            Condition::FreshSince(_) | Condition::SelectAccount | Condition::CreateAccount | Condition::Subject(_) => {
                return Standing::AtSignIn;
            }
            Condition::Consent(ConsentRule::UnlessCovered) if available.consent_covers => true,
            Condition::Consent(_) => return Standing::AtSignIn,
            Condition::Level(rule) => reach(available) >= rule.least && !lacks_wish(*rule, available),
            Condition::Confirmation if reach(available) >= Strength::TwoFactors => true,
            Condition::Confirmation => return Standing::AtSignIn,
            Condition::VerifiedEmail => available.verified_email,
            Condition::Attribute(name) => !due.attributes.contains(name),
            Condition::Terms(version) => !due.terms.contains(version),
            Condition::OfferPasskey => available.has_passkey(),
            Condition::OwnSecondFactor => true,
            Condition::OwedSecondFactor => false,
        };
        if is_met { Standing::Met } else { Standing::Missing }
    }
}

impl LevelRule {
    const fn asks_second_factor(&self) -> bool {
        matches!(self.least, Strength::TwoFactors | Strength::PhishingResistant) || self.wishes_second_factor
    }

    const fn asks_passkey(&self) -> bool {
        matches!(self.least, Strength::PhishingResistant) || self.wishes_passkey
    }
}

/// The strongest that the account can show with what it has.
fn reach(available: &Available) -> Strength {
    match (available.has_passkey(), available.totp) {
        (true, _) => Strength::PhishingResistant,
        (false, true) => Strength::TwoFactors,
        (false, false) => Strength::OneFactor,
    }
}

fn lacks_wish(rule: LevelRule, available: &Available) -> bool {
    (rule.wishes_second_factor && reach(available) < Strength::TwoFactors)
        || (rule.wishes_passkey && !available.has_passkey())
}

impl Requirements {
    /// What all of `requirements` demand together, in whatever order they come.
    pub fn of<'a>(requirements: impl IntoIterator<Item = &'a Requirement>) -> Self {
        requirements.into_iter().fold(Self::sign_in(), |sum, one| sum.and(&one.condition))
    }

    fn and(mut self, condition: &Condition) -> Self {
        match condition {
            Condition::FreshSince(at) => self.fresh_since = self.fresh_since.max(*at),
            Condition::Subject(subject) => self.subject = Some(*subject),
            Condition::Level(level) => return self.with_level(*level),
            Condition::SelectAccount => self.select_account = true,
            Condition::CreateAccount => self.create_account = true,
            Condition::Confirmation => self.confirmation = true,
            Condition::VerifiedEmail => self.verified_email = true,
            Condition::Attribute(_) => self.attributes = true,
            Condition::Terms(_) => self.terms = true,
            Condition::Consent(rule) => self.consent = self.consent.max(*rule),
            Condition::OfferPasskey => self.offer_passkey = true,
            // Of the account: `next` looks at what there is.
            Condition::OwnSecondFactor | Condition::OwedSecondFactor => {}
        }
        self
    }
}

#[cfg(test)]
#[path = "requirement_tests.rs"]
mod tests;
