//! Authorization responses as one signed JWT.
//!
//! Owns the claims: every parameter of the response, errors too, and who says so to whom until when. Leaves the mode to
//! `authorization::ResponseMode` and signing to `issuer`. JWT Secured Authorization Response Mode (JARM) §2.1, §3.

use portreeve_domain::{Client, Fault, Signatures, Timestamp, lifetimes};
use portreeve_jose::Algorithm;
use serde_json::{Map, Value};

use crate::signatures;

/// What the JWT is signed with unless the client registered otherwise (JARM §3).
const DEFAULT_ALGORITHM: Algorithm = Algorithm::Rs256;

/// The claims of a response to `client`, as JSON; `parameters` hold `iss`.
///
/// # Errors
/// A fault if JSON cannot be written, which no parameter causes.
pub fn claims(parameters: &[(&'static str, String)], client: &Client, now: Timestamp) -> Result<Vec<u8>, Fault> {
    let said = parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
    let mut claims: Map<String, Value> = said.collect();
    claims.insert("aud".to_owned(), client.id.as_str().into());
    claims.insert("exp".to_owned(), now.plus(lifetimes::AUTHORIZATION_RESPONSE).as_seconds().into());
    serde_json::to_vec(&claims).map_err(Fault::new)
}

/// What responses to `client` are signed with, which is held to `rule`: RS256 unless something else is registered or demanded.
///
/// # Errors
/// A fault for a registered algorithm that registration should have refused.
pub fn algorithm(client: &Client, rule: Signatures) -> Result<Algorithm, Fault> {
    let registered = client.metadata.authorization_signed_response_alg.as_deref();
    signatures::of_answer(registered, rule, DEFAULT_ALGORITHM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::web_client;
    use serde_json::json;

    /// RM-06, IS-03: everything the response says, with issuer, audience and a near end.
    #[test]
    fn the_jwt_holds_every_parameter() {
        let parameters = [
            ("error", "access_denied".to_owned()),
            ("state", "\"a b\"".to_owned()),
            ("iss", "https://id.example".to_owned()),
        ];

        let claims = claims(&parameters, &web_client(), Timestamp::from_millis(1_000_500)).unwrap();

        assert_eq!(
            serde_json::from_slice::<Value>(&claims).unwrap(),
            json!({
                "error": "access_denied", "state": "\"a b\"", "iss": "https://id.example", "aud": "web", "exp": 1120
            })
        );
    }

    /// RM-08: RS256 unless something else is registered.
    #[test]
    fn the_default_algorithm_is_rs256() {
        let mut client = web_client();
        assert_eq!(algorithm(&client, Signatures::EcPreferred).unwrap(), Algorithm::Rs256);
        client.metadata.authorization_signed_response_alg = Some("ES256".into());
        assert_eq!(algorithm(&client, Signatures::EcPreferred).unwrap(), Algorithm::Es256);
    }
}
