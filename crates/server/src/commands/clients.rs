//! `portreeve clients`: the clients of a tenant. They are made and changed by resource files.

use clap::Subcommand;
use portreeve_domain::{ClientId, Failure as UseCaseFailure};
use portreeve_issuer::configure::{AccountSwitch, FormerSecrets, OperatorRefusal};

use super::{deployment, table};
use crate::command_line::TenantTarget;
use crate::failure::Failure;

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
    /// Give a client a new secret, printed once; the one in use goes on working beside it.
    RotateSecret {
        /// Which.
        client_id: String,
        /// End the former secrets at once: one of them leaked.
        #[arg(long)]
        at_once: bool,
    },
}

/// # Errors
/// A refusal for an unknown client; see `deployment` for the others.
pub(crate) async fn run(action: Action, target: &TenantTarget) -> Result<(), Failure> {
    let (issuer, at) = deployment::open_tenant(target).await?;
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
            table::print(["CLIENT ID", "NAME", "AUTHENTICATION", "GRANTS", "STATE"], &rows, target.output);
        }
        Action::Show { client_id } => {
            let client = at.client(&id(&client_id)?).ok_or_else(|| unknown(&client_id))?;
            let shown = serde_json::json!({
                "client_id": client.id.as_str(),
                "live_secrets": client.secrets.len(),
                "disabled": client.disabled_at.is_some(),
                "metadata": client.metadata,
            });
            println!("{shown:#}");
        }
        Action::Disable { client_id } => {
            let done = issuer.switch_client(&at, &id(&client_id)?, AccountSwitch::Off).await;
            done.map_err(|failure| refused(failure, &client_id))?;
            println!("Disabled {client_id}.");
        }
        Action::Enable { client_id } => {
            let done = issuer.switch_client(&at, &id(&client_id)?, AccountSwitch::On).await;
            done.map_err(|failure| refused(failure, &client_id))?;
            println!("Enabled {client_id}.");
        }
        Action::RotateSecret { client_id, at_once } => {
            let former = if at_once { FormerSecrets::End } else { FormerSecrets::Keep };
            let rotated = issuer.rotate_client_secret(&at, &id(&client_id)?, former).await;
            println!("{}", rotated.map_err(|failure| refused(failure, &client_id))?.expose());
        }
    }
    Ok(())
}

fn id(text: &str) -> Result<ClientId, Failure> {
    ClientId::parse(text).ok_or_else(|| unknown(text))
}

fn unknown(client_id: &str) -> Failure {
    Failure::refused(format!("there is no client {client_id}; look at portreeve clients list"))
}

fn refused(failure: UseCaseFailure<OperatorRefusal>, client_id: &str) -> Failure {
    match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(OperatorRefusal::ClientWithoutSecret) => Failure::refused(format!(
            "client {client_id} authenticates without a secret; change token_endpoint_auth_method in its resource file"
        )),
        UseCaseFailure::Refused(OperatorRefusal::AlreadyRotating) => Failure::refused(format!(
            "client {client_id} has two secrets already; apply a resource file with the one to keep, or end both with --at-once"
        )),
        UseCaseFailure::Refused(_) => unknown(client_id),
    }
}
