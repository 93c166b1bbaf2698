//! Client secrets are rotated one after another, without a moment in which none works.

use super::*;

/// The gateway's secrets, oldest first.
fn held(fixture: &Fixture) -> Vec<[u8; 32]> {
    let gateway = ClientId::parse("gateway").unwrap();
    fixture.tenant().client(&gateway).unwrap().secrets.iter().map(|secret| secret.hash).collect()
}

/// Rotates the gateway's secret a minute later; how many former ones were kept and how many ended.
async fn rotate(fixture: &Fixture, former: FormerSecrets) -> Result<(usize, usize), Failure<OperatorRefusal>> {
    fixture.clock.advance(Lifetime::from_minutes(1));
    let gateway = ClientId::parse("gateway").unwrap();
    let rotated = fixture.issuer.prepare_secret_rotation(&fixture.tenant(), &gateway, former)?;
    fixture.issuer.rotate_client_secret(&fixture.tenant(), &rotated).await?;
    fixture.issuer.directory.refresh().await.unwrap();
    Ok((rotated.kept, rotated.ended))
}

/// Each rotation keeps the newest former secret and ends an older one; none needs the word that ends all.
#[tokio::test(flavor = "multi_thread")]
async fn a_third_rotation_ends_the_oldest_secret() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let first = held(&fixture);

    assert_eq!(rotate(&fixture, FormerSecrets::Keep).await.unwrap(), (1, 0));
    let second = held(&fixture);
    assert_eq!(rotate(&fixture, FormerSecrets::Keep).await.unwrap(), (1, 1));
    let third = held(&fixture);

    assert_eq!((second.len(), third.len()), (2, 2));
    assert_eq!(second[0], first[0]);
    assert_eq!(third[0], second[1]);
    assert_eq!(rotate(&fixture, FormerSecrets::End).await.unwrap(), (0, 2));
    assert_eq!(held(&fixture).len(), 1);
}

/// Of two that came together nobody can tell which the application uses.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_secrets_of_one_age_none_is_ended_without_the_word() {
    let fixture = Fixture::new().await;
    fixture.write("new.secret", "Qw9tZ4nB7cX1mK6hD3sF");
    let two = r#"[{ file = "gateway.secret" }, { file = "new.secret" }]"#;
    fixture.apply(&EVERYTHING.replace(r#"{ file = "gateway.secret" }"#, two), Unlisted::Keep).await;

    let kept = rotate(&fixture, FormerSecrets::Keep).await;

    assert!(matches!(kept, Err(Failure::Refused(OperatorRefusal::AlreadyRotating))));
    assert_eq!(rotate(&fixture, FormerSecrets::End).await.unwrap(), (0, 2));
}
