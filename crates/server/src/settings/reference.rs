//! The table of settings as `docs/configuration.md`.
//!
//! Owns that document, which also lists the fields of resource files that no RFC names.

use std::fmt::Write;

use super::keys::{KEYS, Key, Kind};

const INTRODUCTION: &str = "\
# Configuration

<!-- Made by `portreeve settings-reference` from the table in the source. Do not edit. -->

## Settings

What one process needs to know. Everything else (tenants, clients, resource servers, scopes, people) is data: see below.

Three sources, the later one counts: the file named by `--config`, environment variables, `--set section.key=value`.

```toml
[server]
listen = \"0.0.0.0:8080\"
public_url = \"https://id.example.com\"

[database]
url = \"sqlite:/var/lib/portreeve/portreeve.db\"

[secrets]
key_encryption_key_file = \"/etc/portreeve/key\"
```

The same in the environment: `PORTREEVE__SERVER__PUBLIC_URL=https://id.example.com`. An unknown name is an error wherever it
is given. Settings marked *secret* can also be given as `KEY_file`, the path of a file that holds the value. Relative paths in
the file are meant beside it. The key-encryption key itself is not accepted in the file.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 drift, 75 the database is away, 78 bad configuration.
";

const RESOURCE_FILES: &str = "
## Resource files

`portreeve plan -f FILE…` tells what would change, `portreeve apply -f FILE…` changes it, `portreeve drift -f FILE…` tells where
the database differs from the files (exit code 3 when it does), `portreeve export` prints what is there. A file is TOML, YAML or
JSON by the end of its name (`.toml`, `.yaml`, `.yml`, `.json`); YAML may hold several documents divided by `---`, JSON several one
after another. YAML is read without tags and aliases, and `yes`, `no` and dates are texts. Resources have stable names: `slug`, `resource`, `name`, `id`, `client_id`, `email`. A resource without `tenant` belongs to the tenant
`default`. Secrets are given by reference, `{ env = \"NAME\" }` or `{ file = \"PATH\" }`, and are never printed. With `--prune`
clients, resource servers, trusted issuers, attributes, terms, requirements and texts of scopes that no file declares are deleted, in the
tenants that the files mention; people and tenants stay.

