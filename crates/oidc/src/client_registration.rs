//! Clients that register themselves: what they send and what they get.
//!
//! Owns reading the JSON of a registration and of its replacement, what such a client may not say of itself, and the
//! client information response. Leaves the rules for each field to `registration`, the same for every client, and tokens
//! to `issuer`. RFC 7591 §2, §3; RFC 7592 §2, §3; OIDC Registration §3, §4.

use portreeve_crypto::SecretText;
use portreeve_domain::{
    ApplicationType, Client, ClientAuthMethod, ClientId, ClientMetadata, ClientOrigin, Fault, GrantType, Profile,
    Timestamp,
};
use portreeve_jose::parse_object;
use serde_json::{Map, Value, json};

use crate::{Cause, Refusal, paths, redirect_uri, registration};

/// How large a registration may be, in bytes.
pub const MAX_BODY_BYTES: usize = 32 * 1024;
/// How deep it may nest (SECURITY rule 10).
const MAX_DEPTH: usize = 16;
/// What only the operator decides: whose tokens a client may look into, which APIs are its own, that nobody is asked,
/// what our pages say and look like.
const RESERVED: [&str; 6] = ["introspects", "resources", "exchanges", "may_act", "first_party", "branding"];
/// What the server tells and no client may send back (RFC 7592 §2.2).
const TOLD_BY_SERVER: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// The member that holds a software statement.
const STATEMENT: &str = "software_statement";

/// A registration as sent: its software statement is not looked at yet. Holds a secret, so it is not `Debug`.
pub struct Sent(Map<String, Value>);

/// A registration as read and not yet checked. Holds a secret, so it is not `Debug`.
pub struct Submitted {
    metadata: ClientMetadata,
    client_id: Option<String>,
    client_secret: Option<SecretText>,
    server_members: Vec<&'static str>,
}

/// Where a checked registration comes from.
#[derive(Clone, Copy, Debug)]
pub struct Registrant<'a> {
    /// The profile of the tenant.
    pub profile: Profile,
    /// Whether somebody vouched for the client.
    pub origin: ClientOrigin,
    /// What is registered of it so far; `None` for a client that is new.
    pub registered: Option<&'a ClientMetadata>,
}

/// What a client is told about itself. Holds secrets, so it is not `Debug`.
pub struct ClientInformation<'a> {
    /// The issuer, for the address of the registration.
    pub issuer: &'a str,
    /// Its identifier.
    pub id: &'a ClientId,
    /// What is registered, defaults written out.
    pub metadata: &'a ClientMetadata,
    /// When it registered.
    pub issued_at: Timestamp,
    /// A secret that was made just now; one made before is known by its hash alone.
    pub new_secret: Option<&'a SecretText>,
    /// What it manages its registration with from now on.
    pub registration_access_token: &'a str,
}

impl Sent {
    /// Reads the body of a registration or of its replacement.
    ///
    /// # Errors
    /// `RegistrationMalformed` for what is no JSON object, repeats a member or nests deeper than 16.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        members(body).map(Self)
    }

    /// The software statement, not verified; `None` without one.
    ///
    /// # Errors
    /// `StatementUnusable` for what is no text.
    pub fn statement(&self) -> Result<Option<&str>, Refusal> {
        match self.0.get(STATEMENT) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::new(Cause::StatementUnusable).with_detail("no text")),
        }
    }

    /// Takes it with what its statement was proven to say, which wins over the client's own words (RFC 7591 §3.1.1); without,
    /// a statement counts as not sent. So do members nobody knows and members that are null (§2).
    ///
    /// # Errors
    /// `MetadataInvalid` for a member of a wrong type or with a value that does not exist, and for one that only the operator
    /// decides, whoever says it.
    pub fn submitted(self, proven: Option<Map<String, Value>>) -> Result<Submitted, Refusal> {
        let Self(mut members) = self;
        let statement = members.remove(STATEMENT);
        if let (Some(statement), Some(said)) = (statement, proven) {
            members.extend(said);
            members.insert(STATEMENT.to_owned(), statement);
        }
        Submitted::of(members)
    }
}

