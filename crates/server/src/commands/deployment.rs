//! The deployment a command works on: that of a settings file, or a demo's folder.
//!
//! Owns opening it without serving it. DESIGN §1.2: commands work whether or not the server runs.

use std::path::Path;
use std::sync::Arc;

use portreeve_authenticators::HashParameters;
use portreeve_crypto::SecretText;
use portreeve_domain::{Lifetime, Tenant, lifetimes, polling};
use portreeve_issuer::{Issuer, Settings as IssuerSettings, TenantDirectory};
use portreeve_outbound::Rules;
use portreeve_storage::Store;

use crate::command_line::{Target, TenantTarget};
use crate::demo::{self, Folder};
use crate::failure::Failure;
use crate::serve::{schema, start_issuer};
use crate::settings::{DEFAULT_PASSWORD_COST, Durability, KeySource, MailTransport, Settings};

/// Where a deployment keeps its data, and what is needed to open it.
pub(super) struct Deployment {
    pub(super) database_url: SecretText,
    pub(super) migrate_url: SecretText,
    pub(super) key: KeySource,
    pub(super) durability: Durability,
    /// Where requests to others' addresses may go beyond the public web: resource files name documents.
    outbound: Rules,
    /// Whether no mail ever leaves.
    pub(super) mail_is_off: bool,
    public_url: String,
    password_cost: HashParameters,
    /// How long a signing key is published before it signs.
    pub(super) key_publish_ahead: Lifetime,
}

impl Deployment {
    /// Finds the deployment that the arguments name; opens nothing yet.
    ///
    /// # Errors
    /// A configuration failure when there is none, or its settings are wrong.
    pub(super) fn find(target: &Target) -> Result<Self, Failure> {
        if let Some(path) = &target.data {
            let folder = Folder::open(path)?;
            let description = folder.description()?;
            return Ok(Self {
                database_url: folder.database_url(),
                migrate_url: folder.database_url(),
                key: folder.key(),
                durability: Durability::Required,
                outbound: Rules::default(),
                mail_is_off: false,
                public_url: description.map_or_else(|| "http://localhost:8080".to_owned(), |demo| demo.issuer),
                password_cost: DEFAULT_PASSWORD_COST,
                key_publish_ahead: demo::KEY_PUBLISH_AHEAD,
            });
        }
        let settings = Settings::load(target.source.config.as_deref(), &target.source.overrides)?;
        Ok(Self {
            database_url: settings.database.url,
            migrate_url: settings.database.migrate_url,
            key: settings.key_encryption_key,
            durability: settings.database.durability,
            outbound: settings.outbound,
            mail_is_off: matches!(settings.mail.transport, MailTransport::None),
            public_url: settings.server.public_url,
            password_cost: settings.limits.password_cost,
            key_publish_ahead: lifetimes::KEY_PUBLISH_AHEAD,
        })
    }

    /// The file of an embedded database that is not there.
    pub(super) fn missing_file(&self) -> Option<&Path> {
        Store::embedded_file(self.database_url.expose()).filter(|file| matches!(file.try_exists(), Ok(false)))
    }

    /// Opens the database as the server does, but makes none: a path that was mistyped would lead to an empty one.
    ///
    /// # Errors
    /// A failure when the URL or the file cannot be used.
    pub(super) fn store(&self) -> Result<Store, Failure> {
        if let Some(file) = self.missing_file() {
            return Err(Failure::configuration(format!(
                "there is no database at {}; check database.url, or make one with portreeve migrate up",
                file.display()
            )));
        }
        Ok(Store::open(self.database_url.expose())?)
    }

    /// Opens database and keys, does `work` with every use case at hand, and gives the node number back.
    ///
    /// # Errors
    /// A temporary failure when the database is away; a configuration failure for another schema or key; that of `work`.
    pub(super) async fn with_issuer<T>(
        &self,
        work: impl AsyncFnOnce(&Issuer) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let kek = self.key.read()?;
        let store = self.store()?;
        schema::require_current(&store).await?;
        let settings = IssuerSettings {
            public_url: self.public_url.clone(),
            key_publish_ahead: self.key_publish_ahead,
            hash_parameters: self.password_cost,
            password_threads: 1,
            outbound: self.outbound.clone(),
            networks: Default::default(),
            mutual_tls: None,
            waiting_requests: polling::WAITING_FOR_ONE,
            // No command sends anything.
            text_messages: None,
        };
        let (issuer, node) = start_issuer(store, kek, settings).await?;
        let done = work(&issuer).await;
        node.leave(issuer.store(), issuer.ambient()).await;
        done
    }
}

/// Does the work of a command on all tenants.
///
/// # Errors
/// As [`Deployment::find`] and [`Deployment::with_issuer`].
pub(super) async fn on<T>(
    target: &Target,
    work: impl AsyncFnOnce(&Issuer) -> Result<T, Failure>,
) -> Result<T, Failure> {
    Deployment::find(target)?.with_issuer(work).await
}

/// Does the work of a command on one tenant.
///
/// # Errors
/// As [`on`], and a refusal when there is no such tenant.
pub(super) async fn on_tenant<T>(
    target: &TenantTarget,
    work: impl AsyncFnOnce(&Issuer, &Arc<TenantDirectory>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    on(&target.target, async |issuer| {
        let at = tenant(issuer, &target.tenant)?;
        work(issuer, &at).await
    })
    .await
}

/// What a command that works on a tenant needs beside its other words.
pub(super) fn in_tenant(at: &TenantDirectory) -> String {
    if at.tenant.slug == Tenant::DEFAULT_SLUG { String::new() } else { format!(" --tenant {}", at.tenant.slug) }
}

/// The tenant named `slug`.
///
/// # Errors
/// A refusal when there is none.
pub(super) fn tenant(issuer: &Issuer, slug: &str) -> Result<Arc<TenantDirectory>, Failure> {
    let known = || issuer.directory.all().iter().map(|at| at.tenant.slug.clone()).collect::<Vec<_>>().join(", ");
    issuer
        .directory
        .by_slug(slug)
        .ok_or_else(|| Failure::refused(format!("there is no tenant {slug}; known are {}", known())))
}
