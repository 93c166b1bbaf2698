//! Software statements of clients that register themselves. RFC 7591 §2.3, §3.1.1.

use http::Method;
use portreeve_jose::{Algorithm, SigningKey};
use portreeve_tests::{
    deployment::{Deployment, on_both, on_sqlite},
    idp::Idp,
};
use serde_json::{Value, json};

use crate::registered::{REDIRECT_URI, Registered, allow, register, send, web};

/// Lets clients register, and trusts an issuer with statements about software.
async fn trusting(at: &Deployment) -> Idp<'_> {
    let idp = Idp::new(at);
    at.apply(&format!("{}software_statements = true\n", idp.resource("agent"))).await;
    allow(at, "open", "").await;
    idp
}

fn error(name: &str) -> (u16, String) {
    (400, name.to_owned())
}

/// DR-15: what the statement says wins over the client's own words, and is told back as it was sent.
#[test]
fn claims_of_the_statement_win() {
    on_both(async |at| {
        let idp = trusting(at).await;
        let statement = idp.assertion(json!({ "sub": null, "client_name": "Vouched", "software_id": "4NRB1" }));
        let sent = web(json!({ "client_name": "Mine", "scope": "openid", "software_statement": statement }));

        let client = Registered::new(at, &sent).await;

        let read = send(at, Method::GET, client.path(), Some(client.token()), &Value::Null).await.json();
        for told in [&client.0, &read] {
            assert_eq!((&told["client_name"], &told["software_id"]), (&json!("Vouched"), &json!("4NRB1")));
            assert_eq!((&told["scope"], &told["redirect_uris"]), (&json!("openid"), &json!([REDIRECT_URI])));
            assert_eq!(told["software_statement"], json!(statement));
        }
        assert_eq!((client.0.get("iss"), client.0.get("exp")), (None, None), "claims of the JWT are no metadata");
    });
}

/// DR-15: a statement that is not its issuer's, not of this moment or not for us registers nobody.
#[test]
fn a_bad_statement_registers_nobody() {
    on_sqlite(async |at| {
        let idp = trusting(at).await;
        let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
        let stranger = SigningKey::from_pkcs8(Algorithm::Es256, &stranger.pkcs8).unwrap();
        let forged = stranger.sign("JWT", idp.claims(json!({})).to_string().as_bytes()).unwrap();
        for (statement, code) in [
            (json!("rubbish"), "invalid_software_statement"),
            (json!(7), "invalid_software_statement"),
            (json!(forged), "invalid_software_statement"),
            (json!(idp.assertion(json!({ "sub": null, "exp": at.seconds() - 31 }))), "invalid_software_statement"),
            (
                json!(idp.assertion(json!({ "sub": null, "aud": "https://other.example" }))),
                "invalid_software_statement",
            ),
            (json!(idp.assertion(json!({ "sub": null, "software_statement": "x" }))), "invalid_software_statement"),
            (
                json!(idp.assertion(json!({ "sub": null, "iss": "https://other.example" }))),
                "unapproved_software_statement",
            ),
            (
                json!(idp.assertion(json!({ "sub": null, "introspects": ["https://orders.example.com"] }))),
                "invalid_client_metadata",
            ),
            (
                json!(idp.assertion(json!({ "sub": null, "grant_types": ["client_credentials"] }))),
                "invalid_client_metadata",
            ),
            (
                json!(idp.assertion(json!({ "sub": null, "redirect_uris": ["http://plain.example/cb"] }))),
                "invalid_redirect_uri",
            ),
        ] {
            let reply = register(at, None, &web(json!({ "software_statement": statement }))).await;
            assert_eq!(reply.error(), error(code), "{statement}");
        }
    });
}

/// DR-15: whoever is trusted with grants is not by that trusted with software.
#[test]
fn trust_in_software_is_its_own() {
    on_sqlite(async |at| {
        let idp = Idp::new(at);
        at.apply(&idp.resource("agent")).await;
        allow(at, "open", "").await;

        let reply = register(at, None, &web(json!({ "software_statement": idp.assertion(json!({})) }))).await;

        assert_eq!(reply.error(), error("unapproved_software_statement"));
    });
}
