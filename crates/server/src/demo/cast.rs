//! What a demo is filled with: people, clients and an API, as a description and as the resources that `apply` takes.
//!
//! Owns the cast and its names. Passwords and secrets are random, made once a folder and kept in `demo.json`.

use std::path::PathBuf;

use portreeve_authenticators::TotpSecret;
use portreeve_crypto::{Random, SecretBytes, SecretText};
use portreeve_domain::{
    ClientAuthMethod, ClientId, ClientMetadata, EmailSignIn, Fault, GrantType, PersonClaims, ResourceServer, Scope,
    TenantSettings, TokenDelivery,
};
use portreeve_issuer::configure::{
    ClientDeclaration, Declared, PasswordSource, Resources, TenantDeclaration, UserDeclaration,
};

use super::description::{DemoClient, DemoResourceServer, DemoUser, Description};
use super::scopes;

/// The audience of the demo's API.
pub(super) const RESOURCE: &str = "https://orders.example";
/// The client of the relying party's first page.
pub(super) const WEB: &str = "demo-web";
/// The client of the relying party's second page.
pub(super) const SPA: &str = "demo-spa";
/// Where the relying party serves its second page.
pub(super) const SPA_MOUNT: &str = "/public";
/// The client that acts for itself.
pub(super) const SERVICE: &str = "service";
/// The client on a device without a keyboard.
pub(super) const DEVICE: &str = "demo-device";
/// The client that asks people who are not at its browser.
pub(super) const TILL: &str = "demo-till";
/// The client that introspects.
pub(super) const GATEWAY: &str = "gateway";
/// A redirect URI where nobody listens, for scripts that do.
const SCRIPT_CALLBACK: &str = "http://127.0.0.1:9876/callback";
/// Named as the origin of these resources in messages.
const ORIGIN: &str = "demo data";
const ADMINISTRATOR: &str = "admin@example.com";

/// What differs between two starts.
pub(super) struct Addresses {
    pub(super) issuer: String,
    pub(super) rp_url: String,
    pub(super) admin_url: String,
    pub(super) mail_dir: PathBuf,
    pub(super) text_message_dir: PathBuf,
    pub(super) ca_file: Option<PathBuf>,
}

/// Describes a demo at `addresses`; passwords and secrets of `former` are kept.
///
/// # Errors
/// A fault when the operating system gives no randomness.
pub(super) fn describe(
    addresses: Addresses,
    former: Option<&Description>,
    random: &Random,
) -> Result<Description, Fault> {
    let memory = Memory { former, random };
    let rp = &addresses.rp_url;
    let (callback, signed_out) = (format!("{rp}/callback"), format!("{rp}/signed-out"));
    let users = vec![
        memory.user("ada@example.com", false, "signs in with a password")?,
        memory.user("grace@example.com", true, "signs in with a password and a one-time code")?,
        memory.user(ADMINISTRATOR, false, "administrator")?,
    ];
    let scripts = || vec![callback.clone(), SCRIPT_CALLBACK.to_owned()];
    let web = |id, secret, redirects, signed_out: &str, note: &str| -> Result<DemoClient, Fault> {
        let client_secret = if secret { Some(memory.secret(id)?) } else { None };
        let post_logout_redirect_uris = vec![signed_out.to_owned()];
        let (client_id, note) = (String::from(id), note.to_owned());
        Ok(DemoClient { client_id, client_secret, redirect_uris: redirects, post_logout_redirect_uris, note })
    };
    let spa = format!("{rp}{SPA_MOUNT}");
    let machine = |id: &str, note: &str| -> Result<DemoClient, Fault> {
        Ok(DemoClient {
            client_id: id.to_owned(),
            client_secret: Some(memory.secret(id)?),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            note: note.to_owned(),
        })
    };
    let clients = vec![
        web(WEB, true, vec![callback.clone()], &signed_out, "confidential; the relying party's first page")?,
        web(SPA, false, vec![format!("{spa}/callback")], &format!("{spa}/signed-out"), "public; its second page")?,
        web("test-public", false, scripts(), &signed_out, "public; for scripts")?,
        web("test-confidential", true, scripts(), &signed_out, "confidential; for scripts")?,
        DemoClient {
            client_id: DEVICE.to_owned(),
            client_secret: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            note: "public; a device without a keyboard, approved at /device".to_owned(),
        },
        machine(SERVICE, "service: client credentials for the API")?,
        machine(GATEWAY, "gateway: introspects tokens for the API")?,
        machine(TILL, "backchannel: asks for a person, who decides at /approve")?,
    ];
    Ok(Description {
        issuer: addresses.issuer,
        rp_url: addresses.rp_url,
        admin_url: addresses.admin_url,
        mail_dir: addresses.mail_dir,
        text_message_dir: addresses.text_message_dir,
        ca_file: addresses.ca_file,
        users,
        clients,
        resource_servers: vec![DemoResourceServer {
            resource: RESOURCE.to_owned(),
            scopes: scopes::SCOPES.map(str::to_owned).to_vec(),
        }],
    })
}

