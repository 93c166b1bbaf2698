//! Members that are no list of what a client registers or asks for: each is driven at the endpoint it speaks of.

use portreeve_tests::{authorization::AuthorizationRequest, browser::Browser, cast, dpop::with_proof, hosted::Hosted};
use serde_json::{Value, json};

use super::tenant::{Switches, Tenant, base, on_each};
use crate::dpop_algorithms::{KNOWN, Prover};

fn list<'t>(tenant: &'t Tenant<'_>, member: &str) -> Vec<&'t str> {
    let list = tenant.document.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|value| value.as_str().expect("a text")).collect()
}

/// OD-06, S-010: the document is that of its issuer, and answers name it where it says that they do.
#[test]
fn answers_name_the_issuer_where_the_document_says_so() {
    on_each(async |tenant| {
        let issuer = format!("{}{}", cast::ISSUER, base(tenant.slug));

        let callback = tenant.page_of(&tenant.client().request("openid").with("prompt", "none")).await.callback();

        assert_eq!(tenant.document["issuer"], json!(issuer), "{tenant}");
        assert_eq!(callback.error(), "login_required", "{tenant}");
        let says = tenant.says("authorization_response_iss_parameter_supported");
        assert_eq!(callback.get("iss"), says.then_some(issuer.as_str()), "{tenant}");
    });
}

/// OD-06: the parameter `claims` is read, and so refused when it is malformed, where the document says so.
#[test]
fn claims_are_read_where_the_document_says_so() {
    on_each(async |tenant| {
        let is_read = tenant.error_for("claims", "[").await == Some("invalid_request".to_owned());

        assert_eq!(is_read, tenant.says("claims_parameter_supported"), "{tenant}");
        assert_eq!(tenant.error_for("claims", "{}").await, None, "{tenant}");
    });
}

/// OD-06, OC-17: a level that is demanded can be reached when it is listed, and is refused at once when it is not.
#[test]
fn levels_can_be_demanded_when_they_are_listed() {
    on_each(async |tenant| {
        let listed = list(tenant, "acr_values_supported");
        for level in ["aal1", "aal2", "phr", "aal3", "urn:nobody"] {
            let claims = json!({ "id_token": { "acr": { "essential": true, "values": [level] } } }).to_string();

            let error = tenant.error_for("claims", &claims).await;

            let expected = (!listed.contains(&level)).then_some("unmet_authentication_requirements");
            assert_eq!(error.as_deref(), expected, "{tenant}: {level}");
        }
    });
}

/// OD-06, RA-01: a type of authorization details can be asked for when it is listed, and not otherwise.
#[test]
fn types_of_details_can_be_asked_for_when_they_are_listed() {
    on_each(async |tenant| {
        let listed = list(tenant, "authorization_details_types_supported");
        assert_eq!(!listed.is_empty(), tenant.switches == Switches::On, "{tenant}: {listed:?}");

        for name in ["payment", "nonsense"] {
            let error = tenant.error_for("authorization_details", &json!([{ "type": name }]).to_string()).await;
            let expected = (!listed.contains(&name)).then_some("invalid_authorization_details");
            assert_eq!(error.as_deref(), expected, "{tenant}: {name}");
        }
    });
}

