//! ID tokens: the claims are read inside the transaction, the token is signed after it.
//!
//! Owns the choice of the algorithm and which of the person's claims go in: those the client named for the ID token; the
//! rest is at userinfo, unless no access token is issued that could fetch it. Leaves the shape to `oidc::id_token`. OIDC Core §2, §3.1.3.3, §5.4, §5.5, §12.2.

use portreeve_domain::{Client, Fault, Profile, Signatures, Subject, Timestamp, TokenFamily};
use portreeve_jose::{Algorithm, left_half_hash};
use portreeve_oidc::authorization::ResponseType;
use portreeve_oidc::claims_request::{ClaimsRequest, ClaimsSection};
use portreeve_oidc::encryption::Answer;
use portreeve_oidc::id_token::{Hashes, IdToken, Occasion};
use portreeve_oidc::{signatures, userinfo};
use portreeve_storage::Conn;
use serde_json::{Map, Value};

use crate::client_encryption;
use crate::directory::TenantDirectory;
use crate::gate::Pass;
use crate::people;

/// The `typ` of ID tokens and signed userinfo answers: what relying parties expect (OIDC Core errata 2, §2).
pub(crate) const TYP: &str = "JWT";

/// An ID token that is decided and not yet signed.
pub(super) struct IdDraft {
    pub(super) subject: Subject,
    pub(super) claims: Map<String, Value>,
    pub(super) occasion: Occasion,
}

impl IdDraft {
    /// Signs it, bound to what it is given with, and encrypts it if the client wants it so.
    pub(super) fn sign(
        &self,
        at: &TenantDirectory,
        client: &Client,
        family: &TokenFamily,
        beside: Beside<'_>,
        issued_at: Timestamp,
    ) -> Result<String, Fault> {
        let algorithm = algorithm(at, client)?;
        let token = IdToken {
            issuer: &at.issuer,
            subject: self.subject.as_str(),
            family,
            occasion: self.occasion,
            issued_at,
            hashes: beside.hashes(algorithm),
            claims: &self.claims,
        };
        let signed = at.signing.active(algorithm)?.sign(TYP, &token.to_json()?).map_err(Fault::new)?;
        client_encryption::token_for_client(at, client, Answer::IdToken, signed)
    }
}

/// What an ID token is given with, by way of the browser or from the token endpoint.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    pub(super) access_token: Option<&'a str>,
    pub(super) code: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    pub(super) refresh_token: Option<&'a str>,
    pub(super) auth_req_id: Option<&'a str>,
}

impl Beside<'_> {
    fn hashes(self, algorithm: Algorithm) -> Hashes {
        let hash = |text| left_half_hash(algorithm, text);
        Hashes {
            access_token: self.access_token.map(hash),
            code: self.code.map(hash),
            refresh_token: self.refresh_token.map(hash),
            auth_req_id: self.auth_req_id.map(str::to_owned),
            state: self.state.map(hash),
        }
    }
}

/// The profile a client is held to.
pub(crate) fn profile(at: &TenantDirectory, client: &Client) -> Profile {
    at.tenant.settings.profile.tightened_by(client.metadata.profile)
}

/// What the ID tokens of `client` are signed with: what it registered, else by profile (DESIGN §11 "signing").
///
/// # Errors
/// A fault for a registered algorithm that registration should have refused.
pub(crate) fn algorithm(at: &TenantDirectory, client: &Client) -> Result<Algorithm, Fault> {
    let rule = profile(at, client).rules().signatures;
    let otherwise = match rule {
        Signatures::RsaPreferred => Algorithm::Rs256,
        Signatures::EcPreferred | Signatures::Restricted => Algorithm::Es256,
    };
    signatures::of_answer(client.metadata.id_token_signed_response_alg.as_deref(), rule, otherwise)
}

/// Makes sure that the tokens of an answer to a request for `response_type` can be signed.
///
/// # Errors
/// A transient fault while the first key of an algorithm is being made.
pub(crate) fn check_keys(at: &TenantDirectory, client: &Client, response_type: ResponseType) -> Result<(), Fault> {
    if response_type.has_id_token() {
        at.signing.active(algorithm(at, client)?)?;
    }
    if response_type.has_token() {
        at.signing.active(super::SIGNED_WITH)?;
    }
    Ok(())
}

/// The claims about the person that the client named for `section` of its `claims` request, with those of `scopes`, as far as `pass` lets it
/// have what releases them.
///
/// # Errors
/// A fault when the stored request is unreadable.
pub(crate) fn released<'s>(
    pass: &Pass,
    family: &TokenFamily,
    section: ClaimsSection,
    scopes: impl IntoIterator<Item = &'s str>,
    person: &userinfo::Person<'_>,
) -> Result<Map<String, Value>, Fault> {
    let request = claims_request(family)?;
    let scopes: Vec<&str> = scopes.into_iter().filter(|scope| pass.may_have_scope(scope)).collect();
    let may_know =
        |name: &&str| userinfo::scope_of(name, person.attributes).is_some_and(|scope| pass.may_have_scope(scope));
    Ok(userinfo::released(scopes, request.names(section).filter(may_know), person))
}

/// Reads the claims that go into an ID token: those named for it and those of `scopes`; the person is opened only if there
/// are some.
pub(super) async fn claims(
    conn: &mut Conn,
    at: &TenantDirectory,
    pass: &Pass,
    family: &TokenFamily,
    scopes: &[&str],
) -> Result<Map<String, Value>, Fault> {
    if scopes.is_empty() && claims_request(family)?.names(ClaimsSection::IdToken).next().is_none() {
        return Ok(Map::new());
    }
    let gone = || Fault::impossible("the gate admitted a person who is not there");
    let person = people::find(conn, at, family.user).await?.ok_or_else(gone)?;
    let seen = as_seen(at, &person, pass.subject().ok_or_else(gone)?);
    released(pass, family, ClaimsSection::IdToken, scopes.iter().copied(), &seen)
}

/// A person as the client sees them whose `sub` this is.
pub(crate) fn as_seen<'p>(
    at: &'p TenantDirectory,
    person: &'p people::Person,
    subject: &'p Subject,
) -> userinfo::Person<'p> {
    userinfo::Person {
        subject: subject.as_str(),
        email: person.email.as_deref(),
        email_verified: person.email_verified_at.is_some(),
        claims: &person.claims,
        attributes: &at.attributes,
        updated_at: person.updated_at,
    }
}

fn claims_request(family: &TokenFamily) -> Result<ClaimsRequest, Fault> {
    let Some(text) = &family.claims else { return Ok(ClaimsRequest::default()) };
    ClaimsRequest::parse(text)
        .map_err(|refusal| Fault::new(refusal.to_string()).while_doing("read a stored claims request"))
}

#[cfg(test)]
mod tests;
