//! Another issuer, whose assertions about people may be grants.

use portreeve_issuer::configure::{Resources, Unlisted};
use portreeve_jose::SigningKey;
use serde_json::{Value, json};

use crate::{cast, deployment::Deployment, temp::TempFolder};

/// Its identifier.
pub const IDP: &str = "https://idp.example";

/// An issuer with a key; what it signs is for the tenant `default`.
pub struct Idp<'d> {
    at: &'d Deployment,
    key: SigningKey,
}

impl<'d> Idp<'d> {
    /// Takes an issuer that nobody trusts yet.
    pub fn new(at: &'d Deployment) -> Self {
        Self { at, key: at.client_key() }
    }

    /// Returns its public key.
    pub fn public_jwk(&self) -> Value {
        Value::Object(self.key.public_jwk())
    }

    /// Returns the resource that makes it trusted for a client, for `orders.read`.
    pub fn resource(&self, client: &str) -> String {
        let jwk = self.public_jwk();
        let members: Vec<_> = jwk.as_object().expect("a key").iter().map(|(n, v)| format!("{n} = {v}")).collect();
        format!(
            "[[trusted_issuers]]\nissuer = \"{IDP}\"\njwks = {{ keys = [{{ {} }}] }}\nclients = [\"{client}\"]\n\
             scopes = [\"orders.read\"]\n",
            members.join(", ")
        )
    }

    /// Makes it trusted for a client, and Ada known to it as `u-1`.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn be_trusted_for(&self, client: &str) {
        let link = format!("links = [{{ issuer = \"{IDP}\", subject = \"u-1\" }}]");
        self.at.apply(&format!("{}\n[[users]]\nemail = \"{}\"\n{link}\n", self.resource(client), cast::ADA)).await;
    }

    /// As `be_trusted_for`, with keys that are published.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn be_trusted_with_keys_at(&self, client: &str, jwks_uri: &str) {
        let issuer = format!("[[trusted_issuers]]\nissuer = \"{IDP}\"\njwks_uri = \"{jwks_uri}\"\n");
        let link = format!("links = [{{ issuer = \"{IDP}\", subject = \"u-1\" }}]");
        let rest = format!("clients = [\"{client}\"]\nscopes = [\"orders.read\"]\n");
        self.at.apply(&format!("{issuer}{rest}[[users]]\nemail = \"{}\"\n{link}\n", cast::ADA)).await;
    }

    /// Ends its being trusted: a file without it is applied, and what is not listed goes.
    ///
    /// # Panics
    ///
    /// When the server fails.
    pub async fn be_forgotten(&self) {
        let exported = self.at.issuer.export(portreeve_issuer::configure::ExportScope::Configuration).await;
        let exported = exported.expect("export");
        let (before, rest) = exported.split_once("[[trusted_issuers]]").expect("an export of it");
        let after = rest.find("[[clients]]").and_then(|at| rest.get(at..)).expect("clients after it");
        let folder = TempFolder::new("forgotten");
        let path = folder.path().join("resources.toml");
        std::fs::write(&path, [before, after].concat()).expect("write the resources");
        let resources = Resources::read(&[path]).unwrap_or_else(|problems| panic!("{}", problems[0]));
        assert!(self.at.issuer.apply(&resources, Unlisted::Delete).await.is_ok(), "apply");
    }

    /// Returns good claims about Ada, with some replaced; null removes one. The `jti` is new at each call.
    pub fn claims(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": IDP,
            "sub": "u-1",
            "aud": cast::ISSUER,
            "iat": self.at.seconds(),
            "exp": self.at.seconds() + 300,
            "jti": self.at.fresh_address().to_string(),
        });
        for (name, value) in changes.as_object().expect("an object") {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }

    /// Signs an assertion about Ada.
    ///
    /// # Panics
    ///
    /// When it cannot be signed.
    pub fn assertion(&self, changes: Value) -> String {
        self.signed("JWT", changes)
    }

    /// Signs a JWT of a type about Ada, with claims as those of an assertion.
    ///
    /// # Panics
    ///
    /// When it cannot be signed.
    pub fn signed(&self, typ: &str, changes: Value) -> String {
        self.key.sign(typ, self.claims(changes).to_string().as_bytes()).expect("sign")
    }
}
