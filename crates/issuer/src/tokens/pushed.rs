//! Tokens that are sent to the client: minted once, kept sealed until the client has them.
//!
//! A call may have to be made again, and then says the same: what was minted is not minted anew. Leaves calling to
//! `backchannel_notices`. CIBA Core §10.3; SECURITY rules 4 and 5; CB-09.

use portreeve_crypto::{AssociatedData, SecretText};
use portreeve_domain::{Actor, Client, Event, EventType, Failure, Fault, GrantType, TenantId};
use portreeve_oidc::Refusal;
use portreeve_oidc::backchannel_authentication::pushed_tokens;
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_target::Wanted;
use portreeve_storage::backchannel_authentications::{self as rows, BackchannelAuthenticationRow};
use portreeve_storage::{Tx, token_families};

use super::mint::{self, UserGrant, UserTokens};
use super::refresh::FirstToken;
use super::target;
use crate::directory::TenantDirectory;
use crate::sender::BoundSender;
use crate::settlement::split;
use crate::stored_facts::{open_at, seal_at};
use crate::{Issuer, gate};

impl Issuer {
    /// Mints the tokens of an allowed request and keeps them; `auth_req_id` is what it was asked under. What comes back is
    /// sent. Commits.
    ///
    /// # Errors
    /// The gate's refusal: nothing is minted then. A fault when the database is away, when a signature fails, or when
    /// another runner was faster (transient: what it kept is found).
    pub(crate) async fn mint_pushed(
        &self,
        at: &TenantDirectory,
        client: &Client,
        row: &BackchannelAuthenticationRow,
        auth_req_id: &SecretText,
    ) -> Result<Result<Vec<u8>, Refusal>, Fault> {
        mint::check_keys(at, client)?;
        let mut tx = self.store.begin(at.id()).await?;
        let tokens = match split(self.pushed(&mut tx, at, client, row).await)? {
            Ok(tokens) => tokens,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // Signed before the commit, as nowhere else: what is minted here and not kept would be lost for good.
        let issued = tokens.sign_pushed(at, client, auth_req_id)?;
        let answer = serde_json::to_vec(&pushed_tokens(auth_req_id, &issued.to_json()?)?).map_err(Fault::new)?;
        let id = row.id.as_i64().to_be_bytes();
        let sealed = seal_at(&self.ambient, at, &place(at.id(), &id), &answer)?;
        if !rows::keep_answer(&mut tx, at.id(), row.id, &sealed, self.ambient.now()).await? {
            return Err(Fault::transient("another runner has minted what is pushed"));
        }
        tx.commit().await?;
        Ok(Ok(answer))
    }

    /// What was minted for a request and has not arrived; `None` when it has.
    ///
    /// # Errors
    /// A fault when what is kept does not open.
    pub(crate) fn kept_answer(
        &self,
        at: &TenantDirectory,
        row: &BackchannelAuthenticationRow,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let Some(sealed) = &row.answer_sealed else { return Ok(None) };
        open_at(at, &place(at.id(), &row.id.as_i64().to_be_bytes()), sealed).map(Some)
    }

    async fn pushed(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        client: &Client,
        row: &BackchannelAuthenticationRow,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let family = match row.family {
            Some(id) => token_families::find(tx, at.id(), id).await?,
            None => None,
        };
        let family = family.ok_or_else(|| Fault::impossible("an allowed request without its family"))?;
        let target = target::choose(at, client, &family, Wanted::default())?;
        let now = self.ambient.now();
        let admitted = gate::admit_user(tx, at, client, &family, GrantType::Ciba, now).await?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        // Nobody proves a key here, as by way of the browser.
        let sender = BoundSender::by_browser(client).map_err(Failure::Refused)?;
        let event = Event::new(EventType::AuthReqIdRedeemed, now, Actor::System)
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id);
        let occasion = Occasion::CodeRedeemed;
        let grant = UserGrant { at, ambient: &self.ambient, pass: &pass, target, sender, occasion, event };
        let first = FirstToken::random(&self.ambient)?;
        mint::first_for_user(tx, grant, client, family, &first).await.map_err(Failure::Fault)
    }
}

fn place(tenant: TenantId, row: &[u8; 8]) -> AssociatedData<'_> {
    let table = "backchannel_authentications";
    AssociatedData { table, column: "answer_sealed", row, tenant: tenant.as_i64() }
}
