//! Settling a transaction that ends in a refusal.
//!
//! A refusal commits like a success: what it changed (a family revoked, a code burned) must hold before anybody is
//! answered. Only a fault rolls back. DESIGN §3, §5.

use portreeve_domain::{Failure, Fault};
use portreeve_oidc::Refusal;
use portreeve_storage::Tx;

/// How often what somebody else was faster with is looked at again. Once is enough: what is used up never goes back.
pub(crate) const LOOKS: usize = 2;

/// Separates what we decided from what broke.
pub(crate) fn split<T, R>(result: Result<T, Failure<R>>) -> Result<Result<T, R>, Fault> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(Failure::Fault(fault)) => Err(fault),
    }
}

/// Commits, whatever was decided, unless something broke; then gives the decision.
///
/// # Errors
/// The refusal, after the commit; the fault that prevented a decision or the commit.
pub(crate) async fn settle<T, R>(tx: Tx, result: Result<T, Failure<R>>) -> Result<T, Failure<R>> {
    let decided = split(result)?;
    tx.commit().await?;
    decided.map_err(Failure::Refused)
}

/// As `settle`; `None` when somebody else was faster with what the transaction uses up: it is to be tried `LOOKS` times, as what it
/// means then is decided by what is stored then.
///
/// # Errors
/// As `settle`.
pub(crate) async fn settle_unless_overtaken<T, R>(
    tx: Tx,
    result: Result<T, Failure<R>>,
) -> Result<Option<T>, Failure<R>> {
    match settle(tx, result).await {
        Err(Failure::Fault(fault)) if fault.is_overtaken() => Ok(None),
        settled => settled.map(Some),
    }
}

/// Ends a use case that was overtaken each time.
pub(crate) fn overtaken_again<T>() -> Result<T, Failure<Refusal>> {
    Err(Fault::transient("what was to be used up changed each time it was looked at").into())
}

/// Ends a use case with a refusal.
pub(crate) fn refuse<T>(refusal: impl Into<Refusal>) -> Result<T, Failure<Refusal>> {
    Err(Failure::Refused(refusal.into()))
}
