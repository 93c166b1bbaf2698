//! The life of a signing key: staged → active → retiring → retired, on a schedule nobody has to remember; and the shorter one
//! of a key that others encrypt with.
//!
//! Owns the phases and the one decision "what is to be done now". Leaves making keys to `jose` and rows to `storage`.
//! OIDC Core §10.1.1, DESIGN §1.6 and §11.

use crate::{Lifetime, Timestamp, lifetimes};

/// The times of one key; `None` is "not yet".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// When it was first published in the JWKS.
    pub published_at: Timestamp,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// When it stopped signing and another took over.
    pub retired_from_signing_at: Option<Timestamp>,
    /// When it was revoked; nothing it signed counts from then on.
    pub revoked_at: Option<Timestamp>,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPhase {
    /// Published, not used yet.
    Staged,
    /// Signs.
    Active,
    /// Published so that what it signed can still be verified.
    Retiring,
    /// Gone from the JWKS.
    Retired,
}

impl KeyTimes {
    /// The phase at `now`.
    pub fn phase(&self, now: Timestamp) -> KeyPhase {
        match (self.revoked_at, self.retired_from_signing_at, self.activated_at) {
            (Some(_), _, _) => KeyPhase::Retired,
            (None, Some(at), _) if now >= at.plus(lifetimes::KEY_RETIRING) => KeyPhase::Retired,
            (None, Some(_), _) => KeyPhase::Retiring,
            (None, None, Some(_)) => KeyPhase::Active,
            (None, None, None) => KeyPhase::Staged,
        }
    }
}

/// What the schedule of one algorithm wants done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleStep {
    /// Make a key and let it sign at once: the first key of an algorithm skips the publish-ahead.
    CreateActive,
    /// Make a key and publish it; one staged key always exists.
    CreateStaged,
    /// The staged key takes over from the active one.
    Promote,
    /// Nothing.
    Rest,
}

/// Decides what to do for one algorithm of one tenant.
///
/// `keys` are the unrevoked keys of that algorithm; `publish_ahead` is how long a key is visible before its first use
/// (24 h; demo and tests shorten it).
pub fn schedule_step(keys: &[KeyTimes], now: Timestamp, publish_ahead: Lifetime) -> ScheduleStep {
    let in_phase = |phase| keys.iter().filter(move |k| k.phase(now) == phase);
    let staged = in_phase(KeyPhase::Staged).min_by_key(|k| k.published_at);
    let active = in_phase(KeyPhase::Active).next();
    match (active, staged) {
        // An emergency revoke switches to the staged key at once; only without one is a new key used unannounced.
        (None, Some(_)) => ScheduleStep::Promote,
        (None, None) => ScheduleStep::CreateActive,
        (Some(_), None) => ScheduleStep::CreateStaged,
        (Some(active), Some(staged)) => {
            let tired = active.activated_at.is_some_and(|at| now >= at.plus(lifetimes::KEY_ACTIVE));
            let announced = now >= staged.published_at.plus(publish_ahead);
            if tired && announced { ScheduleStep::Promote } else { ScheduleStep::Rest }
        }
    }
}

/// When the staged key of one algorithm takes over from the active one; `None` when there is none of either.
///
/// Takes the keys of that algorithm, as [`schedule_step`].
pub fn rotation_due(keys: &[KeyTimes], now: Timestamp, publish_ahead: Lifetime) -> Option<Timestamp> {
    let in_phase = |phase| keys.iter().filter(move |key| key.phase(now) == phase);
    let staged = in_phase(KeyPhase::Staged).map(|key| key.published_at.plus(publish_ahead)).min()?;
    let tired = in_phase(KeyPhase::Active).filter_map(|key| key.activated_at).next()?.plus(lifetimes::KEY_ACTIVE);
    Some(tired.max(staged))
}

/// The times of one key that others encrypt with; `None` is "not yet".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptionKeyTimes {
    /// When it was published in the JWKS, to be used at once.
    pub published_at: Timestamp,
    /// When another took its place there.
    pub replaced_at: Option<Timestamp>,
    /// When it was revoked; nothing that is encrypted with it is read from then on.
    pub revoked_at: Option<Timestamp>,
}

/// Where an encryption key is in its life. There is no staging: whoever has not seen a new key uses the former one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncryptionKeyPhase {
    /// In the JWKS.
    Published,
    /// No more in the JWKS, but still read: copies of the JWKS are around.
    Replaced,
    /// Not read any more.
    Gone,
}

impl EncryptionKeyTimes {
    /// The phase at `now`.
    pub fn phase(&self, now: Timestamp) -> EncryptionKeyPhase {
        match (self.revoked_at, self.replaced_at) {
            (Some(_), _) => EncryptionKeyPhase::Gone,
            (None, Some(at)) if now >= at.plus(lifetimes::KEY_RETIRING) => EncryptionKeyPhase::Gone,
            (None, Some(_)) => EncryptionKeyPhase::Replaced,
            (None, None) => EncryptionKeyPhase::Published,
        }
    }
}

