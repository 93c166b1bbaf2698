//! The difference in clients and their secrets.
//!
//! Owns what a secret given by an operator must be like, and that of a client that speaks for itself, registered or known by a
//! document, nothing is compared and written but what only an operator decides: the rest of its entry is not looked at. Leaves every
//! rule for metadata to `oidc::registration`.

use std::collections::BTreeSet;

use portreeve_crypto::SecretText;
use portreeve_domain::{Client, ClientMetadata, ClientOrigin, Fault, SecretKeeping, TenantId, Timestamp};
use portreeve_jose::shared_secret;
use portreeve_oidc::client_registration::keep_decided;
use portreeve_oidc::{Refusal, registration};
use portreeve_storage::{Tx, clients};

use super::change::{ChangeKind, ResourceKind, differing_members};
use super::plan::{Action, NewSecrets, Scene, Step};
use super::problem::Problem;
use super::resources::{ClientDeclaration, Declared};
use crate::Issuer;
use crate::client_registration::is_made_here;
use crate::client_secrets::hash;
use crate::directory::TenantDirectory;

/// How short a secret may be, in characters. One of ours has 43.
const MIN_SECRET_CHARS: usize = 16;
/// How many different characters a secret must have.
const MIN_DISTINCT_CHARS: usize = 8;
/// Words that stand in samples; whoever uses one has not made a secret.
const SAMPLE_WORDS: [&str; 6] = ["sample", "change", "example", "placeholder", "password", "your-secret"];

/// Compares the clients of one tenant.
pub(super) fn compare<'r>(scene: &Scene<'r>, problems: &mut Vec<Problem>) -> Vec<Step<'r>> {
    let declared: Vec<_> = scene.resources.clients.iter().filter(|d| d.tenant == scene.slug).collect();
    let mut steps = Vec::new();
    for declared in &declared {
        match compare_one(scene, declared) {
            Ok(step) => steps.extend(step),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some(at) = scene.tells_undeclared() {
        // Clients that registered themselves were never in a file.
        let own = at.clients.values().filter(|client| client.origin == ClientOrigin::Operator).map(|client| &client.id);
        let mut unlisted: Vec<_> = own.filter(|id| !declared.iter().any(|d| d.what.id == **id)).collect();
        unlisted.sort();
        for id in unlisted {
            let change = scene.change(ChangeKind::Delete, ResourceKind::Client, id.as_str(), Vec::new());
            steps.push(Step { change, action: Action::DeleteClient(id.clone()) });
        }
    }
    steps
}

/// The names of the fields in which two registrations of a client differ.
///
/// # Errors
/// A fault if JSON cannot be written.
pub(crate) fn changed_fields(old: &ClientMetadata, new: &ClientMetadata) -> Result<Vec<String>, Fault> {
    let value = |metadata: &ClientMetadata| serde_json::to_value(metadata).map_err(Fault::new);
    Ok(differing_members(&value(old)?, &value(new)?))
}

/// The clients whose sector does not list them. What is declared for the first tenant is fetched in its name.
pub(super) async fn wrong_sectors(issuer: &Issuer, scene: &Scene<'_>, steps: &[Step<'_>]) -> Vec<Problem> {
    let tenant = scene.at.as_ref().map_or(TenantId::DEFAULT, |at| at.id());
    let mut problems = Vec::new();
    for step in steps {
        let Action::PutClient { id, metadata: Some(metadata), .. } = &step.action else { continue };
        let Err(refusal) = issuer.check_sector(tenant, metadata).await else { continue };
        let declared = scene.resources.clients.iter().find(|d| d.tenant == scene.slug && d.what.id == **id);
        problems.extend(declared.map(|declared| {
            let place = declared.origin.place_of("sector_identifier_uri");
            let detail = refusal.detail.unwrap_or_default();
            let mend = "put every redirect URI into the document, or allow the server to reach it under [outbound]";
            place.problem(format!("client {}: {detail}", id.as_str()), mend)
        }));
    }
    problems
}

/// Stores what an operator decides about a client that speaks for itself. Its own words stay, also those it has said since the comparison.
///
/// # Errors
/// `Fault::overtaken` when it has gone meanwhile; a fault when the database is away.
pub(super) async fn decide(
    tx: &mut Tx,
    at: &TenantDirectory,
    declared: &ClientDeclaration,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut metadata = clients::hold(tx, at.id(), &declared.id).await?.ok_or_else(Fault::overtaken)?;
    keep_decided(&mut metadata, &declared.metadata);
    clients::upsert(tx, at.id(), &declared.id, &metadata, now).await
}

