//! What a sign-in at a client would ask of a person, and why, without anybody signing in.
//!
//! Owns the question of an operator or of support. The answer comes from the functions that decide at a real sign-in: the rules of requests,
//! `authorize::requirements`, `journeys::open` and the hub. Changes nothing. WANTED W22, W23.

use std::sync::Arc;

use portreeve_domain::journey::{Requirement, Requirements, Standing, Step, foresee};
use portreeve_domain::{Client, ClientId, Email, Failure, JourneyId};
use portreeve_oidc::authorization::{Channel, Parsed, Rules};
use portreeve_oidc::{Cause, Parameters, Refusal};

use crate::authorize::requirements;
use crate::directory::TenantDirectory;
use crate::journeys::{Journey, due, missing_attributes, terms_due};
use crate::stored_facts::StoredFacts;
use crate::{Issuer, people};

/// A text of the length and shape of a code challenge (RFC 7636 §4.2).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Who would sign in where, and with which request.
pub struct SignInQuestion {
    /// The client's identifier.
    pub client: String,
    /// The person's address.
    pub email: String,
    /// Parameters of the authorization request, such as `prompt` and `acr_values`; `scope` is `openid` unless given.
    pub parameters: Vec<(String, String)>,
}

/// Why there is no answer.
pub enum UnexplainedSignIn {
    /// There is no such client.
    NoSuchClient,
    /// There is no account for that address, or it is none.
    NoSuchUser,
    /// The request would be refused.
    Refused(Refusal),
}

/// What the sign-in would ask.
pub struct ExplainedSignIn {
    /// Every requirement, and what the account has of it.
    pub requirements: Vec<(Requirement, Standing)>,
    /// The pages a cooperative person meets in a browser that knows nobody, in order, and the end.
    pub steps: Vec<Step>,
    /// Whether the account is switched off: no sign-in succeeds then.
    pub is_disabled: bool,
}

impl Issuer {
    /// Tells which requirements a sign-in would have to meet, where each comes from, what the account has of it, and which pages come.
    ///
    /// # Errors
    /// As [`UnexplainedSignIn`]; a fault when the database is away.
    pub async fn explain_sign_in(
        &self,
        at: &Arc<TenantDirectory>,
        question: SignInQuestion,
    ) -> Result<ExplainedSignIn, Failure<UnexplainedSignIn>> {
        let refused = |why| Failure::Refused(why);
        let id = ClientId::parse(&question.client);
        let client = id.and_then(|id| at.client(&id).cloned()).ok_or(refused(UnexplainedSignIn::NoSuchClient))?;
        let email = Email::parse(&question.email).map_err(|_| refused(UnexplainedSignIn::NoSuchUser))?;
        let mut conn = self.store.read(at.id()).await?;
        let person = people::find_by_email(&mut conn, at, &email).await?;
        let person = person.ok_or(refused(UnexplainedSignIn::NoSuchUser))?;
        let request = {
            let parameters = parameters_of(&client, question.parameters);
            let parsed = parameters.and_then(Parsed::from_parameters);
            let redirectable =
                parsed.and_then(|parsed| parsed.identify(&client)).and_then(|known| known.redirectable());
            let servers = at.server_list();
            // How a request comes is the client's business; what it asks is the person's.
            let rules = Rules { signed_only: false, ..at.rules(Channel::Pushed, &servers) };
            let accepted = redirectable.and_then(|request| request.accept(&rules).map_err(|rejected| rejected.refusal));
            accepted.map_err(|refusal| refused(UnexplainedSignIn::Refused(refusal)))?
        };
        let started_at = self.ambient.now();
        let mut stored = StoredFacts::default();
        stored.facts.user = Some(person.id);
        let mut all = requirements(at, &client, &request, None, started_at);
        all.extend(self.foreseen_risk(&mut conn, at, &person).await?);
        let journey = Journey {
            id: JourneyId::new(0),
            browser: None,
            version: 0,
            requirements: all,
            client,
            request,
            stored,
            started_at,
        };
        let available = self.available(&mut conn, at, &journey).await?;
        let untold = missing_attributes(&mut conn, at, &journey).await?;
        let due = due(&untold, &terms_due(&mut conn, at, &journey).await?);
        let steps = foresee(&Requirements::of(&journey.requirements), person.id, &available, started_at);
        let all = journey.requirements.into_iter().chain(Requirement::of_account(&available));
        let standing = |one: Requirement| {
            let standing = one.standing(&available, &due);
            (one, standing)
        };
        let is_disabled = person.disabled_at.is_some();
        Ok(ExplainedSignIn { requirements: all.map(standing).collect(), steps, is_disabled })
    }
}

/// A whole request with what was given in the place of the usual.
fn parameters_of(client: &Client, given: Vec<(String, String)>) -> Result<Parameters, Refusal> {
    if given.iter().any(|(name, _)| name == "client_id") {
        return Err(Refusal::new(Cause::ClientUnknown).with_detail("the client is named once"));
    }
    let redirect_uri = client.metadata.redirect_uris.first().map_or("", String::as_str);
    let usual = [
        ("client_id", client.id.as_str()),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "explained"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let unsaid = usual.into_iter().filter(|(name, _)| given.iter().all(|(said, _)| said != name));
    let mut pairs: Vec<_> = unsaid.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.extend(given);
    Parameters::from_pairs(pairs)
}
