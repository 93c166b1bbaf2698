//! The second-door matrix: every grant against everything that ends one. SECURITY rule 5, S-040, §5.2.
//!
//! Rows come from `GrantType::ALL`, columns from [`End`]; a grant without its row in [`Door::open`] does not compile. A
//! temporary lock, a weak password and a lost second factor are no columns: they keep people from signing in and leave
//! what they granted alone. "Not-before" of a person or a tenant, API tokens and SAML do not exist here, so they are neither
//! row nor column.

use portreeve_domain::{ActsFor, ClientId, ClientMetadata, GrantType, SessionEnd, TenantId, UserId};
use portreeve_issuer::configure::AccountSwitch;
use portreeve_storage::{
    Tx, Wall, clients, consents, directory_versions, sessions, subject_keys, subject_links, tenants, token_families,
    trusted_issuers, users,
};
use portreeve_tests::{
    authorization::VERIFIER,
    backchannel::Asker,
    browser::Browser,
    cast,
    deployment::{Deployment, on_both},
    device::Device,
    idp::{IDP, Idp},
    jwt,
    patience::within_a_second,
    relying_party::{RelyingParty, Tokens},
};
use serde_json::json;

const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What a tenant needs to have every grant.
const IMPLICIT: &str = r#"
[[tenants]]
slug = "default"
profile = "oidc"

[[clients]]
client_id = "implicit"
token_endpoint_auth_method = "none"
redirect_uris = ["https://implicit.example/cb"]
grant_types = ["implicit"]
response_types = ["id_token token"]
"#;

/// What ends a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    UserDisabled,
    UserErased,
    SubjectKeyDestroyed,
    EmailUnverified,
    EmailDemanded,
    SecondFactorDemanded,
    LevelDemanded,
    ClientDisabled,
    ClientDeleted,
    GrantTaken,
    TenantSuspended,
    ConsentWithdrawn,
    SessionEnded,
    FamilyRevoked,
    IssuerForgotten,
    LinkRemoved,
    KeyRevoked,
}

const ENDS: [End; 17] = [
    End::UserDisabled,
    End::UserErased,
    End::SubjectKeyDestroyed,
    End::EmailUnverified,
    End::EmailDemanded,
    End::SecondFactorDemanded,
    End::LevelDemanded,
    End::ClientDisabled,
    End::ClientDeleted,
    End::GrantTaken,
    End::TenantSuspended,
    End::ConsentWithdrawn,
    End::SessionEnded,
    End::FamilyRevoked,
    End::IssuerForgotten,
    End::LinkRemoved,
    End::KeyRevoked,
];

/// What becomes of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Its token is inactive, and nothing more comes of it.
    Dies,
    /// Its token is inactive; what was not minted yet is minted with another key.
    LosesToken,
    /// It is none of its business.
    Lives,
}

impl End {
    /// What this end does to a grant.
    fn fate(self, grant: GrantType) -> Fate {
        match (self, grant.acts_for()) {
            (Self::KeyRevoked, _) => Fate::LosesToken,
            // The word of another issuer stands in for a session and a consent; it can be given again.
            (Self::IssuerForgotten | Self::LinkRemoved, _) if grant == GrantType::JwtBearer => Fate::Dies,
            (Self::IssuerForgotten | Self::LinkRemoved, _) => Fate::Lives,
            (Self::SessionEnded | Self::ConsentWithdrawn, _) if grant == GrantType::JwtBearer => Fate::Lives,
            // Nothing was shown here, so that nothing was too weak.
            (Self::SecondFactorDemanded | Self::LevelDemanded, _) if grant == GrantType::JwtBearer => Fate::Lives,
            (Self::FamilyRevoked, _) if grant == GrantType::JwtBearer => Fate::LosesToken,
            (Self::ClientDisabled | Self::ClientDeleted | Self::GrantTaken | Self::TenantSuspended, _) => Fate::Dies,
            (
                Self::UserDisabled
                | Self::UserErased
                | Self::SubjectKeyDestroyed
                | Self::EmailUnverified
                | Self::EmailDemanded
                | Self::SecondFactorDemanded
                | Self::LevelDemanded
                | Self::ConsentWithdrawn
                | Self::SessionEnded
                | Self::FamilyRevoked,
                ActsFor::Person,
            ) => Fate::Dies,
            (_, ActsFor::Client) => Fate::Lives,
        }
    }
}