fn compare_one<'r>(scene: &Scene<'r>, declared: &'r Declared<ClientDeclaration>) -> Result<Option<Step<'r>>, Problem> {
    let id = &declared.what.id;
    match scene.client(id) {
        Some(client) if client.origin != ClientOrigin::Operator => compare_decided(scene, declared, client),
        None if is_made_here(id) => Err(declared.origin.place_of("client_id").problem(
            format!("client {}: the client that registered itself under this name is gone", id.as_str()),
            "remove the entry, or choose a name of your own",
        )),
        stored => compare_own(scene, declared, stored),
    }
}

/// Compares what only the operator decides.
fn compare_decided<'r>(
    scene: &Scene<'r>,
    declared: &'r Declared<ClientDeclaration>,
    client: &Client,
) -> Result<Option<Step<'r>>, Problem> {
    let id = client.id.as_str();
    if !scene.wants(client) {
        return Err(declared.origin.place_of("client_id").problem(
            format!("client {id} is known by its document, and client_id_metadata_documents is off: it does not exist"),
            "switch client_id_metadata_documents of the tenant on, or remove the entry",
        ));
    }
    let mut metadata = client.metadata.clone();
    keep_decided(&mut metadata, &declared.what.metadata);
    registration::check_decided(&metadata).map_err(|refusal| refused(declared, refusal))?;
    names_known_resources(scene, declared, &metadata)?;
    let fields = differing_members(&json(&client.metadata), &json(&metadata));
    let change = |fields| scene.change(ChangeKind::Update, ResourceKind::Client, id, fields);
    let step = |fields| Step { change: change(fields), action: Action::DecideOnClient(&declared.what) };
    Ok((!fields.is_empty()).then(|| step(fields)))
}

/// Compares everything: nobody but the operator speaks for the client.
fn compare_own<'r>(
    scene: &Scene<'r>,
    declared: &'r Declared<ClientDeclaration>,
    stored: Option<&Client>,
) -> Result<Option<Step<'r>>, Problem> {
    let metadata = checked_metadata(scene, declared)?;
    let secrets = new_secrets(declared, &metadata, stored)?;
    // A new client differs from one that says nothing: what it leaves out is no news.
    let old = stored.map_or_else(ClientMetadata::default, |client| client.metadata.clone());
    let mut fields = differing_members(&json(&old), &json(&metadata));
    let metadata = (stored.is_none() || !fields.is_empty()).then(|| Box::new(metadata));
    if secrets.is_some() {
        fields.push("client_secret".to_owned());
    }
    if metadata.is_none() && secrets.is_none() {
        return Ok(None);
    }
    let kind = if stored.is_some() { ChangeKind::Update } else { ChangeKind::Create };
    let id = &declared.what.id;
    let change = scene.change(kind, ResourceKind::Client, id.as_str(), fields);
    Ok(Some(Step { change, action: Action::PutClient { id, metadata, secrets } }))
}

fn json(metadata: &ClientMetadata) -> serde_json::Value {
    serde_json::to_value(metadata).unwrap_or_default()
}

fn checked_metadata(scene: &Scene<'_>, declared: &Declared<ClientDeclaration>) -> Result<ClientMetadata, Problem> {
    let metadata = registration::check(declared.what.metadata.clone(), scene.profile)
        .map_err(|refusal| refused(declared, refusal))?;
    names_known_resources(scene, declared, &metadata)?;
    Ok(metadata)
}

fn refused(declared: &Declared<ClientDeclaration>, refusal: Refusal) -> Problem {
    let detail = refusal.detail.unwrap_or_else(|| refusal.cause.name().to_owned());
    // The detail begins with the name of the field.
    let place = declared.origin.place_of(detail.split_whitespace().next().unwrap_or_default());
    place.problem(format!("client {}: {detail}", declared.what.id.as_str()), "see RFC 7591 section 2 for the field")
}

