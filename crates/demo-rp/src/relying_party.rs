//! One client of the issuer with its sessions: what every handler works with.
//!
//! Owns the URLs of the client's own pages and the way from a request to its session. Leaves the steps themselves to
//! `sign_in`, `refresh` and `sign_out`.

use std::sync::Arc;

use http::HeaderMap;
use http::header::ORIGIN;

use crate::config::ClientConfig;
use crate::discovery::Provider;
use crate::failure::Failure;
use crate::http_client::HttpClient;
use crate::parameters::Parameters;
use crate::session::{SessionId, Sessions, SharedSession};

/// A name and address in the navigation.
pub(crate) struct NavigationEntry {
    pub(crate) name: String,
    pub(crate) path: String,
}

/// One client, mounted.
pub(crate) struct RelyingParty {
    pub(crate) client: ClientConfig,
    pub(crate) base_url: String,
    pub(crate) resource: Option<String>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) http: HttpClient,
    pub(crate) sessions: Sessions,
    /// All clients of this application, for the navigation.
    pub(crate) navigation: Arc<Vec<NavigationEntry>>,
}

/// A session with the id it is kept under.
pub(crate) struct Visit {
    pub(crate) id: SessionId,
    pub(crate) session: SharedSession,
}

impl RelyingParty {
    /// What a token for userinfo is asked for with: `None` where no other resource is asked for.
    pub(crate) fn userinfo_resource(&self) -> Option<&str> {
        self.resource.as_ref().map(|_| self.provider.issuer())
    }

    /// The address of one of this client's own pages; `path` starts with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.base_url, self.client.mount)
    }

    /// The path of the client's first page.
    pub(crate) fn home_path(&self) -> &str {
        if self.client.mount.is_empty() { "/" } else { &self.client.mount }
    }

    /// The cookie's name: `demo_rp`, or `demo_rp_second` for the mount `/second`.
    pub(crate) fn cookie_name(&self) -> String {
        format!("demo_rp{}", self.client.mount.replace('/', "_"))
    }

    /// The `Set-Cookie` value for a session of this client.
    pub(crate) fn cookie(&self, id: &SessionId) -> String {
        id.cookie(&self.cookie_name(), &self.base_url)
    }

    /// Returns the session of a request; `None` when the browser has none here.
    pub(crate) fn visit(&self, headers: &HeaderMap, now: i64) -> Option<Visit> {
        let id = SessionId::from_cookies(headers, &self.cookie_name())?;
        let session = self.sessions.find(&id, now)?;
        Some(Visit { id, session })
    }

    /// Returns the session of a form, after its token and its origin were checked.
    ///
    /// Errors: `SignedOut` without a session, `Forged` when token, `Origin` or `Sec-Fetch-Site` are not ours,
    /// `BadRequest` when the form cannot be read.
    pub(crate) async fn visit_by_form(&self, headers: &HeaderMap, body: &[u8], now: i64) -> Result<Visit, Failure> {
        let form = Parameters::parse(body)?;
        if !self.is_same_origin(headers) {
            return Err(Failure::Forged);
        }
        let visit = self.visit(headers, now).ok_or(Failure::SignedOut)?;
        let accepted = visit.session.lock().await.accepts(form.get("csrf"));
        if accepted { Ok(visit) } else { Err(Failure::Forged) }
    }

    /// Browsers send `Origin` with every POST and `Sec-Fetch-Site` to trustworthy addresses; what they send must
    /// be this application. Other clients send neither and still need the form token.
    fn is_same_origin(&self, headers: &HeaderMap) -> bool {
        let own_origin = headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == self.base_url.as_bytes());
        let own_site = headers.get("sec-fetch-site").is_none_or(|site| site.as_bytes() == b"same-origin");
        own_origin && own_site
    }
}
