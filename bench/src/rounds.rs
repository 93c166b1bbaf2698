//! The same loads on two servers by turns, so that the machine disturbs both alike: the one that waits does nothing.

use anyhow::{Context as _, Result};

use crate::Extent;
use crate::load::Load;
use crate::report::Beside;

/// Drives each load of `here` and the one in its place of `there`, round by round.
///
/// # Errors
/// Of a load.
pub(crate) async fn beside(
    extent: Extent,
    here: &mut [(&'static str, Load)],
    there: &mut [(&'static str, Load)],
) -> Result<Vec<Beside>> {
    let mut rows = Vec::new();
    for ((name, here), (_, there)) in here.iter_mut().zip(there) {
        let mut rates = Vec::new();
        for _ in 0..extent.rounds {
            let with = here.drive(extent.period).await.with_context(|| *name)?;
            rates.push((with, there.drive(extent.period).await.with_context(|| *name)?));
        }
        rows.push(Beside { name, rates });
    }
    Ok(rows)
}
