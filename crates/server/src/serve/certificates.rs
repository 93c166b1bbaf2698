//! Which client certificates count, as the settings say. RFC 8705, RFC 9440.

use std::sync::Arc;
use std::time::Duration;

use portreeve_http_kit::client_certificate::{Authorities, CertificateRules};
use portreeve_issuer::Clock;

use crate::failure::Failure;
use crate::settings::MutualTlsSettings;

/// The rules of a deployment.
///
/// # Errors
/// A configuration failure when the authorities cannot be used.
pub(crate) fn rules(settings: &MutualTlsSettings) -> Result<CertificateRules, Failure> {
    let authorities = settings.authorities.as_deref().map(Authorities::from_pem_file).transpose();
    let authorities = authorities
        .map_err(|e| Failure::configuration(format!("server.mutual_tls.authorities: {e}; give PEM certificates")))?;
    let now = || Duration::from_millis(Clock::System.now().as_millis().unsigned_abs());
    Ok(CertificateRules { header: settings.header, authorities, now: Arc::new(now) })
}
