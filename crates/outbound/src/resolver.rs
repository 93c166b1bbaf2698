//! From a host to the addresses that are checked and connected to.
//!
//! Owns asking once a request: the answer that was checked is the answer that is used, so a name that changes its address
//! in between (DNS rebinding) gains nothing.

use std::net::{IpAddr, SocketAddr};

use url::Host;

use crate::addresses::is_special_use;
use crate::error::OutboundError;
use crate::rules::Rules;
use crate::target::{Scheme, Target};

/// How many addresses of a host are looked at.
const MAX_ADDRESSES: usize = 16;

/// Names as a test wants them.
#[cfg(test)]
pub(crate) type Names = std::sync::Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// Who knows the addresses of names.
#[derive(Clone)]
pub(crate) enum Resolver {
    /// The machine.
    System,
    /// A test.
    #[cfg(test)]
    Given(Names),
}

impl Resolver {
    async fn addresses(&self, host: &Host, port: u16) -> Result<Vec<IpAddr>, OutboundError> {
        let name = match host {
            Host::Ipv4(address) => return Ok(vec![IpAddr::V4(*address)]),
            Host::Ipv6(address) => return Ok(vec![IpAddr::V6(*address)]),
            Host::Domain(name) => name,
        };
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name.as_str(), port)).await;
                Ok(found.map_err(|_| OutboundError::NameUnknown)?.map(|address| address.ip()).collect())
            }
            #[cfg(test)]
            Self::Given(addresses) => Ok(addresses(name)),
        }
    }
}

/// Finds the addresses of a target and refuses it if any of them may not be reached.
///
/// # Errors
/// `NameUnknown`, `SpecialUseAddress`; `UnacceptableUrl` for http to anything but an allowed loopback target.
pub(crate) async fn checked_addresses(
    resolver: &Resolver,
    rules: &Rules,
    target: &Target,
) -> Result<Vec<SocketAddr>, OutboundError> {
    let is_allowed = rules.allows(target);
    if target.scheme == Scheme::Http && !is_allowed {
        return Err(OutboundError::UnacceptableUrl("the scheme is not https"));
    }
    let addresses = resolver.addresses(&target.host, target.port).await?;
    if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
        return Err(OutboundError::NameUnknown);
    }
    if let Some(special) = addresses.iter().find(|address| !is_allowed && is_special_use(**address)) {
        return Err(OutboundError::SpecialUseAddress(*special));
    }
    if target.scheme == Scheme::Http && !addresses.iter().all(|address| address.to_canonical().is_loopback()) {
        return Err(OutboundError::UnacceptableUrl("the scheme is not https"));
    }
    Ok(addresses.into_iter().map(|address| SocketAddr::new(address, target.port)).collect())
}
