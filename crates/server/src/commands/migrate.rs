//! `portreeve migrate`: what would run, and running it.

use clap::Subcommand;
use portreeve_issuer::Clock;
use portreeve_storage::Store;
use portreeve_storage::migrations::{self, SchemaState};

use super::deployment::Deployment;
use crate::command_line::Target;
use crate::failure::Failure;
use crate::print;
use crate::serve::schema;

/// What to do.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Action {
    /// Tell what would run; changes nothing.
    Plan,
    /// Run it.
    Up,
}

/// # Errors
/// A temporary failure when the database is away; a refusal that names the migration that failed.
pub(crate) async fn run(action: Action, target: &Target) -> Result<(), Failure> {
    let deployment = Deployment::find(target)?;
    match action {
        Action::Plan => match deployment.missing_file() {
            Some(file) => {
                print::line(format_args!(
                    "There is no database at {} yet; portreeve migrate up makes it.",
                    file.display()
                ))?;
            }
            None => print_state(&migrations::state(&deployment.store()?).await?)?,
        },
        Action::Up => {
            let store = Store::open(deployment.migrate_url.expose())?;
            let state = migrations::state(&store).await?;
            match &state {
                SchemaState::Ahead(_) => return Err(Failure::refused(describe(&state))),
                SchemaState::Foreign(table) => return Err(schema::foreign(table)),
                SchemaState::Empty | SchemaState::Current | SchemaState::Behind(_) => {}
            }
            let applied = migrations::up(&store, Clock::System.now()).await?;
            if applied.is_empty() {
                return print::line("Nothing to do: the schema is current.");
            }
            print::done(applied.iter().map(|title| format!("applied {title}")).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(())
}

fn print_state(state: &SchemaState) -> Result<(), Failure> {
    if let SchemaState::Foreign(table) = state {
        return Err(schema::foreign(table));
    }
    print::line(describe(state))?;
    if let SchemaState::Behind(missing) = state {
        for title in missing {
            print::line(format_args!("  {title}"))?;
        }
    }
    Ok(())
}

/// Where a database stands, and what to do about it.
pub(super) fn describe(state: &SchemaState) -> String {
    match state {
        SchemaState::Empty => "The database is empty; portreeve migrate up makes the schema.".to_owned(),
        SchemaState::Current => "The schema is current.".to_owned(),
        SchemaState::Behind(missing) => {
            format!("{} migrations are missing; portreeve migrate up runs them.", missing.len())
        }
        SchemaState::Foreign(table) => format!("It has a table {table}, and none of ours; check database.url."),
        SchemaState::Ahead(number) => {
            format!("A newer version migrated the database (migration {number}); run that version.")
        }
    }
}
