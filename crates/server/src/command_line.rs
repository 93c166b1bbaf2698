//! The command line: names, options and their meaning.
//!
//! Owns what can be typed. Leaves doing it to `serve`, `demo` and `commands`. DESIGN §1.2.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::demo;
use crate::failure::Failure;
use crate::print;
use crate::serve::schema::OlderSchema;
use crate::serve::{logging, serve};
use crate::settings::{LogFormat, Settings, reference};

/// OAuth 2.0 / OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(name = "portreeve", version, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything seeded on this machine: issuer, people, clients, a relying party.
    Demo(demo::Arguments),
    /// Start the server.
    Serve {
        #[command(flatten)]
        source: SettingsSource,
        /// Migrate an older schema first.
        #[arg(long)]
        migrate: bool,
    },
    /// Look at, or run, schema migrations.
    Migrate {
        #[command(subcommand)]
        action: commands::migrate::Action,
        #[command(flatten)]
        target: Target,
    },
    /// Tell what `apply` would change.
    Plan {
        #[command(flatten)]
        changes: commands::resources::Changes,
        #[command(flatten)]
        target: Target,
    },
    /// Make the database what the resource files say.
    Apply {
        #[command(flatten)]
        changes: commands::resources::Changes,
        #[command(flatten)]
        target: Target,
    },
    /// Tell where the database differs from the resource files; exit code 3 when it does.
    Drift {
        #[command(flatten)]
        files: commands::resources::Files,
        #[command(flatten)]
        target: Target,
    },
    /// Print what is configured as a resource file, without secrets.
    Export {
        /// People as well: personal data.
        #[arg(long)]
        with_people: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Signing keys.
    Keys {
        #[command(subcommand)]
        action: commands::keys::Action,
        #[command(flatten)]
        target: TenantTarget,
    },
    /// People.
    Users {
        #[command(subcommand)]
        action: commands::users::Action,
        #[command(flatten)]
        target: TenantTarget,
    },
    /// Clients.
    Clients {
        #[command(subcommand)]
        action: commands::clients::Action,
        #[command(flatten)]
        target: TenantTarget,
    },
    /// The audit log: verify it, copy it, show the key that signs it.
    Audit {
        #[command(subcommand)]
        action: commands::audit::Action,
        #[command(flatten)]
        target: Target,
        /// The tenant, by slug; without it `verify` looks at every tenant, and the others take the tenant `default`.
        #[arg(long, global = true)]
        tenant: Option<String>,
    },
    /// The pages and mails that people see.
    Pages {
        #[command(subcommand)]
        action: commands::pages::Action,
    },
    /// Copy an embedded database into a new file, also while it is served.
    Backup {
        /// The file; there must be none yet.
        file: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// After a database was put back from a copy, and before it is served: end everything that may have been used or taken back since
    /// the copy was made. Everybody signs in again.
    Restored(commands::backup::Restored),
    /// Look for what is wrong with this deployment.
    Doctor {
        #[command(flatten)]
        target: Target,
    },
    /// Tell why somebody was turned away, or what a sign-in would ask and why.
    Explain {
        #[command(flatten)]
        question: commands::explain::Question,
        #[command(flatten)]
        target: Target,
    },
    /// Print docs/configuration.md.
    #[command(hide = true)]
    SettingsReference,
}

/// Where settings come from.
#[derive(Debug, Args)]
pub(crate) struct SettingsSource {
    /// The settings file.
    #[arg(long, global = true)]
    pub(crate) config: Option<PathBuf>,
    /// A setting that counts more than file and environment: section.key=value.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

/// The database a command works on.
#[derive(Debug, Args)]
pub(crate) struct Target {
    #[command(flatten)]
    pub(crate) source: SettingsSource,
    /// The folder of a demo, in the place of settings.
    #[arg(long, global = true, conflicts_with_all = ["config", "overrides"])]
    pub(crate) data: Option<PathBuf>,
}

/// The tenant a command works on.
#[derive(Debug, Args)]
pub(crate) struct TenantTarget {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The tenant, by slug.
    #[arg(long, global = true, default_value = "default")]
    pub(crate) tenant: String,
    /// How lists are printed.
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Table,
    /// For scripts.
    Json,
}

impl CommandLine {
    /// Does what was typed.
    ///
    /// # Errors
    /// The failure to be printed, with its exit code.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        if !matches!(self.command, Command::Serve { .. }) {
            // A person watches: the log is short and readable, on standard error.
            logging::start(LogFormat::Text, tracing::Level::WARN);
        }
        match self.command {
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Serve { source, migrate } => {
                let settings = Settings::load(source.config.as_deref(), &source.overrides)?;
                logging::start(settings.log.format, settings.log.level);
                serve(settings, if migrate { OlderSchema::Migrate } else { OlderSchema::Refuse }).await
            }
            Command::Migrate { action, target } => commands::migrate::run(action, &target).await,
            Command::Plan { changes, target } => commands::resources::plan(&changes, &target).await,
            Command::Apply { changes, target } => commands::resources::apply(&changes, &target).await,
            Command::Drift { files, target } => commands::resources::drift(&files, &target).await,
            Command::Export { with_people, target } => commands::resources::export(with_people, &target).await,
            Command::Keys { action, target } => commands::keys::run(action, &target).await,
            Command::Users { action, target } => commands::users::run(action, &target).await,
            Command::Clients { action, target } => commands::clients::run(action, &target).await,
            Command::Audit { action, target, tenant } => commands::audit::run(action, &target, tenant.as_deref()).await,
            Command::Pages { action } => commands::pages::run(&action),
            Command::Backup { file, target } => commands::backup::copy(&file, &target).await,
            Command::Restored(arguments) => commands::backup::restored(&arguments).await,
            Command::Doctor { target } => commands::doctor::run(&target).await,
            Command::Explain { question, target } => commands::explain::run(question, &target).await,
            Command::SettingsReference => print::text(reference()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::keys::Action;

    /// Thumbprints are base64url (RFC 7638 §3): one of 64 begins with a hyphen.
    #[test]
    fn a_key_id_may_begin_with_a_hyphen() {
        for line in ["keys revoke -4CZ --tenant acme", "keys --tenant acme revoke -hZ", "keys revoke --tenant acme --4"]
        {
            let words = ["portreeve"].into_iter().chain(line.split(' '));
            let command = CommandLine::try_parse_from(words).unwrap_or_else(|e| panic!("{line}: {e}")).command;
            let Command::Keys { action: Action::Revoke { kid }, target } = command else { panic!("{line}") };
            assert!(kid.starts_with('-'), "{line}: {kid}");
            assert_eq!(target.tenant, "acme", "{line}");
        }
    }
}