/// A grant on its way: what its client can still present, and a token that came of such a grant already.
struct Door {
    grant: GrantType,
    /// Who presents it.
    client: &'static str,
    /// To whom it was granted: whom the ends strike.
    owner: &'static str,
    /// None where everything there was has been given.
    request: Option<Vec<(&'static str, String)>>,
    token: String,
}

impl Door {
    async fn open(at: &Deployment, grant: GrantType) -> Self {
        let (client, request, token) = match grant {
            GrantType::AuthorizationCode => {
                let web = RelyingParty::new(at, "web");
                let wanted = web.request("openid orders.read").with("resource", cast::ORDERS);
                let token = web.tokens_for(&wanted).await.access().to_owned();
                let code = web.grant_for(&wanted, cast::ADA).await;
                let verifier = ("code_verifier", VERIFIER.to_owned());
                ("web", Some(vec![("code", code.code), ("redirect_uri", code.redirect_uri), verifier]), token)
            }
            GrantType::Implicit => {
                let page = RelyingParty::new(at, "implicit");
                let wanted = page.request("openid orders.read").with("resource", cast::ORDERS);
                let wanted = wanted.with("response_type", "id_token token");
                let callback = Browser::new(at).sign_in(&wanted, cast::ADA).await;
                ("implicit", None, callback.get("access_token").unwrap().to_owned())
            }
            GrantType::RefreshToken => {
                let web = RelyingParty::new(at, "web");
                let wanted = web.request("openid orders.read").with("resource", cast::ORDERS);
                let first = web.tokens_for(&wanted).await;
                let tokens = Tokens(web.refresh(first.refresh()).await.success());
                ("web", Some(vec![("refresh_token", tokens.refresh().to_owned())]), tokens.access().to_owned())
            }
            GrantType::ClientCredentials => {
                let wanted = [("scope", "orders.read"), ("resource", cast::ORDERS)];
                let service = RelyingParty::new(at, "service");
                let tokens = Tokens(service.client_credentials(&wanted).await.success());
                let request = wanted.map(|(name, value)| (name, value.to_owned())).to_vec();
                ("service", Some(request), tokens.access().to_owned())
            }
            GrantType::DeviceCode => {
                let tv = Device::new(at, "tv");
                let wanted = [("scope", "openid orders.read"), ("resource", cast::ORDERS)];
                let polled = tv.ask(&wanted).await;
                tv.approve(&polled, cast::ADA).await;
                let token = Tokens(tv.poll(&polled).await.success()).access().to_owned();
                let waiting = tv.ask(&wanted).await;
                tv.approve(&waiting, cast::ADA).await;
                ("tv", Some(vec![("device_code", waiting.device_code)]), token)
            }
            GrantType::Ciba => {
                let till = Asker::new(at, "till");
                let wanted = [("scope", "openid orders.read"), ("resource", cast::ORDERS)];
                let polled = till.ask(&wanted).await;
                till.decide("allow").await;
                let token = Tokens(till.poll(&polled).await.success()).access().to_owned();
                let waiting = till.ask(&wanted).await;
                till.decide("allow").await;
                ("till", Some(vec![("auth_req_id", waiting.auth_req_id)]), token)
            }
            GrantType::JwtBearer => {
                let idp = Idp::new(at);
                idp.be_trusted_for("agent").await;
                let wanted = [("scope", "orders.read"), ("resource", cast::ORDERS)];
                let assertion = idp.assertion(json!({}));
                let now = [("grant_type", grant.name()), ("assertion", assertion.as_str())];
                let tokens = RelyingParty::new(at, "agent").token(&[now, wanted].concat()).await.success();
                let wanted = wanted.map(|(name, value)| (name, value.to_owned()));
                let request = [("assertion", idp.assertion(json!({})))].into_iter().chain(wanted).collect();
                ("agent", Some(request), Tokens(tokens).access().to_owned())
            }
            GrantType::TokenExchange => {
                let subject = bills_token(at).await;
                let exchanger = RelyingParty::new(at, "exchanger");
                let request = vec![
                    ("subject_token", bills_token(at).await),
                    ("subject_token_type", ACCESS_TOKEN_TYPE.to_owned()),
                    ("resource", cast::ORDERS.to_owned()),
                ];
                let usual = [("grant_type", grant.name()), ("subject_token", &subject)];
                let rest = [("subject_token_type", ACCESS_TOKEN_TYPE), ("resource", cast::ORDERS)];
                let tokens = Tokens(exchanger.token(&[usual, rest].concat()).await.success());
                ("exchanger", Some(request), tokens.access().to_owned())
            }
        };
        let owner = if grant == GrantType::TokenExchange { "web" } else { client };
        Self { grant, client, owner, request, token }
    }

