//! `/test-rig/…`: a machine decides in people's place, where the settings say that there are none.
//!
//! Owns reading the address and saying what came of it. The shape of the first is what the OpenID Foundation's conformance
//! suite calls as `automated_ciba_approval_url`. Leaves deciding to `issuer`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use portreeve_domain::Fault;
use portreeve_issuer::{Issuer, RigAnswer, RigDecision, TenantDirectory};
use serde_json::json;

/// The tenant when the address names none.
const DEFAULT_TENANT: &str = "default";

/// What the address says: each name once.
struct Said(HashMap<String, String>);

/// The routes of a rig.
pub(crate) fn router(issuer: Arc<Issuer>) -> Router {
    tracing::warn!("test_rig.approvals is on: whoever reaches admin.listen decides for people");
    Router::new()
        .route("/test-rig/backchannel", post(backchannel))
        .route("/test-rig/device", post(device))
        .with_state(issuer)
}

async fn backchannel(State(issuer): State<Arc<Issuer>>, RawQuery(query): RawQuery) -> Response {
    let said = Said::read(query);
    let asked = said.tenant(&issuer).and_then(|at| Ok((at, said.require("auth_req_id")?, said.decision()?)));
    match asked {
        Ok((at, auth_req_id, decision)) => answer(issuer.decide_backchannel(&at, auth_req_id, decision).await),
        Err(wrong) => refused(StatusCode::BAD_REQUEST, &wrong),
    }
}

async fn device(State(issuer): State<Arc<Issuer>>, RawQuery(query): RawQuery) -> Response {
    let said = Said::read(query);
    let asked = said
        .tenant(&issuer)
        .and_then(|at| Ok((at, said.require("user_code")?, said.require("email")?, said.decision()?)));
    match asked {
        Ok((at, user_code, email, decision)) => answer(issuer.decide_device(&at, user_code, email, decision).await),
        Err(wrong) => refused(StatusCode::BAD_REQUEST, &wrong),
    }
}

impl Said {
    fn read(query: Option<String>) -> Self {
        Self(url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    fn require(&self, name: &str) -> Result<&str, String> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("{name} is missing from the address"))
    }

    fn decision(&self) -> Result<RigDecision, String> {
        match self.require("action")? {
            "allow" => Ok(RigDecision::Allow),
            "deny" => Ok(RigDecision::Deny),
            _ => Err("action is allow or deny".to_owned()),
        }
    }

    fn tenant(&self, issuer: &Issuer) -> Result<Arc<TenantDirectory>, String> {
        let slug = self.0.get("tenant").map_or(DEFAULT_TENANT, String::as_str);
        issuer.directory.by_slug(slug).ok_or_else(|| "there is no such tenant".to_owned())
    }
}

fn answer(decided: Result<RigAnswer, Fault>) -> Response {
    match decided {
        Ok(RigAnswer::Decided(RigDecision::Allow)) => Json(json!({ "decided": "allowed" })).into_response(),
        Ok(RigAnswer::Decided(RigDecision::Deny)) => Json(json!({ "decided": "denied" })).into_response(),
        Ok(RigAnswer::NothingWaits) => refused(
            StatusCode::NOT_FOUND,
            "nothing waits under this code: it is unknown, names nobody, was decided on or is over",
        ),
        Ok(RigAnswer::NobodyThere) => refused(StatusCode::NOT_FOUND, "nobody has this address"),
        Ok(RigAnswer::MoreIsAsked(step)) => refused(
            StatusCode::CONFLICT,
            &format!("the rules ask the person for more than a password ({step:?}); nothing is decided"),
        ),
        Err(fault) => {
            tracing::error!(%fault, "a test rig could not decide");
            refused(StatusCode::SERVICE_UNAVAILABLE, "the database is away; try again")
        }
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}
