//! The control, from the same resource files as our server.

use std::{fs, path::Path, process::Command, time::Duration};

use portreeve_tests::{address::free_address, process::ChildProcess, temp::TempFolder};
use serde_json::{Value, json};

use crate::{
    authority::{Authority, origin},
    issuer::{Issuer, Resources},
};

const PATIENCE: Duration = Duration::from_secs(120);

/// What RFC 7591 does not know about a client.
const OUR_OWN: [&str; 4] = ["introspects", "resources", "first_party", "profile"];

/// A running oidc-provider.
pub(crate) struct Control {
    /// The issuer it serves.
    pub(crate) issuer: Issuer,
    _process: ChildProcess,
    _folder: TempFolder,
}

impl Control {
    /// Starts oidc-provider with the clients and APIs of `resources`; anybody can sign in there with any password.
    pub(crate) async fn start(authority: &Authority, resources: &Resources) -> Self {
        let folder = TempFolder::new("control");
        let (address, files) = (free_address(), authority.install(folder.path()));
        let document: toml::Table = resources.text.parse().expect("resources are TOML");
        let document = serde_json::to_value(document).expect("resources have a JSON form");
        let clients = document["clients"].as_array().expect("a list of clients");
        let clients: Vec<Value> = clients.iter().map(|client| registration(client, resources)).collect();
        let settings = json!({
            "port": address.port(),
            "certificate": files.certificate,
            "key": files.key,
            "clients": clients,
            "resource_servers": document.get("resource_servers"),
        });
        let file = folder.path().join("settings.json");
        fs::write(&file, settings.to_string()).expect("write the control's settings");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("gateways/control.mjs");
        let mut command = Command::new("node");
        // It reaches its clients, too.
        command.arg(program).arg(&file).env("NODE_EXTRA_CA_CERTS", &files.ca);
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_line("https://localhost", PATIENCE);
        let issuer = Issuer::discover(origin(address), authority, resources).await;
        Self { issuer, _process: process, _folder: folder }
    }
}

/// A client as RFC 7591 writes it, with the secret in the place of its reference.
fn registration(client: &Value, resources: &Resources) -> Value {
    let mut client = client.as_object().expect("a client is a table").clone();
    client.retain(|member, _| !OUR_OWN.contains(&member.as_str()));
    if let Some(reference) = client.get("client_secret") {
        let secret = resources.secret(reference["env"].as_str().expect("a secret from the environment"));
        client.insert("client_secret".to_owned(), secret.into());
    }
    client.into()
}
