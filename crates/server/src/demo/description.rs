//! `demo.json`: what a script needs to use a running demo.
//!
//! Owns the shape and the file, which holds passwords and secrets and is therefore its owner's alone. DESIGN §1.2.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folder::write_private;
use crate::failure::Failure;

/// A running demo.
#[derive(Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) issuer: String,
    pub(crate) rp_url: String,
    pub(crate) admin_url: String,
    pub(crate) mail_dir: PathBuf,
    #[serde(default)]
    pub(crate) text_message_dir: PathBuf,
    /// The authority to be trusted; absent over plain http.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) users: Vec<DemoUser>,
    pub(crate) clients: Vec<DemoClient>,
    pub(crate) resource_servers: Vec<DemoResourceServer>,
}

/// A person of the demo.
#[derive(Serialize, Deserialize)]
pub(crate) struct DemoUser {
    pub(crate) email: String,
    pub(crate) password: String,
    /// Base32, as typed into an authenticator app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) totp_secret: Option<String>,
    pub(crate) note: String,
}

/// A client of the demo.
#[derive(Serialize, Deserialize)]
pub(crate) struct DemoClient {
    pub(crate) client_id: String,
    /// Absent for a public client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) note: String,
}

/// A resource server of the demo.
#[derive(Serialize, Deserialize)]
pub(crate) struct DemoResourceServer {
    pub(crate) resource: String,
    pub(crate) scopes: Vec<String>,
}

impl Description {
    /// Writes the file at `path`, mode 0600, in one step: a script never reads half of it.
    ///
    /// # Errors
    /// A failure when it cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let cannot = |e: String| Failure::refused(format!("{}: {e}", path.display()));
        let text = serde_json::to_string_pretty(self).map_err(|e| cannot(e.to_string()))?;
        write_private(path, text.as_bytes()).map_err(|e| cannot(e.to_string()))
    }

    /// The secret of a client that must have one.
    pub(crate) fn secret_of(&self, client_id: &str) -> Option<&str> {
        self.clients.iter().find(|client| client.client_id == client_id)?.client_secret.as_deref()
    }
}
