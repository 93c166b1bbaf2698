//! The table of every setting. `docs/configuration.md` is made from it, and nothing that is not in it is accepted.

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// Text that may also be given as `KEY_file`, the path of a file that holds it.
    Secret,
    /// The path of a file.
    Path,
    /// `true` or `false`.
    Flag,
    /// A whole number in a range.
    Count {
        /// The smallest value.
        least: i64,
        /// The greatest value.
        most: i64,
    },
    /// An IP address and port.
    Address,
    /// A list of texts; with commas in between in the environment and on the command line.
    List,
    /// One of a few words.
    Choice(&'static [&'static str]),
}

/// One setting.
pub(super) struct Key {
    /// `section.key`, as in the file.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The value when nothing is given, in the notation of the command line; `None`: see `doc`.
    pub(super) default: Option<&'static str>,
    pub(super) doc: &'static str,
}

const fn key(name: &'static str, kind: Kind, default: Option<&'static str>, doc: &'static str) -> Key {
    Key { name, kind, default, doc }
}

/// Every setting, in the order of the documentation.
pub(super) const KEYS: &[Key] = &[
    key("server.listen", Kind::Address, Some("127.0.0.1:8080"), "Where browsers and applications reach the server."),
    key(
        "server.public_url",
        Kind::Text,
        None,
        "The address people see, and the issuer: https, or http on loopback. Required; no header ever replaces it.",
    ),
    key(
        "server.purpose",
        Kind::Choice(&["production", "testing"]),
        Some("production"),
        "What it is for. `testing` allows what no server may do where real people sign in; see [test_rig].",
    ),
    key(
        "server.trusted_proxies",
        Kind::List,
        Some(""),
        "Addresses and networks of proxies, such as 10.0.0.0/8, whose X-Forwarded-For and X-Request-Id are believed, and with `server.mutual_tls.certificate_header` their Client-Cert and Client-Cert-Chain. They must set or remove each of these, whatever a client sent.",
    ),
    key(
        "server.tls.cert",
        Kind::Path,
        None,
        "PEM certificate chain; read again on SIGHUP. Without it a proxy ends TLS.",
    ),
    key("server.tls.key", Kind::Path, None, "PEM private key of the certificate."),
    key(
        "server.mutual_tls.listen",
        Kind::Address,
        None,
        "Where clients are asked for a certificate (RFC 8705), with the certificate of server.tls: an address of its own, so that no browser is asked.",
    ),
    key(
        "server.mutual_tls.public_url",
        Kind::Text,
        None,
        "What clients reach that listener under, for `mtls_endpoint_aliases`. Required with it.",
    ),
    key(
        "server.mutual_tls.authorities",
        Kind::Path,
        None,
        "PEM certificates of the authorities whose certificates name clients of `tls_client_auth`. Without it no client can use that method.",
    ),
    key(
        "server.mutual_tls.certificate_header",
        Kind::Flag,
        Some("false"),
        "Whether the client certificate that a trusted proxy passes on in the header Client-Cert (RFC 9440) is believed.",
    ),
    key(
        "admin.listen",
        Kind::Address,
        Some("127.0.0.1:9090"),
        "Where /livez, /readyz and /metrics are served; never to the public.",
    ),
    key(
        "database.url",
        Kind::Secret,
        None,
        "`sqlite:PATH`, also written `sqlite://PATH`, or `postgres://USER:PASSWORD@HOST/NAME`. Required. Only `serve` and `migrate up` make a file that is not there.",
    ),
    key(
        "database.migrate_url",
        Kind::Secret,
        None,
        "The same database as the role that owns the tables, for migrations. Without it, `database.url`.",
    ),
    key("database.auto_migrate", Kind::Flag, Some("false"), "Whether `serve` migrates an older schema by itself."),
    key(
        "database.durability",
        Kind::Choice(&["required", "unchecked"]),
        Some("required"),
        "Whether `serve` refuses a database that acknowledges what a power cut undoes: PostgreSQL with `fsync=off` or `synchronous_commit=off`. There codes and tokens that were used would count again. `unchecked` is for tests.",
    ),
    key(
        "database.remembered_tokens",
        Kind::Count { least: 0, most: 1_000_000 },
        Some("32768"),
        "How many access tokens a node on PostgreSQL remembers between requests, for introspection, userinfo and gateways; about 1.5 KB each. Every node hears at once of what ends; one that does not hear for 1.5 s asks the database. 0 asks each time. SQLite needs none.",
    ),
    key(
        "database.silence_ms",
        Kind::Count { least: 100, most: 1000 },
        Some("200"),
        "For how long a node may hear nothing at all of PostgreSQL before it takes it for away and tells everybody who waits to come back. Two connections of its own ask all the time; where their answers take long, twice as long counts, up to a second. More where the network, or the machine of the database, stands still now and then.",
    ),
    key(
        "secrets.key_encryption_key",
        Kind::Secret,
        None,
        "32 random bytes in base64 (`openssl rand -base64 32`) that open everything stored. Required; its file is mode 0600.",
    ),
    key(
        "mail.transport",
        Kind::Secret,
        Some("none"),
        "`none`, `file:FOLDER`, `smtps://USER:PASSWORD@HOST:465` (TLS), `smtp://USER:PASSWORD@HOST:587?tls=required` (STARTTLS), or `smtp://HOST:25` without a password.",
    ),
    key("mail.from", Kind::Text, None, "The sender of every mail. Required unless the transport is `none`."),
    key(
        "sms.transport",
        Kind::Secret,
        Some("none"),
        "How text messages leave: `none`, `file:FOLDER`, or the `https://` address of a provider that they are posted to; see [text messages](text-messages.md). A private address needs an entry in `outbound.allow`.",
    ),
    key(
        "sms.authorization",
        Kind::Secret,
        None,
        "The value of the header `Authorization` for the provider, such as `Bearer …` or `Basic …`.",
    ),
    key(
        "sms.media_type",
        Kind::Choice(&["application/json", "application/x-www-form-urlencoded"]),
        Some("application/json"),
        "What `sms.body` is.",
    ),
    key(
        "sms.body",
        Kind::Text,
        Some(r#"{"to": "{to}", "text": "{text}", "id": "{id}"}"#),
        "What is posted: `{to}` becomes the number as + and digits, `{text}` the message, `{id}` what is the same for every try.",
    ),
    key(
        "sms.countries",
        Kind::List,
        Some(""),
        "Country codes of the numbers that messages may go to, such as +49; the longest that fits counts. Required with a transport.",
    ),
    key(
        "sms.per_country_and_day",
        Kind::Count { least: 1, most: 1_000_000 },
        Some("200"),
        "How many messages a tenant may have sent to numbers of each country code in 24 hours.",
    ),
    key(
        "outbound.allow",
        Kind::List,
        Some(""),
        "Targets the server may fetch from and post to although their address is private, as host:port. Plain http only if they are on loopback.",
    ),
    key(
        "outbound.extra_ca",
        Kind::Path,
        None,
        "PEM certificate authorities that outbound requests trust beside those of the machine.",
    ),
    key(
        "risk.places",
        Kind::Path,
        None,
        "A MaxMind DB of countries or cities, held in memory: where people sign in from, for the risk of sign-ins and for the people themselves. Read again within a minute when it changes. See [risk](risk.md).",
    ),
    key(
        "risk.listed_networks",
        Kind::Path,
        None,
        "Networks that raise the risk of a sign-in, such as the exits of Tor: one address or network a line, `#` before a remark. Read again within a minute when it changes.",
    ),
    key(
        "limits.password_threads",
        Kind::Count { least: 0, most: 256 },
        Some("0"),
        "Threads that hash passwords; 0 is one a processor core. The memory of a hash is kept for the next one, for twenty seconds.",
    ),
    key(
        "limits.password_memory_kib",
        Kind::Count { least: 7168, most: 262_144 },
        Some("19456"),
        "Memory of one Argon2id hash, in KiB.",
    ),
    key("limits.password_passes", Kind::Count { least: 1, most: 64 }, Some("2"), "Passes of one Argon2id hash."),
    key(
        "limits.max_connections",
        Kind::Count { least: 10, most: 1_000_000 },
        Some("10000"),
        "Connections to the public listener at once, or fewer where the process may not open as many files; further ones wait.",
    ),
    key(
        "limits.drain_delay_ms",
        Kind::Count { least: 0, most: 60_000 },
        Some("2000"),
        "How long the server still accepts connections after SIGTERM, while /readyz says no; in milliseconds.",
    ),
    key(
        "test_rig.approvals",
        Kind::Flag,
        Some("false"),
        "Whether whoever reaches admin.listen decides device and back-channel requests for people, as certification tests need; see docs/protocol/test-rig.md. Only with `server.purpose = \"testing\"`.",
    ),
    key("log.format", Kind::Choice(&["json", "text"]), Some("json"), "How a line of the log looks."),
    key(
        "log.level",
        Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        Some("info"),
        "The least severe events that are logged.",
    ),
    key(
        "log.requests",
        Kind::Choice(&["failed", "all"]),
        Some("failed"),
        "Which requests leave a line: those answered with 400 and above, or all. Metrics count every one.",
    ),
];

/// What a name given by an operator means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    /// The value of this setting, by name.
    Value(&'static str),
    /// A file that holds the value of this setting.
    File(&'static str),
}

/// Finds the setting that `name` gives; `None` for an unknown one.
pub(super) fn named(name: &str) -> Option<Named> {
    if let Some(key) = find(name) {
        return Some(Named::Value(key.name));
    }
    let key = find(name.strip_suffix("_file")?)?;
    (key.kind == Kind::Secret).then_some(Named::File(key.name))
}

/// The setting called `name`.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// What to do about an unknown name: the nearest known one, or those of its section.
pub(super) fn suggestion(name: &str) -> String {
    let nearest = KEYS.iter().min_by_key(|key| distance(key.name, name));
    if let Some(near) = nearest.filter(|key| distance(key.name, name) <= 3) {
        return format!("did you mean {}?", near.name);
    }
    let section = name.split('.').next().unwrap_or_default();
    let known: Vec<_> =
        KEYS.iter().map(|key| key.name).filter(|known| known.starts_with(&format!("{section}."))).collect();
    if known.is_empty() {
        "known sections are server, admin, database, secrets, mail, sms, outbound, risk, limits, test_rig, log"
            .to_owned()
    } else {
        format!("known are {}", known.join(", "))
    }
}

/// How many letters must be added, removed or replaced to turn one name into the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let cost = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = cost.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