impl Submitted {
    /// Reads a document that a client publishes about itself: it is public unless it says otherwise.
    ///
    /// # Errors
    /// As [`Sent::read`] and [`Sent::submitted`].
    pub(crate) fn read_published(body: &[u8]) -> Result<Self, Refusal> {
        let mut members = members(body)?;
        members.entry("token_endpoint_auth_method").or_insert_with(|| json!(ClientAuthMethod::None.name()));
        Sent(members).submitted(None)
    }

    fn of(mut members: Map<String, Value>) -> Result<Self, Refusal> {
        if let Some(reserved) = RESERVED.into_iter().find(|name| members.contains_key(*name)) {
            return Err(invalid(reserved, "is for the operator to decide"));
        }
        let server_members = TOLD_BY_SERVER.into_iter().filter(|name| members.remove(*name).is_some()).collect();
        let client_id = text(&mut members, "client_id")?;
        let client_secret = text(&mut members, "client_secret")?.map(SecretText::new);
        let names_its_type = members.contains_key("application_type");
        let mut metadata = typed(members)?;
        // RFC 7591 knows no application_type: who redirects to the device only is native (RFC 8252 §7.3).
        if !names_its_type && redirect_uri::all_on_device(&metadata.redirect_uris) {
            metadata.application_type = ApplicationType::Native;
        }
        Ok(Self { metadata, client_id, client_secret, server_members })
    }

    /// Takes it as the registration of a new client and gives its metadata back with defaults. An identifier or a secret
    /// in it is ignored: the server gives both (RFC 7591 §3.2.1).
    ///
    /// # Errors
    /// Those of `registration::check`; `MetadataInvalid` for a grant that needs somebody to vouch for the client.
    pub fn for_new_client(self, registrant: Registrant<'_>) -> Result<ClientMetadata, Refusal> {
        checked(self.metadata, registrant)
    }

    /// Takes it as what a client publishes about itself at the URL `id`: a secret in it would be everybody's.
    ///
    /// # Errors
    /// As `for_new_client`; `MetadataInvalid` for another `client_id`, for a secret, and for a method that needs one.
    pub(crate) fn for_published(self, id: &ClientId, registrant: Registrant<'_>) -> Result<ClientMetadata, Refusal> {
        if self.client_id.as_deref() != Some(id.as_str()) {
            return Err(invalid("client_id", "must be the URL of the document"));
        }
        if self.client_secret.is_some() || self.server_members.contains(&"client_secret_expires_at") {
            return Err(invalid("client_secret", "must not be published"));
        }
        if self.metadata.token_endpoint_auth_method.has_secret() {
            return Err(invalid("token_endpoint_auth_method", "must do without a secret"));
        }
        checked(self.metadata, registrant)
    }

    /// Takes it as the replacement of what `client` registered: what it leaves out is gone (RFC 7592 §2.2), but for what only
    /// the operator decides. `is_secret` tells whether a text is a secret the client holds.
    ///
    /// # Errors
    /// As `for_new_client`; `MetadataInvalid` without the client's own `client_id`, with another secret than one it holds,
    /// and with members that only the server tells.
    pub fn for_client(
        self,
        client: &Client,
        profile: Profile,
        is_secret: impl Fn(&SecretText) -> bool,
    ) -> Result<ClientMetadata, Refusal> {
        if self.client_id.as_deref() != Some(client.id.as_str()) {
            return Err(invalid("client_id", "must be the client's own"));
        }
        if let Some(name) = self.server_members.first() {
            return Err(invalid(name, "is told by the server"));
        }
        if self.client_secret.as_ref().is_some_and(|secret| !is_secret(secret)) {
            return Err(invalid("client_secret", "is not the client's; a client cannot choose one"));
        }
        let registered = Some(&client.metadata);
        checked(self.metadata, Registrant { profile, origin: client.origin, registered })
    }
}

/// Gives `metadata`, a client's own words, the members that only an operator decides as they are in `decided`: whatever it says anew, one
/// that an operator holds to some APIs is not rid of that. `exchanges` count while it has the grant for them. S-056, S-060.
pub fn keep_decided(metadata: &mut ClientMetadata, decided: &ClientMetadata) {
    metadata.introspects.clone_from(&decided.introspects);
    metadata.resources.clone_from(&decided.resources);
    // They are a mistake without the grant, which is the client's to give up.
    let may_exchange = metadata.grant_types.contains(&GrantType::TokenExchange);
    metadata.exchanges = if may_exchange { decided.exchanges.clone() } else { Vec::new() };
    metadata.may_act.clone_from(&decided.may_act);
    metadata.first_party = decided.first_party;
    metadata.branding.clone_from(&decided.branding);
}

