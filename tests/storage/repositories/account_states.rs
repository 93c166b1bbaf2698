//! What a sign-in finds at an account is read at once: its factors, its address, its consent.

use portreeve_domain::{Fault, TenantId};
use portreeve_storage::account_states::{self, AccountState};
use portreeve_storage::factor_recoveries::{self, NewFactorRecovery};
use portreeve_storage::passkeys::{self, PasskeyRow};
use portreeve_storage::{Tx, Wall, consents, recovery_codes, totp_credentials, users};

use crate::{
    database::{Database, NOW, ONE, TWO, on_both},
    rows::{expiry, in_seconds, scope, user, user_id, web},
};

const BARE: AccountState = AccountState {
    email_verified_at: None,
    has_totp: false,
    passkeys: 0,
    recovery_codes: 0,
    factors_removed_at: None,
    consent: None,
};

fn passkey(number: u8) -> PasskeyRow {
    PasskeyRow {
        index: [number; 32],
        user: user_id(7),
        credential_sealed: vec![1],
        name_sealed: vec![2],
        aaguid: [3; 16],
        counter: 0,
        backup_eligible: true,
        backed_up: false,
        user_verified: true,
        attested: false,
        created_at: NOW,
        last_used_at: None,
    }
}

/// An app, two passkeys of which one is removed, three recovery codes of which one is used, a proven address, a consent.
async fn equip(tx: &mut Tx, tenant: TenantId) -> Result<(), Fault> {
    let (who, index) = (user_id(7), user(7).email_index.unwrap());
    users::verify_email(tx, tenant, who, &index, in_seconds(1)).await?;
    totp_credentials::insert(tx, tenant, who, b"secret", 1, NOW).await?;
    passkeys::insert(tx, tenant, &passkey(1)).await?;
    passkeys::insert(tx, tenant, &passkey(2)).await?;
    passkeys::remove(tx, tenant, who, &[2; 32], NOW).await?;
    recovery_codes::replace(tx, tenant, who, &[[1; 32], [2; 32], [3; 32]], NOW).await?;
    recovery_codes::consume(tx, tenant, who, &[1; 32], NOW).await?;
    consents::give(tx, tenant, who, &web(), &scope("openid email"), NOW).await
}

async fn found(db: &Database) -> Option<AccountState> {
    db.read(Wall::All, async |conn| account_states::find(conn, ONE, user_id(7), &web()).await).await
}

#[tokio::test]
async fn an_account_is_found_with_all_it_has() {
    on_both(async |db| {
        assert_eq!(found(db).await, None);
        db.write(ONE, async |tx| users::insert(tx, ONE, &user(7)).await).await;
        assert_eq!(found(db).await, Some(BARE));

        db.write(ONE, async |tx| equip(tx, ONE).await).await;

        let equipped = AccountState {
            email_verified_at: Some(in_seconds(1)),
            has_totp: true,
            passkeys: 1,
            recovery_codes: 2,
            consent: Some(scope("openid email")),
            ..BARE
        };
        assert_eq!(found(db).await, Some(equipped.clone()));
        db.write(ONE, async |tx| consents::withdraw(tx, ONE, user_id(7), &web(), NOW).await).await;
        assert_eq!(found(db).await, Some(AccountState { consent: None, ..equipped }));
    })
    .await;
}

#[tokio::test]
async fn an_account_whose_factors_were_removed_owes_one_from_then_on() {
    on_both(async |db| {
        let request = NewFactorRecovery { user: user_id(7), due_at: expiry(), locale: "de" };
        db.write(ONE, async |tx| {
            users::insert(tx, ONE, &user(7)).await?;
            factor_recoveries::insert(tx, ONE, &request, NOW).await
        })
        .await;
        assert_eq!(found(db).await, Some(BARE), "a request that stands");

        db.write(ONE, async |tx| {
            factor_recoveries::tell(tx, ONE, user_id(7), expiry()).await?;
            factor_recoveries::remove(tx, ONE, user_id(7), expiry()).await
        })
        .await;

        assert_eq!(found(db).await, Some(AccountState { factors_removed_at: Some(expiry()), ..BARE }));
    })
    .await;
}

/// S-118: what another tenant has under the same identifier, and what is left of an erased account.
#[tokio::test]
async fn nothing_is_found_of_another_tenant_or_of_whom_was_erased() {
    on_both(async |db| {
        db.write(Wall::All, async |tx| {
            users::insert(tx, TWO, &user(7)).await?;
            equip(tx, TWO).await
        })
        .await;
        assert_eq!(found(db).await, None);
        db.write(ONE, async |tx| users::insert(tx, ONE, &user(7)).await).await;
        assert_eq!(found(db).await, Some(BARE));

        db.write(ONE, async |tx| users::erase(tx, ONE, user_id(7), NOW).await).await;

        assert_eq!(found(db).await, None);
    })
    .await;
}