    /// Presents what is left to present, if anything. The client is looked up before the end: it may be gone by then.
    async fn mints(&self, client: &RelyingParty<'_>) -> Option<bool> {
        let named = self.request.as_ref()?.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<_> = [("grant_type", self.grant.name())].into_iter().chain(named).collect();
        let reply = client.token(&pairs).await;
        assert!(reply.status == 200 || (400..500).contains(&reply.status.as_u16()), "{}", reply.text());
        Some(reply.status == 200)
    }

    async fn is_active(&self, gateway: &RelyingParty<'_>) -> bool {
        let told = gateway.introspect(&self.token).await;
        told.status == 200 && told.json()["active"] == true
    }

    /// Whether its token is not active any more, as soon as the node of `gateway` has heard of it.
    async fn has_ended(&self, gateway: &RelyingParty<'_>) -> bool {
        within_a_second(async || !self.is_active(gateway).await).await
    }
}

/// A token of Ada's for the API with opaque tokens, granted to `web`.
async fn bills_token(at: &Deployment) -> String {
    let web = RelyingParty::new(at, "web");
    let wanted = web.request("openid orders.read bills.read").with("resource", cast::BILLS);
    web.tokens_for(&wanted).await.access().to_owned()
}

async fn ada(at: &Deployment) -> UserId {
    let people = at.issuer.list_people(&at.tenant()).await.unwrap();
    people.into_iter().find(|person| person.email.as_deref() == Some(cast::ADA)).unwrap().id
}

/// Brings an end about for everything the doors stand for.
async fn bring(at: &Deployment, end: End, doors: &[Door]) {
    let (issuer, ada) = (&at.issuer, ada(at).await);
    match end {
        End::UserDisabled => issuer.switch_account(&at.tenant(), cast::ADA, AccountSwitch::Off).await.unwrap(),
        End::EmailUnverified => {
            at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"oidc\"\nregistration = true\n").await
        }
        End::SecondFactorDemanded => {
            at.apply("[[tenants]]\nslug = \"default\"\nprofile = \"oidc\"\nmfa = \"required\"\n").await
        }
        End::EmailDemanded => at.apply("[[requirements]]\nid = \"proven\"\nverified_email = true\n").await,
        End::LevelDemanded => at.apply("[[requirements]]\nid = \"strong\"\nlevel = \"aal2\"\n").await,
        End::KeyRevoked => {
            let kid = jwt::header(&doors[0].token)["kid"].as_str().unwrap().to_owned();
            issuer.revoke_key(&at.tenant(), &kid).await.unwrap();
        }
        _ => {}
    }
    let mut tx = issuer.store().begin(Wall::All).await.unwrap();
    for door in doors {
        let client = at.tenant().client(&ClientId::parse(door.owner).unwrap()).unwrap().clone();
        end_client(at, end, &mut tx, &client.id, &client.metadata).await;
    }
    end_person(at, end, &mut tx, ada).await;
    directory_versions::bump(&mut tx, TenantId::DEFAULT).await.unwrap();
    tx.commit().await.unwrap();
    issuer.directory.refresh().await.unwrap();
}

async fn end_client(at: &Deployment, end: End, tx: &mut Tx, client: &ClientId, metadata: &ClientMetadata) {
    let (tenant, now) = (TenantId::DEFAULT, at.clock.now());
    match end {
        End::ClientDisabled => drop(clients::disable(tx, tenant, client, Some(now)).await.unwrap()),
        End::ClientDeleted => drop(clients::delete(tx, tenant, client, now).await.unwrap()),
        End::GrantTaken => {
            let without = ClientMetadata { grant_types: Vec::new(), ..metadata.clone() };
            clients::upsert(tx, tenant, client, &without, now).await.unwrap();
        }
        End::ConsentWithdrawn => drop(consents::withdraw(tx, tenant, ada(at).await, client, now).await.unwrap()),
        _ => {}
    }
}

