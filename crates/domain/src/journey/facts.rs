//! What happened on a journey so far. Facts are only added, except that changing the account starts over.

use serde::{Deserialize, Serialize};

use crate::{Proof, Scope, SessionId, Timestamp, UserId};

/// What a person answered on the consent page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    /// Agreed to exactly this scope.
    Allowed {
        /// What was shown and agreed to.
        scope: Scope,
        /// When.
        at: Timestamp,
    },
    /// Refused.
    Refused,
}

/// How far an enrolment of a second factor has come on this journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// The person said "not now".
    Declined,
    /// The factor is enrolled and recovery codes are to be shown; they are made when the page is, and shown once.
    CodesDue,
    /// The person says the codes are saved.
    Done,
}

/// The facts of one journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The account the person is going for. Not proven: `proofs` are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The session that this journey uses or made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What was proven on this journey.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// Whether the person chose the account on this journey.
    pub account_chosen: bool,
    /// Whether the person asked for the registration page, or to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registering: Option<bool>,
    /// The address, as typed, that a code to sign in was asked for. Nothing is proven by it, and it may be nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_to: Option<String>,
    /// What became of enrolling a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<Enrolment>,
    /// Whether the person said "not now", or "I cannot", when a passkey was asked for or offered.
    pub passkey_declined: bool,
    /// The answer on the consent page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentAnswer>,
    /// Whether the person gave up.
    pub cancelled: bool,
}

impl Facts {
    /// Turns to another account, or to none: what was proven for the former one is dropped.
    pub fn turn_to(&mut self, user: Option<UserId>, session: Option<SessionId>) {
        *self = Self { user, session, account_chosen: true, registering: Some(false), ..Self::default() };
    }

    /// Takes `proof` as the answer to "who are you": its user becomes the account of the journey.
    pub fn identify(&mut self, proof: Proof) {
        if self.user != Some(proof.user) {
            self.turn_to(Some(proof.user), None);
        }
        self.account_chosen = true;
        self.registering = Some(false);
        self.code_to = None;
        self.proofs.push(proof);
    }
}
