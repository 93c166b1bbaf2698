//! What every page promises to assistive technology, password managers and the content security policy.

use std::collections::HashSet;

use super::markup::{Tag, tags};
use super::rendered;
use crate::samples::{self, Words};
use crate::{Catalogue, assets, color_stylesheet};

/// Runs a check over the tags of every sample page in every language.
fn every_page(check: impl Fn(&[Tag], &str)) {
    for (locale, name, html) in rendered(&Words::ordinary()) {
        check(&tags(&html), &format!("{} {name}", locale.tag()));
    }
}

fn visible_inputs(page: &[Tag]) -> impl Iterator<Item = &Tag> {
    page.iter().filter(|tag| tag.is("select") || (tag.is("input") && tag.get("type") != Some("hidden")))
}

#[test]
fn every_page_has_its_texts_in_every_language() {
    for (locale, name, html) in rendered(&Words::ordinary()) {
        assert!(!html.contains('⟦'), "{} {name}: {html}", locale.tag());
    }
}

/// S-130: `style-src 'self'` and `script-src 'self'` hold because there is nothing inline.
#[test]
fn no_page_has_inline_style_script_or_handler() {
    every_page(|page, name| {
        for tag in page {
            assert!(!matches!(tag.name.as_str(), "style" | "object" | "base"), "{name}");
            assert!(!tag.is("script") || tag.get("src").is_some(), "{name}");
            for (key, _) in &tag.attributes {
                assert!(key != "style" && !key.starts_with("on"), "{name}: {key} on {}", tag.name);
            }
        }
    });
}

/// S-020: nothing is loaded from elsewhere.
#[test]
fn a_page_loads_files_of_ours_and_nothing_else() {
    let own: Vec<&str> = assets().iter().map(|asset| asset.path.as_str()).collect();
    let pictures = samples::pictures();
    every_page(|page, name| {
        for tag in page {
            // Frames are what a logout page is for (Front-Channel Logout §3).
            let is_frame = tag.is("iframe") && name.contains("logout/signing_out");
            let is_picture = |path: &str| path == "/j/jrn_01hv/logo" || pictures.iter().any(|(known, _)| known == path);
            let is_ours = |src: &str| own.contains(&src) || tag.is("img") && is_picture(src);
            assert!(tag.get("src").is_none_or(|src| is_frame || is_ours(src)), "{name}");
            assert!(tag.get("srcset").is_none_or(is_picture), "{name}");
            if tag.is("link") {
                let href = tag.get("href").unwrap();
                let is_sheet = color_stylesheet(href).is_some();
                assert!(own.contains(&href) || is_sheet || is_picture(href), "{name}");
            }
        }
    });
}

/// WCAG 2.2 §1.3.1, §2.4.2, §3.1.1.
#[test]
fn every_page_has_one_main_one_heading_and_a_language() {
    every_page(|page, name| {
        let count = |wanted: &str| page.iter().filter(|tag| tag.is(wanted)).count();
        assert_eq!((count("main"), count("h1"), count("header"), count("title")), (1, 1, 1, 1), "{name}");
        let html = page.iter().find(|tag| tag.is("html")).unwrap();
        assert_eq!(html.get("lang"), Some(&name[..2]));
        assert_eq!(html.get("dir"), Some(if name.starts_with("ar") { "rtl" } else { "ltr" }));
    });
}

/// WCAG 2.2 §1.3.1, §4.1.2: references between elements lead somewhere, and to one place.
#[test]
fn ids_are_unique_and_references_resolve() {
    every_page(|page, name| {
        let ids: Vec<&str> = page.iter().filter_map(|tag| tag.get("id")).collect();
        let set: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), set.len(), "{name}: {ids:?}");
        for tag in page {
            for key in ["for", "aria-describedby", "aria-labelledby"] {
                for id in tag.get(key).into_iter().flat_map(str::split_whitespace) {
                    assert!(set.contains(id), "{name}: {key}={id}");
                }
            }
            if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(set.contains(id), "{name}: #{id}");
            }
        }
    });
}

