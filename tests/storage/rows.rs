//! Rows to plant: complete, valid, and each column different from its neighbours, so that a swapped pair shows.

use portreeve_domain::{
    AccessTokenId, Acr, BackchannelAuthenticationId, BrowserId, ClientId, CodeId, Confirmation, DeviceAuthorizationId,
    EmailChangeId, EventId, FamilyId, GrantType, InitialAccessTokenId, JourneyId, KeyTimes, Lifetime, LinkId,
    LinkPurpose, MailPurpose, OutboxMessage, Proof, ProofKind, PushedRequestId, RefreshTokenId, Scope, Session,
    SessionId, Subject, TenantId, Thumbprint, Timestamp, TokenFamily, UserId, polling::Awaited,
};
use portreeve_storage::{
    access_tokens::AccessTokenRow, audit_checkpoints::CheckpointRow, authorization_codes::CodeRow,
    backchannel_authentications::BackchannelAuthenticationRow, device_authorizations::DeviceAuthorizationRow,
    email_changes::EmailChangeRow, events::EventRow, initial_access_tokens::InitialAccessTokenRow,
    journeys::JourneyRow, mailed_links::LinkRow, pushed_requests::PushedRequestRow, refresh_tokens::RefreshTokenRow,
    signing_keys::SigningKeyRow, token_families, users::UserRow,
};

use crate::database::{Database, NOW};

/// The time `seconds` after `NOW`, or before it when negative.
pub(crate) const fn in_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + 1000 * seconds)
}

/// When the rows made here expire.
pub(crate) fn expiry() -> Timestamp {
    in_seconds(60)
}

/// The family of all codes and tokens made here.
pub(crate) const FAMILY: FamilyId = FamilyId::new(21);

/// The client of all rows.
pub(crate) fn web() -> ClientId {
    ClientId::parse("web").unwrap()
}

/// A user's id.
pub(crate) const fn user_id(number: u8) -> UserId {
    UserId::from_bytes([number; 16])
}

/// A scope from its text.
pub(crate) fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

/// A token for two clients.
pub(crate) fn initial_access_token(number: i64) -> InitialAccessTokenRow {
    InitialAccessTokenRow {
        id: InitialAccessTokenId::new(number),
        secret_hash: [31; 32],
        remaining: 2,
        created_at: NOW,
        expires_at: expiry(),
        revoked_at: None,
    }
}

/// A proof by password.
pub(crate) fn password_proof(user: UserId) -> Proof {
    Proof { kind: ProofKind::Password, user, at: NOW }
}

/// Bound to a key and to a certificate.
pub(crate) fn confirmation() -> Confirmation {
    Confirmation { key: Some(Thumbprint::from_bytes([16; 32])), certificate: Some(Thumbprint::from_bytes([17; 32])) }
}

pub(crate) fn access_token(id: i64) -> AccessTokenRow {
    AccessTokenRow {
        id: AccessTokenId::new(id),
        family: Some(FAMILY),
        client: web(),
        user: Some(user_id(7)),
        secret_hash: Some([8; 32]),
        audience: "https://api.example".to_owned(),
        scope: scope("openid email"),
        details: Some(5),
        confirmation: confirmation(),
        issued_at: NOW,
        expires_at: expiry(),
        revoked_at: None,
    }
}

pub(crate) fn checkpoint(sequence: i64, previous: i64) -> CheckpointRow {
    CheckpointRow { sequence, previous, link: [16; 32], at: in_seconds(2), key_id: [17; 32], signature: vec![18; 64] }
}

pub(crate) fn code(id: i64) -> CodeRow {
    CodeRow {
        id: CodeId::new(id),
        family: FAMILY,
        client: web(),
        secret_hash: [9; 32],
        redirect_uri: "https://web.example/callback".to_owned(),
        redirect_uri_was_sent: true,
        code_challenge: Some("challenge".to_owned()),
        key: confirmation().key,
        created_at: NOW,
        expires_at: expiry(),
        consumed_at: None,
    }
}

/// A device authorization whose user code has the blind index of its id.
pub(crate) fn device_authorization(id: i64) -> DeviceAuthorizationRow {
    let mut user_code_index = [16; 32];
    user_code_index[..8].copy_from_slice(&id.to_be_bytes());
    DeviceAuthorizationRow {
        id: DeviceAuthorizationId::new(id),
        client: web(),
        secret_hash: [17; 32],
        user_code_index,
        request_sealed: b"request".to_vec(),
        interval: Lifetime::from_seconds(5),
        created_at: NOW,
        awaited: Awaited { expires_at: expiry(), allowed_at: None, refused_at: None, consumed_at: None },
        family: None,
    }
}

/// A back-channel authentication request of one person.
pub(crate) fn backchannel_authentication(id: i64) -> BackchannelAuthenticationRow {
    BackchannelAuthenticationRow {
        id: BackchannelAuthenticationId::new(id),
        client: web(),
        secret_hash: [17; 32],
        person_index: [18; 32],
        user: Some(user_id(7)),
        request_sealed: b"request".to_vec(),
        interval: Lifetime::from_seconds(5),
        created_at: NOW,
        awaited: Awaited { expires_at: expiry(), allowed_at: None, refused_at: None, consumed_at: None },
        family: None,
        answer_sealed: None,
        told_at: None,
    }
}