/// Whether a new encryption key is due: none is published, or only one that has been for long enough.
///
/// `keys` are those of one type of one tenant.
pub fn encryption_key_due(keys: &[EncryptionKeyTimes], now: Timestamp) -> bool {
    let is_fresh = |key: &EncryptionKeyTimes| {
        key.phase(now) == EncryptionKeyPhase::Published && now < key.published_at.plus(lifetimes::KEY_ACTIVE)
    };
    !keys.iter().any(is_fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AHEAD: Lifetime = lifetimes::KEY_PUBLISH_AHEAD;

    fn at(lifetime: Lifetime) -> Timestamp {
        Timestamp::from_millis(lifetime.as_millis())
    }

    fn key(published: Timestamp, activated: Option<Timestamp>) -> KeyTimes {
        KeyTimes { published_at: published, activated_at: activated, retired_from_signing_at: None, revoked_at: None }
    }

    #[test]
    fn the_first_key_signs_at_once_and_a_second_is_staged() {
        let start = at(Lifetime::from_days(1));

        assert_eq!(schedule_step(&[], start, AHEAD), ScheduleStep::CreateActive);
        assert_eq!(schedule_step(&[key(start, Some(start))], start, AHEAD), ScheduleStep::CreateStaged);
    }

    /// S-138: a key is published for the whole publish-ahead before it signs.
    #[test]
    fn a_staged_key_takes_over_only_when_it_was_published_long_enough() {
        let tired = at(Lifetime::from_days(90));
        let active = key(at(Lifetime::from_days(0)), Some(at(Lifetime::from_days(0))));

        let fresh = key(tired.minus(Lifetime::from_hours(23)), None);
        let announced = key(tired.minus(Lifetime::from_hours(24)), None);

        assert_eq!(schedule_step(&[active, fresh], tired, AHEAD), ScheduleStep::Rest);
        assert_eq!(schedule_step(&[active, announced], tired, AHEAD), ScheduleStep::Promote);
    }

    /// S-138: rotation is told ahead, and waits for the publish-ahead of the next key.
    #[test]
    fn when_the_next_key_takes_over_is_known() {
        let start = at(Lifetime::from_days(1));
        let active = key(start, Some(start));
        let due = |staged| rotation_due(&[active, key(staged, None)], start, AHEAD);

        assert_eq!(due(start), Some(at(Lifetime::from_days(91))));
        assert_eq!(due(at(Lifetime::from_days(91))), Some(at(Lifetime::from_days(92))));
        assert_eq!(rotation_due(&[active], start, AHEAD), None);
    }

    /// S-138: after an emergency revoke the staged key signs at once.
    #[test]
    fn a_revoked_key_is_replaced_by_the_staged_one_at_once() {
        let now = at(Lifetime::from_days(3));
        let mut revoked = key(now, Some(now));
        revoked.revoked_at = Some(now);

        assert_eq!(revoked.phase(now), KeyPhase::Retired);
        assert_eq!(schedule_step(&[revoked, key(now, None)], now, AHEAD), ScheduleStep::Promote);
    }

    /// OC-52: old keys stay published after the switch, long enough for what they signed.
    #[test]
    fn a_replaced_key_stays_published_for_two_days() {
        let replaced = KeyTimes {
            retired_from_signing_at: Some(at(Lifetime::from_days(90))),
            ..key(at(Lifetime::from_days(0)), Some(at(Lifetime::from_days(0))))
        };

        assert_eq!(replaced.phase(at(Lifetime::from_days(91))), KeyPhase::Retiring);
        assert_eq!(replaced.phase(at(Lifetime::from_days(92))), KeyPhase::Retired);
    }

    /// OC-52: an encryption key is replaced after 90 days and read for two days more; a revoked one at once.
    #[test]
    fn an_encryption_key_is_replaced_and_read_a_while_longer() {
        let start = at(Lifetime::from_days(1));
        let key = EncryptionKeyTimes { published_at: start, replaced_at: None, revoked_at: None };
        let tired = start.plus(lifetimes::KEY_ACTIVE);
        let replaced = EncryptionKeyTimes { replaced_at: Some(tired), ..key };
        let revoked = EncryptionKeyTimes { revoked_at: Some(start), ..key };

        assert!(encryption_key_due(&[], start));
        assert!(!encryption_key_due(&[key], start));
        assert!(encryption_key_due(&[key], tired));
        assert!(encryption_key_due(&[revoked], start));
        assert_eq!(replaced.phase(tired.plus(Lifetime::from_hours(47))), EncryptionKeyPhase::Replaced);
        assert_eq!(replaced.phase(tired.plus(Lifetime::from_hours(48))), EncryptionKeyPhase::Gone);
        assert_eq!(revoked.phase(start), EncryptionKeyPhase::Gone);
    }
}
