//! `portreeve explain`: why somebody was turned away, by the reference they were shown.

use portreeve_issuer::Issuer;

use super::{deployment, table};
use crate::command_line::Target;
use crate::failure::Failure;

/// # Errors
/// A refusal when nothing is known of the reference; see `deployment` for the others.
pub(crate) async fn run(reference: &str, target: &Target) -> Result<(), Failure> {
    let look = async |issuer: &Issuer| Ok((issuer.explain(reference).await?, issuer.ambient().now()));
    let (explained, now) = deployment::on(target, look).await?;
    let Some(explained) = explained else {
        return Err(Failure::refused(format!(
            "nothing is known of {reference}; refusals are kept for 24 hours, and a flood of them is not kept whole"
        )));
    };
    let refusal = explained.refusal;
    println!("when      {} ago", table::age(explained.at, now));
    println!("tenant    {}", explained.tenant);
    println!("endpoint  {}", refusal.endpoint);
    println!("rule      {}", refusal.cause);
    println!("answer    {}: {}", refusal.error, refusal.description);
    if let Some(detail) = refusal.detail {
        println!("because   {detail}");
    }
    Ok(())
}
