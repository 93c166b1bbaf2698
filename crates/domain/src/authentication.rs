//! What was proven about a person, when, and what that amounts to: proofs, `amr`, `acr`.
//!
//! Owns the step from facts to assurance. Leaves verifying a factor to `authenticators`, and which level is needed to `journey`.
//! OIDC Core §2 (`acr`, `amr`, `auth_time`), RFC 8176, NIST 800-63B-4.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId};

/// One kind of proof a person can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// A password.
    Password,
    /// A code mailed to the account's address.
    EmailCode,
    /// A time-based one-time code (RFC 6238).
    Totp,
    /// A single-use recovery code.
    RecoveryCode,
    /// A passkey that verified the person (Web Authentication).
    Passkey,
    /// The same, in a model of hardware that a trusted authority vouches for.
    AttestedPasskey,
}

impl ProofKind {
    /// Every kind there is.
    pub const ALL: [Self; 6] =
        [Self::Password, Self::EmailCode, Self::Totp, Self::RecoveryCode, Self::Passkey, Self::AttestedPasskey];

    /// Whether the proof takes the first place. Mail never takes the second: a password that was set by mail would then be
    /// two factors of one mailbox (NIST 800-63B-4 §3.1.3.1; SECURITY S-084).
    pub const fn is_first_factor(self) -> bool {
        matches!(self, Self::Password | Self::EmailCode)
    }

    /// Which place the proof takes: something known comes first, something held second.
    pub const fn is_second_factor(self) -> bool {
        matches!(self, Self::Totp | Self::RecoveryCode)
    }

    /// Whether it takes both places at once, and only at the address it was made for.
    pub const fn is_passkey(self) -> bool {
        matches!(self, Self::Passkey | Self::AttestedPasskey)
    }
}

/// A fact: `user` gave a proof of `kind` at `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proof {
    /// What was proven.
    pub kind: ProofKind,
    /// Who proved it.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

/// How strong a set of proofs is; ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Nothing was proven.
    None,
    /// One factor.
    OneFactor,
    /// Two different factors.
    TwoFactors,
    /// Two factors that cannot be given away to an imitated page.
    PhishingResistant,
}

impl Strength {
    /// What the proofs of `user` made at or after `fresh_since` amount to; older proofs are not proofs.
    pub fn of(proofs: &[Proof], user: UserId, fresh_since: Timestamp) -> Self {
        let fresh = |counts: fn(ProofKind) -> bool| {
            proofs.iter().any(|p| p.user == user && p.at >= fresh_since && counts(p.kind))
        };
        if fresh(ProofKind::is_passkey) {
            return Self::PhishingResistant;
        }
        match (fresh(ProofKind::is_first_factor), fresh(ProofKind::is_second_factor)) {
            (true, true) => Self::TwoFactors,
            (true, false) => Self::OneFactor,
            // A second factor alone never signs anybody in.
            (false, _) => Self::None,
        }
    }
}

/// An authentication context class: the value of `acr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acr {
    /// One factor.
    Aal1,
    /// Two factors.
    Aal2,
    /// Two factors, resistant to phishing (OpenID Connect Extended Authentication Profile ACR Values 1.0).
    Phr,
}

impl Acr {
    /// Every value this server can honour, weakest first: `acr_values_supported`.
    pub const ALL: [Self; 3] = [Self::Aal1, Self::Aal2, Self::Phr];

    /// Those that can be reached where there are no passkeys.
    pub const WITHOUT_PASSKEYS: [Self; 2] = [Self::Aal1, Self::Aal2];

    /// The text of the claim.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Phr => "phr",
        }
    }

    /// Reads a requested value. `None` for one this server does not know (OIDC Core §3.1.2.1: `acr_values` is voluntary).
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.name() == text)
    }

    /// The strength a person must show to reach it.
    pub const fn strength(self) -> Strength {
        match self {
            Self::Aal1 => Strength::OneFactor,
            Self::Aal2 => Strength::TwoFactors,
            Self::Phr => Strength::PhishingResistant,
        }
    }

    /// The class that `proofs` of `user` reach. `None` when no first factor was proven.
    pub fn reached(proofs: &[Proof], user: UserId, fresh_since: Timestamp) -> Option<Self> {
        let strength = Strength::of(proofs, user, fresh_since);
        Self::ALL.into_iter().rev().find(|acr| acr.strength() <= strength && strength > Strength::None)
    }
}

/// Authentication method references, in the order of RFC 8176's words: the value of `amr`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amr(Vec<String>);

