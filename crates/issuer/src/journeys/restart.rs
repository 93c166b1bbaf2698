//! Beginning again from the stored request of a journey, in whatever browser asks for it.

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_domain::polling::Waiting;
use portreeve_domain::{Client, Fault};
use portreeve_oidc::Cause;
use portreeve_oidc::authorization::{Accepted, Answer};

use crate::Issuer;
use crate::authorization_response::Addressee;
use crate::authorize::Progress;
use crate::directory::TenantDirectory;
use crate::settlement::split;
use crate::stored_facts::open_request;

impl Issuer {
    /// Begins again from the stored request of a journey, in the browser with this cookie; `None` when there is none. A client that is
    /// described by a document is looked at as for a new request, from `network`: this may be done for ever.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub async fn restart_journey(
        &self,
        at: &Arc<TenantDirectory>,
        address: &str,
        cookie: Option<&str>,
        network: IpAddr,
    ) -> Result<Option<Progress>, Fault> {
        let Some(row) = self.find_journey(at, address).await? else { return Ok(None) };
        let at = &match split(self.with_client_of(at, &row.client, network).await)? {
            Ok(renewed) => renewed,
            Err(refusal) => {
                let client = at.began_by(&row.client).cloned();
                return Ok(client.map(|client| Progress::Refused { client, refusal }));
            }
        };
        let Some(client) = at.began_by(&row.client) else { return Ok(None) };
        let request = open_request(at, row.id, &row.request_sealed)?;
        if let Err(refusal) = at.check_stands(client, &request) {
            return Ok(Some(Progress::Refused { client: Arc::clone(client), refusal }));
        }
        if self.is_used_up(at, &request).await? {
            let browser = self.recognize_browser(at, cookie).await?;
            let to = Addressee { client, request: &request, browser: browser.as_ref() };
            return self.refused(at, &to, Cause::RequestUriUnusable.into()).await.map(Some);
        }
        if let Some(Waiting::Device(_)) = request.waiting {
            return Ok(Some(back_to_device_page(client, &request)));
        }
        self.authorize(at, request, cookie).await.map(Some)
    }
}

/// Who approves a device types its code: a link to somebody else's journey, in a mail that was caused by them, is none (S-065).
fn back_to_device_page(client: &Arc<Client>, request: &Accepted) -> Progress {
    Progress::Answer {
        client: Arc::clone(client),
        answer: Answer::OwnPage(request.target.redirect_uri().to_owned()),
        ui_locales: request.ui_locales.clone(),
        cookie: None,
        browser_state: None,
        user: None,
    }
}
