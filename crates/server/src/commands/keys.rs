//! `portreeve keys`: the signing keys of a tenant.

use std::sync::Arc;

use clap::Subcommand;
use portreeve_domain::KeyPhase;
use portreeve_issuer::{Issuer, KeyChange, TenantDirectory};

use super::{deployment, table};
use crate::command_line::{Output, TenantTarget};
use crate::failure::Failure;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List published keys.
    List,
    /// Let the staged key of every algorithm sign at once.
    Rotate,
    /// Revoke a key at once: nothing it signed counts any more.
    Revoke {
        /// The key id, as `list` shows it.
        kid: String,
    },
}

/// # Errors
/// A refusal for an unknown key; see `deployment` for the others.
pub(crate) async fn run(action: Action, target: &TenantTarget) -> Result<(), Failure> {
    deployment::on_tenant(target, async |issuer, at| act(action, issuer, at, target.output).await).await
}

async fn act(action: Action, issuer: &Issuer, at: &Arc<TenantDirectory>, output: Output) -> Result<(), Failure> {
    match action {
        Action::List => {
            let now = issuer.ambient().now();
            let rows: Vec<_> = at
                .signing
                .all()
                .iter()
                .map(|known| {
                    let phase = phase_name(known.times.phase(now));
                    let published = table::age(known.times.published_at, now);
                    [known.key.kid().to_owned(), known.key.algorithm().name().to_owned(), phase.to_owned(), published]
                })
                .collect();
            table::print(["KID", "ALG", "PHASE", "PUBLISHED"], &rows, output);
        }
        Action::Rotate => {
            issuer.rotate_keys(at).await?;
            println!("Rotated. Former keys stay published, so that what they signed can still be verified.");
        }
        Action::Revoke { kid } => match issuer.revoke_key(at, &kid).await? {
            KeyChange::Done => println!("Revoked {kid}. Nothing it signed counts any more."),
            KeyChange::NotFound => {
                return Err(Failure::refused(format!("there is no key {kid}; look at portreeve keys list")));
            }
        },
    }
    Ok(())
}

const fn phase_name(phase: KeyPhase) -> &'static str {
    match phase {
        KeyPhase::Staged => "staged",
        KeyPhase::Active => "active",
        KeyPhase::Retiring => "retiring",
        KeyPhase::Retired => "retired",
    }
}
