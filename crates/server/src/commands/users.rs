//! `portreeve users`: the people of a tenant.

use std::io::{BufRead, stdin};

use clap::Subcommand;
use portreeve_crypto::SecretText;
use portreeve_domain::Failure as UseCaseFailure;
use portreeve_issuer::configure::{AccountSwitch, NewAccount, OperatorRefusal};
use portreeve_issuer::{Issuer, TenantDirectory};

use super::{deployment, table};
use crate::command_line::TenantTarget;
use crate::failure::Failure;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List people.
    List,
    /// Make an account. The password is the first line of standard input; there is no default one.
    Add {
        /// The address.
        email: String,
        /// The person administers the tenant.
        #[arg(long)]
        admin: bool,
        /// The address counts as proven.
        #[arg(long)]
        email_verified: bool,
    },
    /// Switch an account off and sign the person out everywhere.
    Disable {
        /// The address.
        email: String,
    },
    /// Switch an account on again.
    Enable {
        /// The address.
        email: String,
    },
    /// Set a password, the first line of standard input, and sign the person out everywhere.
    SetPassword {
        /// The address.
        email: String,
    },
}

/// # Errors
/// A refusal for an unknown person or an unusable password; see `deployment` for the others.
pub(crate) async fn run(action: Action, target: &TenantTarget) -> Result<(), Failure> {
    let (issuer, at) = deployment::open_tenant(target).await?;
    match action {
        Action::List => list(&issuer, &at, target).await?,
        Action::Add { email, admin, email_verified } => {
            let account = NewAccount { email, password: Some(password()?), email_verified, is_admin: admin };
            issuer.add_account(&at, &account).await.map_err(|failure| refused(failure, &account.email))?;
            println!("Added {}.", account.email);
        }
        Action::Disable { email } => {
            let done = issuer.switch_account(&at, &email, AccountSwitch::Off).await;
            done.map_err(|failure| refused(failure, &email))?;
            println!("Disabled {email}.");
        }
        Action::Enable { email } => {
            let done = issuer.switch_account(&at, &email, AccountSwitch::On).await;
            done.map_err(|failure| refused(failure, &email))?;
            println!("Enabled {email}.");
        }
        Action::SetPassword { email } => {
            let done = issuer.set_account_password(&at, &email, &password()?).await;
            done.map_err(|failure| refused(failure, &email))?;
            println!("Set the password of {email}; signed out everywhere.");
        }
    }
    Ok(())
}

async fn list(issuer: &Issuer, at: &TenantDirectory, target: &TenantTarget) -> Result<(), Failure> {
    let now = issuer.ambient().now();
    let people = issuer.list_people(at).await?;
    let mut rows: Vec<_> = people
        .iter()
        .map(|person| {
            [
                person.email.clone().unwrap_or_default(),
                if person.email_verified_at.is_some() { "verified" } else { "unverified" }.to_owned(),
                if person.is_admin { "administrator" } else { "user" }.to_owned(),
                if person.disabled_at.is_some() { "disabled" } else { "enabled" }.to_owned(),
                table::age(person.created_at, now),
                person.subject.as_str().to_owned(),
            ]
        })
        .collect();
    rows.sort();
    table::print(["EMAIL", "ADDRESS", "ROLE", "STATE", "AGE", "SUBJECT"], &rows, target.output);
    Ok(())
}

/// The first line of standard input: arguments are seen by every process of the machine, and kept in histories.
fn password() -> Result<SecretText, Failure> {
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line);
    read.map_err(|e| Failure::refused(format!("standard input cannot be read: {e}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::usage("no password came on standard input; pipe it in"));
    }
    Ok(SecretText::new(password.to_owned()))
}

fn refused(failure: UseCaseFailure<OperatorRefusal>, email: &str) -> Failure {
    match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(OperatorRefusal::PasswordRefused(why)) => {
            Failure::refused(format!("{why}; choose another of at least 15 characters"))
        }
        UseCaseFailure::Refused(OperatorRefusal::NotAnAddress) => {
            Failure::usage(format!("{email} is not an address we can use; write it as name@domain"))
        }
        UseCaseFailure::Refused(OperatorRefusal::AddressTaken) => {
            Failure::refused(format!("{email} has an account already; see portreeve users set-password"))
        }
        UseCaseFailure::Refused(_) => {
            Failure::refused(format!("there is no account for {email}; look at portreeve users list"))
        }
    }
}
