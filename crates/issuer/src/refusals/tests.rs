//! Tests of remembered refusals: explained by reference, sealed, forgotten in time.

use portreeve_oidc::{Cause, Refusal};

use super::{Explanation, QUEUE, RememberedRefusal};
use crate::testing::World;

fn refusal(detail: &str) -> RememberedRefusal {
    RememberedRefusal::new("/oauth2/token", &Refusal::new(Cause::ScopeNotAllowed).with_detail(detail))
}

/// Waits for the writer, which runs beside the test.
async fn explained(world: &World, reference: &str) -> Option<Explanation> {
    for _ in 0..10_000 {
        if let Some(found) = world.issuer.explain(reference).await.unwrap() {
            return Some(found);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn a_refusal_can_be_explained_by_its_reference() {
    let world = World::new().await;

    let reference = world.issuer.remember_refusal(&world.at(), &refusal("admin")).unwrap();

    let explanation = explained(&world, &reference).await.unwrap();
    assert_eq!(explanation.tenant, "default");
    assert_eq!(explanation.at, world.clock.now());
    assert_eq!(
        (explanation.refusal.error.as_str(), explanation.refusal.cause.as_str()),
        ("invalid_scope", "ScopeNotAllowed")
    );
    assert_eq!(explanation.refusal.detail.as_deref(), Some("admin"));
}

#[tokio::test]
async fn an_unknown_reference_is_not_explained() {
    let world = World::new().await;

    for reference in ["", "ref_", "ref_AAAAAAAAAAAAAAAAAAAAAA", "ptat_AAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(world.issuer.explain(reference).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_flood_of_refusals_is_cut_off() {
    let world = World::new().await;

    // The writer cannot run in between: this test never waits.
    for _ in 0..QUEUE + 10 {
        world.issuer.remember_refusal(&world.at(), &refusal("x")).unwrap();
    }

    assert_eq!(world.issuer.refusals.0.lock().unwrap().rows.len(), QUEUE);
}
