//! The signed identity as an application checks it: by a library of others and the published keys.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::issuer::Issuer;

/// Returns the claims of a signed identity for `audience`; `None` when it is not to be believed.
pub(crate) async fn verified(jwt: &str, audience: &str, issuer: &Issuer) -> Option<Value> {
    let check = json!({ "jwt": jwt, "keys": issuer.keys().await, "issuer": issuer.url, "audience": audience });
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("gateways/signed_identity.mjs"))
        .arg(check.to_string())
        .output()
        .expect("run node");
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("claims are JSON"))
}
