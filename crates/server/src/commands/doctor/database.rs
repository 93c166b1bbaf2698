//! What the doctor finds in the database: nodes and their clocks, keys, the outbox, people, clients.
//!
//! Looks at rows as they are: opening the issuer would do first what a stopped server has left undone.

use portreeve_domain::risk::RiskPolicy;
use portreeve_domain::{
    Attribute, Client, ClientAuthMethod, Fault, KeyTimes, Lifetime, OutboxMessage, ScheduleStep, Tenant, TenantId,
    Timestamp, lifetimes, schedule_step,
};
use portreeve_issuer::{ALGORITHMS, NODE_LEASE, RowIds};
use portreeve_storage::leases::{self, LeaseRow};
use portreeve_storage::outbox::{self, WaitingMessage};
use portreeve_storage::{Store, Wall, attributes, clients, signing_keys, tenants, users};

use super::super::table::age;
use super::finding::Finding;

/// How long something may be overdue before somebody should look: servers do it within a minute.
const PATIENCE: Lifetime = Lifetime::from_minutes(15);
/// How far clocks may be apart.
const SKEW: Lifetime = lifetimes::CLOCK_SKEW;
/// How long a client rotates from one secret to the next.
const ROTATION: Lifetime = Lifetime::from_days(30);

/// What the doctor always says something of.
const MAILS: &str = "mails";
/// What waits in the outbox, by topic, and what to look at when it does for long.
const WAYS_OUT: [(&str, &str, &str); 4] = [
    (OutboxMessage::MAIL, MAILS, "mail.transport"),
    (OutboxMessage::TEXT_MESSAGE, "text messages", "sms.transport"),
    (OutboxMessage::LOGOUT_NOTICE, "logout tokens", "the relying parties"),
    (OutboxMessage::BACKCHANNEL_NOTICE, "back-channel notifications", "the clients"),
];

/// What a look at the database needs besides it.
pub(super) struct Scene<'a> {
    pub(super) store: &'a Store,
    pub(super) now: Timestamp,
    /// How long a key is published before it signs.
    pub(super) key_publish_ahead: Lifetime,
    pub(super) left_out: LeftOut,
}

/// What the settings do without.
#[derive(Clone, Copy, Default)]
pub(super) struct LeftOut {
    /// No mail ever leaves.
    pub(super) mail: bool,
    /// No text message ever leaves.
    pub(super) text_messages: bool,
    /// No authority issues certificates that name clients.
    pub(super) authorities: bool,
}

/// Looks at the rows of a database with our schema.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn look(scene: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let (now, mut conn) = (scene.now, scene.store.read(Wall::All).await?);
    let leases = leases::all(&mut conn, TenantId::DEFAULT).await?;
    let tenants = tenants::all(&mut conn).await?;
    let keys = signing_keys::all(&mut conn).await?;
    let clients = clients::all(&mut conn).await?;
    let renewals = leases.iter().map(|lease| lease.until.minus(NODE_LEASE));
    let seen = renewals.chain(keys.iter().map(|key| key.times.published_at)).max();
    findings.push(clock(seen, now));
    findings.push(nodes(&leases, now));
    for tenant in &tenants {
        for algorithm in ALGORITHMS {
            let is_it = |key: &&signing_keys::SigningKeyRow| {
                key.tenant == tenant.id && key.algorithm == algorithm.name() && key.times.revoked_at.is_none()
            };
            let times: Vec<_> = keys.iter().filter(is_it).map(|key| key.times).collect();
            let step = schedule_step(&times, now, scene.key_publish_ahead);
            findings.push(key(&format!("tenant {}: {}", tenant.slug, algorithm.name()), step, &times, now));
        }
    }
    for (topic, what, mend) in WAYS_OUT {
        findings.extend(backlog(what, mend, outbox::oldest(&mut conn, topic).await?.as_ref(), now));
    }
    findings.extend(buried(outbox::backlog(&mut conn).await?.dead));
    let mut unadministered = Vec::new();
    for tenant in &tenants {
        if !users::has_admin(&mut conn, tenant.id).await? {
            unadministered.push(tenant.slug.as_str());
        }
    }
    findings.push(administrators(&unadministered));
    findings.extend(registration(&tenants, scene.left_out.mail));
    let attributes = attributes::all(&mut conn).await?;
    findings.extend(numbers(&attributes, scene.left_out.text_messages));
    findings.extend(confirmations(&tenants, scene.left_out.mail));
    findings.extend(secrets(&clients, now));
    findings.extend(certified(&clients, scene.left_out.authorities));
    Ok(())
}

/// `seen` is the latest moment that any node has written down.
fn clock(seen: Option<Timestamp>, now: Timestamp) -> Finding {
    match seen {
        Some(seen) if seen > now.plus(SKEW) => Finding::wrong(
            format!("this machine's clock is at least {} s behind another node's", seen.since(now).as_seconds()),
            "start a time service on every machine: tokens and codes are judged by it",
        ),
        _ => Finding::good("no node's clock is ahead of this machine's"),
    }
}

