//! `portreeve explain`: why somebody was turned away, by the reference they were shown; or what a sign-in would ask, and why.

use std::sync::Arc;

use clap::Args;
use portreeve_domain::Failure as UseCaseFailure;
use portreeve_domain::journey::{Denial, Requirement, Standing, Step};
use portreeve_issuer::{ExplainedSignIn, Issuer, SignInQuestion, TenantDirectory, UnexplainedSignIn};

use super::{deployment, table};
use crate::command_line::{Output, Target};
use crate::failure::Failure;
use crate::print;

/// What is to be explained.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// The reference that somebody was shown.
    #[arg(required_unless_present = "client", conflicts_with_all = ["client", "user"])]
    reference: Option<String>,
    /// The client at which somebody would sign in.
    #[arg(long, requires = "user")]
    client: Option<String>,
    /// Who would sign in, by address.
    #[arg(long, requires = "client")]
    user: Option<String>,
    /// A parameter of the authorization request, such as prompt=login or acr_values=aal2; may be given several times.
    #[arg(long = "with", value_name = "NAME=VALUE", requires = "client")]
    parameters: Vec<String>,
    /// The tenant of client and person, by slug.
    #[arg(long, default_value = "default")]
    tenant: String,
}

/// # Errors
/// A refusal when nothing is known of the reference, client or person; see `deployment` for the others.
pub(crate) async fn run(question: Question, target: &Target) -> Result<(), Failure> {
    match question {
        Question { reference: Some(reference), .. } => explain_refusal(&reference, target).await,
        Question { client: Some(client), user: Some(email), parameters, tenant, .. } => {
            let parameters = parameters.iter().map(|text| parameter(text)).collect::<Result<_, _>>()?;
            let asked = SignInQuestion { client, email, parameters };
            deployment::on(target, async |issuer| {
                let at = deployment::tenant(issuer, &tenant)?;
                explain_sign_in(issuer, &at, asked).await
            })
            .await
        }
        _ => Err(Failure::usage("give a reference, or --client and --user")),
    }
}

async fn explain_refusal(reference: &str, target: &Target) -> Result<(), Failure> {
    let look = async |issuer: &Issuer| Ok((issuer.explain(reference).await?, issuer.ambient().now()));
    let (explained, now) = deployment::on(target, look).await?;
    let Some(explained) = explained else {
        return Err(Failure::refused(format!(
            "nothing is known of {reference}; refusals are kept for 24 hours, and a flood of them is not kept whole"
        )));
    };
    let refusal = explained.refusal;
    print::line(format_args!("when      {} ago", table::age(explained.at, now)))?;
    print::line(format_args!("tenant    {}", explained.tenant))?;
    print::line(format_args!("endpoint  {}", refusal.endpoint))?;
    print::line(format_args!("rule      {}", refusal.cause))?;
    print::line(format_args!("answer    {}: {}", refusal.error, refusal.description))?;
    if let Some(detail) = refusal.detail {
        print::line(format_args!("because   {detail}"))?;
    }
    Ok(())
}

async fn explain_sign_in(issuer: &Issuer, at: &Arc<TenantDirectory>, asked: SignInQuestion) -> Result<(), Failure> {
    let (client, email, there) = (asked.client.clone(), asked.email.clone(), deployment::in_tenant(at));
    let explained = issuer.explain_sign_in(at, asked).await.map_err(|failure| match failure {
        UseCaseFailure::Fault(fault) => fault.into(),
        UseCaseFailure::Refused(UnexplainedSignIn::NoSuchClient) => {
            Failure::refused(format!("there is no client {client}; look at portreeve clients list{there}"))
        }
        UseCaseFailure::Refused(UnexplainedSignIn::NoSuchUser) => {
            Failure::refused(format!("there is no account for {email}; look at portreeve users list{there}"))
        }
        UseCaseFailure::Refused(UnexplainedSignIn::Refused(refusal)) => {
            let (code, cause) = (refusal.cause.code().as_str(), refusal.cause.description());
            Failure::refused(format!("such a request is refused before anybody signs in: {code}: {cause}"))
        }
    })?;
    print_explained(&explained)
}

fn print_explained(explained: &ExplainedSignIn) -> Result<(), Failure> {
    if explained.requirements.is_empty() {
        print::line("Nothing is required beyond one factor.")?;
    } else {
        let row = |(one, standing): &(Requirement, Standing)| {
            [one.id.clone(), one.source.words().to_owned(), words_of(*standing).to_owned()]
        };
        let rows: Vec<_> = explained.requirements.iter().map(row).collect();
        table::print(["REQUIREMENT", "FROM", "ACCOUNT"], &rows, Output::Table)?;
    }
    if explained.is_disabled {
        print::line("The account is switched off: whatever is shown, nobody signs in to it.")?;
    }
    let pages: Vec<_> = explained.steps.iter().filter_map(|step| step.segment()).collect();
    print::line(format_args!("pages in a new browser: {}", pages.join(", ")))?;
    match explained.steps.last() {
        Some(Step::Denied(Denial::LevelNotReached)) => print::line("ends with an error: the level cannot be reached")?,
        Some(Step::Denied(_)) => print::line("ends with an error")?,
        _ => {}
    }
    Ok(())
}

fn words_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "has it",
        Standing::Missing => "lacks it",
        Standing::AtSignIn => "asked at the sign-in",
    }
}

fn parameter(text: &str) -> Result<(String, String), Failure> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or_else(|| Failure::usage(format!("--with {text} is not NAME=VALUE")))?;
    Ok((name.to_owned(), value.to_owned()))
}
