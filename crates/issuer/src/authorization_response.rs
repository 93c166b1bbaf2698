//! Answers to authorization requests, as the browser takes them to the client.
//!
//! Owns what happens once the transaction is committed: tokens are signed, and so is the answer itself where the client
//! wants it signed. Leaves parameters to `oidc::authorization` and the claims of a signed answer to `oidc::jarm`.
//! RFC 6749 §4.1.2; OIDC Core §3.2.2.5, §3.3.2.5; JARM §2.3; Session Management §2.

use std::sync::Arc;

use portreeve_crypto::hex;
use portreeve_domain::{Client, Fault};
use portreeve_oidc::authorization::{Accepted, Answer, Protection, RejectedRequest, ResponseTarget, Said};
use portreeve_oidc::session_state::session_state;
use portreeve_oidc::{Refusal, encryption, jarm, paths};

use crate::Issuer;
use crate::browsers::Browser;
use crate::client_encryption;
use crate::directory::TenantDirectory;
use crate::invitations::start_of;
use crate::journeys::ApprovalOutcome;
use crate::tokens::front_channel::FrontChannelTokens;
use crate::tokens::id_token;

/// To whom an answer goes, and in which browser.
pub(crate) struct Addressee<'a> {
    pub client: &'a Arc<Client>,
    pub request: &'a Accepted,
    pub browser: Option<&'a Browser>,
}

/// What a request came to.
pub(crate) enum Outcome {
    /// A grant.
    Granted(Box<FrontChannelTokens>),
    /// An error.
    Refused(Refusal),
    /// What became of whoever waits elsewhere: the browser stays here.
    Elsewhere(ApprovalOutcome),
    /// A page of ours may be shown, or somebody invited goes on to where a client has a sign-in begin.
    AtPage,
}

impl Issuer {
    /// The answer to a request that was refused before anything was begun.
    ///
    /// # Errors
    /// A fault when the answer cannot be signed.
    pub async fn rejected(
        &self,
        at: &TenantDirectory,
        client: &Client,
        rejected: &RejectedRequest,
    ) -> Result<Answer, Fault> {
        self.write_answer(at, client, &rejected.target, Said::error(rejected.refusal.cause)).await
    }

    /// The answer to an accepted request; not while a transaction is open, since it signs.
    ///
    /// # Errors
    /// A fault when a signature fails.
    pub(crate) async fn answer(
        &self,
        at: &TenantDirectory,
        to: &Addressee<'_>,
        outcome: Outcome,
    ) -> Result<Answer, Fault> {
        let Addressee { client, request, .. } = to;
        if let Err(refusal) = self.prepare_to_answer(at, request).await {
            tracing::warn!(client = client.id.as_str(), %refusal, "the keys of a client have gone");
        }
        let said = match outcome {
            Outcome::Granted(tokens) => tokens.sign(at, client)?,
            Outcome::AtPage => return Ok(leading_to(at, request.target.redirect_uri())),
            // Nobody waits for an error: the person is back at the door.
            Outcome::Refused(_) if request.is_of_own_page() => return Ok(Answer::OwnPage(format!("{}/", at.issuer))),
            Outcome::Refused(refusal) => {
                tracing::info!(client = client.id.as_str(), %refusal, "authorization refused");
                if request.waiting.is_some() {
                    // The client hears of it where it waits.
                    return Ok(approval_page(request, ApprovalOutcome::TooLate));
                }
                Said::error(refusal.cause)
            }
            Outcome::Elsewhere(outcome) => return Ok(approval_page(request, outcome)),
        };
        let said = match self.session_state(at, to)? {
            Some(session_state) => said.and("session_state", session_state),
            None => said,
        };
        self.write_answer(at, client, &request.target, said).await
    }

    /// What lets an OpenID Connect client see that the sign-in has changed; nobody signed in is a state as well (SM-01).
    fn session_state(&self, at: &TenantDirectory, to: &Addressee<'_>) -> Result<Option<String>, Fault> {
        if !to.request.is_oidc() {
            return Ok(None);
        }
        let random: [u8; 8] = self.ambient.bytes()?;
        let salt = hex(&random);
        let browser_state = to.browser.map(|browser| browser.state(at)).unwrap_or_default();
        Ok(session_state(&to.client.id, to.request.target.redirect_uri(), &browser_state, &salt))
    }

    async fn write_answer(
        &self,
        at: &TenantDirectory,
        client: &Client,
        target: &ResponseTarget,
        said: Said,
    ) -> Result<Answer, Fault> {
        let parameters = target.parameters(said, &at.issuer);
        match target.mode().protection {
            Protection::Plain => Ok(target.write(parameters)),
            Protection::Signed => {
                let claims = jarm::claims(&parameters, client, self.ambient.now())?;
                let key =
                    at.signing.active(jarm::algorithm(client, id_token::profile(at, client).rules().signatures)?)?;
                let signed = key.sign(id_token::TYP, &claims).map_err(Fault::new)?;
                let answer = encryption::Answer::AuthorizationResponse;
                // An answer to a request that was refused early comes here first.
                let prepared = self.prepare_to_encrypt(at, client, answer).await;
                prepared.map_err(|refusal| Fault::transient(refusal.to_string()))?;
                let response = client_encryption::token_for_client(at, client, answer, signed)?;
                Ok(target.write(vec![("response", response)]))
            }
        }
    }
}

/// How a browser gets to a page that nobody waits at: one of ours, or where a client has a sign-in begin. One that no client has there any
/// more leads nobody away (S-001): the account pages are next.
fn leading_to(at: &TenantDirectory, page: &str) -> Answer {
    if is_below(&at.issuer, page) {
        return Answer::OwnPage(page.to_owned());
    }
    if at.clients.keys().any(|client| start_of(at, client).as_deref() == Some(page)) {
        return Answer::Redirect(page.to_owned());
    }
    Answer::OwnPage(format!("{}{}", at.issuer, paths::ACCOUNT))
}

fn is_below(issuer: &str, page: &str) -> bool {
    page.strip_prefix(issuer).is_some_and(|path| path.starts_with('/'))
}

/// The page that says what became of whoever waits elsewhere.
fn approval_page(request: &Accepted, outcome: ApprovalOutcome) -> Answer {
    Answer::OwnPage(format!("{}/{}", request.target.redirect_uri(), outcome.segment()))
}

/// Makes sure that what may have to be signed for an answer can be, before a person is asked for anything.
///
/// # Errors
/// A transient fault while the first key of an algorithm is being made.
pub(crate) fn check_keys(at: &TenantDirectory, client: &Client, request: &Accepted) -> Result<(), Fault> {
    if request.target.mode().protection == Protection::Signed {
        at.signing.active(jarm::algorithm(client, id_token::profile(at, client).rules().signatures)?)?;
    }
    id_token::check_keys(at, client, request.response_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_begins_like_our_address_is_no_page_of_ours() {
        let issuer = "https://id.example";
        for page in ["https://id.example/account", "https://id.example/link/x"] {
            assert!(is_below(issuer, page), "{page}");
        }
        for page in ["https://id.example.evil/account", "https://portal.example/login", "https://id.example:8443/"] {
            assert!(!is_below(issuer, page), "{page}");
        }
    }
}