/// The resources of a described demo.
///
/// # Errors
/// A fault when a name in the description is no name.
pub(super) fn resources(description: &Description) -> Result<Resources, Fault> {
    let settings = TenantSettings {
        display_name: Some("Portreeve demo".to_owned()),
        email_sign_in: EmailSignIn::Allowed,
        registration: true,
        ..TenantSettings::default()
    };
    let mut resources = Resources::default();
    resources.tenants.push(Declared::built_in(ORIGIN, TenantDeclaration { settings }));
    for server in &description.resource_servers {
        let scopes =
            Scope::parse(&server.scopes.join(" ")).map_err(|_| Fault::impossible("a demo scope is no scope"))?;
        let server = ResourceServer {
            resource: server.resource.clone(),
            name: Some("Orders".to_owned()),
            scopes,
            authorization_details_types: Vec::new(),
            token_profile: Default::default(),
            access_token_lifetime: None,
        };
        resources.resource_servers.push(Declared::built_in(ORIGIN, server));
    }
    resources.scopes = scopes::meanings().into_iter().map(|scope| Declared::built_in(ORIGIN, scope)).collect();
    for described in &description.clients {
        resources.clients.push(Declared::built_in(ORIGIN, client(described)?));
    }
    resources.users = description.users.iter().map(|user| Declared::built_in(ORIGIN, person(user))).collect();
    Ok(resources)
}

fn client(described: &DemoClient) -> Result<ClientDeclaration, Fault> {
    let id = ClientId::parse(&described.client_id).ok_or_else(|| Fault::impossible("a demo client has no name"))?;
    let is_machine = described.redirect_uris.is_empty();
    let is_gateway = described.client_id == GATEWAY;
    let method = match &described.client_secret {
        Some(_) => ClientAuthMethod::ClientSecretBasic,
        None => ClientAuthMethod::None,
    };
    let grant_types = match described.client_id.as_str() {
        DEVICE => vec![GrantType::DeviceCode, GrantType::RefreshToken],
        TILL => vec![GrantType::Ciba, GrantType::RefreshToken],
        _ if is_machine => vec![GrantType::ClientCredentials],
        _ => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
    };
    let metadata = ClientMetadata {
        client_name: Some(display_name(&described.client_id).to_owned()),
        redirect_uris: described.redirect_uris.clone(),
        post_logout_redirect_uris: described.post_logout_redirect_uris.clone(),
        token_endpoint_auth_method: method,
        grant_types,
        backchannel_token_delivery_mode: (described.client_id == TILL).then_some(TokenDelivery::Poll),
        introspects: if is_gateway { vec![RESOURCE.to_owned()] } else { Vec::new() },
        ..ClientMetadata::default()
    };
    let secrets = described.client_secret.as_ref().map(|secret| vec![SecretText::new(secret.clone())]);
    Ok(ClientDeclaration { id, metadata, secrets })
}

fn display_name(client_id: &str) -> &str {
    match client_id {
        WEB => "Orders",
        SPA => "Orders in the browser",
        SERVICE => "Nightly export",
        DEVICE => "Living-room television",
        TILL => "Corner shop",
        GATEWAY => "API gateway",
        other => other,
    }
}

fn person(described: &DemoUser) -> UserDeclaration {
    let (given_name, family_name) = match described.email.as_str() {
        "ada@example.com" => ("Ada", "Lovelace"),
        "grace@example.com" => ("Grace", "Hopper"),
        _ => ("Radia", "Perlman"),
    };
    let claims = PersonClaims {
        name: Some(format!("{given_name} {family_name}")),
        given_name: Some(given_name.to_owned()),
        family_name: Some(family_name.to_owned()),
        locale: Some("en".to_owned()),
        ..PersonClaims::default()
    };
    UserDeclaration {
        email: described.email.clone(),
        email_verified: Some(true),
        claims: Some(claims),
        password: Some(PasswordSource::Text(SecretText::new(described.password.clone()))),
        totp_secret: described.totp_secret.clone().map(SecretText::new),
        is_admin: Some(described.email == ADMINISTRATOR),
        links: None,
    }
}

/// Secrets of the former start, or new ones.
struct Memory<'a> {
    former: Option<&'a Description>,
    random: &'a Random,
}

impl Memory<'_> {
    fn user(&self, email: &str, with_totp: bool, note: &str) -> Result<DemoUser, Fault> {
        let former = self.former.and_then(|former| former.users.iter().find(|user| user.email == email));
        let password = match former {
            Some(user) => user.password.clone(),
            None => password(self.random)?,
        };
        let totp_secret = match (with_totp, former.and_then(|user| user.totp_secret.clone())) {
            (false, _) => None,
            (true, Some(kept)) => Some(kept),
            (true, None) => {
                let secret = TotpSecret::new(&SecretBytes::new(self.random.bytes().map_err(Fault::new)?));
                Some(secret.to_base32().expose().to_owned())
            }
        };
        Ok(DemoUser { email: email.to_owned(), password, totp_secret, note: note.to_owned() })
    }

    fn secret(&self, client_id: &str) -> Result<String, Fault> {
        match self.former.and_then(|former| former.secret_of(client_id)) {
            Some(kept) => Ok(kept.to_owned()),
            None => letters::<32>(self.random),
        }
    }
}

/// Twenty random letters and digits in groups of five: long enough for the policy, short enough to type.
fn password(random: &Random) -> Result<String, Fault> {
    let groups = [letters::<5>(random)?, letters::<5>(random)?, letters::<5>(random)?, letters::<5>(random)?];
    Ok(groups.join("-"))
}

/// `N` random characters of 32 that are not mistaken for each other: 5 bits each.
fn letters<const N: usize>(random: &Random) -> Result<String, Fault> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; N] = random.bytes().map_err(Fault::new)?;
    let characters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    Ok(characters.map(|&character| char::from(character)).collect())
}
