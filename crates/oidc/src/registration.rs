//! Client metadata: what may be registered, and what is filled in.
//!
//! Owns the rules for metadata on create and on update alike, wherever they come from (a file, the command line, dynamic
//! registration). Fields are checked one by one, in a fixed order, and the first bad one is named. Leaves fetching a
//! `sector_identifier_uri` (OIDC Registration §5) and whether named resource servers exist to whoever stores the client.
//! RFC 7591 §2, OIDC Registration §2, OIDC Core §8.1, RP-Initiated Logout §3.1, Back-Channel Logout §2.2, Front-Channel Logout §2, CIBA Core §4.

mod authentication;

use std::collections::BTreeSet;

use portreeve_domain::{ActsFor, ApplicationType, ClientMetadata, GrantType, Profile, SubjectType, is_invisible};

use crate::authorization::{ResponseMode, ResponseType};
use crate::uri::AbsoluteUri;
use crate::{Cause, Refusal, authorization_details, encryption, logout_uris, redirect_uri, resource, token_delivery};

/// How many entries a list may have.
const MAX_ENTRIES: usize = 50;
/// How many characters a name may have.
const MAX_NAME_CHARS: usize = 200;
/// How many bytes any other text may have.
const MAX_TEXT_BYTES: usize = 255;

/// Checks `metadata` of a client in a tenant of `profile` and gives it back with the defaults written out: without
/// `grant_types` it has `authorization_code`, and a client with that grant has the response type `code` (RFC 7591 §2).
///
/// # Errors
/// `RegisteredRedirectUriInvalid` for `redirect_uris`, `MetadataInvalid` for everything else; the detail begins with the
/// name of the field and says what is wrong with it.
pub fn check(metadata: ClientMetadata, profile: Profile) -> Result<ClientMetadata, Refusal> {
    let metadata = with_defaults(metadata);
    profile_is_no_looser(&metadata, profile)?;
    texts_are_short(&metadata)?;
    lists_are_short(&metadata)?;
    redirect_uris(&metadata)?;
    let profile = profile.tightened_by(metadata.profile);
    grants_and_responses_fit(&metadata, profile)?;
    response_modes(&metadata)?;
    authentication::check(&metadata, profile)?;
    encryption::check(&metadata)?;
    default_max_age(&metadata)?;
    page_uris(&metadata)?;
    localized_texts(&metadata)?;
    logout_uris::check(&metadata)?;
    token_delivery::check(&metadata, profile.rules())?;
    sector(&metadata)?;
    resources(&metadata)?;
    exchanges(&metadata)?;
    Ok(metadata)
}

/// Checks what an operator has decided about a client whose other members are its own words and were checked when it said them: a
/// profile that is stricter by now makes them no mistake of the operator's.
///
/// # Errors
/// `MetadataInvalid`, as [`check`].
pub fn check_decided(metadata: &ClientMetadata) -> Result<(), Refusal> {
    lists_are_short(metadata)?;
    resources(metadata)?;
    exchanges(metadata)
}

fn invalid(field: &str, what: impl std::fmt::Display) -> Refusal {
    Refusal::new(Cause::MetadataInvalid).with_detail(format!("{field} {what}"))
}

fn with_defaults(mut metadata: ClientMetadata) -> ClientMetadata {
    if metadata.grant_types.is_empty() {
        metadata.grant_types = vec![GrantType::AuthorizationCode];
    }
    if metadata.response_types.is_empty() && metadata.grant_types.contains(&GrantType::AuthorizationCode) {
        metadata.response_types = vec!["code".to_owned()];
    }
    metadata
}

/// A client can tighten its tenant's profile; a looser one would be without effect, and is a mistake.
fn profile_is_no_looser(metadata: &ClientMetadata, tenant: Profile) -> Result<(), Refusal> {
    match metadata.profile {
        Some(client) if client < tenant => Err(invalid("profile", format!("cannot be looser than {}", tenant.name()))),
        _ => Ok(()),
    }
}

fn texts_are_short(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if metadata.client_name.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(invalid("client_name", "must be 1 to 200 visible characters"));
    }
    for (field, text) in [("software_id", &metadata.software_id), ("software_version", &metadata.software_version)] {
        let is_good = |text: &str| (1..=MAX_TEXT_BYTES).contains(&text.len()) && !text.chars().any(is_invisible);
        if !text.as_deref().is_none_or(is_good) {
            return Err(invalid(field, "must be 1 to 255 visible characters"));
        }
    }
    for (field, texts) in [("contacts", &metadata.contacts), ("default_acr_values", &metadata.default_acr_values)] {
        let is_good = |text: &String| (1..=MAX_TEXT_BYTES).contains(&text.len()) && !text.chars().any(is_invisible);
        if !texts.iter().all(is_good) {
            return Err(invalid(field, "must hold texts of 1 to 255 visible characters"));
        }
    }
    Ok(())
}

