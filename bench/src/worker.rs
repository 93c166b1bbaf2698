//! What one connection does again and again.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::browser::Visit;
use crate::http::{self, Connection};

/// The example verifier of RFC 7636 appendix B; its challenge is in `Target::authorize_path`.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// From one token to the next, so that neighbours are not asked about one after another: a prime, which meets every one.
const STRIDE: usize = 7_919;
/// How the reply about a live token begins.
const ACTIVE: &[u8] = b"{\"active\":true";

/// A step, and what must be remembered for the next one.
pub(crate) enum Worker {
    /// The same request; the reply must have the status.
    Repeat { request: Vec<u8>, status: u16 },
    /// One of many tokens is asked about, another one each time; it must be active.
    Introspect { path: &'static str, headers: String, tokens: Arc<[String]>, next: usize },
    /// A refresh token is used and the one that replaces it kept.
    Refresh { path: &'static str, headers: String, form: String, token: String },
    /// A code by a live session, and its redemption.
    Code { authorize: Vec<u8>, path: &'static str, headers: String, form: String },
    /// A person signs in with a password, from a browser and an address that were never seen.
    SignIn { people: People, authorize: String },
}

/// Who signs in next, and from where.
pub(crate) struct People {
    pub(crate) count: u32,
    pub(crate) password: String,
    pub(crate) next: u32,
}

#[derive(Deserialize)]
struct Tokens<'r> {
    refresh_token: &'r str,
}

impl Worker {
    /// Takes the next step.
    pub(crate) async fn step(&mut self, connection: &mut Connection) -> Result<()> {
        match self {
            Self::Repeat { request, status } => {
                connection.expect(request, *status).await?;
            }
            Self::Introspect { path, headers, tokens, next } => {
                let token = tokens.get(*next).context("no tokens")?;
                *next = (*next + STRIDE) % tokens.len();
                let reply = connection.expect(&http::post(path, headers, &format!("token={token}")), 200).await?;
                if !reply.body.starts_with(ACTIVE) {
                    bail!("a live token is told to be {}", String::from_utf8_lossy(reply.body));
                }
            }
            Self::Refresh { path, headers, form, token } => {
                let request = http::post(path, headers, &format!("{form}&refresh_token={token}"));
                let reply = connection.expect(&request, 200).await?;
                let tokens: Tokens<'_> = serde_json::from_slice(reply.body)?;
                tokens.refresh_token.clone_into(token);
            }
            Self::Code { authorize, path, headers, form } => {
                let code = {
                    let reply = connection.send(authorize).await?;
                    code_of(reply.location()?)?.to_owned()
                };
                let request = http::post(path, headers, &format!("{form}&code={code}"));
                connection.expect(&request, 200).await?;
            }
            Self::SignIn { people, authorize } => {
                let number = people.next;
                people.next = number.wrapping_add(1);
                let mut visit = Visit::new(forwarded(number));
                let email = person(number % people.count);
                let arrived = visit.sign_in(connection, authorize, &email, &people.password).await?;
                code_of(&arrived)?;
            }
        }
        Ok(())
    }
}

/// The address of the person with a number.
pub(crate) fn person(number: u32) -> String {
    format!("person-{number}@example.com")
}

/// The header by which a trusted proxy says who its client is: one of 16 million addresses.
pub(crate) fn forwarded(number: u32) -> String {
    let [_, b, c, d] = number.to_be_bytes();
    format!("X-Forwarded-For: {}\r\n", Ipv4Addr::new(10, b, c, d))
}

/// The authorization code in a response's address.
pub(crate) fn code_of(location: &str) -> Result<&str> {
    let Some((_, query)) = location.split_once('?') else { bail!("no response in {location}") };
    query.split('&').find_map(|pair| pair.strip_prefix("code=")).with_context(|| format!("no code in {location}"))
}