async fn end_person(at: &Deployment, end: End, tx: &mut Tx, ada: UserId) {
    let (tenant, now) = (TenantId::DEFAULT, at.clock.now());
    match end {
        End::IssuerForgotten => assert!(trusted_issuers::delete(tx, tenant, IDP).await.unwrap()),
        End::LinkRemoved => {
            for link in subject_links::of_user(tx, tenant, ada).await.unwrap() {
                assert!(subject_links::delete(tx, tenant, ada, &link.index).await.unwrap());
            }
        }
        End::UserErased => assert!(users::erase(tx, tenant, ada, now).await.unwrap()),
        End::SubjectKeyDestroyed => assert!(subject_keys::destroy(tx, tenant, ada, now).await.unwrap()),
        End::SessionEnded => drop(sessions::end_all(tx, tenant, ada, SessionEnd::SignedOut, now).await.unwrap()),
        End::FamilyRevoked => {
            assert!(token_families::revoke_of_user(tx, tenant, ada, "test", now).await.unwrap() > 0);
        }
        End::TenantSuspended => assert!(tenants::suspend(tx, tenant, Some(now)).await.unwrap()),
        End::EmailUnverified | End::EmailDemanded => {
            let row = users::find(tx, tenant, ada).await.unwrap().unwrap();
            let unproven = users::UserRow { email_verified_at: None, ..row };
            assert!(users::update(tx, tenant, &unproven).await.unwrap());
        }
        _ => {}
    }
}

/// S-040, S-078, BC-05: whatever ends a grant, no grant mints a token for it and no node reports one active.
#[test]
fn nothing_outlives_what_ends_a_grant() {
    for end in ENDS {
        on_both(async |at| {
            at.apply(IMPLICIT).await;
            let other_node = at.another_node().await;
            let mut doors = vec![];
            for grant in GrantType::ALL {
                doors.push(Door::open(at, grant).await);
            }
            let clients: Vec<_> = doors.iter().map(|door| RelyingParty::new(at, door.client)).collect();
            other_node.issuer.directory.refresh().await.unwrap();
            let gateway = RelyingParty::new(&other_node, "gateway");
            for door in &doors {
                assert!(door.is_active(&gateway).await, "{:?} before {end:?}", door.grant);
            }

            bring(at, end, &doors).await;
            other_node.issuer.directory.refresh().await.unwrap();

            for (door, client) in doors.iter().zip(&clients) {
                let fate = end.fate(door.grant);
                let is_right = match fate {
                    Fate::Lives => door.is_active(&gateway).await,
                    _ => door.has_ended(&gateway).await,
                };
                assert!(is_right, "{:?} after {end:?}: it should be that it {fate:?}", door.grant);
                let minted = door.mints(client).await;
                assert!(minted.is_none_or(|minted| minted == (fate != Fate::Dies)), "{:?} after {end:?}", door.grant);
            }
        });
    }
}

/// S-040: what came of an exchange ends with the client that holds it, while the client it was first granted to lives on.
#[test]
fn what_was_exchanged_ends_with_the_client_that_holds_it() {
    for end in [End::ClientDisabled, End::ClientDeleted, End::GrantTaken] {
        on_both(async |at| {
            let door = Door::open(at, GrantType::TokenExchange).await;
            let door = Door { owner: door.client, ..door };
            let (holder, web) = (RelyingParty::new(at, door.client), RelyingParty::new(at, "web"));
            let other_node = at.another_node().await;
            let gateway = RelyingParty::new(&other_node, "gateway");
            assert!(door.is_active(&gateway).await, "before {end:?}");

            bring(at, end, std::slice::from_ref(&door)).await;
            other_node.issuer.directory.refresh().await.unwrap();

            assert!(door.has_ended(&gateway).await, "after {end:?}");
            assert_eq!(door.mints(&holder).await, Some(false), "after {end:?}");
            assert!(!web.tokens("openid offline_access").await.refresh().is_empty(), "web lives on after {end:?}");
        });
    }
}
