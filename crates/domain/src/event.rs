//! The registry of audit events: every state change has its type here, and no change commits without its event.
//!
//! Owns names and the public (pseudonymous) part of an event. Leaves commitment and row to `issuer::audit` and `storage`.

use serde::Serialize;

use crate::{ClientId, Timestamp, UserId};

/// Declares event types with their `domain.object.verb` names.
macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal)+) => {
        /// What happened; the name is stable and is what sinks filter on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType { $($(#[$doc])* $variant,)+ }

        impl EventType {
            /// Every registered type.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

event_types! {
    /// A tenant was made.
    TenantCreated = "tenant.created"
    /// A tenant's settings changed.
    TenantUpdated = "tenant.updated"
    /// A client was registered.
    ClientCreated = "client.created"
    /// A client's metadata or secrets changed.
    ClientUpdated = "client.updated"
    /// A client was switched off.
    ClientDisabled = "client.disabled"
    /// A client was switched on again.
    ClientEnabled = "client.enabled"
    /// A client was removed; its grants ended.
    ClientDeleted = "client.deleted"
    /// A token that lets clients register was handed out.
    InitialAccessTokenCreated = "initial_access_token.created"
    /// A token that lets clients register was taken back.
    InitialAccessTokenRevoked = "initial_access_token.revoked"
    /// A resource server was registered or changed.
    ResourceServerUpdated = "resource_server.updated"
    /// A resource server was removed.
    ResourceServerDeleted = "resource_server.deleted"
    /// A scope's texts were set or changed.
    ScopeUpdated = "scope.updated"
    /// A scope's texts were removed.
    ScopeDeleted = "scope.deleted"
    /// An attribute of people was added or changed.
    AttributeUpdated = "attribute.updated"
    /// An attribute of people was removed; what was told of it stays, and is given to nobody.
    AttributeDeleted = "attribute.deleted"
    /// Terms were set or changed.
    TermsUpdated = "terms.updated"
    /// Terms were removed; what was agreed to stays.
    TermsDeleted = "terms.deleted"
    /// A requirement of sign-ins was added or changed.
    RequirementUpdated = "requirement.updated"
    /// A requirement of sign-ins was removed.
    RequirementDeleted = "requirement.deleted"
    /// An issuer is trusted, or what is known of it changed.
    TrustedIssuerUpdated = "trusted_issuer.updated"
    /// An issuer is trusted no longer.
    TrustedIssuerDeleted = "trusted_issuer.deleted"
    /// A user was made.
    UserCreated = "user.created"
    /// A user's claims or address changed.
    UserUpdated = "user.updated"
    /// A person did not tell what is asked for, and gave up.
    AttributesRefused = "user.attributes.refused"
    /// A user was linked to a subject of another issuer.
    UserLinked = "user.link.added"
    /// Such a link was removed.
    UserUnlinked = "user.link.removed"
    /// A user was switched off.
    UserDisabled = "user.disabled"
    /// A user was switched on again.
    UserEnabled = "user.enabled"
    /// A user was erased: the subject key is gone.
    UserErased = "user.erased"
    /// A person took a copy of everything that is known about them.
    UserDataExported = "user.data.exported"
    /// A person wants their account to be deleted; it is when the grace period is over.
    UserDeletionRequested = "user.deletion.requested"
    /// The person signed in and keeps it.
    UserDeletionCancelled = "user.deletion.cancelled"
    /// Somebody asked for an account; whether the address had one is not told.
    UserRegistrationRequested = "user.registration.requested"
    /// Somebody was invited to have an account.
    InvitationCreated = "user.invitation.created"
    /// An invitation was taken back.
    InvitationRevoked = "user.invitation.revoked"
    /// An invitation was accepted.
    InvitationAccepted = "user.invitation.accepted"
    /// The address was proven.
    UserEmailVerified = "user.email.verified"
    /// A person asked for a code by text message, to prove their number.
    PhoneCodeRequested = "user.phone.code_requested"
    /// Such a code was sent.
    PhoneCodeSent = "user.phone.code_sent"
    /// Another code was typed.
    PhoneCodeFailed = "user.phone.code_failed"
    /// The number was proven.
    PhoneVerified = "user.phone.verified"
    /// A person wants another address.
    EmailChangeRequested = "user.email_change.requested"
    /// Nobody can confirm that any more: the person or a new password ended it.
    EmailChangeDropped = "user.email_change.dropped"
    /// The new address was confirmed and is the account's.
    EmailChangeConfirmed = "user.email_change.confirmed"
    /// The former address is the account's again: its owner said that the change was somebody else's.
    EmailChangeUndone = "user.email_change.undone"
    /// A password was set.
    PasswordChanged = "credential.password.changed"
    /// A password was taken away: it lets nobody in any more.
    PasswordRemoved = "credential.password.removed"
    /// Somebody asked for a link to set a new password.
    PasswordResetRequested = "credential.password.reset_requested"
    /// A password's hash was renewed with current parameters.
    PasswordRehashed = "credential.password.rehashed"
    /// An authenticator app was enrolled.
    TotpEnrolled = "credential.totp.enrolled"
    /// An authenticator app was replaced by another.
    TotpReplaced = "credential.totp.replaced"
    /// An authenticator app was removed.
    TotpRemoved = "credential.totp.removed"
    /// A passkey was added.
    PasskeyAdded = "credential.passkey.added"
    /// A passkey was given another name.
    PasskeyRenamed = "credential.passkey.renamed"
    /// A passkey was removed.
    PasskeyRemoved = "credential.passkey.removed"
    /// A passkey showed a counter that had not grown: there may be two copies of its key.
    PasskeyCounterRegressed = "credential.passkey.counter_regressed"
    /// Somebody who has proven the first factor says that the second ones are lost.
    FactorRecoveryRequested = "credential.recovery.requested"
    /// That was stopped: by whoever is signed in, by a factor that was shown, or by the button of a notice.
    FactorRecoveryStopped = "credential.recovery.stopped"
    /// The wait is over, and the link to remove lost factors is on its way.
    FactorRecoveryDue = "credential.recovery.due"
    /// Lost factors were removed.
    FactorRecoveryDone = "credential.recovery.done"
    /// Recovery codes were made; older ones died.
    RecoveryCodesCreated = "credential.recovery_codes.created"
    /// A recovery code was used.
    RecoveryCodeUsed = "credential.recovery_code.used"
    /// A factor was proven.
    FactorProven = "auth.factor.proven"
    /// A factor was given wrongly.
    FactorFailed = "auth.factor.failed"
    /// Somebody asked for a code by mail to sign in; whether the address has an account is not told.
    EmailCodeRequested = "auth.email_code.requested"
    /// A code to sign in was sent.
    EmailCodeSent = "auth.email_code.sent"
    /// A sign-in whose first factor is proven is unusual for its account.
    RiskEvaluated = "risk.evaluated"
    /// The owner of an account said, by the link in a notice, that a change was somebody else's.
    ChangeDisowned = "account.change.disowned"
    /// Attempts were too many.
    AttemptsLimited = "auth.attempts.limited"
    /// A session began.
    SessionCreated = "session.created"
    /// A session was strengthened.
    SessionStepUp = "session.stepped_up"
    /// A session ended.
    SessionEnded = "session.ended"
    /// Consent was given.
    ConsentGiven = "consent.given"
    /// A person took back what a client may do: consent, and every grant.
    ConsentWithdrawn = "consent.withdrawn"
    /// Consent was refused.
    ConsentRefused = "consent.refused"
    /// A person agreed to a version of terms.
    TermsAccepted = "terms.accepted"
    /// A person did not agree to what is due, and gave up.
    TermsRefused = "terms.refused"
    /// A device asked for approval.
    DeviceAuthorizationRequested = "device.authorization.requested"
    /// A person approved a device.
    DeviceAllowed = "device.authorization.allowed"
    /// A person turned a device away.
    DeviceRefused = "device.authorization.refused"
    /// A device code was exchanged.
    DeviceCodeRedeemed = "token.device_code.redeemed"
    /// A device code was presented again; its tokens died.
    DeviceCodeReplayed = "token.device_code.replayed"
    /// A client asked by the back channel to have a person authenticated.
    BackchannelAuthenticationRequested = "backchannel.authentication.requested"
    /// A person agreed to that.
    BackchannelAuthenticationAllowed = "backchannel.authentication.allowed"
    /// A person turned it away.
    BackchannelAuthenticationRefused = "backchannel.authentication.refused"
    /// An `auth_req_id` was exchanged, or its tokens pushed.
    AuthReqIdRedeemed = "token.auth_req_id.redeemed"
    /// An `auth_req_id` was presented again; its tokens died.
    AuthReqIdReplayed = "token.auth_req_id.replayed"
    /// A client pushed an authorization request.
    RequestPushed = "authorization.request.pushed"
    /// A grant was made and its code issued.
    CodeIssued = "token.code.issued"
    /// A grant was made without a code.
    GrantMade = "token.grant.made"
    /// A code was exchanged.
    CodeRedeemed = "token.code.redeemed"
    /// A code was presented again; its tokens died.
    CodeReplayed = "token.code.replayed"
    /// An access token was issued. Where a grant was used up for it, the event of that tells of the token, and this one is
    /// not written.
    AccessTokenIssued = "token.access.issued"
    /// A token was exchanged for one of another audience.
    TokenExchanged = "token.exchanged"
    /// An assertion of a trusted issuer was exchanged.
    AssertionRedeemed = "token.assertion.redeemed"
    /// A refresh token was exchanged for its successor.
    RefreshTokenRotated = "token.refresh.rotated"
    /// A refresh token was presented again; its family died.
    RefreshTokenReplayed = "token.refresh.replayed"
    /// A client presented another client's token.
    ForeignTokenPresented = "token.foreign.presented"
    /// A token or family was revoked.
    TokenRevoked = "token.revoked"
    /// A signing key was made.
    KeyCreated = "key.created"
    /// A signing key began to sign.
    KeyActivated = "key.activated"
    /// A signing key was revoked.
    KeyRevoked = "key.revoked"
    /// A mailed link was sent.
    LinkSent = "link.sent"
    /// An operator had a link printed.
    LinkPrinted = "link.printed"
    /// A link was used.
    LinkUsed = "link.used"
    /// A message was given up: it was refused too often, or cannot be read.
    MessageBuried = "outbox.message.buried"
    /// The database was restored from a copy; what may have been used since was ended.
    DatabaseRestored = "database.restored"
    /// The clock of a node jumped ahead, or back.
    ClockJumped = "clock.jumped"
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, at our pages.
    User(UserId),
    /// A client, at a machine endpoint.
    Client(ClientId),
    /// An operator, by command line or file.
    Operator,
    /// The server itself, on schedule.
    System,
    /// Somebody not identified.
    Anonymous,
}

/// An event before it is committed: public facts only, personal data never.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// Whom it concerns.
    pub subject: Option<UserId>,
    /// Which client it concerns.
    pub client: Option<ClientId>,
    /// Further public facts: ids, reasons, counts; a JSON object.
    pub facts: serde_json::Map<String, serde_json::Value>,
}

impl Event {
    /// An event about nobody in particular.
    pub fn new(kind: EventType, at: Timestamp, actor: Actor) -> Self {
        Self { kind, at, actor, subject: None, client: None, facts: serde_json::Map::new() }
    }

    /// Says whom it concerns.
    #[must_use]
    pub fn about(mut self, user: UserId) -> Self {
        self.subject = Some(user);
        self
    }

    /// Says which client it concerns.
    #[must_use]
    pub fn with_client(mut self, client: &ClientId) -> Self {
        self.client = Some(client.clone());
        self
    }

    /// Adds a public fact. Values that cannot be written as JSON are left out; nothing of ours is such a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.facts.insert(name.to_owned(), value);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_names_are_unique_and_of_the_form_object_verb() {
        let mut names: Vec<_> = EventType::ALL.iter().map(|t| t.name()).collect();
        assert!(
            names
                .iter()
                .all(|n| n.contains('.') && n.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'))
        );

        let all = names.len();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), all);
    }
}
