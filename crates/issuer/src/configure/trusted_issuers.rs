//! The difference in trusted issuers.
//!
//! RFC 7523 §3 for what their assertions must say; here is only whether they could say it.

use portreeve_domain::TrustedIssuer;
use portreeve_jose::KeySet;
use portreeve_oidc::{registration, resource};

use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, Scene, Step};
use super::problem::{Origin, Problem};

/// Compares the trusted issuers of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let mut steps = Vec::new();
    let declared: Vec<_> = scene.resources.trusted_issuers.iter().filter(|d| d.tenant == scene.slug).collect();
    for declared in &declared {
        if let Some(problem) = problem_of(&declared.origin, &declared.what) {
            problems.push(problem);
            continue;
        }
        let trusted = &declared.what;
        let stored = scene.at.as_ref().and_then(|at| at.trusted_issuer(&trusted.issuer));
        let kind = match stored {
            None => ChangeKind::Create,
            Some(stored) if **stored == *trusted => continue,
            Some(_) => ChangeKind::Update,
        };
        let old = stored.and_then(|stored| serde_json::to_value(&**stored).ok()).unwrap_or_default();
        let fields = differing_members(&old, &serde_json::to_value(trusted).unwrap_or_default());
        let change = scene.change(kind, ResourceKind::TrustedIssuer, &trusted.issuer, fields);
        steps.push(Step { change, action: Action::PutTrustedIssuer(trusted) });
    }
    if let Some(at) = scene.tells_undeclared() {
        for stored in &at.trusted_issuers {
            if !declared.iter().any(|d| d.what.issuer == stored.issuer) {
                let change = scene.change(ChangeKind::Delete, ResourceKind::TrustedIssuer, &stored.issuer, Vec::new());
                steps.push(Step { change, action: Action::DeleteTrustedIssuer(stored.issuer.clone()) });
            }
        }
    }
    steps
}

fn problem_of(origin: &Origin, trusted: &TrustedIssuer) -> Option<Problem> {
    if !trusted.issuer.starts_with("https://") || !resource::is_well_formed(&trusted.issuer) {
        let what = format!("issuer {:?} is not an https URI without a fragment", trusted.issuer);
        return Some(origin.place_of("issuer").problem(what, "write it as its assertions do, in iss"));
    }
    let jwks = match (&trusted.jwks, trusted.jwks_uri.as_deref()) {
        (Some(jwks), None) => jwks,
        (None, Some(uri)) if registration::may_publish_keys(uri) => return None,
        (None, Some(_)) => {
            let place = origin.place_of("jwks_uri");
            return Some(place.problem("jwks_uri is not an https URI without a fragment", "copy it from the issuer"));
        }
        (Some(_), Some(_)) | (None, None) => {
            let place = origin.place_of("jwks");
            return Some(place.problem("an issuer has jwks or jwks_uri", "give one of them"));
        }
    };
    match KeySet::from_jwks(jwks) {
        Ok(keys) if keys.is_empty() => {
            Some(origin.place_of("jwks").problem("jwks has no key for signatures", "copy the issuer's public JWK set"))
        }
        Ok(_) => None,
        Err(error) => {
            let what = format!("jwks cannot be used: {error}");
            Some(origin.place_of("jwks").problem(what, "copy the issuer's public JWK set"))
        }
    }
}
