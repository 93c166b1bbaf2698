//! `portreeve clients`: the clients of a tenant. They are made and changed by resource files.

use std::sync::Arc;

use clap::Subcommand;
use portreeve_domain::{ClientId, ClientRegistration, Failure as UseCaseFailure, Lifetime};
use portreeve_issuer::configure::{AccountSwitch, FormerSecrets, OperatorRefusal};
use portreeve_issuer::{Issuer, TenantDirectory};

use super::{deployment, table};
use crate::command_line::{Output, TenantTarget};
use crate::failure::Failure;
use crate::print;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List clients.
    List,
    /// Show what is registered about a client, as JSON.
    Show {
        /// Which.
        client_id: String,
    },
    /// Switch a client off: nothing is issued to it any more.
    Disable {
        /// Which.
        client_id: String,
    },
    /// Switch a client on again.
    Enable {
        /// Which.
        client_id: String,
    },
    /// Tokens with which clients register themselves.
    InitialAccessToken {
        #[command(subcommand)]
        action: TokenAction,
    },
    /// Give a client a new secret, printed once; the newest of the former ones goes on working beside it.
    RotateSecret {
        /// Which.
        client_id: String,
        /// End the former secrets at once: one of them leaked.
        #[arg(long)]
        at_once: bool,
    },
}

/// What to do with initial access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenAction {
    /// Make one; it is printed once.
    Create {
        /// How many clients may register with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        uses: u32,
        /// How many hours it lives.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
        hours: u32,
    },
    /// List those a client could still register with.
    List,
    /// Take one back.
    Revoke {
        /// Which, by the name that `create` and `list` show.
        name: String,
    },
}

/// # Errors
/// A refusal for an unknown client; see `deployment` for the others.
pub(crate) async fn run(action: Action, target: &TenantTarget) -> Result<(), Failure> {
    deployment::on_tenant(target, async |issuer, at| act(action, issuer, at, target.output).await).await
}

async fn act(action: Action, issuer: &Issuer, at: &Arc<TenantDirectory>, output: Output) -> Result<(), Failure> {
    match action {
        Action::List => {
            let mut clients: Vec<_> = at.clients.values().collect();
            clients.sort_by(|a, b| a.id.cmp(&b.id));
            let rows: Vec<_> = clients
                .iter()
                .map(|client| {
                    let grants: Vec<_> = client.metadata.grant_types.iter().map(|grant| grant.name()).collect();
                    let state = if client.disabled_at.is_some() { "disabled" } else { "enabled" };
                    [
                        client.id.as_str().to_owned(),
                        client.display_name().to_owned(),
                        client.metadata.token_endpoint_auth_method.name().to_owned(),
                        grants.join(" "),
                        state.to_owned(),
                    ]
                })
                .collect();
            table::print(["CLIENT ID", "NAME", "AUTHENTICATION", "GRANTS", "STATE"], &rows, output)?;
        }
        Action::Show { client_id } => {
            let client = at.client(&id(at, &client_id)?).ok_or_else(|| unknown(at, &client_id))?;
            let shown = serde_json::json!({
                "client_id": client.id.as_str(),
                "live_secrets": client.secrets.len(),
                "disabled": client.disabled_at.is_some(),
                "metadata": client.metadata,
            });
            print::line(format_args!("{shown:#}"))?;
        }
        Action::Disable { client_id } => {
            let done = issuer.switch_client(at, &id(at, &client_id)?, AccountSwitch::Off).await;
            done.map_err(|failure| refused(failure, at, &client_id))?;
            print::done(format_args!("Disabled {client_id}."))?;
        }
        Action::Enable { client_id } => {
            let done = issuer.switch_client(at, &id(at, &client_id)?, AccountSwitch::On).await;
            done.map_err(|failure| refused(failure, at, &client_id))?;
            print::done(format_args!("Enabled {client_id}."))?;
        }
        Action::InitialAccessToken { action } => tokens(action, issuer, at, output).await?,
        Action::RotateSecret { client_id, at_once } => {
            let former = if at_once { FormerSecrets::End } else { FormerSecrets::Keep };
            let rotation = issuer.prepare_secret_rotation(at, &id(at, &client_id)?, former);
            let rotation = rotation.map_err(|failure| refused(failure, at, &client_id))?;
            // The secret alone is what a script reads.
            print::line(rotation.secret.expose())
                .map_err(|failure| failure.and(format_args!("{client_id} keeps the secrets it has")))?;
            issuer.rotate_client_secret(at, &rotation).await.map_err(|fault| {
                Failure::from(fault)
                    .and(format_args!("do not use the secret that was printed: {client_id} may not have it"))
            })?;
            print::remark(format_args!(
                "{client_id} has a new secret; {} former one goes on working, {} ended.",
                rotation.kept, rotation.ended
            ));
        }
    }
    Ok(())
}

async fn tokens(action: TokenAction, issuer: &Issuer, at: &TenantDirectory, output: Output) -> Result<(), Failure> {
    match action {
        TokenAction::Create { uses, hours } => {
            let lifetime = Lifetime::from_hours(hours.into());
            let (name, token) = issuer.make_initial_access_token(at, uses, lifetime).await?;
            print::remark(format_args!("{name}, for {uses} clients, lives {hours} hours."));
            if at.tenant.settings.client_registration == ClientRegistration::Off {
                print::remark(format_args!(
                    "Tenant {} lets no client register; set client_registration.",
                    at.tenant.slug
                ));
            }
            print::line(token.expose()).map_err(|failure| {
                failure.and(format_args!(
                    "nobody has seen the token {name}: take it back with portreeve clients initial-access-token revoke {name}{}",
                    deployment::in_tenant(at)
                ))
            })?;
        }
        TokenAction::List => {
            let now = issuer.ambient().now();
            let live = issuer.list_initial_access_tokens(at).await?;
            let rows: Vec<_> = live
                .into_iter()
                .map(|token| [token.name, token.remaining.to_string(), table::age(now, token.expires_at)])
                .collect();
            table::print(["NAME", "REMAINING", "EXPIRES IN"], &rows, output)?;
        }
        TokenAction::Revoke { name } => {
            if !issuer.revoke_initial_access_token(at, &name).await? {
                return Err(Failure::refused(format!(
                    "there is no live token {name}; look at portreeve clients initial-access-token list{}",
                    deployment::in_tenant(at)
                )));
            }
            print::done(format_args!("Revoked {name}."))?;
        }
    }
    Ok(())
}

fn id(at: &TenantDirectory, text: &str) -> Result<ClientId, Failure> {
    ClientId::parse(text).ok_or_else(|| unknown(at, text))
}

fn unknown(at: &TenantDirectory, client_id: &str) -> Failure {
    let there = deployment::in_tenant(at);
    Failure::refused(format!("there is no client {client_id}; look at portreeve clients list{there}"))
}

fn refused(failure: UseCaseFailure<OperatorRefusal>, at: &TenantDirectory, client_id: &str) -> Failure {
    match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(OperatorRefusal::ClientWithoutSecret) => Failure::refused(format!(
            "client {client_id} authenticates without a secret; change token_endpoint_auth_method in its resource file"
        )),
        UseCaseFailure::Refused(OperatorRefusal::AlreadyRotating) => Failure::refused(format!(
            "client {client_id} has two secrets of one age; apply a resource file with the one to keep, or end both with --at-once"
        )),
        UseCaseFailure::Refused(_) => unknown(at, client_id),
    }
}