fn nodes(leases: &[LeaseRow], now: Timestamp) -> Finding {
    let alive = leases.iter().filter(|lease| RowIds::is_number(&lease.name) && lease.until > now).count();
    match alive {
        0 => Finding::look("no server runs on this database", "start one: portreeve serve"),
        1 => Finding::good("one process works on this database"),
        several => Finding::good(format!("{several} processes work on this database")),
    }
}

fn key(name: &str, step: ScheduleStep, times: &[KeyTimes], now: Timestamp) -> Finding {
    let tired_at = times
        .iter()
        .filter(|key| key.retired_from_signing_at.is_none())
        .filter_map(|key| key.activated_at)
        .max()
        .map(|activated_at| activated_at.plus(lifetimes::KEY_ACTIVE));
    match step {
        ScheduleStep::Rest => Finding::good(format!("{name} key signs, and the next one is published")),
        ScheduleStep::CreateActive => Finding::wrong(format!("{name} has no key that signs"), "start a server"),
        ScheduleStep::CreateStaged => {
            Finding::look(format!("{name} has no next key"), "a running server makes one within a minute")
        }
        ScheduleStep::Promote if tired_at.is_none_or(|at| now > at.plus(PATIENCE)) => Finding::wrong(
            format!(
                "{name} key should have been replaced {} ago",
                tired_at.map_or("long".to_owned(), |at| age(at, now))
            ),
            "start a server, which keeps the schedule, or run portreeve keys rotate",
        ),
        ScheduleStep::Promote => {
            Finding::look(format!("{name} key is due to be replaced"), "a running server does it within a minute")
        }
    }
}

fn backlog(what: &str, mend: &str, oldest: Option<&WaitingMessage>, now: Timestamp) -> Option<Finding> {
    let Some(oldest) = oldest else {
        return (what == MAILS).then(|| Finding::good(format!("no {what} wait in the outbox")));
    };
    let waiting = format!("{what} wait in the outbox, the oldest for {}", age(oldest.created_at, now));
    if now <= oldest.created_at.plus(PATIENCE) {
        return Some(Finding::good(waiting));
    }
    let reason = match (oldest.attempts, oldest.last_error.as_deref()) {
        (0, _) => "it was never tried".to_owned(),
        (attempts, reason) => format!("{attempts} tries, {}", reason.unwrap_or("no reason was noted")),
    };
    Some(Finding::wrong(format!("{waiting} ({reason})"), format!("check {mend}, and that a server runs")))
}

fn buried(count: i64) -> Option<Finding> {
    let what = format!("{count} messages were given up: whoever was to take them does not want them");
    (count > 0).then(|| Finding::look(what, "look for \"given up\" in the log"))
}

fn administrators(unadministered: &[&str]) -> Finding {
    if unadministered.is_empty() {
        return Finding::good("every tenant has an administrator");
    }
    let what = format!("nobody administers {}", unadministered.join(", "));
    Finding::look(what, "run portreeve users add EMAIL --admin --tenant SLUG")
}

fn registration(tenants: &[Tenant], mail_is_off: bool) -> Option<Finding> {
    let open: Vec<_> = tenants.iter().filter(|t| t.settings.registration).map(|t| t.slug.as_str()).collect();
    (mail_is_off && !open.is_empty()).then(|| {
        let what = format!("people may register in {}, and no mail leaves to prove their addresses", open.join(", "));
        Finding::wrong(what, "set mail.transport, or registration = false")
    })
}

/// Telephone numbers that are to be proven, and cannot be.
fn numbers(attributes: &[(TenantId, Attribute)], text_messages_are_off: bool) -> Option<Finding> {
    (text_messages_are_off && attributes.iter().any(|(_, attribute)| attribute.confirmed)).then(|| {
        let what =
            "people are asked to prove telephone numbers, and no text message leaves: whoever is asked gets no further";
        Finding::wrong(what, "set sms.transport, or take confirmed from the attribute phone_number")
    })
}

fn confirmations(tenants: &[Tenant], mail_is_off: bool) -> Option<Finding> {
    let asking = tenants.iter().filter(|tenant| tenant.settings.risk == RiskPolicy::Confirm);
    let asking: Vec<_> = asking.map(|tenant| tenant.slug.as_str()).collect();
    (mail_is_off && !asking.is_empty()).then(|| {
        let what = format!("unusual sign-ins in {} are confirmed by mail, and no mail leaves", asking.join(", "));
        Finding::wrong(what, "set mail.transport, or risk = \"notice\"")
    })
}