/// WCAG 2.2 §1.3.5, §3.3.2: a label and a purpose at every field.
#[test]
fn every_field_has_a_label_a_name_and_an_autocomplete() {
    every_page(|page, name| {
        for input in visible_inputs(page) {
            let id = input.get("id").unwrap();
            assert!(page.iter().any(|tag| tag.is("label") && tag.get("for") == Some(id)), "{name}: {id}");
            assert_eq!(input.get("name"), Some(id), "{name}");
            let expected = match (id, input.get("type"), input.get("inputmode")) {
                ("email", Some("email"), _) if name.contains("identify-passkey") => "username webauthn",
                ("email", Some("email"), _) => "username",
                ("name", ..) => "name",
                ("given_name", ..) => "given-name",
                ("family_name", ..) => "family-name",
                ("nickname", ..) => "nickname",
                ("phone_number", Some("tel"), Some("tel")) => "tel",
                ("birthdate", Some("date"), _) => "bday",
                // What only this tenant asks for.
                (own, ..) if own.starts_with("attribute-") => "off",
                ("passkey_name", Some("text"), _) => "off",
                // Of the device in front of the person, or their word: nothing a browser has stored.
                ("user_code", Some("text"), _) | ("own_device", Some("checkbox"), _) => "off",
                ("code", Some("text"), Some("numeric")) => "one-time-code",
                // A look-up secret is neither a one-time code sent to a device nor a password.
                ("code", Some("text"), None) => "off",
                ("password", Some("password"), _) if input.get("minlength").is_some() => "new-password",
                ("password", Some("password"), _) => "current-password",
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(input.get("autocomplete"), Some(expected), "{name}: {id}");
        }
    });
}

/// Password managers need both fields in one form; an account without its name is stored under no name.
#[test]
fn a_password_field_never_stands_without_its_user_name() {
    every_page(|page, name| {
        let purposes: Vec<&str> = visible_inputs(page).filter_map(|tag| tag.get("autocomplete")).collect();
        if purposes.iter().any(|purpose| purpose.ends_with("-password")) {
            assert!(purposes.iter().any(|purpose| purpose.starts_with("username")), "{name}");
        }
    });
}

/// S-010: no form without the token and the version of the state that it shows.
#[test]
fn every_form_posts_with_token_and_version() {
    every_page(|page, name| {
        // The one form that is not for us.
        if name.ends_with("form_post") {
            return;
        }
        let forms: Vec<&Tag> = page.iter().filter(|tag| tag.is("form")).collect();
        let hidden = |wanted: &str| {
            page.iter().filter(|tag| tag.get("type") == Some("hidden") && tag.get("name") == Some(wanted)).count()
        };
        assert!(forms.iter().all(|form| form.get("method") == Some("post")), "{name}");
        assert!(forms.iter().all(|form| form.get("action") == Some("/j/jrn_01hv/step")), "{name}");
        assert_eq!((hidden("csrf"), hidden("version")), (forms.len(), forms.len()), "{name}");
        for button in page.iter().filter(|tag| tag.is("button")) {
            assert_eq!(button.get("type"), Some("submit"), "{name}");
            assert!(button.get("id").is_some(), "{name}");
        }
    });
}

/// The Enter key presses the first button of a form: it must be the one the page is about.
#[test]
fn the_first_button_of_a_form_with_fields_is_the_main_one() {
    every_page(|page, name| {
        let forms: Vec<&[Tag]> = page.split(|tag| tag.is("form")).skip(1).collect();
        for form in forms {
            if visible_inputs(form).next().is_some() {
                let first = form.iter().find(|tag| tag.is("button")).unwrap();
                // Without passwords the code is what the page is about.
                let asks_for_code = ["identify", "password-"].iter().any(|page| name.contains(page));
                let main = if asks_for_code && name.contains("-passwordless") { "mail-code" } else { "submit" };
                assert!(
                    first.get("id") == Some(main) || first.get("id") == Some("allow"),
                    "{name}: {:?}",
                    first.get("id")
                );
            }
        }
    });
}

/// WCAG 2.2 §3.3.1: the error is announced in the title, focused in the summary and tied to the field.
#[test]
fn an_error_is_in_the_title_in_the_focus_and_at_the_field() {
    let wrong = ["-wrong", "-fields", "-limited", "-used", "-common"];
    for (locale, name, html) in rendered(&Words::ordinary()) {
        let page = tags(&html);
        let summary = page.iter().find(|tag| tag.get("id") == Some("error-summary"));
        let invalid = page.iter().filter(|tag| tag.get("aria-invalid") == Some("true")).collect::<Vec<_>>();
        for input in &invalid {
            let error = format!("{}-error", input.get("id").unwrap());
            assert!(input.get("aria-describedby").unwrap().split(' ').any(|id| id == error), "{name}");
        }
        assert_eq!(summary.is_some(), wrong.iter().any(|end| name.ends_with(end)), "{name}");
        let Some(summary) = summary else {
            assert!(invalid.is_empty(), "{name}");
            continue;
        };
        let prefix = Catalogue::text(locale, "title-error-prefix");
        assert!(html.contains(&format!("<title>{prefix} ")), "{name}");
        assert!(summary.get("autofocus").is_some() && summary.get("tabindex") == Some("-1"), "{name}");
    }
}

#[test]
fn at_most_one_element_takes_the_focus() {
    every_page(|page, name| {
        assert!(page.iter().filter(|tag| tag.get("autofocus").is_some()).count() <= 1, "{name}");
    });
}

/// ECOSYSTEM 3.2: deny as easy as allow.
#[test]
fn consent_offers_allow_and_deny_side_by_side() {
    for (_, name, html) in rendered(&Words::ordinary()) {
        if name.starts_with("journey/consent")
            || name.starts_with("journey/terms")
            || name.starts_with("journey/device_approval")
        {
            let page = tags(&html);
            let decisions: Vec<_> = page
                .iter()
                .filter(|tag| tag.get("name") == Some("decision"))
                .map(|tag| (tag.name.as_str(), tag.get("value").unwrap(), tag.get("id").unwrap()))
                .collect();
            assert_eq!(decisions, [("button", "allow", "allow"), ("button", "deny", "deny")], "{name}");
        }
    }
}

/// ECOSYSTEM 3.2: the first view stays below 30 kB, style sheet, icon and script included, before compression.
#[test]
fn the_first_view_is_lighter_than_thirty_kilobytes() {
    for (locale, name, html) in rendered(&Words::ordinary()) {
        let loaded = assets().iter().filter(|asset| html.contains(&asset.path));
        let total = html.len() + loaded.map(|asset| asset.bytes.len()).sum::<usize>();
        assert!(total < 30_000, "{} {name}: {total}", locale.tag());
    }
}
