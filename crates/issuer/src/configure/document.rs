//! One document into declarations.
//!
//! Owns the shape of resource files and the line of every mistake. Our own names (`tenant`, `client_secret`, `scopes` as a
//! list) are taken out of an entry first; what is left must be exactly what the domain type knows. DESIGN §1.2.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use portreeve_crypto::SecretText;
use portreeve_domain::{
    ClientId, ClientMetadata, PersonClaims, ResourceServer, Scope, Tenant, TenantSettings, TrustedIssuer,
};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::{Origin, Problem, Source};
use super::resources::{ClientDeclaration, Declared, PasswordSource, Resources, TenantDeclaration, UserDeclaration};
use super::{branding, passkey_settings, password_settings, secret_reference};

/// Where to look for the name of a field.
const FIELDS: &str = "see docs/configuration.md for the fields of each resource";
/// The lists a document may hold.
const LISTS: [&str; 9] = [
    "tenants",
    "resource_servers",
    "scopes",
    "attributes",
    "terms",
    "requirements",
    "trusted_issuers",
    "clients",
    "users",
];

/// Reads one document into `resources` and returns what was wrong; entries without a mistake are read all the same.
///
/// Relative files of secrets are looked for in `folder`.
pub(super) fn read(table: DeTable<'_>, source: &Source<'_>, folder: &Path, resources: &mut Resources) -> Vec<Problem> {
    let document = Document { source, folder };
    let mut problems = Vec::new();
    for (name, list) in table {
        if let Err(problem) = document.list(&name, list, resources, &mut problems) {
            problems.push(problem);
        }
    }
    problems
}

struct Document<'a> {
    source: &'a Source<'a>,
    folder: &'a Path,
}

/// One entry of a list: its origin, and the members nobody has taken yet.
struct Entry<'a, 'i> {
    document: &'a Document<'a>,
    origin: Origin,
    span: std::ops::Range<usize>,
    members: DeTable<'i>,
}

impl<'a> Document<'a> {
    fn list<'i>(
        &'a self,
        name: &Spanned<Cow<'i, str>>,
        list: Spanned<DeValue<'i>>,
        resources: &mut Resources,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let place = self.source.place(name.span().start);
        let name: &str = name.get_ref();
        if !LISTS.contains(&name) {
            let what = format!("unknown resource {name}");
            return Err(place.problem(what, format!("known are {}", LISTS.join(", "))));
        }
        let DeValue::Array(entries) = list.into_inner() else {
            return Err(place.problem(format!("{name} is a list of tables"), list_notation(name)));
        };
        for entry in entries {
            if let Err(problem) = self.entry(name, entry, resources) {
                problems.push(problem);
            }
        }
        Ok(())
    }

    fn entry(&self, list: &str, entry: Spanned<DeValue<'_>>, resources: &mut Resources) -> Result<(), Problem> {
        let span = entry.span();
        let place = self.source.place(span.start);
        let DeValue::Table(members) = entry.into_inner() else {
            return Err(place.problem(format!("{list} is a list of tables"), list_notation(list)));
        };
        let fields: BTreeMap<String, usize> = members
            .iter()
            .map(|(name, _)| (name.get_ref().clone().into_owned(), self.source.place(name.span().start).line))
            .collect();
        let entry = Entry { document: self, origin: Origin::new(place, fields), span, members };
        match list {
            "tenants" => resources.tenants.push(entry.tenant()?),
            "resource_servers" => resources.resource_servers.push(entry.resource_server()?),
            "scopes" => resources.scopes.push(entry.in_tenant()?),
            "attributes" => resources.attributes.push(entry.in_tenant()?),
            "terms" => resources.terms.push(entry.in_tenant()?),
            "requirements" => resources.requirements.push(entry.in_tenant()?),
            "trusted_issuers" => resources.trusted_issuers.push(entry.trusted_issuer()?),
            "clients" => resources.clients.push(entry.client()?),
            _ => resources.users.push(entry.user()?),
        }
        Ok(())
    }
}

