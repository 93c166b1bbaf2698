//! What the operator allows beyond the public web: `[outbound]` of the settings.
//!
//! Owns the allow-list of targets and the extra certificate authorities. An allowed target may have any address; if all
//! of its addresses are loopback it may be plain http, as nothing then leaves the machine.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Host;

use crate::target::Target;

/// The operator's exceptions; by default there are none.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    allowed: Vec<(Host, u16)>,
    extra_authorities: Vec<CertificateDer<'static>>,
}

/// An exception that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// An entry of the allow-list is not `host:port`.
    #[error("{0:?} is not host:port, such as keys.internal:8443 or [fd00::1]:443")]
    Target(String),
    /// The certificate authorities are not PEM, or there is none.
    #[error("there is no PEM certificate")]
    Authorities,
}

impl Rules {
    /// Reads the allow-list: `host:port`, where the host is a name or an address (IPv6 in brackets).
    ///
    /// # Errors
    /// The first entry that is something else.
    pub fn allowing<'e>(entries: impl IntoIterator<Item = &'e str>) -> Result<Self, InvalidRule> {
        let allowed = entries.into_iter().map(|entry| {
            let invalid = || InvalidRule::Target(entry.to_owned());
            let (host, port) = entry.rsplit_once(':').ok_or_else(invalid)?;
            let host = Host::parse(host).map_err(|_| invalid())?;
            let port: u16 = port.parse().map_err(|_| invalid())?;
            if port == 0 { Err(invalid()) } else { Ok((host, port)) }
        });
        Ok(Self { allowed: allowed.collect::<Result<_, _>>()?, extra_authorities: Vec::new() })
    }

    /// Trusts certificate authorities beside those of the machine; `pem` holds one or more.
    ///
    /// # Errors
    /// `Authorities`.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, InvalidRule> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        self.extra_authorities = read.map_err(|_| InvalidRule::Authorities)?;
        if self.extra_authorities.is_empty() { Err(InvalidRule::Authorities) } else { Ok(self) }
    }

    /// Whether the operator named this target.
    pub(crate) fn allows(&self, target: &Target) -> bool {
        self.allowed.iter().any(|(host, port)| *host == target.host && *port == target.port)
    }

    /// Certificate authorities beside those of the machine.
    pub(crate) fn extra_authorities(&self) -> &[CertificateDer<'static>] {
        &self.extra_authorities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_one_host_and_one_port() {
        let rules = Rules::allowing(["Keys.internal:8443", "127.0.0.1:9000", "[fd00::1]:443"]).unwrap();
        let allows = |url: &str| rules.allows(&Target::parse(url).unwrap());

        assert!(
            allows("https://keys.internal:8443/jwks") && allows("https://[fd00::1]/") && allows("https://127.1:9000/")
        );
        assert!(!allows("https://keys.internal/jwks") && !allows("https://a.keys.internal:8443/"));
    }

    #[test]
    fn what_is_not_host_and_port_is_refused() {
        for entry in
            ["", "keys.internal", "keys.internal:", ":443", "keys.internal:0", "a b:1", "https://a:1", "10.0.0.0/8"]
        {
            assert_eq!(Rules::allowing([entry]).unwrap_err(), InvalidRule::Target(entry.to_owned()));
        }
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        assert_eq!(Rules::default().trusting(b"").unwrap_err(), InvalidRule::Authorities);
        assert_eq!(Rules::default().trusting(b"-----BEGIN CERTIFICATE-----").unwrap_err(), InvalidRule::Authorities);
    }
}
