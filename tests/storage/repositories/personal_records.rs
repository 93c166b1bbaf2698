//! The copy that a person gets has their rows, over or not, and nobody else's.

use portreeve_domain::{BackchannelAuthenticationId, BrowserId, EmailChangeId, LinkId, SessionEnd, TenantId, UserId};
use portreeve_storage::{
    Wall,
    backchannel_authentications::{self, BackchannelAuthenticationRow},
    consents,
    email_changes::{self, EmailChangeRow},
    factor_failures,
    mailed_links::{self, LinkRow},
    passkeys::{self, PasskeyRow},
    personal_records, recovery_codes, sessions,
    subject_links::{self, LinkedSubject},
    token_families, users,
};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{self, backchannel_authentication, email_change, family, in_seconds, link, scope, session, user_id, web},
};

const ADA: UserId = user_id(7);

/// The number of a row of a person: no two people, nor the same person in two tenants, have the same.
fn number(tenant: TenantId, user: u8) -> i64 {
    100 * tenant.as_i64() + i64::from(user)
}

fn passkey(user: u8) -> PasskeyRow {
    PasskeyRow {
        index: [user; 32],
        user: user_id(user),
        credential_sealed: b"credential".to_vec(),
        name_sealed: b"name".to_vec(),
        aaguid: [1; 16],
        counter: 0,
        backup_eligible: true,
        backed_up: false,
        user_verified: true,
        attested: false,
        created_at: NOW,
        last_used_at: None,
    }
}

/// Gives a person of a tenant a row of every kind that is over.
async fn plant(db: &Database, tenant: TenantId, number_of_user: u8) {
    let (user, id) = (user_id(number_of_user), number(tenant, number_of_user));
    db.write(tenant, async |tx| {
        users::insert(tx, tenant, &rows::user(number_of_user)).await?;
        let session = session(tenant, id, BrowserId::new(1), user);
        sessions::insert(tx, &session).await?;
        sessions::set_origin(tx, tenant, session.id, b"origin").await?;
        sessions::end(tx, tenant, session.id, SessionEnd::SignedOut, in_seconds(1)).await?;
        consents::give(tx, tenant, user, &web(), &scope("openid"), NOW).await?;
        consents::withdraw(tx, tenant, user, &web(), in_seconds(1)).await?;
        token_families::insert(tx, &family(tenant, id, user)).await?;
        token_families::revoke_of_user(tx, tenant, user, "disowned", in_seconds(1)).await?;
        recovery_codes::replace(tx, tenant, user, &[[number_of_user; 32]], NOW).await?;
        recovery_codes::consume(tx, tenant, user, &[number_of_user; 32], in_seconds(1)).await?;
        factor_failures::charge(tx, tenant, user, "totp", in_seconds(1)).await?;
        mailed_links::insert_newest(tx, tenant, &LinkRow { user, ..link(id) }, NOW).await?;
        mailed_links::consume(tx, tenant, LinkId::new(id), in_seconds(1)).await?;
        let change = EmailChangeRow { id: EmailChangeId::new(id), user, ..email_change(1) };
        email_changes::insert(tx, tenant, &change).await?;
        email_changes::drop_wished(tx, tenant, user, in_seconds(1)).await?;
        let linked =
            LinkedSubject { index: [number_of_user; 32], issuer: "https://idp".into(), subject_sealed: b"s".into() };
        subject_links::insert(tx, tenant, user, &linked, in_seconds(1)).await?;
        passkeys::insert(tx, tenant, &passkey(number_of_user)).await?;
        passkeys::remove(tx, tenant, user, &[number_of_user; 32], in_seconds(1)).await?;
        let id = BackchannelAuthenticationId::new(id);
        let person_index = [number_of_user; 32];
        let asked =
            BackchannelAuthenticationRow { id, user: Some(user), person_index, ..backchannel_authentication(1) };
        backchannel_authentications::insert(tx, tenant, 0, &asked).await.map(drop)
    })
    .await;
}

/// S-118, S-150: what is over is told of with its end, and neither another person's nor another tenant's is.
#[tokio::test]
async fn a_copy_has_what_is_over_and_nothing_of_anybody_else() {
    on_both(async |db| {
        for (tenant, user) in [(ONE, 7), (ONE, 8), (TWO, 7)] {
            plant(db, tenant, user).await;
        }
        let (id, end) = (number(ONE, 7), Some(in_seconds(1)));

        db.read(Wall::All, async |conn| {
            let sessions = personal_records::sessions(conn, ONE, ADA).await?;
            let told = |record: &personal_records::SessionRecord| {
                (
                    record.session.id.as_i64(),
                    record.session.ended_at,
                    record.end_reason.clone(),
                    record.origin_sealed.clone(),
                )
            };
            let expected = (id, end, Some("signed_out".to_owned()), Some(b"origin".to_vec()));
            assert_eq!(sessions.iter().map(told).collect::<Vec<_>>(), [expected]);
            let consents = personal_records::consents(conn, ONE, ADA).await?;
            assert_eq!(
                consents.iter().map(|row| (row.client.clone(), row.withdrawn_at)).collect::<Vec<_>>(),
                [(web(), end)]
            );
            assert_eq!((consents[0].scope.clone(), consents[0].given_at), (scope("openid"), NOW));
            let grants = personal_records::grants(conn, ONE, ADA).await?;
            let told = grants.iter().map(|(family, reason)| (family.id.as_i64(), family.revoked_at, reason.as_deref()));
            assert_eq!(told.collect::<Vec<_>>(), [(id, end, Some("disowned"))]);
            assert_eq!(personal_records::recovery_codes(conn, ONE, ADA).await?, [(NOW, end)]);
            let failures = personal_records::failures(conn, ONE, ADA).await?;
            let told = failures.iter().map(|row| (row.factor.as_str(), row.consecutive, row.last_at));
            assert_eq!(told.collect::<Vec<_>>(), [("totp", 1, in_seconds(1))]);
            let links = personal_records::links(conn, ONE, ADA).await?;
            let told = links.iter().map(|row| (row.purpose.clone(), row.created_at, row.expires_at, row.consumed_at));
            assert_eq!(told.collect::<Vec<_>>(), [(link(id).purpose, NOW, link(id).expires_at, end)]);
            let changes = personal_records::email_changes(conn, ONE, ADA).await?;
            assert_eq!(changes.iter().map(|row| (row.id.as_i64(), row.ended_at)).collect::<Vec<_>>(), [(id, end)]);
            let known = personal_records::subject_links(conn, ONE, ADA).await?;
            let told = known.iter().map(|(link, since)| (link.issuer.as_str(), link.subject_sealed.as_slice(), *since));
            assert_eq!(told.collect::<Vec<_>>(), [("https://idp", b"s".as_slice(), in_seconds(1))]);
            assert_eq!(personal_records::removed_passkeys(conn, ONE, ADA).await?, [(NOW, in_seconds(1))]);
            let asked = personal_records::requests(conn, ONE, ADA).await?;
            assert_eq!(asked.iter().map(|row| row.id.as_i64()).collect::<Vec<_>>(), [id]);
            Ok(())
        })
        .await;
    })
    .await;
}