/// Clients that have had two secrets for longer than a rotation takes.
fn secrets(clients: &[Client], now: Timestamp) -> Option<Finding> {
    let is_late = |client: &&Client| {
        let newest = client.secrets.iter().map(|secret| secret.created_at).max();
        client.secrets.len() > 1 && newest.is_some_and(|at| now > at.plus(ROTATION))
    };
    let late: Vec<_> = clients.iter().filter(is_late).map(|client| client.id.as_str()).collect();
    (!late.is_empty()).then(|| {
        let what = format!("a former secret has worked for over 30 days beside the new one of {}", late.join(", "));
        Finding::look(what, "apply a resource file with the one to keep")
    })
}

/// Clients that are known by certificates which nobody may issue.
fn certified(clients: &[Client], without_authorities: bool) -> Option<Finding> {
    let is_certified = |client: &&Client| client.metadata.token_endpoint_auth_method == ClientAuthMethod::TlsClientAuth;
    let certified: Vec<_> = clients.iter().filter(is_certified).map(|client| client.id.as_str()).collect();
    (without_authorities && !certified.is_empty()).then(|| {
        let what = format!("no certificate names {}, which authenticate by tls_client_auth", certified.join(", "));
        Finding::wrong(what, "set server.mutual_tls.authorities")
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Grade;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn waiting(minutes: i64, attempts: i64) -> WaitingMessage {
        let last_error = (attempts > 0).then(|| "the mail server answered 550".to_owned());
        WaitingMessage { created_at: NOW.minus(Lifetime::from_minutes(minutes)), attempts, last_error }
    }

    #[test]
    fn a_stuck_outbox_is_told_with_its_last_error() {
        let mails = |oldest: Option<WaitingMessage>| backlog(MAILS, "mail.transport", oldest.as_ref(), NOW).unwrap();
        assert_eq!(mails(None).grade, Grade::Good);
        assert_eq!(mails(Some(waiting(15, 3))).grade, Grade::Good);
        assert!(backlog("text messages", "sms.transport", None, NOW).is_none(), "nobody asked");

        let stuck = mails(Some(waiting(120, 3)));
        let untried = mails(Some(waiting(120, 0)));

        assert_eq!((stuck.grade, untried.grade), (Grade::Wrong, Grade::Wrong));
        assert!(stuck.to_string().contains("2h (3 tries, the mail server answered 550)"), "{stuck}");
        assert!(untried.to_string().contains("never tried"), "{untried}");
    }

    /// A tenant that demands what the server cannot do is told of before somebody is stuck at it.
    #[test]
    fn numbers_that_cannot_be_proven_are_told() {
        let attribute = |confirmed| {
            let text = format!(r#"{{"name":"phone_number","type":"text","confirmed":{confirmed}}}"#);
            [(TenantId::DEFAULT, serde_json::from_str::<Attribute>(&text).unwrap())]
        };

        assert_eq!(numbers(&attribute(true), true).unwrap().grade, Grade::Wrong);
        assert!(numbers(&attribute(true), false).is_none() && numbers(&attribute(false), true).is_none());
    }

    /// S-138: a schedule that nobody keeps is told; a step that a server is about to make is not held against it.
    #[test]
    fn an_overdue_key_is_told() {
        let active = |since: Lifetime| KeyTimes {
            published_at: NOW.minus(since),
            activated_at: Some(NOW.minus(since)),
            retired_from_signing_at: None,
            revoked_at: None,
        };
        let staged = KeyTimes { activated_at: None, ..active(Lifetime::from_days(2)) };
        let tired = lifetimes::KEY_ACTIVE;
        let late = Lifetime::from_millis(tired.as_millis() + PATIENCE.as_millis() + 1);
        let finding = |times: &[KeyTimes]| {
            let step = schedule_step(times, NOW, lifetimes::KEY_PUBLISH_AHEAD);
            key("tenant default: ES256", step, times, NOW).grade
        };

        assert_eq!(finding(&[active(Lifetime::from_days(1)), staged]), Grade::Good);
        assert_eq!(finding(&[active(tired), staged]), Grade::Look);
        assert_eq!(finding(&[active(late), staged]), Grade::Wrong);
        assert_eq!(finding(&[active(Lifetime::from_days(1))]), Grade::Look);
        assert_eq!(finding(&[]), Grade::Wrong);
    }

    #[test]
    fn a_clock_that_is_behind_another_nodes_is_told() {
        assert_eq!(clock(None, NOW).grade, Grade::Good);
        assert_eq!(clock(Some(NOW.plus(SKEW)), NOW).grade, Grade::Good);
        assert_eq!(clock(Some(NOW.plus(SKEW).plus(Lifetime::from_millis(1))), NOW).grade, Grade::Wrong);
    }

    #[test]
    fn a_database_without_a_living_node_is_told() {
        let lease = |name: &str, until: Timestamp| LeaseRow { name: name.to_owned(), until };
        let later = NOW.plus(Lifetime::from_minutes(1));

        assert_eq!(nodes(&[lease("node/0", NOW), lease("expiry", later)], NOW).grade, Grade::Look);
        assert_eq!(nodes(&[lease("node/0", later)], NOW).grade, Grade::Good);
    }
}
