//! What a second core gives: server and driver together on two cores, over both together on one.
//!
//! The driver is a part of what is measured, as a machine of two cores has no third for it: of a sign-in it is next to nothing, of a token
//! request about a third. It sleeps when it waits, as it must leave the core to the server.

use anyhow::{Context as _, Result};

use crate::Extent;
use crate::deployment::{Cores, Database, Deployment};
use crate::load::Load;
use crate::report::{self, Beside};
use crate::target::{Target, TokenFor};
use crate::{machine, pin_driver};

/// Measures both by turns: the server that waits does nothing.
pub(crate) async fn run(extent: Extent) -> Result<()> {
    println!("Machine: {}.\n", machine());
    let on_one = Deployment::start_on(Cores::One, Database::Sqlite).await?;
    let on_two = Deployment::start_on(Cores::Two, Database::Sqlite).await?;
    let mut rows = Vec::new();
    for ((name, mut two), (_, mut one)) in loads(&on_two.target).into_iter().zip(loads(&on_one.target)) {
        let mut rates = Vec::new();
        for _ in 0..extent.rounds {
            pin_driver(Cores::Two.list())?;
            let with_two = two.drive(extent.period).await.with_context(|| name)?;
            pin_driver(Cores::One.list())?;
            rates.push((with_two, one.drive(extent.period).await.with_context(|| name)?));
        }
        rows.push(Beside { name, rates });
    }
    report::print_beside("server and driver on two cores, beside both on one; the goal is 1.5", &rows);
    Ok(())
}

fn loads(target: &Target) -> [(&'static str, Load); 2] {
    [
        ("client credentials, ES256 JWT", target.client_credentials(TokenFor::Api)),
        ("password sign-in, all steps", target.sign_ins()),
    ]
}