fn names_known_resources(
    scene: &Scene<'_>,
    declared: &Declared<ClientDeclaration>,
    metadata: &ClientMetadata,
) -> Result<(), Problem> {
    for (field, resources) in [("introspects", &metadata.introspects), ("resources", &metadata.resources)] {
        if let Some(unknown) = resources.iter().find(|resource| !is_known(scene, resource)) {
            return Err(declared.origin.place_of(field).problem(
                format!("{field} names {unknown}, which no resource server is called"),
                "declare it under [[resource_servers]]",
            ));
        }
    }
    let exchanged = metadata.exchanges.iter();
    let mut targets = exchanged.flat_map(|policy| &policy.to).chain(metadata.exchanges.iter().flat_map(|p| &p.from));
    let issuer = scene.at.as_ref().map(|at| at.issuer.as_str());
    if let Some(unknown) = targets.find(|resource| !is_known(scene, resource) && issuer != Some(resource.as_str())) {
        return Err(declared.origin.place_of("exchanges").problem(
            format!("exchanges names {unknown}, which no resource server is called"),
            "declare it under [[resource_servers]]",
        ));
    }
    Ok(())
}

/// Whether a resource server will be there when the plan is carried out.
fn is_known(scene: &Scene<'_>, resource: &str) -> bool {
    let mut declared = scene.resources.resource_servers.iter().filter(|d| d.tenant == scene.slug);
    declared.any(|d| d.what.resource == resource)
        || scene.keeps_undeclared().is_some_and(|at| at.server(resource).is_some())
}

/// The secrets to store; `None` when the stored ones are right.
fn new_secrets<'r>(
    declared: &'r Declared<ClientDeclaration>,
    metadata: &ClientMetadata,
    stored: Option<&Client>,
) -> Result<Option<NewSecrets<'r>>, Problem> {
    let place = declared.origin.place_of("client_secret");
    let name = declared.what.id.as_str();
    let method = metadata.token_endpoint_auth_method;
    let keeping = method.secrets();
    let has_secret = keeping != SecretKeeping::Nothing;
    // A secret that is kept as a hash is of no use for a MAC, and one that is kept whole is kept too much otherwise.
    let is_kept_right = |sealed: &Option<Vec<u8>>| sealed.is_some() == (keeping == SecretKeeping::Sealed);
    let secrets = stored.map(|client| client.secrets.as_slice()).unwrap_or_default();
    let kept_right = secrets.iter().all(|secret| is_kept_right(&secret.sealed));
    let held: BTreeSet<[u8; 32]> = secrets.iter().map(|secret| secret.hash).collect();
    let given = declared.what.secrets.as_deref();
    match given {
        Some(_) if !has_secret => Err(place.problem(
            format!("client {name} has a client_secret and token_endpoint_auth_method {}", method.name()),
            "remove client_secret, or choose client_secret_basic",
        )),
        None if has_secret && held.is_empty() => Err(place.problem(
            format!("client {name} has no client_secret"),
            r#"add client_secret = { env = "NAME" }, or token_endpoint_auth_method = "none" for a public client"#,
        )),
        None if has_secret && !kept_right => Err(place.problem(
            format!("client {name} has a client_secret that is not kept for {}", method.name()),
            "give client_secret along with the new method",
        )),
        None if has_secret || held.is_empty() => Ok(None),
        None => Ok(Some(NewSecrets { texts: &[], keeping })),
        Some(secrets) => {
            if let Some(weakness) = secrets.iter().find_map(|secret| weakness(secret, keeping)) {
                let mend = "make one: openssl rand -hex 32";
                return Err(place.problem(format!("client_secret of {name} {weakness}"), mend));
            }
            let is_held = secrets.iter().map(hash).collect::<BTreeSet<_>>() == held;
            Ok((!is_held || !kept_right).then_some(NewSecrets { texts: secrets, keeping }))
        }
    }
}

/// Why a text cannot be a client's secret; `None` when it can.
fn weakness(secret: &SecretText, keeping: SecretKeeping) -> Option<String> {
    let text = secret.expose();
    let lower = text.to_ascii_lowercase();
    let distinct = text.chars().collect::<BTreeSet<_>>().len();
    if text.chars().count() < MIN_SECRET_CHARS {
        return Some(format!("has fewer than {MIN_SECRET_CHARS} characters"));
    }
    if keeping == SecretKeeping::Sealed && text.len() < shared_secret::MIN_SECRET_BYTES {
        return Some(format!("has fewer than {} characters, too few for HS256", shared_secret::MIN_SECRET_BYTES));
    }
    if text.chars().any(|c| !c.is_ascii_graphic()) {
        return Some("has characters that are not printable ASCII".to_owned());
    }
    let is_sample = SAMPLE_WORDS.iter().any(|word| lower.contains(word));
    (is_sample || distinct < MIN_DISTINCT_CHARS).then(|| "looks like a sample".to_owned())
}