pub(crate) fn event(id: i64) -> EventRow {
    EventRow {
        id: EventId::new(id),
        kind: "user.created".to_owned(),
        at: NOW,
        actor: "client:web".to_owned(),
        subject_pseudonym: Some([10; 32]),
        client: Some("web".to_owned()),
        facts: "{}".to_owned(),
        commitment: [11; 32],
    }
}

pub(crate) fn family(tenant: TenantId, id: i64, user: UserId) -> TokenFamily {
    TokenFamily {
        tenant,
        id: FamilyId::new(id),
        client: web(),
        origin: GrantType::AuthorizationCode,
        user,
        session: Some(SessionId::new(id + 1)),
        sid: "sid".to_owned(),
        scope: scope("openid offline_access"),
        resources: vec!["https://api.example".to_owned()],
        claims: Some("{\"userinfo\":{}}".to_owned()),
        proofs: vec![password_proof(user)],
        acr: Acr::Aal1,
        offline: true,
        nonce: Some("nonce".to_owned()),
        wants_auth_time: true,
        authenticated_at: in_seconds(-5),
        ancestors: vec![FamilyId::new(id + 2)],
        actors: vec!["api".to_owned()],
        trusted_issuer: Some("https://idp.example".to_owned()),
        details_sealed: Some(b"details".to_vec()),
        ends_at: Some(in_seconds(60 * 60)),
        created_at: NOW,
        revoked_at: None,
    }
}

/// The family of what is made here for `tenant`, stored.
pub(crate) async fn plant_family(db: &Database, tenant: TenantId) -> TokenFamily {
    let family = family(tenant, FAMILY.as_i64(), user_id(7));
    db.write(tenant, async |tx| token_families::insert(tx, &family).await).await;
    family
}

pub(crate) fn journey(id: i64) -> JourneyRow {
    JourneyRow {
        id: JourneyId::new(id),
        browser: BrowserId::new(id + 1),
        client: web(),
        request_sealed: b"request".to_vec(),
        facts_sealed: b"facts".to_vec(),
        version: 1,
        created_at: NOW,
        expires_at: expiry(),
        finished_at: None,
    }
}

pub(crate) fn link(id: i64) -> LinkRow {
    LinkRow {
        id: LinkId::new(id),
        user: user_id(7),
        purpose: LinkPurpose::PasswordReset.name().to_owned(),
        secret_hash: [12; 32],
        email_index: [13; 32],
        expires_at: expiry(),
        consumed_at: None,
    }
}

pub(crate) fn mail() -> OutboxMessage {
    OutboxMessage::Mail {
        purpose: MailPurpose::PasswordReset,
        user: user_id(7),
        locale: "de".to_owned(),
        journey: None,
    }
}

pub(crate) fn refresh_token(id: i64) -> RefreshTokenRow {
    RefreshTokenRow {
        id: RefreshTokenId::new(id),
        family: FAMILY,
        client: web(),
        generation: 3,
        secret_hash: [14; 32],
        salt: [15; 16],
        confirmation: confirmation(),
        created_at: NOW,
        expires_at: expiry(),
        consumed_at: None,
        successor: None,
        successor_consumed: false,
    }
}

pub(crate) fn session(tenant: TenantId, id: i64, browser: BrowserId, user: UserId) -> Session {
    Session {
        tenant,
        id: SessionId::new(id),
        browser,
        user,
        sid: format!("sid-{id}"),
        proofs: vec![password_proof(user)],
        created_at: NOW,
        seen_at: in_seconds(1),
        ended_at: None,
    }
}

/// A staged key.
pub(crate) fn signing_key(tenant: TenantId, kid: &str, algorithm: &str) -> SigningKeyRow {
    SigningKeyRow {
        tenant,
        kid: kid.to_owned(),
        algorithm: algorithm.to_owned(),
        private_sealed: b"private".to_vec(),
        times: KeyTimes { published_at: NOW, activated_at: None, retired_from_signing_at: None, revoked_at: None },
    }
}

/// A user whose address has the blind index of `number`.
pub(crate) fn user(number: u8) -> UserRow {
    UserRow {
        id: user_id(number),
        subject: Subject::new(format!("usr_{number}")),
        email_sealed: Some(b"address".to_vec()),
        email_index: Some([number; 32]),
        email_verified_at: None,
        claims_sealed: Some(b"claims".to_vec()),
        is_admin: true,
        created_at: NOW,
        updated_at: in_seconds(1),
        disabled_at: None,
    }
}

pub(crate) fn pushed_request(id: i64) -> PushedRequestRow {
    PushedRequestRow {
        id: PushedRequestId::new(id),
        client: web(),
        secret_hash: [14; 32],
        request_sealed: b"request".to_vec(),
        created_at: NOW,
        expires_at: expiry(),
        taken_up_at: None,
        consumed_at: None,
    }
}

/// A wish of user 7 for another address.
pub(crate) fn email_change(number: i64) -> EmailChangeRow {
    EmailChangeRow {
        id: EmailChangeId::new(number),
        user: user_id(7),
        email_sealed: b"new".to_vec(),
        email_index: [41; 32],
        former_sealed: Some(b"former".to_vec()),
        former_index: Some([42; 32]),
        created_at: NOW,
        expires_at: expiry(),
        confirmed_at: None,
        ended_at: None,
    }
}
