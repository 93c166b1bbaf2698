//! The logo of the client that a journey is for.
//!
//! Owns whose logo is shown, to whom, and that it comes from here: a picture from elsewhere would tell that place who signs in, and
//! when. Only a client that somebody answers for has one, since a stranger's could be anybody's picture; only the browser of the
//! journey gets it, so that nobody else makes this server fetch. Leaves what is a picture to `oidc::client_logo` and
//! fetching to `outbound`. RFC 7591 §2, S-029, S-145; docs/decisions/0026.

use std::sync::Arc;
use std::time::Duration;

use portreeve_domain::{Client, ClientId, Fault};
use portreeve_oidc::client_logo::Picture;
use portreeve_outbound::{Document, Expected};

use crate::Issuer;
use crate::authorize::is_bound;
use crate::directory::TenantDirectory;
use crate::stored_facts::open_request;

/// How old a copy may be.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// The client that a browser's journey is for, and the languages that it asked for.
pub struct WaitingClient {
    /// The client; never our own pages.
    pub client: Arc<Client>,
    /// BCP 47 tags, the best first.
    pub ui_locales: Vec<String>,
}

/// A logo as it was fetched.
pub struct ClientLogo {
    picture: Picture,
    document: Arc<Document>,
}

impl ClientLogo {
    /// What its bytes say it is.
    pub fn media_type(&self) -> &'static str {
        self.picture.media_type()
    }

    /// Its bytes, at most 64 KiB.
    pub fn bytes(&self) -> &[u8] {
        &self.document.body
    }
}

impl TenantDirectory {
    /// Where the logo of `client` is, in `language`; `None` when it has none or nobody answers for it.
    pub fn logo_uri(&self, client: &Client, language: &str) -> Option<String> {
        self.trusts(client).then(|| client.metadata.page_in("logo_uri", language)).flatten()
    }
}

impl Issuer {
    /// The client that the journey at an address is for, if the journey is of the browser with this cookie and not over.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn waiting_client(
        &self,
        at: &TenantDirectory,
        address: &str,
        cookie: Option<&str>,
    ) -> Result<Option<WaitingClient>, Fault> {
        let Some(row) = self.find_journey(at, address).await? else { return Ok(None) };
        let browser = self.recognize_browser(at, cookie).await?;
        let is_over = row.finished_at.is_some() || self.ambient.now() >= row.expires_at;
        if is_over || !is_bound(&row, browser.as_ref()) || row.client == ClientId::own_pages() {
            return Ok(None);
        }
        let Some(client) = at.client(&row.client).cloned() else { return Ok(None) };
        let ui_locales = open_request(at, row.id, &row.request_sealed)?.ui_locales;
        Ok(Some(WaitingClient { client, ui_locales }))
    }

    /// The logo of `client` in `language`, not older than an hour; `None` when it has none, or none that is shown.
    pub async fn client_logo(&self, at: &TenantDirectory, client: &Client, language: &str) -> Option<ClientLogo> {
        let uri = at.logo_uri(client, language)?;
        let fetched = self.outbound.fetch(at.id(), &uri, Expected::Picture, MAX_AGE).await;
        let document = match fetched {
            Ok(document) => document,
            Err(error) => {
                tracing::info!(client = client.id.as_str(), %error, "a logo cannot be fetched");
                return None;
            }
        };
        let picture = Picture::of(&document.body)?;
        Some(ClientLogo { picture, document })
    }
}
