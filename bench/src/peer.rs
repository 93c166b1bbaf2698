//! The peer: `oidc-provider` from npm, a certified provider, with its tokens in memory, on the same core.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use crate::pinned;
use crate::target::{Credentials, Paths, Target};

/// Its script, from the root of the workspace.
const SCRIPT: &str = "tests/clients/control/peer.mjs";
/// The secret of both its clients, as the script has it.
const SECRET: &str = "a-secret-that-only-the-benchmark-knows-0001";

const PATHS: Paths = Paths {
    discovery: "/.well-known/openid-configuration",
    jwks: "/jwks",
    authorize: "/auth",
    token: "/token",
    introspection: "/token/introspection",
    userinfo: "/me",
};

/// A running peer; ends when dropped.
pub(crate) struct Peer {
    pub(crate) target: Target,
    /// Held open: it prints notices as it goes, and would end at a closed pipe.
    _notices: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Peer {
    /// Starts it with `node`.
    pub(crate) async fn start() -> Result<Self> {
        let mut process = pinned("node".as_ref())
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = process.stdout.take().context("the peer has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line =
            lines.next_line().await?.context("the peer does not start; `scripts/install test` gets its packages")?;
        let client = |id: &str| Credentials { id: id.to_owned(), secret: SECRET.to_owned() };
        let target = Target {
            address: line.parse()?,
            paths: &PATHS,
            service: client("service"),
            web: client("web"),
            people: 1,
            password: String::new(),
        };
        Ok(Self { target, _notices: lines, _process: process })
    }
}
