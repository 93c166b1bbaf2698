//! The doors of a deployment, behind the layers that the server puts around them.
//!
//! Owns which proxy is believed and which authority names clients. Leaves sending requests to `deployment`.

use std::{fs, path::Path, sync::Arc, time::Duration};

use axum::Router;
use portreeve_crypto::Random;
use portreeve_http_kit::{
    client_address::TrustedProxies,
    client_certificate::{Authorities, CertificateHeader, CertificateRules},
    door::{Door, with_door},
    request_trace::{LoggedRequests, RequestTrace},
    security_headers::api_headers,
    transport::Transport,
};
use portreeve_issuer::Issuer;

use crate::certificates::certificates;

/// The address of a proxy whose headers are believed.
pub const TRUSTED_PROXY: &str = "192.0.2.250";

/// The doors of `issuer`; files that they read lie in `folder`.
pub(crate) fn doors(issuer: &Arc<Issuer>, random: Random, folder: &Path) -> Router {
    let transport = Transport::of(&issuer.settings().public_url);
    let routes = portreeve_endpoints::router(Arc::clone(issuer)).merge(portreeve_web::router(Arc::clone(issuer)));
    let proxies = TrustedProxies::parse([TRUSTED_PROXY]).expect("an address");
    let trace = RequestTrace {
        logged: LoggedRequests::Failed,
        ids: Arc::new(move || format!("{:016x}", u64::from_be_bytes(random.bytes().unwrap_or_default()))),
        trusted_proxies: Arc::new(proxies),
        observer: Arc::new(|_| {}),
    };
    let file = folder.join("authorities.pem");
    fs::write(&file, &certificates().authority).expect("write the authority");
    let clock = issuer.ambient().clone();
    let rules = CertificateRules {
        header: CertificateHeader::FromProxies,
        authorities: Some(Authorities::from_pem_file(&file).expect("an authority")),
        now: Arc::new(move || Duration::from_secs(clock.now().as_seconds().unsigned_abs())),
    };
    with_door(routes, Door { trace, certificates: Some(rules), defaults: api_headers(transport) })
}