impl<'i> Entry<'_, 'i> {
    fn tenant(mut self) -> Result<Declared<TenantDeclaration>, Problem> {
        let slug: String = self.required("slug")?;
        if !Tenant::is_valid_slug(&slug) {
            let place = self.origin.place_of("slug");
            return Err(place.problem(
                format!("{slug:?} cannot name a tenant"),
                "use 1 to 40 lower-case letters, digits and inner dashes",
            ));
        }
        let at = self.origin.place_of("branding");
        branding::resolve_pictures(&mut self.members, self.document.folder, &at)?;
        let (origin, settings): (_, TenantSettings) = self.rest()?;
        branding::check(&origin, &settings.branding)?;
        passkey_settings::check(&origin, &settings)?;
        password_settings::check(&origin, &settings)?;
        Ok(Declared { origin, tenant: slug, what: TenantDeclaration { settings } })
    }

    /// The member `scopes`, a list.
    fn scopes(&mut self) -> Result<Scope, Problem> {
        let scopes: Vec<String> = self.optional("scopes")?.unwrap_or_default();
        Scope::parse(&scopes.join(" "))
            .map_err(|e| self.origin.place_of("scopes").problem("scopes cannot be used", e.to_string()))
    }

    fn trusted_issuer(mut self) -> Result<Declared<TrustedIssuer>, Problem> {
        let tenant = self.tenant_slug()?;
        let scopes = self.scopes()?;
        let (origin, mut trusted): (_, TrustedIssuer) = self.rest()?;
        trusted.scopes = scopes;
        Ok(Declared { origin, tenant, what: trusted })
    }

    fn resource_server(mut self) -> Result<Declared<ResourceServer>, Problem> {
        let tenant = self.tenant_slug()?;
        let scopes = self.scopes()?;
        let (origin, mut server): (_, ResourceServer) = self.rest()?;
        server.scopes = scopes;
        Ok(Declared { origin, tenant, what: server })
    }

    /// An entry that has nothing of ours but `tenant`.
    fn in_tenant<T: DeserializeOwned>(mut self) -> Result<Declared<T>, Problem> {
        let tenant = self.tenant_slug()?;
        let (origin, what) = self.rest()?;
        Ok(Declared { origin, tenant, what })
    }

    fn client(mut self) -> Result<Declared<ClientDeclaration>, Problem> {
        let tenant = self.tenant_slug()?;
        let id: ClientId = self.required("client_id")?;
        let secrets = self.secrets("client_secret")?;
        let (origin, metadata): (_, ClientMetadata) = self.rest()?;
        if let Some(name) = metadata.localized.unknown() {
            return Err(origin.place_of(name).problem(format!("unknown field `{name}`"), FIELDS));
        }
        branding::check_client(&origin, metadata.branding.as_ref())?;
        Ok(Declared { origin, tenant, what: ClientDeclaration { id, metadata, secrets } })
    }

    fn user(mut self) -> Result<Declared<UserDeclaration>, Problem> {
        let tenant = self.tenant_slug()?;
        let email = self.required("email")?;
        let email_verified = self.optional("email_verified")?;
        let is_admin = self.optional("is_admin")?;
        let claims: Option<PersonClaims> = self.optional("claims")?;
        let totp_secret = self.secret("totp_secret")?;
        let links = self.optional("links")?;
        let password = match (self.secret("password")?, self.optional("password_hash")?) {
            (Some(_), Some(_)) => {
                let place = self.origin.place_of("password_hash");
                return Err(place.problem("password and password_hash are both given", "give one of them"));
            }
            (Some(text), None) => Some(PasswordSource::Text(text)),
            (None, hash) => hash.map(PasswordSource::Hash),
        };
        if let Some((name, _)) = self.members.iter().next() {
            let place = self.origin.place_of(name.get_ref());
            return Err(place.problem(
                format!("unknown field {}", name.get_ref()),
                "a user has tenant, email, email_verified, claims, password or password_hash, totp_secret, is_admin, links",
            ));
        }
        let what = UserDeclaration { email, email_verified, claims, password, totp_secret, is_admin, links };
        Ok(Declared { origin: self.origin, tenant, what })
    }

    fn tenant_slug(&mut self) -> Result<String, Problem> {
        Ok(self.optional("tenant")?.unwrap_or_else(|| Tenant::DEFAULT_SLUG.to_owned()))
    }

    fn required<T: DeserializeOwned>(&mut self, field: &str) -> Result<T, Problem> {
        self.optional(field)?
            .ok_or_else(|| self.origin.place().problem(format!("{field} is missing"), format!("add {field} = …")))
    }

    fn optional<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.members.remove(field) else { return Ok(None) };
        T::deserialize(ValueDeserializer::from(value)).map(Some).map_err(|e| self.mistake(&e, field))
    }

    fn secret(&mut self, field: &str) -> Result<Option<SecretText>, Problem> {
        let Some(value) = self.members.remove(field) else { return Ok(None) };
        let place = self.origin.place_of(field);
        secret_reference::resolve(value.into(), self.document.folder, &place).map(Some)
    }

    /// One reference, or a list of one or two.
    fn secrets(&mut self, field: &str) -> Result<Option<Vec<SecretText>>, Problem> {
        let is_list = self.members.get(field).is_some_and(|value| value.get_ref().is_array());
        if !is_list {
            return Ok(self.secret(field)?.map(|secret| vec![secret]));
        }
        let place = self.origin.place_of(field);
        let Some(DeValue::Array(references)) = self.members.remove(field).map(Spanned::into_inner) else {
            return Ok(None);
        };
        if !(1..=2).contains(&references.len()) {
            return Err(place.problem("a client has one secret, or two while rotating", "list one or two"));
        }
        let resolved =
            references.into_iter().map(|one| secret_reference::resolve(one.into(), self.document.folder, &place));
        resolved.collect::<Result<_, _>>().map(Some)
    }

    /// Reads what was not taken as a `T`, which refuses members it does not know.
    fn rest<T: DeserializeOwned>(self) -> Result<(Origin, T), Problem> {
        let rest = Spanned::new(self.span.clone(), DeValue::Table(self.members));
        match T::deserialize(ValueDeserializer::from(rest)) {
            Ok(read) => Ok((self.origin, read)),
            Err(error) => Err(mistake(self.document, &self.origin, &error, "")),
        }
    }

    fn mistake(&self, error: &toml::de::Error, field: &str) -> Problem {
        mistake(self.document, &self.origin, error, field)
    }
}

/// A value that does not fit, at its own line where the reader knows it.
fn mistake(document: &Document<'_>, origin: &Origin, error: &toml::de::Error, field: &str) -> Problem {
    let place = error.span().map_or_else(|| origin.place_of(field), |span| document.source.place(span.start));
    let what = one_line(error.message());
    let what = if field.is_empty() { what } else { format!("{field}: {what}") };
    place.problem(what, FIELDS)
}

fn list_notation(name: &str) -> String {
    format!("write [[{name}]] in TOML, {name}: and a list in YAML and JSON")
}

/// A message of a parser on one line.
pub(super) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
