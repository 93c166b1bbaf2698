//! A server under test, as the driver sees it: its addresses, its clients, and the loads that can be put on it.
//!
//! The same loads go to Portreeve and to its peer; only paths and ids differ.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::browser::Visit;
use crate::http::{self, Connection};
use crate::load::Load;
use crate::worker::{People, VERIFIER, Worker, code_of, forwarded, person};

/// Where codes are sent; nobody listens there.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:9/callback";
/// The API whose tokens are ES256 JWTs.
pub(crate) const RESOURCE: &str = "https://api.example.com";
/// How many connections send requests, one at a time each.
const CONNECTIONS: u32 = 32;
/// How many connections pace requests: few, so that none waits for another in the driver.
const PACED_CONNECTIONS: u32 = 8;

/// Where a server has what.
pub(crate) struct Paths {
    pub(crate) discovery: &'static str,
    pub(crate) jwks: &'static str,
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) introspection: &'static str,
    pub(crate) userinfo: &'static str,
}

/// A client that authenticates by HTTP Basic.
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A running server with what the loads need.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) paths: &'static Paths,
    /// A client with client credentials, which may introspect.
    pub(crate) service: Credentials,
    /// A client with codes and refresh tokens, of the operator's own: no consent is asked.
    pub(crate) web: Credentials,
    /// How many people there are, and the password of them all.
    pub(crate) people: u32,
    pub(crate) password: String,
}

/// What a token is for.
#[derive(Clone, Copy)]
pub(crate) enum TokenFor {
    /// The API: an ES256 JWT.
    Api,
    /// The issuer itself: opaque, found in the database.
    Issuer,
}

impl Credentials {
    fn header(&self) -> String {
        let pair = format!("{}:{}", self.id, self.secret);
        format!("Authorization: Basic {}\r\n", STANDARD.encode(pair))
    }
}

impl TokenFor {
    fn parameter(self) -> String {
        match self {
            Self::Api => format!("&resource={}", encoded(RESOURCE)),
            Self::Issuer => String::new(),
        }
    }
}

impl Target {
    /// Every worker sends the same GET.
    pub(crate) fn fetching(&self, path: &str) -> Load {
        self.load(CONNECTIONS, |headers| Worker::Repeat { request: http::get(path, &headers), status: 200 })
    }

    /// Token requests with client credentials.
    pub(crate) fn client_credentials(&self, kind: TokenFor) -> Load {
        let form = format!("grant_type=client_credentials{}", kind.parameter());
        self.posting(CONNECTIONS, self.paths.token, &self.service, &form)
    }

    /// Introspection of one live token each.
    pub(crate) async fn introspection(&self, kind: TokenFor) -> Result<Load> {
        self.introspecting(CONNECTIONS, kind).await
    }

    /// Introspection of `count` live opaque tokens, in any order.
    pub(crate) async fn introspections_of(&self, count: u32) -> Result<Load> {
        let tokens: Arc<[String]> = self.live_tokens(count).await?.into();
        let workers = (0..CONNECTIONS).map(|number| Worker::Introspect {
            path: self.paths.introspection,
            headers: format!("{}{}", self.service.header(), forwarded(number)),
            tokens: Arc::clone(&tokens),
            // Each begins elsewhere.
            next: number as usize * tokens.len() / CONNECTIONS as usize,
        });
        Ok(Load { address: self.address, workers: workers.collect() })
    }