/// OD-06: clients authenticate alike at each endpoint; one that cannot authenticate gives tokens back and asks about none, as the
/// lists say.
#[test]
fn public_clients_use_the_endpoints_that_list_them() {
    on_each(async |tenant| {
        let of = |endpoint: &str| list(tenant, &format!("{endpoint}_endpoint_auth_methods_supported"));
        let proving = |methods: Vec<&str>| {
            methods.into_iter().filter(|method| *method != "none").map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(proving(of("revocation")), proving(of("token")), "{tenant}");
        assert_eq!(proving(of("introspection")), proving(of("token")), "{tenant}");

        for (endpoint, path) in [("revocation", "/oauth2/revoke"), ("introspection", "/oauth2/introspect")] {
            let pairs = [("client_id", "open"), ("token", "x")];
            let status = tenant.at.post(&format!("{}{path}", base(tenant.slug)), &[], &pairs).await.status.as_u16();
            let expected = if of(endpoint).contains(&"none") { 200 } else { 401 };
            assert_eq!(status, expected, "{tenant}: {endpoint}");
        }
    });
}

/// OD-06, S-029: where addresses of request objects must be registered, another one is not even fetched.
#[test]
fn only_registered_addresses_are_fetched_where_they_must_be_registered() {
    on_each(async |tenant| {
        let object = Hosted::new("application/oauth-authz-req+jwt", "x");

        let error = tenant.error_for("request_uri", &object.url()).await;

        assert!(error.is_some(), "{tenant}");
        assert_eq!(object.fetches() == 0, tenant.says("require_request_uri_registration"), "{tenant}");
    });
}

/// OD-06, S-027: a request that was not pushed is refused where the document says that it must be, and nowhere else.
#[test]
fn requests_that_are_not_pushed_are_taken_where_they_need_not_be() {
    on_each(async |tenant| {
        let request = tenant.client().request("openid");
        let request = if tenant.switches == Switches::On { tenant.signed(&request) } else { request };

        let page = Browser::new(tenant.at).authorize(&request).await;

        let is_refused = page.reply.status.is_client_error() || page.is_redirect();
        assert_eq!(is_refused, tenant.says("require_pushed_authorization_requests"), "{tenant}: {}", page.html());
    });
}

/// OD-06, DP-12: a key is proven by each algorithm that is listed, and by no other.
#[test]
fn keys_are_proven_by_the_listed_algorithms() {
    let provers = KNOWN.map(Prover::new);
    on_each(async |tenant| {
        let listed = list(tenant, "dpop_signing_alg_values_supported");
        assert!(
            listed.iter().all(|name| KNOWN.contains(name)),
            "{tenant}: nobody here proves a key by one of {listed:?}"
        );
        let request = tenant.client().request("openid");
        let request = if tenant.switches == Switches::On { tenant.signed(&request) } else { request };
        let path = format!("{}/oauth2/par", base(tenant.slug));

        for prover in &provers {
            let push = tenant.client().prepared_push(&request);
            let status = tenant.at.send(with_proof(push, &prover.proof_for(tenant.at, &path))).await.status;
            let expected = if listed.contains(&prover.algorithm) { 201 } else { 400 };
            assert_eq!(status, expected, "{tenant}: {}", prover.algorithm);
        }
    });
}

/// OD-06, PR-01: each protected resource that is listed has a document, which names it and this issuer.
#[test]
fn each_protected_resource_has_a_document() {
    on_each(async |tenant| {
        let listed = list(tenant, "protected_resources");
        assert!(!listed.is_empty(), "{tenant}");

        for resource in listed {
            let path = resource.strip_prefix(cast::ISSUER).expect("one of ours");
            let reply = tenant.at.get(&format!("/.well-known/oauth-protected-resource{path}"), &[]).await;
            let document = reply.success();
            assert_eq!(document["resource"], json!(resource), "{tenant}");
            assert_eq!(document["authorization_servers"], json!([tenant.document["issuer"]]), "{tenant}");
            assert_eq!(tenant.at.get(path, &[]).await.status, 401, "{tenant}: it asks for a token");
        }
    });
}

/// OD-06, MC-04: the document of a client is read where the server says that it takes such clients, and nowhere else.
#[test]
fn documents_of_clients_are_read_where_they_are_taken() {
    on_each(async |tenant| {
        let hosted = Hosted::new("application/json", "{}");
        let url = hosted.url();
        hosted.replace(&json!({ "client_id": url, "redirect_uris": ["https://app.example/cb"] }).to_string());
        let request = AuthorizationRequest::new(&url, "https://app.example/cb", "openid");
        let request = if tenant.slug == "default" { request } else { request.at_tenant(tenant.slug) };

        Browser::new(tenant.at).authorize(&request).await;

        assert_eq!(hosted.fetches() > 0, tenant.says("client_id_metadata_document_supported"), "{tenant}");
    });
}