| list | fields |
|---|---|
| `[[tenants]]` | `slug`, `display_name`, `branding` (`color`, `logo`, `logo_dark`, `icon`, `greeting`, `help`, `mail_footer`, `links`; see [a look of your own](branding.md)), `profile` (`oidc`, `oauth21`, `fapi2`), `mfa` (`when_enrolled`, `required`, `phishing_resistant`), `passkeys` (see [passkeys](passkeys.md)), `passwords` (`allowed`, `off`; see [without passwords](passwordless.md)), `email_sign_in` (`off`, `allowed`; see [codes by mail](email-sign-in.md)), `risk` (`off`, `notice`, `confirm`; see [unusual sign-ins](risk.md)), `lost_factor_wait_hours` (0 to 168; 24; see [lost factors](lost-factors.md)), `registration`, `require_pushed_authorization_requests`, `require_signed_request_object`, `rate_limits` (`standard`, `strict`), `requests_per_second` (1 to 1000000, on each node; see [quotas](#quotas-of-requests)), `dpop_nonces` (`optional`, `required`), `client_registration` (`off`, `initial_access_token`, `open`), `client_id_metadata_documents`, `trust_registered_clients`, `client_attestation` (`off`, `accepted`, `challenged`), `deletion_grace_days` (1 to 90; 14), `disabled_grant_types` (grants that do not exist there, by their names in `grant_types`; not `authorization_code`) |
| `[[resource_servers]]` | `resource` (the audience, RFC 8707), `name`, `scopes` (a list), `token_profile` (`rfc9068`, `jwt-compat`, `opaque`), `access_token_lifetime` (seconds), `authorization_details_types` (a list of `{ type, schema, texts }`; see `docs/protocol/authorization-details.md`) |
| `[[scopes]]` | `name` (a scope of a resource server), `texts` (by language tag: `title`, `description`) |
| `[[attributes]]` | `name` (of the claim), `type` (`text`, `integer`, `boolean`, `date`, `choice`), `max_length`, `choices` (a list of `{ value, texts }`), `texts` (by language tag: `label`, `purpose`), `editable_by` (`person`, `operator`), `asked` (`never`, `everybody`, or `asked.clients`), `optional`, `confirmed`, `scope`; see [attributes](attributes.md) |
| `[[terms]]` | `id`, `version` (a text; every other one is another version), `clients` (where they hold; none named: at every one), `texts` (by language tag: `name`, `uri`); see [terms](terms.md) |
| `[[requirements]]` | `id`, `when.clients` (where it holds; none named: at every one), `level` (`aal2`, `phr`), `max_age` (seconds), `verified_email`, `terms` (ids of terms that hold there too); see [requirements](requirements.md) |
| `[[trusted_issuers]]` | `issuer`, `jwks` (its public keys) or `jwks_uri`, `clients` (who may present its assertions), `scopes` (a list); `software_statements`; `attests` (the clients whose instances it may attest); see `docs/protocol/jwt-bearer.md`, `docs/protocol/registration.md` and `docs/protocol/client-authentication.md` |
| `[[clients]]` | `client_id`, `client_secret` (a reference, or a list of two while rotating), and the metadata of RFC 7591 and OpenID Connect Registration under their own names; for a client that [registered itself](protocol/registration.md) or is [known by a document](protocol/client-documents.md) only what an operator alone decides |
| `[[users]]` | `email`, `email_verified`, `claims` (standard claims of OpenID Connect, and attributes by name; those that it does not name stay as they are), `password` (a reference) or `password_hash` (Argon2id as a PHC string, for people who have no password here yet), neither in a tenant without passwords, `totp_secret` (a reference; base32), `is_admin`, `links` (a list of `{ issuer, subject }`: who the person is at other issuers) |

Fields of clients that no RFC names:

| field | meaning |
|---|---|
| `profile` | a stricter profile than the tenant's |
| `response_modes` | how the authorization endpoint answers it: some of `query`, `fragment`, `form_post`, `jwt`, `query.jwt`, `fragment.jwt`, `form_post.jwt`; empty: by every mode that fits |
| `introspects` | resource servers whose tokens the client may introspect |
| `exchanges` | tokens it may exchange (RFC 8693): a list of `{ from, to, impersonation }`; see `docs/protocol/token-exchange.md` |
| `may_act` | the only client that may act for people who granted something to this one |
| `resources` | resource servers it may ask tokens for; empty: every one of the tenant |
| `first_party` | whether it belongs to the operator: people are not asked for consent |
| `branding` | `color`, `greeting` and `help` of pages on the way to it; see [a look of your own](branding.md) |
| `require_dpop_nonce` | whether its [DPoP](protocol/dpop.md) proofs must carry a nonce, also where its tenant leaves that open |

`[[scopes]]` says on the consent page what a scope means. The page shows the text of its own language, else the English one,
else the bare name:

```toml
[[scopes]]
name = \"orders.read\"
texts.en = { title = \"See your orders\", description = \"What you ordered, when, and where it went.\" }
texts.de = { title = \"Ihre Bestellungen sehen\" }
```

The same in YAML:

```yaml
scopes:
  - name: orders.read
    texts:
      en: { title: See your orders, description: \"What you ordered, when, and where it went.\" }
      de: { title: Ihre Bestellungen sehen }
```

`drift` compares as `plan` does, field by field; clients, resource servers and scopes that only the database has count as well, in the
tenants that the files mention. People and tenants that no file declares do not.

What a user entry leaves out is left as it is: it belongs to the person.

### Quotas of requests

`requests_per_second` of a tenant says for how many requests a second each node does something; what two seconds bring may come at once. The next
ones get 429 with `Retry-After`, applications the error `temporarily_unavailable` and people a page, before anything of them is read: nothing is
used up, and the same request may be sent again. Discovery, keys (JWKS), resource metadata and preflights do not count: they are answered from
memory, and relying parties need keys all the same. Everything else counts, subrequests of gateways too, of which nginx makes 500 then.

Without a quota there is no limit. A quota is for the other tenants: whoever reaches the addresses of a tenant can use its quota up. n nodes
together let in n times as many. `portreeve_requests_over_quota_total` ([metrics](metrics.md)) counts what was turned away, and the log names
the tenant, once a minute.
";

/// The whole document.
pub(crate) fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut section = "";
    for key in KEYS {
        let first = key.name.split('.').next().unwrap_or_default();
        if first != section {
            section = first;
            // Writing to a String does not fail.
            let _ = write!(text, "\n### `[{section}]`\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
        }
        let _ = writeln!(text, "{}", line(key));
    }
    text + RESOURCE_FILES
}

fn line(key: &Key) -> String {
    let name = key.name.split_once('.').map_or(key.name, |(_, name)| name);
    let kind = match key.kind {
        Kind::Text => "text".to_owned(),
        Kind::Secret => "text, *secret*".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Flag => "`true`, `false`".to_owned(),
        Kind::Count { least, most } => format!("{least} to {most}"),
        Kind::Address => "address and port".to_owned(),
        Kind::List => "list".to_owned(),
        Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    };
    let default = match key.default {
        None => "–".to_owned(),
        Some("") => "empty".to_owned(),
        Some(value) => format!("`{value}`"),
    };
    format!("| `{name}` | {kind} | {default} | {} |", key.doc)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The committed page is the one this table gives; `UPDATE_DOCS=1` writes it.
    #[test]
    fn the_documentation_is_made_from_the_table() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&page, reference()).unwrap();
        }

        assert_eq!(std::fs::read_to_string(&page).unwrap(), reference());
    }
}
