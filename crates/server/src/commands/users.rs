//! `portreeve users`: the people of a tenant.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use portreeve_crypto::SecretText;
use portreeve_domain::{ClientId, Failure as UseCaseFailure, Lifetime, lifetimes};
use portreeve_issuer::configure::{AccountSwitch, NewAccount, NewInvitation, OperatorRefusal, StandingInvitation};
use portreeve_issuer::{ErasedPeople, ExportDefect, Issuer, MailContent, TenantDirectory};
use portreeve_pages::Locale;

use super::deployment::{self, Deployment};
use super::table;
use crate::command_line::{Output, TenantTarget};
use crate::failure::Failure;
use crate::print;

/// For how many hours an invitation stands unless the operator says otherwise.
const INVITATION_HOURS: i64 = lifetimes::INVITATION.as_seconds() / 3600;

/// Why nobody gets what a command would have mailed.
const NO_MAIL: &str = "no mail leaves before mail.transport is set";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List people.
    List,
    /// Make an account, and print a one-time link by which the person sets the password, where there are passwords. There is no
    /// default password.
    Add {
        /// The address.
        email: String,
        /// The person administers the tenant.
        #[arg(long)]
        admin: bool,
        /// The address counts as proven.
        #[arg(long)]
        email_verified: bool,
        /// The password is the first line of standard input; no link is printed.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print a one-time link by which the person sets a password; older links of the account end.
    Link {
        /// The address.
        email: String,
    },
    /// Invite somebody by mail, whether or not the address has an account; an older invitation of the address ends.
    Invite {
        /// The address.
        email: String,
        /// The client that the invitation leads to, which has an initiate_login_uri; the account pages without.
        #[arg(long, value_name = "CLIENT")]
        client: Option<String>,
        /// For how many hours it stands.
        #[arg(long, default_value_t = INVITATION_HOURS, value_parser = clap::value_parser!(i64).range(1..=720))]
        expires_hours: i64,
        /// The language of the mail.
        #[arg(long, default_value = "en", value_parser = language)]
        language: &'static str,
    },
    /// List the invitations that stand.
    Invitations,
    /// Take the invitation of an address back; its link is dead.
    RevokeInvitation {
        /// The address.
        email: String,
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
    /// Erase again whom an export of the audit log says to be erased, after a copy of the database has brought them back.
    EraseAgain {
        /// The export of the tenant, by portreeve audit export.
        export: PathBuf,
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
    let deployment = Deployment::find(&target.target)?;
    let work = async |issuer: &Issuer| {
        let at = deployment::tenant(issuer, &target.tenant)?;
        act(action, issuer, &at, (target.output, deployment.mail_is_off)).await
    };
    deployment.with_issuer(work).await
}

async fn act(
    action: Action,
    issuer: &Issuer,
    at: &Arc<TenantDirectory>,
    (output, mail_is_off): (Output, bool),
) -> Result<(), Failure> {
    match action {
        Action::List => list(issuer, at, output).await?,
        Action::Add { email, admin, email_verified, password_stdin } => {
            let password = if password_stdin { Some(password()?) } else { None };
            let account = NewAccount { email, password, email_verified, is_admin: admin };
            issuer.add_account(at, &account).await.map_err(|failure| refused(failure, at, &account.email))?;
            print::remark(format_args!("Added {} to tenant {}.", account.email, at.tenant.slug));
            let proves_address = at.tenant.settings.registration && !email_verified;
            if proves_address {
                print::remark(
                    "Signing in will ask them to prove the address by mail; --email-verified spares them that when you know it.",
                );
            }
            if at.tenant.settings.is_passwordless() {
                print::remark("They sign in by a code that is mailed to them: the tenant has no passwords.");
            } else if account.password.is_none() {
                print_link(issuer, at, &account.email).await?;
            }
            if mail_is_off && (proves_address || at.tenant.settings.is_passwordless()) {
                print::remark(format_args!("But {NO_MAIL}."));
            }
        }
        Action::Link { email } => print_link(issuer, at, &email).await?,
        Action::Invite { email, client, expires_hours, language } => {
            invite(issuer, at, (&email, client.as_deref()), (expires_hours, language)).await?;
            let sent = if mail_is_off { NO_MAIL } else { "the mail goes out when a server runs" };
            print::done(format_args!(
                "Invited {email}; {sent}. Its link works for {expires_hours} hours from now, once."
            ))?;
        }
        Action::Invitations => invitations(issuer, at, output).await?,
        Action::RevokeInvitation { email } => {
            issuer.revoke_invitation(at, &email).await.map_err(|failure| refused(failure, at, &email))?;
            print::done(format_args!("Took the invitation of {email} back."))?;
        }
        Action::Disable { email } => {
            let done = issuer.switch_account(at, &email, AccountSwitch::Off).await;
            done.map_err(|failure| refused(failure, at, &email))?;
            print::done(format_args!("Disabled {email}."))?;
        }
        Action::Enable { email } => {
            let done = issuer.switch_account(at, &email, AccountSwitch::On).await;
            done.map_err(|failure| refused(failure, at, &email))?;
            print::done(format_args!("Enabled {email}."))?;
        }
        Action::EraseAgain { export } => erase_again(issuer, at, &export).await?,
        Action::SetPassword { email } => {
            let done = issuer.set_account_password(at, &email, &password()?).await;
            done.map_err(|failure| refused(failure, at, &email))?;
            print::done(format_args!("Set the password of {email}; signed out everywhere."))?;
        }
    }
    Ok(())
}

async fn invite(
    issuer: &Issuer,
    at: &Arc<TenantDirectory>,
    (email, client): (&str, Option<&str>),
    (hours, locale): (i64, &str),
) -> Result<(), Failure> {
    let no_such = || refused(UseCaseFailure::Refused(OperatorRefusal::NoSuchClient), at, email);
    let client = client.map(|id| ClientId::parse(id).ok_or_else(no_such)).transpose()?;
    let expires_in = Lifetime::from_hours(hours);
    let new = NewInvitation { email, client: client.as_ref(), expires_in, locale };
    issuer.invite(at, &new).await.map_err(|failure| refused(failure, at, email))?;
    Ok(())
}

async fn erase_again(issuer: &Issuer, at: &TenantDirectory, export: &Path) -> Result<(), Failure> {
    let name = export.display();
    let unreadable = |e: std::io::Error| Failure::usage(format!("{name} cannot be read: {e}"));
    let wrong = |defect: ExportDefect| match defect {
        ExportDefect::Foreign => {
            Failure::refused(format!("{name} is no export of the audit log of tenant {}; see --tenant", at.tenant.slug))
        }
        ExportDefect::Line(number) => Failure::refused(format!("{name}: line {number} is not as it was exported")),
        ExportDefect::Unsigned => Failure::refused(format!("{name}: nothing in it is signed; nobody was erased")),
    };
    let mut lines = BufReader::new(File::open(export).map_err(unreadable)?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new())).map_err(unreadable)?;
    let mut erased = ErasedPeople::begin(at, &first).map_err(wrong)?;
    for line in lines {
        erased.read(&line.map_err(unreadable)?).map_err(wrong)?;
    }
    let named = erased.end().map_err(wrong)?;
    let count = issuer.erase_again(&erased).await?;
    print::done(format_args!(
        "Erased {count} of the {} people whom {name} says to be erased; the others are not in the database.",
        named.signed
    ))?;
    if named.unsigned > 0 {
        print::done(format_args!(
            "It names {} more after its last checkpoint; nothing there is signed, and they were not erased.",
            named.unsigned
        ))?;
    }
    Ok(())
}

async fn invitations(issuer: &Issuer, at: &Arc<TenantDirectory>, output: Output) -> Result<(), Failure> {
    let now = issuer.ambient().now();
    let standing = issuer.standing_invitations(at).await?;
    let row = |one: &StandingInvitation| {
        let client = one.client.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let hours_left = one.expires_at.since(now).as_seconds_ceiling().unsigned_abs().div_ceil(3600);
        [one.email.clone(), client, table::age(one.invited_at, now), format!("{hours_left} h")]
    };
    let rows: Vec<_> = standing.iter().map(row).collect();
    table::print(["EMAIL", "CLIENT", "AGE", "EXPIRES IN"], &rows, output)?;
    Ok(())
}

/// The tag of a language that mails are written in.
fn language(tag: &str) -> Result<&'static str, String> {
    let known = || Locale::ALL.map(Locale::tag).join(", ");
    Locale::parse(tag).map(Locale::tag).ok_or_else(|| format!("mails are written in {}", known()))
}