    /// Opaque tokens of the service, issued by all connections.
    async fn live_tokens(&self, count: u32) -> Result<Vec<String>> {
        let mut tasks = Vec::new();
        for number in 0..CONNECTIONS {
            let headers = format!("{}{}", self.service.header(), forwarded(number));
            let request = http::post(self.paths.token, &headers, "grant_type=client_credentials");
            let (address, share) = (self.address, count / CONNECTIONS);
            tasks.push(tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut tokens = Vec::new();
                for _ in 0..share {
                    let reply: Value = serde_json::from_slice(connection.expect(&request, 200).await?.body)?;
                    tokens.push(text(&reply, "access_token").context("no access token")?);
                }
                anyhow::Ok(tokens)
            }));
        }
        let mut tokens = Vec::new();
        for task in tasks {
            tokens.extend(task.await??);
        }
        Ok(tokens)
    }

    /// Introspection of an opaque token, for a fixed pace.
    pub(crate) async fn paced_introspection(&self) -> Result<Load> {
        self.introspecting(PACED_CONNECTIONS, TokenFor::Issuer).await
    }

    /// Userinfo with one live token each.
    pub(crate) async fn userinfo(&self) -> Result<Load> {
        let token = self.tokens(0, TokenFor::Issuer).await?.access_token;
        Ok(self.bearing(self.paths.userinfo, &token, 200))
    }

    /// The decision for a gateway about a person's JWT.
    pub(crate) async fn gateway(&self, path: &str) -> Result<Load> {
        let token = self.tokens(0, TokenFor::Api).await?.access_token;
        Ok(self.bearing(path, &token, 204))
    }

    /// Refresh with rotation, a family a connection.
    pub(crate) async fn refresh(&self) -> Result<Load> {
        let mut workers = Vec::new();
        for number in 0..CONNECTIONS {
            let token = self.tokens(number, TokenFor::Api).await?.refresh_token.context("no refresh token")?;
            let headers = format!("{}{}", self.web.header(), forwarded(number));
            let form = format!("grant_type=refresh_token{}", TokenFor::Api.parameter());
            workers.push(Worker::Refresh { path: self.paths.token, headers, form, token });
        }
        Ok(Load { address: self.address, workers })
    }

    /// Codes by a live session, and their redemption for an ID token and a JWT: the whole flow is a step.
    pub(crate) async fn code_flow(&self) -> Result<Load> {
        let mut workers = Vec::new();
        for number in 0..CONNECTIONS {
            let mut visit = Visit::new(forwarded(number));
            self.sign_in(&mut visit, number, TokenFor::Api).await?;
            workers.push(Worker::Code {
                authorize: http::get(&self.authorize_path(TokenFor::Api), &visit.lines()),
                path: self.paths.token,
                headers: format!("{}{}", self.web.header(), forwarded(number)),
                form: self.redemption(),
            });
        }
        Ok(Load { address: self.address, workers })
    }

    /// People who sign in with their password, each from a new browser at a new address.
    pub(crate) fn sign_ins(&self) -> Load {
        let workers = (0..CONNECTIONS).map(|number| {
            let next = number.wrapping_mul(1 << 18).wrapping_add(1 << 16);
            let people = People { count: self.people, password: self.password.clone(), next };
            Worker::SignIn { people, authorize: self.authorize_path(TokenFor::Api) }
        });
        Load { address: self.address, workers: workers.collect() }
    }

    async fn introspecting(&self, connections: u32, kind: TokenFor) -> Result<Load> {
        let form = format!("grant_type=client_credentials{}", kind.parameter());
        let request = http::post(self.paths.token, &self.service.header(), &form);
        let reply = self.json(&request).await?;
        let token = text(&reply, "access_token").context("no access token")?;
        let form = format!("token={token}");
        // What is not active is answered with the same status, and sooner.
        let request = http::post(self.paths.introspection, &self.service.header(), &form);
        let reply = self.json(&request).await?;
        if reply.get("active") != Some(&Value::Bool(true)) {
            bail!("a live token is told to be {reply}");
        }
        Ok(self.posting(connections, self.paths.introspection, &self.service, &form))
    }

    fn posting(&self, connections: u32, path: &str, client: &Credentials, form: &str) -> Load {
        self.load(connections, |headers| {
            let headers = format!("{}{headers}", client.header());
            Worker::Repeat { request: http::post(path, &headers, form), status: 200 }
        })
    }

    fn bearing(&self, path: &str, token: &str, status: u16) -> Load {
        self.load(CONNECTIONS, |headers| {
            let headers = format!("Authorization: Bearer {token}\r\n{headers}");
            Worker::Repeat { request: http::get(path, &headers), status }
        })
    }

    fn load(&self, connections: u32, worker: impl Fn(String) -> Worker) -> Load {
        Load { address: self.address, workers: (0..connections).map(|number| worker(forwarded(number))).collect() }
    }

    /// What a request of its own is answered with.
    async fn json(&self, request: &[u8]) -> Result<Value> {
        let mut connection = Connection::open(self.address).await?;
        Ok(serde_json::from_slice(connection.expect(request, 200).await?.body)?)
    }

    /// Signs a person in and redeems the code.
    async fn tokens(&self, number: u32, kind: TokenFor) -> Result<Tokens> {
        let code = self.sign_in(&mut Visit::new(forwarded(number)), number, kind).await?;
        let request = http::post(self.paths.token, &self.web.header(), &format!("{}&code={code}", self.redemption()));
        let reply = self.json(&request).await?;
        let access_token = text(&reply, "access_token").context("no access token")?;
        Ok(Tokens { access_token, refresh_token: text(&reply, "refresh_token") })
    }

    async fn sign_in(&self, visit: &mut Visit, number: u32, kind: TokenFor) -> Result<String> {
        let mut connection = Connection::open(self.address).await?;
        let email = person(number % self.people);
        let arrived = visit.sign_in(&mut connection, &self.authorize_path(kind), &email, &self.password).await?;
        Ok(code_of(&arrived)?.to_owned())
    }

    fn authorize_path(&self, kind: TokenFor) -> String {
        let (path, id, callback, resource) = (self.paths.authorize, &self.web.id, encoded(CALLBACK), kind.parameter());
        format!(
            "{path}?response_type=code&client_id={id}&redirect_uri={callback}&scope=openid%20orders.read{resource}\
             &state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&code_challenge_method=S256\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
    }

    fn redemption(&self) -> String {
        format!("grant_type=authorization_code&redirect_uri={}&code_verifier={VERIFIER}", encoded(CALLBACK))
    }
}

/// What a code was redeemed for.
struct Tokens {
    access_token: String,
    refresh_token: Option<String>,
}

fn text(reply: &Value, name: &str) -> Option<String> {
    reply.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
