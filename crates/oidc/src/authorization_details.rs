//! Authorization details: what exactly is asked for, where a scope says too little.
//!
//! Owns reading the parameter, its rules (known types, the schema of each, what a client may ask for), which of the granted
//! details a token carries, and their words for people. Leaves the types to resource servers and storing what was granted to
//! `issuer`. RFC 9396 §2, §3, §5 to §7, §10.

use portreeve_domain::{Client, DetailsType, ResourceServer};
use portreeve_jose::parse_json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::shape::Shape;
pub use self::shape::{check_type, is_type_name};
use crate::{Cause, Parameters, Refusal};

mod shape;

/// How many objects one request may hold; a token names those it carries by a bit each.
const MAX_DETAILS: usize = 20;
/// How long all of them may be, in bytes: an access token that holds them must fit into a header.
const MAX_BYTES: usize = 4 * 1024;
/// How deep values are put into words; below, they are shown as they were sent.
const MAX_DEPTH: usize = 4;

/// One object, with the resource server whose type it is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The resource server, as registered.
    pub resource: String,
    /// The object as it was sent.
    pub members: Map<String, Value>,
}

/// The details one access token carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    stored: i64,
    details: Vec<Map<String, Value>>,
}

impl Detail {
    /// The name of its type.
    pub fn type_name(&self) -> &str {
        self.members.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// What it says, besides its type: labels and values. Both are text of strangers: escape them.
    pub fn facts(&self, details_type: Option<&DetailsType>) -> Vec<(String, String)> {
        let schema = details_type.map(|known| &known.schema);
        let said = self.members.iter().filter(|(name, _)| *name != "type");
        said.map(|(name, value)| (label(schema, name), words(property(schema, name), value, 0))).collect()
    }
}

impl Selection {
    /// Chooses among the `granted` details for a token of `client` for `audience`: those that `wanted`, the parameter of the
    /// token request, names; all of them without it. Those of a type that the client may not have any more count as not granted.
    ///
    /// # Errors
    /// `DetailsMalformed`; `DetailsBeyondGrant` for one that was not granted for this audience.
    pub fn of(
        client: &Client,
        granted: &[Detail],
        wanted: Option<&str>,
        audience: Option<&str>,
    ) -> Result<Self, Refusal> {
        let fits = |detail: &Detail| audience == Some(detail.resource.as_str()) && may_have(client, detail.type_name());
        let wanted = wanted.map(read).transpose()?;
        let is_granted = |one: &Map<String, Value>| granted.iter().any(|d| fits(d) && d.members == *one);
        if !wanted.iter().flatten().all(is_granted) {
            return Err(Cause::DetailsBeyondGrant.into());
        }
        let is_wanted = |detail: &Detail| wanted.as_ref().is_none_or(|wanted| wanted.contains(&detail.members));
        let chosen = granted.iter().enumerate().filter(|(_, detail)| fits(detail) && is_wanted(detail));
        Ok(chosen.fold(Self::default(), |selection, (at, detail)| selection.with(at, detail)))
    }

    /// The selection that was stored with a token of `client`, as far as it may still have them.
    pub fn stored(client: &Client, granted: &[Detail], stored: i64) -> Self {
        let is_left = |detail: &Detail| may_have(client, detail.type_name());
        let chosen = granted.iter().enumerate().filter(|(at, detail)| stored & bit(*at) != 0 && is_left(detail));
        chosen.fold(Self::default(), |selection, (at, detail)| selection.with(at, detail))
    }

    fn with(mut self, at: usize, detail: &Detail) -> Self {
        self.stored |= bit(at);
        self.details.push(detail.members.clone());
        self
    }

    /// What to store with the token; `None` when it carries nothing.
    pub fn to_store(&self) -> Option<i64> {
        (self.stored != 0).then_some(self.stored)
    }