/// DR-14: with what nobody sees a name could pass for another.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(is_invisible)
}

/// DR-13: texts in other languages obey the rule of the member they translate.
fn localized_texts(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if metadata.localized.len() > MAX_ENTRIES {
        return Err(invalid("client_name", format!("and pages are there in more than {MAX_ENTRIES} languages")));
    }
    for (field, text) in metadata.localized.iter() {
        let is_good = if field.starts_with("client_name#") { is_name(text) } else { is_page(text) };
        if !is_good {
            return Err(invalid(field, "must be like the member without a language"));
        }
    }
    Ok(())
}

fn lists_are_short(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let lengths = [
        ("redirect_uris", metadata.redirect_uris.len()),
        ("post_logout_redirect_uris", metadata.post_logout_redirect_uris.len()),
        ("grant_types", metadata.grant_types.len()),
        ("response_types", metadata.response_types.len()),
        ("response_modes", metadata.response_modes.len()),
        ("default_acr_values", metadata.default_acr_values.len()),
        ("contacts", metadata.contacts.len()),
        ("introspects", metadata.introspects.len()),
        ("resources", metadata.resources.len()),
        ("exchanges", metadata.exchanges.len()),
        ("request_uris", metadata.request_uris.len()),
        ("authorization_details_types", metadata.authorization_details_types.len()),
    ];
    match lengths.into_iter().find(|(_, length)| *length > MAX_ENTRIES) {
        None => Ok(()),
        Some((field, _)) => Err(invalid(field, format!("has more than {MAX_ENTRIES} entries"))),
    }
}

fn redirect_uris(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let first_bad = |uris: &[String]| {
        uris.iter().find_map(|uri| {
            let error = redirect_uri::validate(uri, metadata.application_type).err()?;
            Some(format!("{error}: {uri}"))
        })
    };
    if let Some(what) = first_bad(&metadata.redirect_uris) {
        return Err(Refusal::new(Cause::RegisteredRedirectUriInvalid).with_detail(format!("redirect_uris {what}")));
    }
    match first_bad(&metadata.post_logout_redirect_uris) {
        Some(what) => Err(invalid("post_logout_redirect_uris", what)),
        None => Ok(()),
    }
}

/// DR-05, RFC 7591 §2.1, OIDC Registration §2: what a client asks for needs the grants that it is made of. S-033: in a
/// profile that sends tokens by way of the browser.
fn grants_and_responses_fit(metadata: &ClientMetadata, profile: Profile) -> Result<(), Refusal> {
    let has = |grant| metadata.grant_types.contains(&grant);
    for text in &metadata.response_types {
        let Some(known) = ResponseType::parse(text).filter(|known| known.is_in(profile)) else {
            let what = format!("has one that does not exist in profile {}: {text}", profile.name());
            return Err(invalid("response_types", what));
        };
        if let Some(missing) = known.grants().iter().find(|grant| !has(**grant)) {
            return Err(invalid("response_types", format!("needs the grant type {} for {text}", missing.name())));
        }
    }
    if let Some(grant) = metadata.grant_types.iter().find(|grant| !profile.has_grant(**grant)) {
        let what = format!("has {}, which does not exist in profile {}", grant.name(), profile.name());
        return Err(invalid("grant_types", what));
    }
    if has(GrantType::RefreshToken) && !metadata.grant_types.iter().any(|grant| grant.begins_refreshable_families()) {
        return Err(invalid("grant_types", "has refresh_token without a grant that gives refresh tokens"));
    }
    let by_browser = metadata.grant_types.iter().find(|grant| grant.begins_at_authorization_endpoint());
    if let Some(grant) = by_browser.filter(|_| metadata.redirect_uris.is_empty()) {
        return Err(Refusal::new(Cause::RegisteredRedirectUriInvalid)
            .with_detail(format!("redirect_uris is required for the grant type {}", grant.name())));
    }
    implicit_goes_to_https(metadata)
}

/// DR-04: a web client that gets tokens by way of the browser gets them over https, and not on this machine.
fn implicit_goes_to_https(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let is_web = metadata.application_type == ApplicationType::Web;
    if !is_web || !metadata.grant_types.contains(&GrantType::Implicit) {
        return Ok(());
    }
    let is_open = |uri: &&String| {
        AbsoluteUri::read(uri).is_ok_and(|uri| uri.scheme != "https" || redirect_uri::is_loopback(&uri))
    };
    match metadata.redirect_uris.iter().find(is_open) {
        Some(uri) => Err(Refusal::new(Cause::RegisteredRedirectUriInvalid)
            .with_detail(format!("redirect_uris must be https and not localhost for the grant type implicit: {uri}"))),
        None => Ok(()),
    }
}