/// The link alone goes to standard output: it is what a script reads.
async fn print_link(issuer: &Issuer, at: &TenantDirectory, email: &str) -> Result<(), Failure> {
    let there = deployment::in_tenant(at);
    let link = issuer.account_setup_link(at, email).await.map_err(|failure| refused(failure, at, email))?;
    print::remark(format_args!(
        "Who opens this link sets the password of {email}. It works once, for {} minutes; portreeve users link {email}{there} \
         prints another.",
        MailContent::LINK_MINUTES
    ));
    print::line(link.expose()).map_err(|failure| {
        failure.and(format_args!("nobody has seen the link: portreeve users link {email}{there} prints another"))
    })
}

async fn list(issuer: &Issuer, at: &TenantDirectory, output: Output) -> Result<(), Failure> {
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
    table::print(["EMAIL", "ADDRESS", "ROLE", "STATE", "AGE", "SUBJECT"], &rows, output)?;
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

fn refused(failure: UseCaseFailure<OperatorRefusal>, at: &TenantDirectory, email: &str) -> Failure {
    let there = deployment::in_tenant(at);
    match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(OperatorRefusal::PasswordRefused(why)) => {
            Failure::refused(format!("{why}; choose another of at least 15 characters"))
        }
        UseCaseFailure::Refused(OperatorRefusal::NotAnAddress) => {
            Failure::usage(format!("{email} is not an address we can use; write it as name@domain"))
        }
        UseCaseFailure::Refused(OperatorRefusal::AddressTaken) => Failure::refused(format!(
            "{email} has an account already; portreeve users link {email}{there} prints a link to set its password"
        )),
        UseCaseFailure::Refused(OperatorRefusal::AccountDisabled) => {
            Failure::refused(format!("{email} is switched off; see portreeve users enable {email}{there}"))
        }
        UseCaseFailure::Refused(OperatorRefusal::NoSuchClient) => {
            Failure::refused(format!("there is no such client; look at portreeve clients list{there}"))
        }
        UseCaseFailure::Refused(OperatorRefusal::SignInNotStartedThere) => Failure::refused(
            "no sign-in starts at that client: give it an initiate_login_uri, and see that it is enabled and vouched for",
        ),
        UseCaseFailure::Refused(OperatorRefusal::InvitationTime) => {
            Failure::usage("an invitation stands for 1 to 720 hours")
        }
        UseCaseFailure::Refused(OperatorRefusal::NoSuchInvitation) => {
            Failure::refused(format!("{email} has no invitation; look at portreeve users invitations{there}"))
        }
        UseCaseFailure::Refused(OperatorRefusal::WithoutPasswords) => Failure::refused(format!(
            "the tenant has no passwords; {email} signs in by a code that is mailed there, or by a passkey"
        )),
        UseCaseFailure::Refused(_) => {
            Failure::refused(format!("there is no account for {email}; look at portreeve users list{there}"))
        }
    }
}
