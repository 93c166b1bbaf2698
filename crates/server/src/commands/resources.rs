//! `portreeve plan`, `apply`, `drift` and `export`: resource files on the command line.

use std::path::PathBuf;

use clap::Args;
use portreeve_domain::Failure as UseCaseFailure;
use portreeve_issuer::Issuer;
use portreeve_issuer::configure::{Change, ChangeKind, ExportScope, Problem, ResourceKind, Resources, Unlisted};

use super::deployment;
use crate::command_line::Target;
use crate::failure::Failure;
use crate::print;

/// Resource files.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// A resource file in TOML, YAML or JSON; may be given several times, or with several files.
    #[arg(short = 'f', long = "file", required = true, num_args = 1..)]
    files: Vec<PathBuf>,
}

/// The files, and what becomes of what they leave out.
#[derive(Debug, Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    files: Files,
    /// Delete clients, resource servers, trusted issuers, attributes, terms, requirements and texts of scopes that no file declares, in the tenants that the files mention.
    #[arg(long)]
    prune: bool,
}

/// # Errors
/// A configuration failure that lists what is wrong in the files; see `deployment` for the others.
pub(crate) async fn plan(changes: &Changes, target: &Target) -> Result<(), Failure> {
    let resources = changes.files.read()?;
    let planned =
        deployment::on(target, async |issuer| issuer.plan(&resources, changes.unlisted()).await.map_err(failure));
    print::line(told(&planned.await?, "would be "))
}

/// # Errors
/// As [`plan`].
pub(crate) async fn apply(changes: &Changes, target: &Target) -> Result<(), Failure> {
    let resources = changes.files.read()?;
    let applied =
        deployment::on(target, async |issuer| issuer.apply(&resources, changes.unlisted()).await.map_err(failure));
    print::done(told(&applied.await?, ""))
}

/// # Errors
/// A failure with an exit code of its own when the database differs from the files; else as [`plan`].
pub(crate) async fn drift(files: &Files, target: &Target) -> Result<(), Failure> {
    let resources = files.read()?;
    let drift = async |issuer: &Issuer| issuer.drift(&resources).await.map_err(failure);
    let differences = deployment::on(target, drift).await?;
    for difference in &differences {
        print::line(drifted(difference))?;
    }
    if differences.is_empty() {
        return print::line("The database is what the files say.");
    }
    Err(Failure::differs(format!(
        "differences: {}; portreeve apply makes the database what the files say, portreeve export prints what it is",
        differences.len()
    )))
}

/// # Errors
/// See `deployment`.
pub(crate) async fn export(with_people: bool, target: &Target) -> Result<(), Failure> {
    let scope = if with_people { ExportScope::WithPeople } else { ExportScope::Configuration };
    print::text(deployment::on(target, async |issuer| Ok(issuer.export(scope).await?)).await?)
}

impl Files {
    fn read(&self) -> Result<Resources, Failure> {
        Resources::read(&self.files).map_err(problems)
    }
}

impl Changes {
    fn unlisted(&self) -> Unlisted {
        if self.prune { Unlisted::Delete } else { Unlisted::Keep }
    }
}

/// A difference in words: what the database has that the files have not, or the other way round.
fn drifted(difference: &Change) -> String {
    let Change { kind, resource, tenant, name, fields } = difference;
    let (resource, place) = match resource {
        ResourceKind::Tenant => ("tenant", String::new()),
        other => (other.name(), format!(" in {tenant}")),
    };
    match kind {
        ChangeKind::Create => format!("{resource} {name}{place}: in the files only"),
        ChangeKind::Delete => format!("{resource} {name}{place}: in the database only"),
        ChangeKind::Update => format!("{resource} {name}{place}: differs in {}", fields.join(", ")),
    }
}

fn failure(failure: UseCaseFailure<Vec<Problem>>) -> Failure {
    match failure {
        UseCaseFailure::Refused(list) => problems(list),
        UseCaseFailure::Fault(fault) => fault.into(),
    }
}

fn problems(list: Vec<Problem>) -> Failure {
    Failure::configuration(list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// Changes in words, one a line, and how many there are.
fn told(changes: &[Change], would_be: &str) -> String {
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    if changes.is_empty() {
        return "Nothing to change.".to_owned();
    }
    let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
    format!(
        "{lines}{} {would_be}created, {} {would_be}updated, {} {would_be}deleted.",
        count(ChangeKind::Create),
        count(ChangeKind::Update),
        count(ChangeKind::Delete)
    )
}