fn response_modes(metadata: &ClientMetadata) -> Result<(), Refusal> {
    match metadata.response_modes.iter().find(|mode| !ResponseMode::NAMES.contains(&mode.as_str())) {
        Some(unknown) => Err(invalid("response_modes", format!("has a mode this server does not know: {unknown}"))),
        None => Ok(()),
    }
}

fn default_max_age(metadata: &ClientMetadata) -> Result<(), Refusal> {
    match metadata.default_max_age {
        Some(seconds) if seconds < 0 => Err(invalid("default_max_age", "must not be negative")),
        _ => Ok(()),
    }
}

/// Pages that people are led to, and key sets: https, or http on this machine while developing. DR-10: a sign-in starts at https only.
fn page_uris(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let fields = [
        ("client_uri", &metadata.client_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("logo_uri", &metadata.logo_uri),
    ];
    for (field, uri) in fields {
        if uri.as_deref().is_some_and(|uri| !is_page(uri)) {
            return Err(invalid(field, "must be an https URI"));
        }
    }
    match metadata.initiate_login_uri.as_deref() {
        Some(uri) if !is_https(uri) => Err(invalid("initiate_login_uri", "must be an https URI without a fragment")),
        _ => Ok(()),
    }
}

/// Whether keys may be fetched from `uri`: https, or http on this machine while developing; no fragment.
pub fn may_publish_keys(uri: &str) -> bool {
    is_page(uri) && !uri.contains('#')
}

/// Whether people may be led to `uri`: https, or http on this machine while developing.
pub fn is_page(uri: &str) -> bool {
    AbsoluteUri::read(uri).is_ok_and(|uri| match uri.scheme {
        "https" => true,
        "http" => redirect_uri::is_loopback(&uri),
        _ => false,
    })
}

fn is_https(uri: &str) -> bool {
    AbsoluteUri::read(uri).is_ok_and(|uri| uri.scheme == "https" && uri.fragment.is_none())
}

/// DR-07, DR-08: the sector of a pairwise subject is one host; where the redirect URIs do not give one, it must be named.
/// What an app puts in the place of a host, in a scheme of its own, belongs to nobody: unrelated apps would share it.
fn sector(metadata: &ClientMetadata) -> Result<(), Refusal> {
    // On this machine while developing, where the operator lets requests go there.
    if metadata.sector_identifier_uri.as_deref().is_some_and(|uri| !is_page(uri) || uri.contains('#')) {
        return Err(invalid("sector_identifier_uri", "must be an https URI without a fragment"));
    }
    let is_named = metadata.sector_identifier_uri.is_some() || metadata.subject_type == SubjectType::Public;
    let hosts: BTreeSet<Option<&str>> = metadata
        .redirect_uris
        .iter()
        .filter_map(|uri| AbsoluteUri::read(uri).ok())
        .map(|uri| uri.host.filter(|_| matches!(uri.scheme, "https" | "http")))
        .collect();
    // A client for people without redirect URIs has no host to take it from.
    let needs_sector = metadata.grant_types.iter().any(|grant| grant.acts_for() == ActsFor::Person);
    let is_given = if needs_sector { hosts.len() == 1 } else { hosts.len() <= 1 };
    if is_named || (is_given && !hosts.contains(&None)) {
        Ok(())
    } else {
        Err(invalid(
            "sector_identifier_uri",
            "is required for pairwise subjects unless all redirect URIs have one host",
        ))
    }
}

/// S-067: what may be exchanged is written down in full, for a client that uses the grant.
fn exchanges(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if metadata.exchanges.is_empty() {
        return Ok(());
    }
    if !metadata.grant_types.contains(&GrantType::TokenExchange) {
        return Err(invalid("exchanges", format!("needs the grant type {}", GrantType::TokenExchange.name())));
    }
    let is_short = |list: &Vec<String>| (1..=MAX_ENTRIES).contains(&list.len());
    let is_good = |list: &Vec<String>| is_short(list) && list.iter().all(|resource| resource::is_well_formed(resource));
    if metadata.exchanges.iter().all(|policy| is_good(&policy.from) && is_good(&policy.to)) {
        return Ok(());
    }
    Err(invalid("exchanges", "must name absolute URIs without a fragment under from and to"))
}

fn resources(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if !metadata.authorization_details_types.iter().all(|name| authorization_details::is_type_name(name)) {
        return Err(invalid("authorization_details_types", "must hold names of 1 to 255 visible characters"));
    }
    for (field, resources) in [("introspects", &metadata.introspects), ("resources", &metadata.resources)] {
        if !resources.iter().all(|resource| resource::is_well_formed(resource)) {
            return Err(invalid(field, "must hold absolute URIs without a fragment"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
