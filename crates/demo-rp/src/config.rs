//! What the caller decides: the issuer, the clients and their mounts, the demo API.
//!
//! Owns the shape and the checks made once at start. Seeding the same clients at the issuer is the caller's work.

use std::fmt;

use http::Uri;

/// Everything the demo relying party needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer identifier without a trailing slash, such as `http://localhost:8080`. Compared byte for byte.
    pub issuer: String,
    /// The origin at which a browser reaches this application, such as `http://127.0.0.1:8081`; no trailing slash.
    pub base_url: String,
    /// The clients shown, each under its own mount. The first is the one a visitor should start with.
    pub clients: Vec<ClientConfig>,
    /// The protected demo API at `/api/orders`.
    pub api: ApiConfig,
    /// PEM certificates (one or more) trusted for the issuer and this application, besides the platform's own.
    /// `None` trusts the platform alone.
    pub ca_pem: Option<String>,
}

/// One client of the issuer, shown as an application of its own.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// What the pages call the application, such as `Orders`.
    pub name: String,
    /// The path under which it is served: empty for the root, otherwise one segment such as `/second`.
    pub mount: String,
    /// The identifier registered at the issuer.
    pub client_id: String,
    /// The secret for `client_secret_basic`; `None` makes it a public client (`token_endpoint_auth_method` `none`).
    pub client_secret: Option<Secret>,
    /// Scopes to ask for, separated by spaces; holds `openid`, and `orders.read` where the demo API is to answer.
    pub scopes: String,
}

/// The demo API: a resource server that introspects every token it is given.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The API's resource indicator (RFC 8707). With it the clients ask for a token for this audience, and the
    /// API demands that audience; `None` leaves both out.
    pub resource: Option<String>,
    /// The client that may introspect tokens for the resource.
    pub client_id: String,
    /// Its secret, sent with `client_secret_basic`.
    pub client_secret: Secret,
}

/// A client secret. Its `Debug` form shows nothing.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret as the issuer printed it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Why the relying party cannot start with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A URL is not absolute, is neither http nor https, or ends in a slash.
    #[error("{setting} must be an http or https URL without a trailing slash, not {value:?}")]
    Url {
        /// The setting that holds it.
        setting: &'static str,
        /// What it holds.
        value: String,
    },
    /// A mount is neither empty nor one path segment of letters, digits and hyphens, or belongs to another route.
    #[error("the mount {0:?} must be empty or one free path segment such as /second")]
    Mount(String),
    /// Two clients share a mount, or there is no client.
    #[error("every client needs a mount of its own, and there must be one client")]
    Clients,
    /// The certificates are not PEM.
    #[error("ca_pem holds no certificate that can be read")]
    Certificate(#[source] reqwest::Error),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    HttpClient(#[source] reqwest::Error),
}

/// First segments that routes of the root client use; a mount of the same name would hide them.
const TAKEN_MOUNTS: [&str; 8] =
    ["/login", "/callback", "/call-api", "/refresh", "/sign-out", "/signed-out", "/api", "/assets"];

impl Config {
    /// Checks the URLs and mounts.
    ///
    /// Errors: `ConfigError::Url`, `ConfigError::Mount`, `ConfigError::Clients`.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        check_url("issuer", &self.issuer)?;
        check_url("base_url", &self.base_url)?;
        let mut mounts: Vec<&str> = Vec::with_capacity(self.clients.len());
        for client in &self.clients {
            check_mount(&client.mount)?;
            if mounts.contains(&client.mount.as_str()) {
                return Err(ConfigError::Clients);
            }
            mounts.push(&client.mount);
        }
        if mounts.is_empty() { Err(ConfigError::Clients) } else { Ok(()) }
    }
}

fn check_url(setting: &'static str, value: &str) -> Result<(), ConfigError> {
    let absolute = value
        .parse::<Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    if absolute && !value.ends_with('/') { Ok(()) } else { Err(ConfigError::Url { setting, value: value.to_owned() }) }
}

fn check_mount(mount: &str) -> Result<(), ConfigError> {
    let segment = mount
        .strip_prefix('/')
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    if mount.is_empty() || (segment && !TAKEN_MOUNTS.contains(&mount)) {
        Ok(())
    } else {
        Err(ConfigError::Mount(mount.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(issuer: &str, mounts: &[&str]) -> Config {
        let client = |mount: &&str| ClientConfig {
            name: "Orders".to_owned(),
            mount: (*mount).to_owned(),
            client_id: "web".to_owned(),
            client_secret: None,
            scopes: "openid".to_owned(),
        };
        Config {
            issuer: issuer.to_owned(),
            base_url: "http://127.0.0.1:8081".to_owned(),
            clients: mounts.iter().map(client).collect(),
            api: ApiConfig { resource: None, client_id: "api".to_owned(), client_secret: Secret::new("s") },
            ca_pem: None,
        }
    }

    #[test]
    fn two_clients_on_mounts_of_their_own_are_accepted() {
        assert!(config("http://localhost:8080", &["", "/second"]).check().is_ok());
    }

    #[test]
    fn a_mount_that_hides_a_route_or_another_client_is_refused() {
        for mounts in [&["/api"][..], &["", ""], &["/a/b"], &["second"], &["/"], &[]] {
            assert!(config("http://localhost:8080", mounts).check().is_err(), "{mounts:?}");
        }
    }

    /// DESIGN 1.6: the issuer is one string without a trailing slash.
    #[test]
    fn an_issuer_with_a_trailing_slash_or_another_scheme_is_refused() {
        for issuer in ["http://localhost:8080/", "javascript:alert(1)", "localhost:8080", ""] {
            assert!(config(issuer, &[""]).check().is_err(), "{issuer}");
        }
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let shown = format!("{:?}", Secret::new("hunter2-hunter2"));

        assert!(!shown.contains("hunter2"));
    }
}
