//! The deployment under test and a person at its pages, who is played by `driver/visit.mjs`.

use std::{fs, path::PathBuf, process::Command};

use serde::Deserialize;

/// Where the driver is, beside this package.
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../driver/visit.mjs");

/// What a check ends with: nothing, or what did not hold.
pub type Outcome<T = ()> = Result<T, String>;

/// An issuer with its users and clients, as `portreeve demo` describes them.
#[derive(Deserialize)]
pub struct Deployment {
    pub issuer: String,
    users: Vec<User>,
    clients: Vec<Registered>,
}

#[derive(Deserialize)]
pub struct User {
    pub email: String,
    totp_secret: Option<String>,
}

/// A registered client.
#[derive(Deserialize)]
pub struct Registered {
    pub client_id: String,
    pub client_secret: Option<String>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    note: String,
}

impl Registered {
    /// Gateways only introspect and are told apart by their note.
    fn is_gateway(&self) -> bool {
        let note = self.note.to_lowercase();
        note.contains("gateway") || note.contains("introspect")
    }
}

impl Deployment {
    /// The user who logs in with a password alone.
    pub fn user(&self) -> Outcome<&User> {
        self.users.iter().find(|user| user.totp_secret.is_none()).ok_or("there is no user with a password alone".into())
    }

    /// A client without a secret whose users come back to a redirect URI.
    pub fn public_client(&self) -> Outcome<&Registered> {
        self.client(|client| client.client_secret.is_none() && !client.redirect_uris.is_empty())
    }

    /// A client with a secret whose users come back to a redirect URI.
    pub fn confidential_client(&self) -> Outcome<&Registered> {
        self.client(|client| client.client_secret.is_some() && !client.redirect_uris.is_empty())
    }

    /// A client that acts for itself.
    pub fn service_client(&self) -> Outcome<&Registered> {
        self.client(|client| client.client_secret.is_some() && client.redirect_uris.is_empty() && !client.is_gateway())
    }

    fn client(&self, fits: impl Fn(&&Registered) -> bool) -> Outcome<&Registered> {
        self.clients.iter().find(fits).ok_or("the deployment lacks a client".into())
    }
}

/// The deployment and the person, who keeps the session from one check to the next.
pub struct Surroundings {
    pub deployment: Deployment,
    target: String,
    demo_json: PathBuf,
    jar: PathBuf,
}

impl Surroundings {
    /// Reads the description; `jar` is a file for the person's cookies.
    pub fn read(target: String, demo_json: PathBuf, jar: PathBuf) -> Outcome<Self> {
        let text = fs::read_to_string(&demo_json).map_err(|error| format!("{}: {error}", demo_json.display()))?;
        let deployment = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", demo_json.display()))?;
        Ok(Self { deployment, target, demo_json, jar })
    }

    /// Lets the person visit an address; returns the URL that would go to the client.
    pub fn visit(&self, address: &str, until: Option<&str>) -> Outcome<url::Url> {
        let mut command = Command::new("node");
        command.arg(DRIVER).args(["--target", &self.target]).arg("--demo-json").arg(&self.demo_json);
        command.arg("--jar").arg(&self.jar).args(until.into_iter().flat_map(|until| ["--until", until])).arg(address);
        let ended = command.output().map_err(|error| format!("run node: {error}"))?;
        if !ended.status.success() {
            return Err(format!("the visit failed: {}", String::from_utf8_lossy(&ended.stderr)));
        }
        let left_for = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
        // Without a redirect back there is no address to read.
        url::Url::parse(&left_for).or_else(|_| url::Url::parse(address)).map_err(|error| error.to_string())
    }
}

/// A parameter of a URL's query.
pub fn parameter(url: &url::Url, name: &str) -> Outcome<String> {
    let found = url.query_pairs().find(|(found, _)| found == name);
    found.map(|(_, value)| value.into_owned()).ok_or(format!("{url} has no {name}"))
}

/// Fails the check unless a condition holds.
pub fn holds(condition: bool, what: &str) -> Outcome {
    if condition { Ok(()) } else { Err(what.to_owned()) }
}

/// Fails the check unless the values are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(actual: T, expected: T, what: &str) -> Outcome {
    if actual == expected { Ok(()) } else { Err(format!("{what}: {actual:?}, not {expected:?}")) }
}
