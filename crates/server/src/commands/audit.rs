//! `portreeve audit`: whether the audit log is what was written, a copy that outsiders can verify, and the key for that.
//!
//! Owns arguments and printing. `docs/audit.md` describes the format.

use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use portreeve_domain::Failure as UseCaseFailure;
use portreeve_issuer::{AuditReport, ExportRefusal, Issuer, KeptCheckpoint, TenantDirectory};

use super::deployment;
use crate::command_line::Target;
use crate::failure::Failure;
use crate::print;

/// The tenant that is meant when none is named.
const DEFAULT: &str = "default";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Look for events that were changed, deleted, reordered or cut off; ends with 1 when something is wrong.
    Verify {
        /// An export kept elsewhere: its last checkpoint shows whether the log was cut off or replaced since.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Print the log as JSON lines that the public key alone verifies. It holds pseudonyms, never names.
    Export {
        /// Begin after this event, which must be one with a checkpoint.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: i64,
    },
    /// Print the public key that checkpoints are verified with, as PEM.
    Key,
}

/// # Errors
/// A refusal that lists what is wrong with the log; see `deployment` for the others.
pub(crate) async fn run(action: Action, target: &Target, tenant: Option<&str>) -> Result<(), Failure> {
    deployment::on(target, async |issuer| act(action, issuer, tenant).await).await
}

async fn act(action: Action, issuer: &Issuer, tenant: Option<&str>) -> Result<(), Failure> {
    let named = || deployment::tenant(issuer, tenant.unwrap_or(DEFAULT));
    match action {
        Action::Verify { checkpoint: Some(file) } => {
            let at = named()?;
            let kept = read(&file, &at)?;
            verify(issuer, &[at], Some(kept)).await
        }
        Action::Verify { checkpoint: None } => {
            let tenants = if tenant.is_some() { vec![named()?] } else { issuer.directory.all() };
            verify(issuer, &tenants, None).await
        }
        Action::Export { after } => {
            let at = named()?;
            export(issuer, &at, after).await
        }
        Action::Key => print::text(named()?.audit_key()),
    }
}

async fn verify(
    issuer: &Issuer,
    tenants: &[Arc<TenantDirectory>],
    mut kept: Option<KeptCheckpoint>,
) -> Result<(), Failure> {
    let mut wrong = 0;
    for at in tenants {
        let report = issuer.verify_audit(at, kept.take()).await?;
        wrong += report.findings.len() as u64 + report.untold;
        print_report(&at.tenant.slug, &report)?;
    }
    if wrong == 0 { Ok(()) } else { Err(Failure::refused(format!("the audit log is not whole: {wrong} findings"))) }
}

fn print_report(slug: &str, report: &AuditReport) -> Result<(), Failure> {
    let AuditReport { events, checkpoints, signed_up_to, findings, untold } = report;
    let state = if findings.is_empty() { "whole" } else { "NOT whole" };
    print::line(format_args!(
        "tenant {slug}: {state}; {events} events, {checkpoints} checkpoints, signed up to event {signed_up_to}"
    ))?;
    for finding in findings {
        print::line(format_args!("  {finding}"))?;
    }
    if *untold > 0 {
        print::line(format_args!("  and {untold} more"))?;
    }
    Ok(())
}

fn read(file: &Path, at: &TenantDirectory) -> Result<KeptCheckpoint, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|e| Failure::usage(format!("{} cannot be read: {e}", file.display())))?;
    KeptCheckpoint::parse(&text, at).ok_or_else(|| {
        let (file, slug) = (file.display(), &at.tenant.slug);
        Failure::refused(format!("{file} holds no checkpoint signed by tenant {slug}; name its tenant with --tenant"))
    })
}

async fn export(issuer: &Issuer, at: &TenantDirectory, after: i64) -> Result<(), Failure> {
    let mut out = BufWriter::new(stdout().lock());
    let mut part = issuer.begin_audit_export(at, after).await.map_err(|failure| match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(ExportRefusal::NoSuchCheckpoint) => {
            Failure::usage(format!("event {after} has no checkpoint; begin after the last one of a former export"))
        }
    })?;
    while !part.lines.is_empty() {
        for line in &part.lines {
            writeln!(out, "{line}").map_err(print::unwritable)?;
        }
        part = issuer.export_audit(at, part.next).await?;
    }
    out.flush().map_err(print::unwritable)
}
