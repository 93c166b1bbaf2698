//! `portreeve plan`, `apply` and `export`: resource files on the command line.

use std::path::PathBuf;

use clap::Args;
use portreeve_domain::Failure as UseCaseFailure;
use portreeve_issuer::configure::{Change, ChangeKind, ExportScope, Problem, Resources, Unlisted};

use super::deployment;
use crate::command_line::Target;
use crate::failure::Failure;

/// The files, and what becomes of what they leave out.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// A resource file; may be given several times, or with several files.
    #[arg(short = 'f', long = "file", required = true, num_args = 1..)]
    files: Vec<PathBuf>,
    /// Delete clients and resource servers that no file declares, in the tenants that the files mention.
    #[arg(long)]
    prune: bool,
}

/// # Errors
/// A configuration failure that lists what is wrong in the files; see `deployment` for the others.
pub(crate) async fn plan(files: &Files, target: &Target) -> Result<(), Failure> {
    let resources = files.read()?;
    let issuer = deployment::open(target).await?;
    let changes = issuer.plan(&resources, files.unlisted()).await.map_err(failure)?;
    print_changes(&changes, "would be ");
    Ok(())
}

/// # Errors
/// As [`plan`].
pub(crate) async fn apply(files: &Files, target: &Target) -> Result<(), Failure> {
    let resources = files.read()?;
    let issuer = deployment::open(target).await?;
    let changes = issuer.apply(&resources, files.unlisted()).await.map_err(failure)?;
    print_changes(&changes, "");
    Ok(())
}

/// # Errors
/// See `deployment`.
pub(crate) async fn export(with_people: bool, target: &Target) -> Result<(), Failure> {
    let scope = if with_people { ExportScope::WithPeople } else { ExportScope::Configuration };
    let issuer = deployment::open(target).await?;
    print!("{}", issuer.export(scope).await?);
    Ok(())
}

impl Files {
    fn read(&self) -> Result<Resources, Failure> {
        Resources::read(&self.files).map_err(problems)
    }

    fn unlisted(&self) -> Unlisted {
        if self.prune { Unlisted::Delete } else { Unlisted::Keep }
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

fn print_changes(changes: &[Change], would_be: &str) {
    for change in changes {
        println!("{change}");
    }
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    if changes.is_empty() {
        println!("Nothing to change.");
    } else {
        println!(
            "{} {would_be}created, {} {would_be}updated, {} {would_be}deleted.",
            count(ChangeKind::Create),
            count(ChangeKind::Update),
            count(ChangeKind::Delete)
        );
    }
}
