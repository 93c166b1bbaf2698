//! Networks, one a line: an address (`192.0.2.7`) or a network (`192.0.2.0/24`, `2001:db8::/32`). What follows `#` is a remark.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// A list of networks.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    networks: HashSet<IpNet>,
    /// The lengths of prefixes that occur: a look-up asks once for each.
    lengths: BTreeSet<u8>,
}

impl Listed {
    /// The largest file that is read: a million networks.
    pub(crate) const MOST_BYTES: u64 = 32 * 1024 * 1024;

    /// Reads a list. A line that is no network makes all of it unusable: a list with holes would protect nobody and say nothing.
    pub(crate) fn read(bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|_| "is no text in UTF-8".to_owned())?;
        let mut listed = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let entry = text.split('#').next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            let network = network(entry)
                .ok_or_else(|| format!("line {line} is neither an address nor a network such as 192.0.2.0/24"))?;
            listed.lengths.insert(network.prefix_len());
            listed.networks.insert(network);
        }
        Ok(listed)
    }

    /// Whether it has the network of an address.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let of_length = |length: &u8| IpNet::new(address, *length).ok();
        self.lengths.iter().filter_map(of_length).any(|network| self.networks.contains(&network.trunc()))
    }
}

fn network(entry: &str) -> Option<IpNet> {
    let network = IpNet::from_str(entry).or_else(|_| IpAddr::from_str(entry).map(IpNet::from)).ok()?;
    Some(network.trunc())
}
