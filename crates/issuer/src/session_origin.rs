//! From where and with what a session was signed in, as its owner is told.
//!
//! Owns how little of it is kept: the network, not the address; a town, not a street; names of a list, not what the browser says. Sealed under the
//! person's key, so that erasing the person erases it.

use std::net::IpAddr;

use portreeve_crypto::AssociatedData;
use portreeve_domain::{Fault, Place, Session, SessionId, UserAgent};
use portreeve_storage::{Tx, sessions};
use serde::{Deserialize, Serialize};

use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::{Ambient, people};

/// From where and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The network: the first three numbers of an IPv4 address, the first three groups of an IPv6 address.
    pub network: String,
    /// The browser and the system.
    pub agent: UserAgent,
    /// Where the network is, as far as the operator's file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Origin {
    /// What is kept of a request from `address`, which is at `place`, with this `User-Agent`.
    pub(crate) fn of(address: IpAddr, user_agent: &str, place: Option<Place>) -> Self {
        Self { network: network(address), agent: UserAgent::parse(user_agent), place }
    }
}

/// The part of an address that tells a person where they were, and not the household.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            format!("{first}.{second}.{third}.*")
        }
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            format!("{first:x}:{second:x}:{third:x}:*")
        }
    }
}

/// Notes the origin of a session that has just been signed in, in the place of the former one.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn note(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    session: &Session,
    origin: &Origin,
) -> Result<(), Fault> {
    let person = people::find(tx, at, session.user).await?;
    let person = person.ok_or_else(|| Fault::impossible("a session of nobody"))?;
    let json = serde_json::to_vec(origin).map_err(Fault::new)?;
    let row = session.id.as_i64().to_be_bytes();
    let sealed = person.key.seal(ambient.random(), &place(at, &row), &json).map_err(Fault::new)?;
    if !sessions::set_origin(tx, at.id(), session.id, &sealed).await? {
        return Err(Fault::transient("the session ended while it was being signed in"));
    }
    Ok(())
}

/// Opens the origin of a session of `person`.
///
/// # Errors
/// A fault when it does not open.
pub(crate) fn open(at: &TenantDirectory, person: &Person, id: SessionId, sealed: &[u8]) -> Result<Origin, Fault> {
    let json = person.key.open(&place(at, &id.as_i64().to_be_bytes()), sealed).map_err(Fault::new)?;
    serde_json::from_slice(&json).map_err(|e| Fault::new(e).while_doing("read the origin of a session"))
}

fn place<'a>(at: &TenantDirectory, row: &'a [u8; 8]) -> AssociatedData<'a> {
    AssociatedData { table: "sessions", column: "origin_sealed", row, tenant: at.id().as_i64() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept leads to a network and to nobody's house.
    #[test]
    fn an_address_is_shortened_before_it_is_kept() {
        for (address, kept) in [
            ("203.0.113.77", "203.0.113.*"),
            ("::ffff:203.0.113.77", "203.0.113.*"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:*"),
        ] {
            assert_eq!(Origin::of(address.parse().unwrap(), "", None).network, kept);
        }
    }
}
