//! `portreeve keys`: the keys of a tenant, to sign with and to be encrypted to.

use std::sync::Arc;

use clap::Subcommand;
use portreeve_domain::{EncryptionKeyPhase, KeyPhase};
use portreeve_issuer::{Issuer, KeyChange, TenantDirectory};

use super::{deployment, table};
use crate::command_line::{Output, TenantTarget};
use crate::failure::Failure;
use crate::print;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List published keys.
    List,
    /// Let the staged key of every algorithm sign at once, and publish new encryption keys.
    Rotate,
    /// Revoke a key at once: nothing it signed counts any more, and what is encrypted to it is not read.
    Revoke {
        /// The key id, as `list` shows it.
        // One of 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
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
            let signing = at.signing.all().iter().map(|known| {
                let phase = phase_name(known.times.phase(now));
                let published = table::age(known.times.published_at, now);
                [known.key.kid().to_owned(), known.key.algorithm().name().to_owned(), phase.to_owned(), published]
            });
            let encryption = at.encryption.all().map(|(key, times)| {
                let phase = encryption_phase_name(times.phase(now));
                let algorithm = format!("{} (enc)", key.key_type().name());
                [key.kid().to_owned(), algorithm, phase.to_owned(), table::age(times.published_at, now)]
            });
            let rows: Vec<_> = signing.chain(encryption).collect();
            table::print(["KID", "ALG", "PHASE", "PUBLISHED"], &rows, output)?;
        }
        Action::Rotate => {
            issuer.rotate_keys(at).await?;
            print::done(
                "Rotated. Former keys stay, so that what they signed is still verified and what is encrypted to them read.",
            )?;
        }
        Action::Revoke { kid } => match issuer.revoke_key(at, &kid).await? {
            KeyChange::Done => print::done(format_args!(
                "Revoked {kid}. Nothing it signed, or that is encrypted to it, counts any more."
            ))?,
            KeyChange::NotFound => {
                let there = deployment::in_tenant(at);
                return Err(Failure::refused(format!("there is no key {kid}; look at portreeve keys list{there}")));
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

const fn encryption_phase_name(phase: EncryptionKeyPhase) -> &'static str {
    match phase {
        EncryptionKeyPhase::Published => "published",
        EncryptionKeyPhase::Replaced => "replaced",
        EncryptionKeyPhase::Gone => "gone",
    }
}
