//! Who is calling, seen through trusted proxies.
//!
//! Owns the list of proxy networks and the reading of `X-Forwarded-For`. Leaves to the doors what an
//! address may do; rate limits take [`ClientAddress::rate_limit_prefix`]. Host, scheme and issuer are
//! never read from a header. SECURITY.md rule 19, S-127.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// One IPv6 customer holds at least a /64, so a single address says nothing about the caller.
const IPV6_PREFIX_BITS: u8 = 64;

/// The networks whose word about the client address is believed. Empty: nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A `trusted_proxies` entry that is neither an address nor a network.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{entry:?} is neither an IP address nor a network such as 10.0.0.0/8 or fd00::/8")]
pub struct InvalidProxyNetwork {
    /// The entry as configured.
    pub entry: String,
}

/// The address a request is attributed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// Canonical: an IPv4-mapped IPv6 address is given as IPv4.
    pub ip: IpAddr,
}

impl TrustedProxies {
    /// Parses addresses (`192.0.2.7`) and networks (`10.0.0.0/8`, `fd00::/8`).
    ///
    /// # Errors
    /// The first entry that is neither.
    pub fn parse<'e>(entries: impl IntoIterator<Item = &'e str>) -> Result<Self, InvalidProxyNetwork> {
        entries
            .into_iter()
            .map(|entry| {
                IpNet::from_str(entry)
                    .or_else(|_| IpAddr::from_str(entry).map(IpNet::from))
                    .map_err(|_| InvalidProxyNetwork { entry: entry.to_owned() })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether an address belongs to a trusted proxy. IPv4-mapped IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl ClientAddress {
    /// The network that shares one rate limit: /32 for IPv4, /64 for IPv6. SECURITY.md rule 18.
    pub fn rate_limit_prefix(&self) -> IpNet {
        match self.ip {
            IpAddr::V4(_) => IpNet::from(self.ip),
            IpAddr::V6(_) => IpNet::new_assert(self.ip, IPV6_PREFIX_BITS).trunc(),
        }
    }
}

/// Finds the client address of a request.
///
/// Walks all `X-Forwarded-For` lines, joined, from the right: the first hop that is no trusted proxy
/// is the client; if all are trusted, the leftmost is. The header counts only when `peer` itself is
/// trusted. A hop on this way that cannot be read gives the peer's address, so that whoever comes that
/// way shares one limit; what stands left of the client is its own text, and could only serve it to
/// hide. A hop is an address, with a port if the proxy adds one; an IPv6 zone is refused.
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> ClientAddress {
    let peer = ClientAddress { ip: peer.ip().to_canonical() };
    if !trusted.contains(peer.ip) {
        return peer;
    }
    let mut client = peer;
    for hop in hops_from_the_right(headers) {
        let Some(ip) = parse_hop(hop) else { return peer };
        client = ClientAddress { ip };
        if !trusted.contains(ip) {
            break;
        }
    }
    client
}

fn hops_from_the_right(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(X_FORWARDED_FOR).iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
}

/// Reads `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim_matches([' ', '\t']);
    // A zone means something on one link of one machine only; the parser below would accept digits.
    if hop.contains('%') {
        return None;
    }
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    hop.parse::<IpAddr>()
        .ok()
        .or_else(|| bracketed().map(IpAddr::V6))
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1:40000";

    fn seen_from(peer: &str, lines: &[&str]) -> ClientAddress {
        let trusted = TrustedProxies::parse(["10.0.0.0/8", "fd00::/8", "192.0.2.1"]).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, line.parse().unwrap());
        }
        client_address(peer.parse().unwrap(), &headers, &trusted)
    }

    fn client(ip: &str) -> ClientAddress {
        ClientAddress { ip: ip.parse().unwrap() }
    }

    /// S-127: a header from an untrusted peer is ignored.
    #[test]
    fn an_untrusted_peer_cannot_name_another_address() {
        let seen = seen_from("203.0.113.9:1", &["198.51.100.1"]);

        assert_eq!(seen, client("203.0.113.9"));
    }

    /// S-127: the rightmost untrusted hop wins, over what the client itself wrote to its left.
    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        let seen = seen_from(PROXY, &["198.51.100.66, 203.0.113.9, 10.2.3.4"]);

        assert_eq!(seen, client("203.0.113.9"));
    }

    #[test]
    fn several_header_lines_are_one_list() {
        let seen = seen_from(PROXY, &["198.51.100.66", "203.0.113.9", "10.2.3.4,192.0.2.1"]);

        assert_eq!(seen, client("203.0.113.9"));
    }

    #[test]
    fn a_client_inside_the_trusted_networks_is_the_leftmost_hop() {
        let seen = seen_from(PROXY, &["10.9.9.9, 10.2.3.4"]);

        assert_eq!(seen, client("10.9.9.9"));
    }

    #[test]
    fn a_trusted_peer_that_forwards_nothing_is_the_client() {
        assert_eq!(seen_from(PROXY, &[]), client("10.0.0.1"));
    }

    /// S-127: what the client itself wrote cannot hide the address that a proxy saw.
    #[test]
    fn what_stands_left_of_the_client_is_not_read() {
        for value in ["garbage, 203.0.113.9", ", 203.0.113.9", "fe80::1%eth0, 203.0.113.9, 10.2.3.4"] {
            assert_eq!(seen_from(PROXY, &[value]), client("203.0.113.9"), "{value:?}");
        }
        let in_lines_of_their_own = seen_from(PROXY, &["garbage", "203.0.113.9", "10.2.3.4"]);

        assert_eq!(in_lines_of_their_own, client("203.0.113.9"));
    }

    /// S-127: malformed gives the peer's address, wherever it stands up to the client.
    #[test]
    fn a_malformed_hop_gives_the_peers_address() {
        for value in [
            "",
            "unknown",
            "203.0.113.9,",
            "garbage, 10.2.3.4",
            "203.0.113.9, , 10.2.3.4",
            "203.0.113.999",
            "fe80::1%eth0",
            "[fe80::1%1]:80",
            "[203.0.113.9]",
            "203.0.113.9:99999",
            "2001:db8::1]",
        ] {
            let seen = seen_from(PROXY, &[value]);

            assert_eq!(seen, client("10.0.0.1"), "{value:?}");
        }
    }

    #[test]
    fn hops_may_carry_ports_and_brackets() {
        for (value, ip) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(seen_from(PROXY, &[value]), client(ip));
        }
    }

    #[test]
    fn ipv4_mapped_addresses_are_ipv4_as_peer_and_as_hop() {
        let seen = seen_from("[::ffff:10.0.0.1]:1", &["::ffff:203.0.113.9, ::ffff:10.2.3.4"]);

        assert_eq!(seen, client("203.0.113.9"));
    }

    #[test]
    fn a_rate_limit_covers_one_ipv4_address_or_one_ipv6_slash_64() {
        let v4 = client("203.0.113.9").rate_limit_prefix();
        let v6 = client("2001:db8:1:2:3:4:5:6").rate_limit_prefix();

        assert_eq!(v4.to_string(), "203.0.113.9/32");
        assert_eq!(v6.to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn a_network_that_cannot_be_read_is_named_in_the_error() {
        let error = TrustedProxies::parse(["10.0.0.0/8", "proxy.internal"]).unwrap_err();

        assert!(error.to_string().contains("\"proxy.internal\""));
    }
}
