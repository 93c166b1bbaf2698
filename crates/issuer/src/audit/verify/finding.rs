//! What can be wrong with a chain, in words an auditor can act on.

use std::fmt;

use portreeve_domain::Lifetime;

/// Something wrong with a tenant's audit log. Numbers are those of events in the chain, from 1 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFinding {
    /// Events were deleted.
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// An event bears a number that another one has, or none that a sealer gives.
    Misplaced {
        /// Its number.
        sequence: i64,
        /// Its id.
        id: i64,
    },
    /// An event is not the one that was written.
    Changed {
        /// Its number.
        sequence: i64,
        /// What it says it is.
        kind: String,
        /// Its id.
        id: i64,
    },
    /// Each event fits its own commitment, and together they are not those that were sealed.
    LinkDiffers {
        /// The first of those in question.
        from: i64,
        /// The last.
        to: i64,
    },
    /// A checkpoint bears no signature of this tenant's audit key.
    NotSigned {
        /// Its number.
        sequence: i64,
    },
    /// A checkpoint was deleted.
    CheckpointMissing {
        /// The one before it.
        after: i64,
        /// The one after it.
        before: i64,
    },
    /// The last checkpoint was deleted.
    LastCheckpointMissing {
        /// Its number.
        sequence: i64,
    },
    /// The record of where the chain ends is not where the chain ends.
    HeadDiffers {
        /// Where it says.
        head: i64,
        /// What there is.
        found: i64,
    },
    /// Numbered events wait for a checkpoint for too long.
    Unsigned {
        /// The first.
        from: i64,
        /// Since when.
        age: Lifetime,
    },
    /// Events wait for their number for too long.
    Unsealed {
        /// How many.
        count: i64,
        /// Since when the oldest waits.
        age: Lifetime,
    },
    /// The chain ends before a checkpoint that was kept elsewhere.
    Truncated {
        /// The number in that checkpoint.
        kept: i64,
        /// Where the chain ends.
        end: i64,
    },
    /// The chain passes a checkpoint that was kept elsewhere with another link.
    KeptDiffers {
        /// The number in that checkpoint.
        sequence: i64,
    },
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { from, to } if from == to => write!(f, "event {from} is missing: it was deleted"),
            Self::Missing { from, to } => write!(f, "events {from} to {to} are missing: they were deleted"),
            Self::Misplaced { sequence, id } => {
                write!(
                    f,
                    "the event with id {id} bears the number {sequence}, which is not its own: events were reordered or added"
                )
            }
            Self::Changed { sequence, kind, id } => {
                write!(f, "event {sequence} ({kind}, id {id}) was changed: it does not fit its commitment")
            }
            Self::LinkDiffers { from, to } => {
                write!(
                    f,
                    "events {from} to {to} are not those that were sealed: they were changed, replaced or reordered"
                )
            }
            Self::NotSigned { sequence } => {
                write!(
                    f,
                    "the checkpoint after event {sequence} is not signed by this tenant's audit key: it was changed or forged"
                )
            }
            Self::CheckpointMissing { after: 0, before } => {
                write!(f, "a checkpoint before that of event {before} is missing: it was deleted")
            }
            Self::CheckpointMissing { after, before } => {
                write!(f, "a checkpoint between those of events {after} and {before} is missing: it was deleted")
            }
            Self::LastCheckpointMissing { sequence } => {
                write!(f, "the checkpoint after event {sequence} is missing: it was deleted")
            }
            Self::HeadDiffers { head, found } => {
                write!(
                    f,
                    "the chain is said to end at event {head}, and there is one numbered {found}: its end was changed"
                )
            }
            Self::Unsigned { from, age } => {
                write!(f, "events from {from} on wait for a checkpoint for {} s: does a server run?", age.as_seconds())
            }
            Self::Unsealed { count, age } => {
                write!(f, "{count} events wait to be sealed, the oldest for {} s: does a server run?", age.as_seconds())
            }
            Self::Truncated { kept, end } => {
                write!(
                    f,
                    "the chain ends at event {end}, before the checkpoint you kept of event {kept}: the end was cut off"
                )
            }
            Self::KeptDiffers { sequence } => {
                write!(
                    f,
                    "at event {sequence} the chain is not the one of the checkpoint you kept: it was written anew"
                )
            }
        }
    }
}
