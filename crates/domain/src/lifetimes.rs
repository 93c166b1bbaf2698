//! How long things live unless a tenant or client says otherwise (the table of DESIGN §11).

use crate::Lifetime;

/// An authorization code (RFC 6749 §4.1.2 allows ten minutes, FAPI 2.0 §5.3.2.2 sixty seconds).
pub const CODE: Lifetime = Lifetime::from_seconds(60);
/// A signed authorization response (JARM §2.1: short; at most ten minutes).
pub const AUTHORIZATION_RESPONSE: Lifetime = Lifetime::from_minutes(2);
/// A device code and its user code (SECURITY S-065).
pub const DEVICE_CODE: Lifetime = Lifetime::from_minutes(10);
/// A back-channel authentication request, unless its client asks for less (CIBA Core §7.1, §7.3).
pub const BACKCHANNEL_AUTHENTICATION: Lifetime = Lifetime::from_minutes(10);
/// An access token.
pub const ACCESS_TOKEN: Lifetime = Lifetime::from_minutes(10);
/// An ID token.
pub const ID_TOKEN: Lifetime = Lifetime::from_minutes(10);
/// A refresh token that is not used.
pub const REFRESH_IDLE: Lifetime = Lifetime::from_days(30);
/// A token family, however often it is refreshed.
pub const REFRESH_ABSOLUTE: Lifetime = Lifetime::from_days(90);
/// How long a lost answer to a refresh may be asked for again.
pub const REFRESH_RETRY: Lifetime = Lifetime::from_seconds(10);
/// A session of one factor (NIST 800-63B-4: AAL1 at most 30 days).
pub const SESSION_ONE_FACTOR: Lifetime = Lifetime::from_days(30);
/// A session of two factors, from the sign-in (AAL2: at most 24 hours).
pub const SESSION_TWO_FACTORS: Lifetime = Lifetime::from_hours(24);
/// A session of two factors without use (AAL2: at most one hour).
pub const SESSION_TWO_FACTORS_IDLE: Lifetime = Lifetime::from_hours(1);
/// A journey, from its start.
pub const JOURNEY: Lifetime = Lifetime::from_minutes(30);
/// A question for a passkey, until it is answered.
pub const PASSKEY_QUESTION: Lifetime = Lifetime::from_minutes(10);
/// A pushed authorization request, until a browser comes with it (RFC 9126 §2.2; FAPI 2.0 §5.3.2.2: under 600 seconds).
pub const PUSHED_REQUEST: Lifetime = Lifetime::from_seconds(60);
/// A link sent by mail, counted from sending.
pub const MAILED_LINK: Lifetime = Lifetime::from_minutes(30);
/// An invitation, unless the operator gives it another time; its link works as long.
pub const INVITATION: Lifetime = Lifetime::from_days(7);
/// The longest time of an invitation.
pub const LONGEST_INVITATION: Lifetime = Lifetime::from_days(30);
/// A code sent by mail to sign in, counted from sending (SECURITY S-083).
pub const EMAIL_CODE: Lifetime = Lifetime::from_minutes(10);
/// A code sent by text message to prove a number, counted from sending (SECURITY S-083).
pub const PHONE_CODE: Lifetime = Lifetime::from_minutes(10);
/// The link in the notice of a change, to say that it was somebody else's.
pub const NOTICE_LINK: Lifetime = Lifetime::from_days(7);
/// A wish for another address, until it is confirmed there; its link is made when its mail is sent.
pub const EMAIL_CHANGE: Lifetime = Lifetime::from_hours(24);
/// How long the former address is kept after a change: the link that undoes it works for `NOTICE_LINK` from its sending,
/// and mail may be slow.
pub const FORMER_EMAIL: Lifetime = Lifetime::from_days(14);
/// How long a sign-in counts as fresh where a person changes how they sign in (SECURITY S-097).
pub const FRESH: Lifetime = Lifetime::from_minutes(5);
/// What a person has begun on their account pages and not finished: a new authenticator app, a new passkey, new
/// recovery codes.
pub const ACCOUNT_DRAFT: Lifetime = Lifetime::from_minutes(30);
/// A browser binding cookie.
pub const BROWSER: Lifetime = Lifetime::from_days(90);
/// What clocks may differ by.
pub const CLOCK_SKEW: Lifetime = Lifetime::from_seconds(30);
/// How long a refusal can be explained.
pub const REFUSAL: Lifetime = Lifetime::from_hours(24);
/// How long a signing key is published before its first use.
pub const KEY_PUBLISH_AHEAD: Lifetime = Lifetime::from_hours(24);
/// How long a signing key signs.
pub const KEY_ACTIVE: Lifetime = Lifetime::from_days(90);
/// How long a signing key stays published after its last signature.
pub const KEY_RETIRING: Lifetime = Lifetime::from_hours(48);