    /// The objects, as they are told.
    pub fn details(&self) -> &[Map<String, Value>] {
        &self.details
    }
}

/// Reads what a request asks for; empty when it says nothing.
///
/// # Errors
/// `DetailsMalformed`; `DetailsTypeUnknown` for a type that no resource server the client may use defines, or that is not
/// among those it registered; `DetailsInvalid` for an object that its schema does not allow.
pub fn requested(
    parameters: &Parameters,
    client: &Client,
    servers: &[&ResourceServer],
) -> Result<Vec<Detail>, Refusal> {
    let Some(text) = parameters.get("authorization_details") else { return Ok(Vec::new()) };
    let mut shapes: Vec<(&str, Shape)> = Vec::new();
    let mut details = Vec::new();
    for members in read(text)? {
        let name = members.get("type").and_then(Value::as_str).unwrap_or_default();
        let (server, known) = usable(name, client, servers)?;
        // Made once for all objects of a type: that costs more than looking at an object.
        if !shapes.iter().any(|(made, _)| *made == known.name) {
            let unusable = |_| Refusal::new(Cause::DetailsTypeUnknown).with_detail(name);
            shapes.push((&known.name, Shape::of(known).map_err(unusable)?));
        }
        let shape = shapes.iter().find(|(made, _)| *made == known.name);
        shape.map_or(Ok(()), |(_, shape)| check_object(&members, shape, &server.resource))?;
        details.push(Detail { resource: server.resource.clone(), members });
    }
    Ok(details)
}

/// The resource servers of a request with `details`: those it names, else those whose types it uses.
///
/// # Errors
/// `ResourceUnknown` when it names some and uses a type of another one (RFC 9396 §2.2).
pub fn targets(named: Vec<String>, details: &[Detail]) -> Result<Vec<String>, Refusal> {
    if named.is_empty() {
        let mut of_types: Vec<String> = details.iter().map(|detail| detail.resource.clone()).collect();
        of_types.sort();
        of_types.dedup();
        return Ok(of_types);
    }
    match details.iter().find(|detail| !named.contains(&detail.resource)) {
        None => Ok(named),
        Some(other) => Err(Refusal::new(Cause::ResourceUnknown).with_detail(other.resource.as_str())),
    }
}

/// The type of that name, with the resource server that defines it.
pub fn find<'s>(servers: &[&'s ResourceServer], name: &str) -> Option<(&'s ResourceServer, &'s DetailsType)> {
    servers.iter().find_map(|server| {
        let known = server.authorization_details_types.iter().find(|known| known.name == name)?;
        Some((*server, known))
    })
}

/// Whether the registration of `client` lets it have details of a type.
pub fn may_have(client: &Client, type_name: &str) -> bool {
    let types = &client.metadata.authorization_details_types;
    types.is_empty() || types.iter().any(|known| known == type_name)
}

fn usable<'s>(
    name: &str,
    client: &Client,
    servers: &[&'s ResourceServer],
) -> Result<(&'s ResourceServer, &'s DetailsType), Refusal> {
    find(servers, name)
        .filter(|(server, _)| client.may_target(&server.resource))
        .filter(|_| may_have(client, name))
        .ok_or_else(|| Refusal::new(Cause::DetailsTypeUnknown).with_detail(name))
}

fn read(text: &str) -> Result<Vec<Map<String, Value>>, Refusal> {
    let malformed = |what: &str| Refusal::new(Cause::DetailsMalformed).with_detail(what);
    if text.len() > MAX_BYTES {
        return Err(malformed("too long"));
    }
    let no_list = || malformed("not a JSON array of objects, or a member is repeated");
    let Ok(Value::Array(items)) = parse_json(text.as_bytes()) else { return Err(no_list()) };
    let object = |item| match item {
        Value::Object(members) => Ok(members),
        _ => Err(no_list()),
    };
    let objects: Vec<Map<String, Value>> = items.into_iter().map(object).collect::<Result<_, _>>()?;
    if objects.is_empty() || objects.len() > MAX_DETAILS {
        return Err(malformed("no object, or too many"));
    }
    if !objects.iter().all(|object| object.get("type").is_some_and(Value::is_string)) {
        return Err(malformed("an object without type"));
    }
    Ok(objects)
}

/// The refusal says where, never what: values are a person's business.
fn check_object(members: &Map<String, Value>, shape: &Shape, resource: &str) -> Result<(), Refusal> {
    let invalid = |at: &str| Refusal::new(Cause::DetailsInvalid).with_detail(format!("{} at {at}", shape.type_name()));
    if let Some(place) = shape.violation(members) {
        return Err(invalid(&place));
    }
    // RFC 9396 §2.2: where it is used.
    let elsewhere = |location: &Value| location.as_str() != Some(resource);
    match members.get("locations") {
        None => Ok(()),
        Some(Value::Array(locations)) if !locations.iter().any(elsewhere) => Ok(()),
        Some(_) => Err(invalid("/locations")),
    }
}

fn property<'s>(schema: Option<&'s Value>, name: &str) -> Option<&'s Value> {
    schema?.get("properties")?.get(name)
}

fn label(schema: Option<&Value>, name: &str) -> String {
    let title = property(schema, name).and_then(|property| property.get("title")).and_then(Value::as_str);
    title.unwrap_or(name).to_owned()
}

fn words(schema: Option<&Value>, value: &Value, depth: usize) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if depth < MAX_DEPTH => {
            let items = schema.and_then(|schema| schema.get("items"));
            values.iter().map(|value| words(items, value, depth + 1)).collect::<Vec<_>>().join(", ")
        }
        Value::Object(members) if depth < MAX_DEPTH => {
            let word = |(name, value): (&String, &Value)| {
                format!("{}: {}", label(schema, name), words(property(schema, name), value, depth + 1))
            };
            members.iter().map(word).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

const fn bit(at: usize) -> i64 {
    1 << at
}

#[cfg(test)]
mod tests;
