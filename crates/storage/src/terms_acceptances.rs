//! Who agreed to which version of which terms.

use portreeve_domain::{ClientId, Fault, TenantId, TermsText, TermsVersion, Timestamp, UserId};

use crate::{Conn, Tx};

/// Only the present version can be agreed to; who agreed before keeps that moment.
const INSERT: &str = "INSERT INTO terms_acceptances (tenant_id, user_id, terms_id, version, client_id, name, uri, accepted_at) SELECT $1, $2, id, version, $5, $6, $7, $8 FROM terms WHERE tenant_id = $1 AND id = $3 AND version = $4 ON CONFLICT (tenant_id, user_id, terms_id, version) DO UPDATE SET accepted_at = terms_acceptances.accepted_at";
const OF_USER: &str = "SELECT terms_id, version, client_id, name, uri, accepted_at FROM terms_acceptances WHERE tenant_id = $1 AND user_id = $2 ORDER BY accepted_at DESC, terms_id, version";

/// What a person agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsAcceptance {
    /// To which version of which terms.
    pub version: TermsVersion,
    /// On the way to which client.
    pub client: ClientId,
    /// What it was called and where it was read, as the page said.
    pub text: TermsText,
    /// When, the first time.
    pub accepted_at: Timestamp,
}

/// Writes down that a person agrees; false when that version is not, or no longer, the present one.
///
/// # Errors
/// A fault when the database is away.
pub async fn insert(tx: &mut Tx, tenant: TenantId, user: UserId, acceptance: &TermsAcceptance) -> Result<bool, Fault> {
    let TermsAcceptance { version, client, text, accepted_at } = acceptance;
    let values = [
        tenant.into(),
        (&user).into(),
        (&version.terms).into(),
        (&version.version).into(),
        client.into(),
        (&text.name).into(),
        (&text.uri).into(),
        (*accepted_at).into(),
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// Everything a person agreed to, newest first, older versions among it.
///
/// # Errors
/// A fault when the database is away.
pub async fn of_user(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Vec<TermsAcceptance>, Fault> {
    conn.all(OF_USER, &[tenant.into(), (&user).into()], |row| {
        Ok(TermsAcceptance {
            version: TermsVersion { terms: row.text(0)?, version: row.text(1)? },
            client: row.client(2)?,
            text: TermsText { name: row.text(3)?, uri: row.text(4)? },
            accepted_at: row.timestamp(5)?,
        })
    })
    .await
}
