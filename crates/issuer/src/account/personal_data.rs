//! A copy of everything that is known about a person, for the person.
//!
//! The person has just signed in with every factor they have (`Need::Fresh`). Owns what stands in the copy and in which
//! words of ours; secrets, hashes and keys never do, and what is over does, for as long as it is kept. Leaves how it looks to
//! `web`. The log knows nobody but by a pseudonym and is not searched for one. GDPR Articles 15 and 20; SECURITY S-150.

use std::collections::BTreeSet;

use portreeve_crypto::hex;
use portreeve_domain::{
    Actor, Attribute, ClientId, Event, EventType, Fault, PersonClaims, ProofKind, Scope, Timestamp,
};
use portreeve_storage::{Conn, passkeys as passkey_rows, personal_records as records, terms_acceptances};
use serde_json::Value;

use super::Visitor;
use crate::attempts::Limited;
use crate::directory::TenantDirectory;
use crate::email_changes::{former_email, new_email};
use crate::people::Person;
use crate::{Issuer, audit, backchannel_authentication, granted_details, passkeys, session_origin, subject_link};

/// Things of one kind.
pub struct DataSection {
    /// Which kind: a word of lower-case letters and underscores.
    pub name: &'static str,
    /// The things; none, when there are none.
    pub entries: Vec<DataEntry>,
}

/// What is known of one thing, by names of lower-case letters and underscores; what is not known is left out.
#[derive(Default)]
pub struct DataEntry {
    /// In the order in which they are shown.
    pub facts: Vec<(String, DataValue)>,
}

/// Something known.
pub enum DataValue {
    /// A text of the person's, of a client's or of ours.
    Text(String),
    /// Several.
    Texts(Vec<String>),
    /// A word of ours, as it is stored: a factor, a purpose, a reason.
    Word(String),
    /// Several.
    Words(Vec<String>),
    /// Scopes, by name.
    Scopes(Vec<String>),
    /// How many.
    Count(i64),
    /// Whether it is so.
    Flag(bool),
    /// When.
    Time(Timestamp),
}

impl DataEntry {
    fn with(mut self, name: &str, value: DataValue) -> Self {
        self.facts.push((name.to_owned(), value));
        self
    }

    fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(name, DataValue::Text(text.into()))
    }

    fn word(self, name: &str, word: impl Into<String>) -> Self {
        self.with(name, DataValue::Word(word.into()))
    }

    fn time(self, name: &str, at: impl Into<Option<Timestamp>>) -> Self {
        match at.into() {
            Some(at) => self.with(name, DataValue::Time(at)),
            None => self,
        }
    }

    fn reason(self, reason: Option<String>) -> Self {
        match reason {
            Some(reason) => self.word("reason", reason),
            None => self,
        }
    }

    fn some_text(self, name: &str, text: Option<String>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    fn client(self, client: &ClientId) -> Self {
        self.text("client", client.as_str())
    }

    fn scope(self, scope: &Scope) -> Self {
        self.with("scope", DataValue::Scopes(scope.iter().map(str::to_owned).collect()))
    }
}

impl Issuer {
    /// Everything that is known about the visitor, by kind.
    ///
    /// # Errors
    /// A fault when the database is away or something does not open.
    pub async fn personal_data(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
    ) -> Result<Limited<Vec<DataSection>>, Fault> {
        if let Err(wait) = self.charge_copy(at, visitor.user()).await? {
            return Ok(Limited::TooMany { wait });
        }
        let mut conn = self.store.read(at.id()).await?;
        let mut copy = Transcript { conn: &mut conn, at, visitor };
        let sections = vec![
            DataSection { name: "account", entries: vec![account(&visitor.person)?] },
            DataSection { name: "attributes", entries: own_claims(&visitor.person) },
            DataSection { name: "factors", entries: copy.factors().await? },
            DataSection { name: "passkeys", entries: copy.passkeys().await? },
            DataSection { name: "recovery_codes", entries: copy.recovery_codes().await? },
            DataSection { name: "failures", entries: copy.failures().await? },
            DataSection { name: "sign_ins", entries: copy.sign_ins().await? },
            DataSection { name: "consents", entries: copy.consents().await? },
            DataSection { name: "terms", entries: copy.terms().await? },
            DataSection { name: "grants", entries: copy.grants().await? },
            DataSection { name: "requests", entries: copy.requests().await? },
            DataSection { name: "other_issuers", entries: copy.other_issuers().await? },
            DataSection { name: "email_changes", entries: copy.email_changes().await? },
            DataSection { name: "mailed_links", entries: copy.mailed_links().await? },
        ];
        Ok(Limited::Within(sections))
    }

