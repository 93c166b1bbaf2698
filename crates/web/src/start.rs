//! Where a sign-in starts that no client asked for yet: a portal's link. OIDC Core §4.
//!
//! Owns the redirect to the client. Only clients that the operator answers for are started here: our address must not
//! lend its name to a stranger's.

use portreeve_http_kit::strict_form::{PairsRejection, QueryPairs};
use portreeve_oidc::login_initiation::LoginInitiation;
use portreeve_oidc::{Cause, Parameters, Refusal};

use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

/// Leads to the client that the query names.
pub(crate) async fn start(door: Door, query: Result<QueryPairs, PairsRejection>) -> Reply {
    let pairs = match query {
        Ok(QueryPairs(pairs)) => pairs,
        Err(rejection) => {
            let refusal = Refusal::new(Cause::FormMalformed).with_detail(rejection.to_string());
            return error_page::refused(&door, &refusal, None);
        }
    };
    let read = Parameters::from_pairs(pairs).and_then(|parameters| LoginInitiation::from_parameters(&parameters));
    match read.and_then(|wish| address(&door, &wish)) {
        Ok(address) => Reply::see_other(&door, &address),
        Err(refusal) => error_page::refused(&door, &refusal, None),
    }
}

fn address(door: &Door, wish: &LoginInitiation) -> Result<String, Refusal> {
    let client = door.at.client(&wish.client_id).filter(|client| door.at.trusts(client));
    let client = client.ok_or(Cause::ClientUnknown)?;
    if client.disabled_at.is_some() {
        return Err(Cause::ClientDisabled.into());
    }
    wish.address(client, &door.at.issuer)
}
