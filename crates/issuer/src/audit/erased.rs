//! Whom an export of the audit log says to be erased: what a copy of the database, made before, does not know.
//!
//! Owns reading an export of this tenant, and that it is whole: what nobody has signed erases nobody. Events after its last checkpoint are
//! linked and not signed: whoever can write to the file could have added them. `docs/audit.md` has the format.

use std::collections::BTreeSet;

use portreeve_crypto::from_hex;
use portreeve_domain::{EventId, EventType, Timestamp, UserId};
use portreeve_storage::events::EventRow;
use serde::Deserialize;

use super::KeptCheckpoint;
use super::chain::{FIRST_LINK, next_link};
use super::commitment;
use crate::directory::TenantDirectory;

/// Why an export is not gone by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportDefect {
    /// It is not one of this tenant, or not one at all.
    Foreign,
    /// The line of this number, from 1 on, is not what was exported: changed, moved, or others are missing before it.
    Line(u64),
    /// Nothing in it is signed.
    Unsigned,
}

/// How many people an export says to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedPeople {
    /// In events that are signed.
    pub signed: usize,
    /// After its last checkpoint, where nothing is signed: they are not erased.
    pub unsigned: usize,
}

/// The people that an export says to be erased, as it is read line by line.
pub struct ErasedPeople<'a> {
    at: &'a TenantDirectory,
    people: BTreeSet<[u8; 32]>,
    /// Those of events that no checkpoint has confirmed yet.
    unsigned: BTreeSet<[u8; 32]>,
    lines: u64,
    is_signed: bool,
    /// The number of the last event that was read, and the link after it; none before the checkpoint that an export may begin at.
    sequence: i64,
    link: Option<[u8; 32]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Export(Header),
    #[serde(untagged)]
    Event {
        event: ExportedEvent,
        sequence: i64,
    },
    #[serde(untagged)]
    Checkpoint {
        #[serde(rename = "checkpoint")]
        _stated: serde_json::Value,
    },
}

#[derive(Deserialize)]
struct Header {
    after: i64,
    format: String,
    tenant: i64,
}

#[derive(Deserialize)]
struct ExportedEvent {
    actor: String,
    at: i64,
    client: Option<String>,
    facts: String,
    id: String,
    kind: String,
    subject: Option<String>,
}

impl ExportedEvent {
    /// The row that it was written of; `None` when it cannot have been one.
    fn row(self) -> Option<EventRow> {
        let pseudonym = |text: String| <[u8; 32]>::try_from(from_hex(&text)?).ok();
        Some(EventRow {
            id: EventId::new(self.id.parse().ok()?),
            kind: self.kind,
            at: Timestamp::from_millis(self.at),
            actor: self.actor,
            subject_pseudonym: match self.subject {
                Some(text) => Some(pseudonym(text)?),
                None => None,
            },
            client: self.client,
            facts: self.facts,
            commitment: [0; 32],
        })
    }
}

impl<'a> ErasedPeople<'a> {
    /// Begins with the first line of an export.
    ///
    /// # Errors
    /// `Foreign`.
    pub fn begin(at: &'a TenantDirectory, first: &str) -> Result<Self, ExportDefect> {
        let Ok(Line::Export(header)) = serde_json::from_str(first) else { return Err(ExportDefect::Foreign) };
        if header.format != "portreeve-audit-1" || header.tenant != at.id().as_i64() {
            return Err(ExportDefect::Foreign);
        }
        let link = (header.after == 0).then_some(FIRST_LINK);
        Ok(Self {
            at,
            people: BTreeSet::new(),
            unsigned: BTreeSet::new(),
            lines: 1,
            is_signed: false,
            sequence: header.after,
            link,
        })
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// `Line`.
    pub fn read(&mut self, line: &str) -> Result<(), ExportDefect> {
        self.lines += 1;
        self.take(line).ok_or(ExportDefect::Line(self.lines))
    }

    fn take(&mut self, line: &str) -> Option<()> {
        match serde_json::from_str(line).ok()? {
            Line::Export(_) => None,
            Line::Event { event, sequence } => {
                let (row, link) = (event.row()?, self.link?);
                if sequence != self.sequence + 1 {
                    return None;
                }
                let commitment = commitment(self.at.id(), &row).ok()?;
                self.link = Some(next_link(&link, sequence, &commitment));
                self.sequence = sequence;
                if row.kind == EventType::UserErased.name() {
                    self.unsigned.insert(row.subject_pseudonym?);
                }
                Some(())
            }
            Line::Checkpoint { .. } => {
                let signed = KeptCheckpoint::parse(line, self.at)?;
                let fits = signed.sequence() == self.sequence && self.link.is_none_or(|link| link == *signed.link());
                if !fits {
                    return None;
                }
                self.link = Some(*signed.link());
                self.is_signed = true;
                self.people.append(&mut self.unsigned);
                Some(())
            }
        }
    }

    /// How many people it names when it ends here.
    ///
    /// # Errors
    /// `Unsigned`.
    pub fn end(&self) -> Result<NamedPeople, ExportDefect> {
        let named = NamedPeople { signed: self.people.len(), unsigned: self.unsigned.len() };
        if self.is_signed { Ok(named) } else { Err(ExportDefect::Unsigned) }
    }

    pub(crate) fn names(&self, user: UserId) -> bool {
        self.people.contains(&self.at.keys.pseudonym_of(user))
    }

    pub(crate) fn tenant(&self) -> &'a TenantDirectory {
        self.at
    }
}
