//! What a tenant, or a client, says about its look, checked before it is stored.
//!
//! Owns what may stand in a file. Any colour may: what is written in it is made legible (`pages`). docs/branding.md.

use std::path::Path;

use portreeve_domain::{Branding, ClientBranding, Picture, Texts};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::pictures;
use super::problem::{Origin, Place, Problem};
use super::scopes::{MAX_LANGUAGES, is_language_tag, is_line};
use super::terms::text_problem;

/// The members that are pictures.
const PICTURES: [&str; 3] = ["logo", "logo_dark", "icon"];
/// How long a text may be, in characters.
const MAX_TEXT_CHARS: usize = 300;
/// How many links there may be.
const MAX_LINKS: usize = 6;
/// The sides that an icon may have, in pixels.
const ICON_SIDES: std::ops::RangeInclusive<u32> = 16..=512;

/// Puts the pictures that a declared `branding` refers to in the place of the references; files are looked for in `folder`.
///
/// # Errors
/// A picture that cannot be shown.
pub(super) fn resolve_pictures(members: &mut DeTable<'_>, folder: &Path, at: &Place) -> Result<(), Problem> {
    let Some(DeValue::Table(branding)) = members.get_mut("branding").map(Spanned::get_mut) else { return Ok(()) };
    for name in PICTURES {
        if let Some(value) = branding.get_mut(name) {
            let picture = pictures::resolve(value.clone().into(), folder, at)?;
            *value.get_mut() = DeValue::String(String::from(picture).into());
        }
    }
    Ok(())
}

/// Checks the look of the tenant declared at `origin`.
///
/// # Errors
/// The first text, link or picture that cannot be shown.
pub(super) fn check(origin: &Origin, branding: &Branding) -> Result<(), Problem> {
    let Branding { color: _, logo, logo_dark, icon, greeting, help, mail_footer, links } = branding;
    let at = origin.place_of("branding");
    check_texts(&at, &[("greeting", greeting), ("help", help), ("mail_footer", mail_footer)])?;
    if links.len() > MAX_LINKS {
        return Err(at.problem(format!("there are {} links", links.len()), "give six at most"));
    }
    for link in links {
        if !(1..=MAX_LANGUAGES).contains(&link.len()) {
            let what = format!("a link has texts in {} languages", link.len());
            return Err(at.problem(what, r#"give one at least: en = { name = "…", uri = "https://…" }"#));
        }
        if let Some((what, mend)) = link.iter().find_map(|(tag, text)| text_problem(tag, text)) {
            return Err(at.problem(format!("a link: {what}"), mend));
        }
    }
    if logo_dark.is_some() && logo.is_none() {
        return Err(at.problem("there is a logo for dark grounds and none for light ones", "give logo as well"));
    }
    let is_icon = |icon: &Picture| icon.width() == icon.height() && ICON_SIDES.contains(&icon.width());
    match icon.as_ref().filter(|icon| !is_icon(icon)) {
        Some(icon) => {
            let what = format!("the icon is {} by {} pixels large", icon.width(), icon.height());
            Err(at.problem(what, "give a square one of 16 to 512 pixels a side"))
        }
        None => Ok(()),
    }
}

/// Checks the look of the client declared at `origin`.
///
/// # Errors
/// The first text that cannot be shown.
pub(super) fn check_client(origin: &Origin, branding: Option<&ClientBranding>) -> Result<(), Problem> {
    let Some(ClientBranding { color: _, greeting, help }) = branding else { return Ok(()) };
    check_texts(&origin.place_of("branding"), &[("greeting", greeting), ("help", help)])
}

fn check_texts(at: &Place, all: &[(&str, &Texts)]) -> Result<(), Problem> {
    for (name, texts) in all {
        if texts.len() > MAX_LANGUAGES {
            return Err(at.problem(format!("{name}: there are {} languages", texts.len()), "give a hundred at most"));
        }
        for (tag, text) in *texts {
            if !is_language_tag(tag) {
                let mend = r#"write it as en, de or pt-BR: greeting.en = "…""#;
                return Err(at.problem(format!("{name}: {tag:?} is not a language tag"), mend));
            }
            if !is_line(text, MAX_TEXT_CHARS) {
                let mend = "give 1 to 300 characters without line breaks";
                return Err(at.problem(format!("{name}: the {tag} text cannot be shown"), mend));
            }
        }
    }
    Ok(())
}
