//! Polling: a client asks again and again for what a person decides elsewhere.
//!
//! Owns what an answer depends on, for every grant that is polled. Leaves rows to `storage`; a single use and the pace are
//! kept by its guarded statements. RFC 8628 §3.5; OpenID Connect CIBA Core §11.

use serde::{Deserialize, Serialize};

use crate::{BackchannelAuthenticationId, DeviceAuthorizationId, Lifetime, Timestamp};

/// How long a client waits between two requests unless it is told otherwise.
pub const INTERVAL: Lifetime = Lifetime::from_seconds(5);
/// How much longer it must wait from then on when it came too soon.
pub const SLOW_DOWN: Lifetime = Lifetime::from_seconds(5);
/// How many back-channel requests may wait for one person (SECURITY S-066).
pub const WAITING_FOR_ONE: i64 = 3;

/// Who waits for what a person decides elsewhere: the answer does not go by the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A device, whose code the person typed (RFC 8628).
    Device(DeviceAuthorizationId),
    /// A client, which named the person by the back channel (CIBA).
    Backchannel(BackchannelAuthenticationId),
}

/// A request that is decided elsewhere, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// When it can no longer be decided or redeemed.
    pub expires_at: Timestamp,
    /// When the person agreed.
    pub allowed_at: Option<Timestamp>,
    /// When the person refused.
    pub refused_at: Option<Timestamp>,
    /// When it was redeemed.
    pub consumed_at: Option<Timestamp>,
}

/// What a poll finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Nobody has decided: the client waits.
    Pending,
    /// The person agreed: it can be redeemed, once.
    Allowed,
    /// The person refused.
    Refused,
    /// It is too late.
    Expired,
    /// It was redeemed before.
    Consumed,
}

impl Awaited {
    /// What a poll at `now` finds. A refusal stays one after the end; an agreement does not.
    pub fn poll(&self, now: Timestamp) -> Poll {
        if self.consumed_at.is_some() {
            return Poll::Consumed;
        }
        if self.refused_at.is_some() {
            return Poll::Refused;
        }
        if now >= self.expires_at {
            return Poll::Expired;
        }
        if self.allowed_at.is_some() { Poll::Allowed } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Timestamp = Timestamp::from_millis(600_000);
    const BEFORE: Timestamp = Timestamp::from_millis(599_999);
    const OPEN: Awaited = Awaited { expires_at: END, allowed_at: None, refused_at: None, consumed_at: None };

    /// DV-03, CB-07: what was not redeemed in time is expired, also when the person agreed.
    #[test]
    fn an_agreement_ends_with_the_request() {
        let allowed = Awaited { allowed_at: Some(BEFORE), ..OPEN };

        assert_eq!((OPEN.poll(BEFORE), OPEN.poll(END)), (Poll::Pending, Poll::Expired));
        assert_eq!((allowed.poll(BEFORE), allowed.poll(END)), (Poll::Allowed, Poll::Expired));
    }

    /// DV-03, DV-06: refused and redeemed are final.
    #[test]
    fn a_decision_is_final() {
        let refused = Awaited { refused_at: Some(BEFORE), ..OPEN };
        let consumed = Awaited { allowed_at: Some(BEFORE), consumed_at: Some(BEFORE), ..OPEN };

        assert_eq!((refused.poll(BEFORE), refused.poll(END)), (Poll::Refused, Poll::Refused));
        assert_eq!((consumed.poll(BEFORE), consumed.poll(END)), (Poll::Consumed, Poll::Consumed));
    }
}
