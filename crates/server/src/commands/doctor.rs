//! `portreeve doctor`: numbered findings about a deployment, each with the mend.
//!
//! Owns the checks an operator can act on, in the order a start meets them. What it opens is opened as any command does;
//! beyond that it changes nothing. WANTED W17.
//!
//! | file | subject |
//! |---|---|
//! | `finding` | one finding |
//! | `surroundings` | settings, files, mail server |
//! | `certificate` | the certificate of the server, the authorities of clients |
//! | `database` | what the rows say |

mod certificate;
mod database;
mod finding;
mod surroundings;

use portreeve_domain::Lifetime;
use portreeve_issuer::Clock;
use portreeve_storage::home::{self, Home};
use portreeve_storage::migrations::{self, SchemaState};
use portreeve_storage::{Store, durability};

use super::deployment::Deployment;
use super::migrate;
use crate::command_line::Target;
use crate::demo::Folder;
use crate::failure::Failure;
use crate::print;
use crate::serve::schema::{COPY, COPY_MEND, LOSS_MEND, loses};
use crate::settings::{Durability, MailTransport, Settings};
use database::{LeftOut, Scene};
use finding::{Finding, Grade};

/// A plausible clock reads at least this: 2025-01-01T00:00:00Z.
const PLAUSIBLE_SINCE_MILLIS: i64 = 1_735_689_600_000;

/// # Errors
/// A refusal when a finding is wrong; a configuration failure when the settings cannot be read at all.
pub(crate) async fn run(target: &Target) -> Result<(), Failure> {
    let mut findings = Vec::new();
    let mut left_out = LeftOut::default();
    match &target.data {
        Some(folder) => findings.push(surroundings::secrets(Folder::open(folder)?.private_files().iter())),
        None => {
            let settings = Settings::load(target.source.config.as_deref(), &target.source.overrides)?;
            surroundings::look(&settings, Clock::System.now(), &mut findings).await;
            left_out = LeftOut {
                mail: matches!(settings.mail.transport, MailTransport::None),
                text_messages: settings.sms.rules.is_none(),
                authorities: settings.server.mutual_tls.is_none_or(|settings| settings.authorities.is_none()),
            };
        }
    }
    findings.push(clock());
    let deployment = Deployment::find(target)?;
    match deployment.key.read() {
        Ok(_) => findings.push(Finding::good("the key-encryption key is there, private and random")),
        Err(failure) => findings.push(Finding::failed(&failure)),
    }
    if let Err(failure) = rows(&deployment, left_out, &mut findings).await {
        findings.push(Finding::failed(&failure));
    }
    for (number, finding) in findings.iter().enumerate() {
        print::line(format_args!("{:>2} {finding}", number + 1))?;
    }
    match findings.iter().filter(|finding| finding.grade == Grade::Wrong).count() {
        0 => Ok(()),
        wrong => Err(Failure::refused(format!("findings that are wrong: {wrong} of {}", findings.len()))),
    }
}

fn clock() -> Finding {
    if Clock::System.now().as_millis() >= PLAUSIBLE_SINCE_MILLIS {
        Finding::good("the clock is plausible")
    } else {
        Finding::wrong("the clock is years behind", "start a time service")
    }
}

/// Everything that needs the database; the keys in it are opened last.
async fn rows(deployment: &Deployment, left_out: LeftOut, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    if let Some(file) = deployment.missing_file() {
        let what = format!("there is no database at {}", file.display());
        findings.push(Finding::look(what, "check database.url; portreeve serve or portreeve migrate up makes one"));
        return Ok(());
    }
    let store = deployment.store()?;
    if schema(&store, findings).await? != SchemaState::Current {
        return Ok(());
    }
    findings.push(survives(&durability::doubts(&store).await?, deployment.durability));
    findings.push(at_home(home::find(&store).await?));
    let key_publish_ahead: Lifetime = deployment.key_publish_ahead;
    let now = Clock::System.now();
    let scene = Scene { store: &store, now, key_publish_ahead, left_out };
    database::look(&scene, findings).await?;
    deployment.with_issuer(async |_| Ok(())).await?;
    findings.push(Finding::good("what is stored opens with the key-encryption key"));
    Ok(())
}

/// `doubts` are settings because of which commits are lost.
fn survives(doubts: &[String], durability: Durability) -> Finding {
    match (doubts, durability) {
        ([], _) => Finding::good("every commit waits for the disk"),
        (_, Durability::Required) => Finding::wrong(loses(doubts), LOSS_MEND),
        (_, Durability::Unchecked) => Finding::look(loses(doubts), "it is only fit for tests"),
    }
}

fn at_home(home: Home) -> Finding {
    match home {
        Home::Here => Finding::good("the database is at home here"),
        Home::Unsettled => Finding::good("the database was never served"),
        Home::Elsewhere => Finding::wrong(COPY, COPY_MEND),
    }
}

async fn schema(store: &Store, findings: &mut Vec<Finding>) -> Result<SchemaState, Failure> {
    let state = migrations::state(store).await?;
    let what = migrate::describe(&state);
    findings.push(match state {
        SchemaState::Current => Finding::good(what),
        SchemaState::Empty => {
            Finding::look("the database is empty", "portreeve serve or portreeve migrate up fills it")
        }
        SchemaState::Foreign(_) => Finding::wrong("the database is another program's", what),
        SchemaState::Behind(_) => Finding::wrong("the schema is behind this program", what),
        SchemaState::Ahead(_) => Finding::wrong("the schema is ahead of this program", what),
    });
    Ok(state)
}