impl Amr {
    /// The references for what `user` proved: `pwd`; `otp` for a code of an app or of a mail; `hwk` for a passkey in attested hardware, `swk` for any other,
    /// whose key may be anywhere, and with either `user`; and `mfa` when two factors were given.
    ///
    /// A recovery code has no word of its own in RFC 8176; it shows as `mfa` beside `pwd`.
    pub fn of(proofs: &[Proof], user: UserId) -> Self {
        let gave = |kind| proofs.iter().any(|p| p.user == user && p.kind == kind);
        let (attested, any) = (gave(ProofKind::AttestedPasskey), gave(ProofKind::Passkey));
        let strength = Strength::of(proofs, user, Timestamp::from_millis(i64::MIN));
        let words = [
            ("pwd", gave(ProofKind::Password)),
            ("otp", gave(ProofKind::Totp) || gave(ProofKind::EmailCode)),
            ("hwk", attested),
            ("swk", any),
            ("user", attested || any),
            ("mfa", strength >= Strength::TwoFactors),
        ];
        Self(words.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word.to_owned()).collect())
    }

    /// The words.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Amr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId = UserId::from_bytes([1; 16]);
    const BOB: UserId = UserId::from_bytes([2; 16]);

    fn proof(kind: ProofKind, user: UserId, at: i64) -> Proof {
        Proof { kind, user, at: Timestamp::from_millis(at) }
    }

    /// S-096: `acr` never exceeds what was really done: stale proofs and other people's proofs do not count.
    #[test]
    fn stale_and_foreign_proofs_do_not_count() {
        let proofs =
            [proof(ProofKind::Password, ADA, 100), proof(ProofKind::Totp, ADA, 10), proof(ProofKind::Totp, BOB, 100)];

        assert_eq!(Acr::reached(&proofs, ADA, Timestamp::from_millis(50)), Some(Acr::Aal1));
        assert_eq!(Acr::reached(&proofs, ADA, Timestamp::from_millis(5)), Some(Acr::Aal2));
        assert_eq!(Acr::reached(&proofs, BOB, Timestamp::from_millis(5)), None);
    }

    #[test]
    fn amr_names_what_was_given() {
        let both = [proof(ProofKind::Password, ADA, 1), proof(ProofKind::Totp, ADA, 1)];

        assert_eq!(Amr::of(&both, ADA).to_string(), "pwd otp mfa");
        assert_eq!(Amr::of(&both[..1], ADA).to_string(), "pwd");
    }

    /// S-084: whoever reads the mail of a person, and sets a password with it, has proven one factor however often; an app
    /// or a recovery code is the second.
    #[test]
    fn mail_is_a_first_factor_and_never_a_second() {
        let always = Timestamp::from_millis(i64::MIN);
        let mailed = proof(ProofKind::EmailCode, ADA, 1);
        let with = |kind| [mailed, proof(kind, ADA, 1)];

        assert_eq!(Acr::reached(&[mailed], ADA, always), Some(Acr::Aal1));
        assert_eq!(Acr::reached(&with(ProofKind::Password), ADA, always), Some(Acr::Aal1));
        assert_eq!(Acr::reached(&with(ProofKind::EmailCode), ADA, always), Some(Acr::Aal1));
        assert_eq!(Acr::reached(&with(ProofKind::Totp), ADA, always), Some(Acr::Aal2));
        assert_eq!(Acr::reached(&with(ProofKind::RecoveryCode), ADA, always), Some(Acr::Aal2));
        assert_eq!(Amr::of(&[mailed], ADA).to_string(), "otp");
        assert_eq!(Amr::of(&with(ProofKind::Password), ADA).to_string(), "pwd otp");
        assert_eq!(Amr::of(&with(ProofKind::Totp), ADA).to_string(), "otp mfa");
    }

    /// SECURITY N12, RFC 8176 §2: a passkey that verified its person is two factors by itself; a key counts as hardware
    /// only when somebody vouches for it.
    #[test]
    fn a_passkey_is_two_factors_and_resists_phishing() {
        let always = Timestamp::from_millis(i64::MIN);
        for (kind, amr) in [(ProofKind::Passkey, "swk user mfa"), (ProofKind::AttestedPasskey, "hwk user mfa")] {
            let alone = [proof(kind, ADA, 1)];
            assert_eq!(Acr::reached(&alone, ADA, always), Some(Acr::Phr));
            assert_eq!(Acr::reached(&alone, BOB, always), None);
            assert_eq!(Acr::reached(&alone, ADA, Timestamp::from_millis(2)), None);
            assert_eq!(Amr::of(&alone, ADA).to_string(), amr);
        }
        let after_password = [proof(ProofKind::Password, ADA, 1), proof(ProofKind::Passkey, ADA, 1)];
        assert_eq!(Amr::of(&after_password, ADA).to_string(), "pwd swk user mfa");
    }

    #[test]
    fn classes_are_known_by_their_names() {
        for acr in Acr::ALL {
            assert_eq!(Acr::parse(acr.name()), Some(acr));
        }
        assert_eq!(Acr::ALL.map(Acr::name), ["aal1", "aal2", "phr"]);
        assert_eq!(Acr::parse("phrh"), None);
    }
}
