//! What a plan says: one line a resource, with the names of the fields that differ and never their values.

use std::fmt;

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is not there yet.
    Create,
    /// Some of its fields differ.
    Update,
    /// No file declares it, and the operator asked for that to count.
    Delete,
}

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A tenant.
    Tenant,
    /// A resource server.
    ResourceServer,
    /// What a scope means.
    Scope,
    /// An attribute of people.
    Attribute,
    /// Terms.
    Terms,
    /// A requirement of sign-ins.
    Requirement,
    /// A trusted issuer.
    TrustedIssuer,
    /// A client.
    Client,
    /// A person.
    User,
}

/// One difference between the files and the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub kind: ChangeKind,
    /// To what kind of resource.
    pub resource: ResourceKind,
    /// In which tenant, by slug.
    pub tenant: String,
    /// Which one, by its stable name.
    pub name: String,
    /// The fields that differ, by name; empty for a deletion. What is secret shows only as a name.
    pub fields: Vec<String>,
}

impl ChangeKind {
    /// The sign in front of a line.
    pub const fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
        }
    }
}

impl ResourceKind {
    /// The word people read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ResourceServer => "resource server",
            Self::Scope => "scope",
            Self::Attribute => "attribute",
            Self::Terms => "terms",
            Self::Requirement => "requirement",
            Self::TrustedIssuer => "trusted issuer",
            Self::Client => "client",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind.sign(), self.resource.name(), self.name)?;
        if self.resource != ResourceKind::Tenant {
            write!(f, " in {}", self.tenant)?;
        }
        if !self.fields.is_empty() {
            write!(f, ": {}", self.fields.join(", "))?;
        }
        Ok(())
    }
}

/// The names of the members in which two JSON objects differ, sorted; members that are in neither do not count.
pub(super) fn differing_members(old: &serde_json::Value, new: &serde_json::Value) -> Vec<String> {
    let names = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let mut all = names(old);
    all.extend(names(new));
    all.sort();
    all.dedup();
    all.retain(|name| old.get(name) != new.get(name));
    all
}