/// Whether `metadata` has anything that only an operator decides.
pub fn is_decided(metadata: &ClientMetadata) -> bool {
    let mut undecided = metadata.clone();
    keep_decided(&mut undecided, &ClientMetadata::default());
    undecided != *metadata
}

impl ClientInformation<'_> {
    /// The body of the answer: every registered member, and what the server gives (RFC 7591 §3.2.1, RFC 7592 §3).
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let Value::Object(mut members) = serde_json::to_value(self.metadata).map_err(Fault::new)? else {
            return Err(Fault::impossible("client metadata is no object"));
        };
        // An empty list of grants or responses says something; any other is a member without value.
        let is_told = |name: &str, value: &Value| {
            value.as_array().is_none_or(|list| !list.is_empty()) || matches!(name, "grant_types" | "response_types")
        };
        members.retain(|name, value| !RESERVED.contains(&name.as_str()) && is_told(name, value));
        let mut tell = |name: &str, value: Value| members.insert(name.to_owned(), value);
        tell("client_id", json!(self.id.as_str()));
        tell("client_id_issued_at", json!(self.issued_at.as_seconds()));
        if let Some(secret) = self.new_secret {
            tell("client_secret", json!(secret.expose()));
        }
        if self.metadata.token_endpoint_auth_method.has_secret() {
            tell("client_secret_expires_at", json!(0));
        }
        tell("registration_access_token", json!(self.registration_access_token));
        let address = format!("{}{}/{}", self.issuer, paths::REGISTER, self.id.as_str());
        tell("registration_client_uri", json!(address));
        serde_json::to_vec(&members).map_err(Fault::new)
    }
}

fn invalid(field: &str, what: &str) -> Refusal {
    Refusal::new(Cause::MetadataInvalid).with_detail(format!("{field} {what}"))
}

/// S-056: a client for which nobody vouched gets nothing on its own account; whatever it gets, a person gives.
fn checked(mut metadata: ClientMetadata, registrant: Registrant<'_>) -> Result<ClientMetadata, Refusal> {
    if let Some(registered) = registrant.registered {
        keep_decided(&mut metadata, registered);
    }
    let needs_trust = |grant: &&GrantType| !grant.needs_person();
    if !registrant.origin.is_answered_for()
        && let Some(grant) = metadata.grant_types.iter().find(needs_trust)
    {
        return Err(invalid("grant_types", &format!("has {}, which needs an initial access token", grant.name())));
    }
    // Who may attest its instances is an operator's to say, so the client must be an operator's.
    if metadata.token_endpoint_auth_method.is_attested() {
        return Err(invalid("token_endpoint_auth_method", "needs an operator who says who attests the client"));
    }
    registration::check(metadata, registrant.profile)
}

fn members(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let malformed = |what: &str| Refusal::new(Cause::RegistrationMalformed).with_detail(what);
    let mut members = parse_object(body).map_err(|_| malformed("no JSON object, or a member is repeated"))?;
    if members.values().any(|value| depth(value) >= MAX_DEPTH) {
        return Err(malformed("nests too deep"));
    }
    members.retain(|_, value| !value.is_null());
    Ok(members)
}

fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(name, "must be a text")),
    }
}

/// Reads member by member, so that the one with a wrong type can be named.
fn typed(members: Map<String, Value>) -> Result<ClientMetadata, Refusal> {
    let read = |members: Map<String, Value>| serde_json::from_value::<ClientMetadata>(Value::Object(members));
    match read(members.clone()) {
        Ok(mut metadata) => {
            metadata.localized.ignore_unknown();
            Ok(metadata)
        }
        Err(error) => {
            let alone = |name: &String, value: &Value| read(Map::from_iter([(name.clone(), value.clone())])).is_err();
            let field = members.iter().find(|(name, value)| alone(name, value)).map(|(name, _)| name.as_str());
            Err(invalid(field.unwrap_or("metadata"), &error.to_string()))
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
#[path = "client_registration_tests.rs"]
mod tests;
