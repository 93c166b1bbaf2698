//! What a client was told, written when the reply was read; and whether the audit log tells the same.
//!
//! A change whose answer never came is settled by asking again where the protocol says what must follow. One alone cannot
//! be: a code that the browser never brought may have been issued or not.

use std::{collections::BTreeSet, time::Instant};

use serde_json::Value;

/// What a client can have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    CodeIssued,
    CodeRedeemed,
    CodeReplayed,
    Rotated,
    RefreshReplayed,
    Revoked,
}

impl Change {
    const ALL: [Self; 6] =
        [Self::CodeIssued, Self::CodeRedeemed, Self::CodeReplayed, Self::Rotated, Self::RefreshReplayed, Self::Revoked];

    /// The name of its event in the audit log.
    const fn event(self) -> &'static str {
        match self {
            Self::CodeIssued => "token.code.issued",
            Self::CodeRedeemed => "token.code.redeemed",
            Self::CodeReplayed => "token.code.replayed",
            Self::Rotated => "token.refresh.rotated",
            Self::RefreshReplayed => "token.refresh.replayed",
            Self::Revoked => "token.revoked",
        }
    }
}

/// Whether somebody was told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    Acknowledged,
    Unknown,
}

/// A token family as its client knows it.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// The code it came of.
    pub(crate) code: String,
    /// Every refresh token there ever was, the newest last.
    pub(crate) refresh: Vec<String>,
    /// The newest access token.
    pub(crate) access: String,
    /// When that was handed out.
    pub(crate) access_at: Instant,
    /// Whether it was revoked, by the client or as the answer to a replay.
    pub(crate) has_ended: bool,
}

/// Everything one client was told.
#[derive(Default)]
pub(crate) struct Ledger {
    entries: Vec<(Change, Certainty)>,
    /// Codes that were not redeemed yet.
    pub(crate) codes: Vec<(String, Instant)>,
    pub(crate) families: Vec<Family>,
}

impl Ledger {
    pub(crate) fn write(&mut self, change: Change, certainty: Certainty) {
        self.entries.push((change, certainty));
    }

    /// How many changes were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.entries.iter().filter(|(_, certainty)| *certainty == Certainty::Acknowledged).count()
    }

    /// Says that the audit log has one event for each entry, in order, and no other of these kinds.
    pub(crate) fn check(&self, client: &str, log: &AuditLog) {
        let told = log.of_client(client);
        // Which numbers of events the entries so far can account for.
        let mut accounted = BTreeSet::from([0]);
        for (number, (change, certainty)) in self.entries.iter().enumerate() {
            let with_event = accounted.iter().filter(|at| told.get(**at) == Some(change)).map(|at| at + 1);
            let without = accounted.iter().copied().filter(|_| *certainty == Certainty::Unknown);
            let next: BTreeSet<_> = with_event.chain(without).collect();
            assert!(
                !next.is_empty(),
                "{client}: entry {number}, {change:?}, has no event; the ledger: {:?}; the log: {told:?}",
                self.entries
            );
            accounted = next;
        }
        assert!(
            accounted.contains(&told.len()),
            "{client}: the log tells of {} changes, the ledger of others: {:?}; the log: {told:?}",
            told.len(),
            self.entries
        );
    }
}

/// What `audit export` printed.
pub(crate) struct AuditLog(Vec<Value>);

impl AuditLog {
    pub(crate) fn parse(export: &str) -> Self {
        let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
        let mut events: Vec<_> = lines.filter_map(|mut line| line.get_mut("event").map(Value::take)).collect();
        // Numbers are given by the sealer, later; a client does one thing after the other.
        events.sort_by_key(|event| (event["at"].as_i64(), event["id"].as_str().and_then(|id| id.parse::<i64>().ok())));
        Self(events)
    }

    /// How many events of a kind there are.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.0.iter().filter(|event| event["kind"] == kind).count()
    }

    fn of_client(&self, client: &str) -> Vec<Change> {
        let own = self.0.iter().filter(|event| event["client"] == client);
        own.filter_map(|event| Change::ALL.into_iter().find(|change| event["kind"] == change.event())).collect()
    }

    /// How many events of a kind a person caused who signs in at `client`.
    pub(crate) fn by_person_of(&self, client: &str, kind: &str) -> usize {
        let of_client = self.0.iter().find(|event| event["client"] == client && event["subject"].is_string());
        let person = of_client.expect("somebody signed in")["subject"].as_str().expect("a pseudonym");
        let actor = format!("user:{person}");
        self.0.iter().filter(|event| event["kind"] == kind && event["actor"] == actor.as_str()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(kinds: &[&str]) -> AuditLog {
        let line = |(at, kind): (usize, &&str)| {
            format!(r#"{{"event":{{"at":{at},"id":"{at}","client":"app","kind":"{kind}"}},"sequence":{at}}}"#)
        };
        AuditLog::parse(&kinds.iter().enumerate().map(line).collect::<Vec<_>>().join("\n"))
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.write(Change::CodeIssued, Certainty::Unknown);
        ledger.write(Change::CodeIssued, Certainty::Acknowledged);
        ledger.write(Change::CodeRedeemed, Certainty::Acknowledged);
        ledger
    }

    #[test]
    fn a_change_that_nobody_was_told_of_may_have_an_event_or_none() {
        ledger().check("app", &log(&["token.code.issued", "token.code.redeemed"]));
        ledger().check("app", &log(&["token.code.issued", "token.code.issued", "token.code.redeemed"]));
    }

    #[test]
    #[should_panic(expected = "has no event")]
    fn an_acknowledged_change_without_an_event_is_seen() {
        ledger().check("app", &log(&["token.code.issued"]));
    }

    #[test]
    #[should_panic(expected = "the log tells of 3 changes")]
    fn a_second_event_of_one_change_is_seen() {
        ledger().check("app", &log(&["token.code.issued", "token.code.redeemed", "token.code.redeemed"]));
    }
}