    /// As `personal_data`, to be taken away, which is written down. Commits.
    ///
    /// # Errors
    /// As `personal_data`.
    pub async fn export_personal_data(
        &self,
        at: &TenantDirectory,
        visitor: &Visitor,
    ) -> Result<Limited<Vec<DataSection>>, Fault> {
        let copy = self.personal_data(at, visitor).await?;
        if let Limited::Within(_) = copy {
            let (now, user) = (self.ambient.now(), visitor.user());
            let mut tx = self.store.begin(at.id()).await?;
            let event = Event::new(EventType::UserDataExported, now, Actor::User(user)).about(user);
            audit::record(&mut tx, &self.ambient, at, event).await?;
            tx.commit().await?;
        }
        Ok(copy)
    }
}

/// A copy in the making.
struct Transcript<'a> {
    conn: &'a mut Conn,
    at: &'a TenantDirectory,
    visitor: &'a Visitor,
}

impl Transcript<'_> {
    async fn factors(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let factors = &self.visitor.factors;
        let named = |kind: &str, since: Option<Timestamp>| {
            since.map(|since| DataEntry::default().word("factor", kind).time("since", since))
        };
        let known = [named("password", factors.password_set_at), named("totp", factors.totp_since)];
        Ok(known.into_iter().flatten().collect())
    }

    async fn passkeys(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let (tenant, person) = (self.at.id(), &self.visitor.person);
        let mut entries = Vec::new();
        for row in passkey_rows::of_user(self.conn, tenant, person.id).await? {
            let entry = DataEntry::default()
                .text("name", passkeys::name(self.at, person, &row)?)
                .text("model", hex(&row.aaguid))
                .with("copied", DataValue::Flag(row.backed_up))
                .with("attested", DataValue::Flag(row.attested));
            entries.push(entry.time("since", row.created_at).time("last_used", row.last_used_at));
        }
        for (since, removed_at) in records::removed_passkeys(self.conn, tenant, person.id).await? {
            entries.push(DataEntry::default().time("since", since).time("removed", removed_at));
        }
        Ok(entries)
    }

    async fn recovery_codes(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let rows = records::recovery_codes(self.conn, self.at.id(), self.visitor.user()).await?;
        Ok(rows.into_iter().map(|(made, used)| DataEntry::default().time("since", made).time("used", used)).collect())
    }

    async fn failures(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let rows = records::failures(self.conn, self.at.id(), self.visitor.user()).await?;
        let entry = |row: records::FailureRecord| {
            let entry = DataEntry::default().word("factor", row.factor);
            entry.with("count", DataValue::Count(row.consecutive)).time("last_used", row.last_at)
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn sign_ins(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let person = &self.visitor.person;
        let mut entries = Vec::new();
        for record in records::sessions(self.conn, self.at.id(), person.id).await? {
            let session = record.session;
            let mut entry = DataEntry::default();
            if let Some(sealed) = record.origin_sealed {
                let origin = session_origin::open(self.at, person, session.id, &sealed)?;
                entry = entry.some_text("browser", origin.agent.program).some_text("system", origin.agent.system);
                entry = entry.text("network", origin.network);
                let place = origin.place.unwrap_or_default();
                entry = entry.some_text("country", place.country).some_text("city", place.city);
                entry = entry.some_text("point", place.point.map(|point| point.to_string()));
            }
            let proofs = session.proofs.iter().map(|proof| proof_name(proof.kind)).collect();
            entry = entry.with("proofs", DataValue::Words(proofs)).time("since", session.created_at);
            entry = entry.time("last_used", session.seen_at).time("ended", session.ended_at);
            entries.push(entry.reason(record.end_reason));
        }
        Ok(entries)
    }

    async fn consents(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let rows = records::consents(self.conn, self.at.id(), self.visitor.user()).await?;
        let entry = |row: records::ConsentRecord| {
            let entry = DataEntry::default().client(&row.client).scope(&row.scope);
            entry.time("since", row.given_at).time("ended", row.withdrawn_at)
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn terms(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let rows = terms_acceptances::of_user(self.conn, self.at.id(), self.visitor.user()).await?;
        let entry = |row: terms_acceptances::TermsAcceptance| {
            let entry = DataEntry::default().text("terms", row.text.name).text("version", row.version.to_string());
            entry.text("read_at", row.text.uri).client(&row.client).time("since", row.accepted_at)
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn grants(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let mut entries = Vec::new();
        for (family, reason) in records::grants(self.conn, self.at.id(), self.visitor.user()).await? {
            let mut entry = DataEntry::default().client(&family.client).scope(&family.scope);
            if !family.resources.is_empty() {
                entry = entry.with("resources", DataValue::Texts(family.resources.clone()));
            }
            let details = granted_details::open(self.at, &family)?;
            if !details.is_empty() {
                entry = entry.text("details", serde_json::to_string(&details).map_err(Fault::new)?);
            }
            entry = entry.some_text("claims", family.claims).time("since", family.created_at);
            entries.push(entry.time("ended", family.revoked_at).reason(reason));
        }
        Ok(entries)
    }

    async fn requests(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let mut entries = Vec::new();
        for row in records::requests(self.conn, self.at.id(), self.visitor.user()).await? {
            let message = backchannel_authentication::message_of(self.at, &row)?;
            let entry = DataEntry::default().client(&row.client).some_text("message", message);
            entries.push(
                entry
                    .time("since", row.created_at)
                    .time("allowed", row.awaited.allowed_at)
                    .time("refused", row.awaited.refused_at),
            );
        }
        Ok(entries)
    }

    async fn other_issuers(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let person = &self.visitor.person;
        let mut entries = Vec::new();
        for (link, since) in records::subject_links(self.conn, self.at.id(), person.id).await? {
            let subject = subject_link::open(self.at, person, &link)?;
            entries
                .push(DataEntry::default().text("issuer", link.issuer).text("subject", subject).time("since", since));
        }
        Ok(entries)
    }

    async fn email_changes(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let person = &self.visitor.person;
        let mut entries = Vec::new();
        for change in records::email_changes(self.conn, self.at.id(), person.id).await? {
            let mut entry = DataEntry::default().text("email", new_email(self.at, person, &change)?);
            if change.former_sealed.is_some() {
                entry = entry.text("former_email", former_email(self.at, person, &change)?);
            }
            entry = entry.time("since", change.created_at).time("confirmed", change.confirmed_at);
            entries.push(entry.time("expires", change.expires_at).time("ended", change.ended_at));
        }
        Ok(entries)
    }

    async fn mailed_links(&mut self) -> Result<Vec<DataEntry>, Fault> {
        let rows = records::links(self.conn, self.at.id(), self.visitor.user()).await?;
        let entry = |row: records::LinkRecord| {
            let entry = DataEntry::default().word("purpose", row.purpose).time("since", row.created_at);
            entry.time("expires", row.expires_at).time("used", row.consumed_at)
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}

/// What the person told us and who they are here.
fn account(person: &Person) -> Result<DataEntry, Fault> {
    let mut entry = DataEntry::default().text("subject", person.subject.as_str());
    entry = entry.some_text("email", person.email.clone()).time("email_confirmed", person.email_verified_at);
    let mut claims = PersonClaims { phone_number_verified_at: None, address: None, ..person.claims.clone() };
    claims.own.clear();
    let texts = |names: &BTreeSet<String>| DataValue::Texts(names.iter().cloned().collect());
    if let Value::Object(members) = serde_json::to_value(&claims).map_err(Fault::new)? {
        for (name, value) in members {
            if let Value::String(text) = value {
                entry = entry.text(&name, text);
            }
        }
    }
    entry = entry.time("phone_number_confirmed", person.claims.phone_number_verified_at);
    if let Some(Value::Object(members)) =
        person.claims.address.as_ref().map(serde_json::to_value).transpose().map_err(Fault::new)?
    {
        let lines = members.values().filter_map(|line| line.as_str().map(str::to_owned));
        entry = entry.with("address", DataValue::Texts(lines.collect()));
    }
    if !claims.left_empty.is_empty() {
        entry = entry.with("left_empty", texts(&claims.left_empty));
    }
    if !claims.by_operator.is_empty() {
        entry = entry.with("by_operator", texts(&claims.by_operator));
    }
    entry = entry.with("administrator", DataValue::Flag(person.is_admin));
    Ok(entry.time("since", person.created_at).time("changed", person.updated_at))
}

/// The claims of the tenant's own, also those of attributes that are gone; one entry, or none.
fn own_claims(person: &Person) -> Vec<DataEntry> {
    let entry = |entry: DataEntry, (name, value): (&String, &Value)| match value {
        Value::Bool(flag) => entry.with(name, DataValue::Flag(*flag)),
        value => match value.as_i64() {
            Some(number) => entry.with(name, DataValue::Count(number)),
            None => entry.text(name, Attribute::written(value)),
        },
    };
    let told = &person.claims.own;
    (!told.is_empty()).then(|| told.iter().fold(DataEntry::default(), entry)).into_iter().collect()
}

fn proof_name(kind: ProofKind) -> String {
    match kind {
        ProofKind::Password => "password",
        ProofKind::EmailCode => "email_code",
        ProofKind::Totp => "totp",
        ProofKind::RecoveryCode => "recovery_code",
        ProofKind::Passkey => "passkey",
        ProofKind::AttestedPasskey => "attested_passkey",
    }
    .to_owned()
}
