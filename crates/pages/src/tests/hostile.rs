//! Hostile text in every place that holds data (SECURITY S-012, V-14).

use super::markup::{Tag, tags};
use super::rendered;
use crate::redirecting::Redirecting;
use crate::samples::Words;
use crate::{Frame, RenderError};

const PAYLOADS: [&str; 9] = [
    r#""><script>alert(1)</script>"#,
    "'><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% if %}",
    "{ $client } \u{2028}x",
    "&lt;script&gt;&#x22;",
    "a\u{202e}gnp.exe\u{202d}\u{2066}\u{2069}\u{2067}b\u{200f}",
    "\" autofocus onfocus=\"alert(1)",
];

/// Tag names and attribute names in order: what text must never change.
fn skeleton(html: &str) -> Vec<(String, Vec<String>)> {
    tags(html).into_iter().map(|tag| (tag.name, tag.attributes.into_iter().map(|(key, _)| key).collect())).collect()
}

fn hrefs(page: &[Tag]) -> impl Iterator<Item = &str> {
    page.iter().filter_map(|tag| tag.get("href"))
}

/// S-012: whatever a person or a client is called, the page has the same elements and attributes.
#[test]
fn no_text_changes_the_structure_of_a_page() {
    let plain = rendered(&Words::all("plain"));
    for payload in PAYLOADS {
        for ((_, name, expected), (_, _, actual)) in plain.iter().zip(rendered(&Words::all(payload))) {
            assert_eq!(skeleton(expected), skeleton(&actual), "{name}: {payload}");
        }
    }
}

/// no page links an address with another scheme, whoever gave it.
#[test]
fn no_page_links_a_script_address() {
    for payload in PAYLOADS {
        for (_, name, html) in rendered(&Words::all(payload)) {
            let page = tags(&html);
            for href in hrefs(&page) {
                let known = ["/", "#", "?", "https://books.example.com/callback?", "otpauth://"];
                assert!(known.iter().any(|start| href.starts_with(start)), "{name}: {href}");
            }
        }
    }
}

#[test]
fn https_addresses_of_a_client_are_linked() {
    let pages = rendered(&Words::ordinary());
    for wanted in ["journey/consent", "journey/identify", "journey/password"] {
        let (_, _, html) = pages.iter().find(|(_, name, _)| *name == wanted).unwrap();
        let page = tags(html);

        for id in ["policy", "terms", "client-home"] {
            let link = page.iter().find(|tag| tag.get("id") == Some(id)).unwrap();
            assert_eq!(link.get("href"), Some("https://books.example.com/legal"), "{wanted}");
            assert_eq!(link.get("rel"), Some("noopener noreferrer"), "{wanted}");
        }
    }
}

/// S-012: a name cannot turn around the text that follows it.
#[test]
fn no_override_reaches_a_page() {
    for (_, name, html) in rendered(&Words::all("a\u{202e}b\u{202d}c\u{2067}d")) {
        assert!(!html.contains(['\u{202e}', '\u{202d}', '\u{2067}']), "{name}");
        assert!(html.contains("abcd"), "{name}");
    }
}

/// Isolates belong to sentences; in an address or a form value they would be sent back.
#[test]
fn no_isolate_reaches_an_address_or_a_form_value() {
    for (_, name, html) in rendered(&Words::ordinary()) {
        for tag in tags(&html) {
            for key in ["href", "action", "value", "content", "id", "name"] {
                let value = tag.get(key).unwrap_or_default();
                assert!(!value.contains(['\u{2068}', '\u{2069}']), "{name}: {key}={value:?}");
            }
        }
    }
}

/// the refresh and the link of the last page go where the redirect URI says, and never to a script.
#[test]
fn a_redirect_to_a_script_is_refused_and_an_app_scheme_is_followed() {
    let page = |target: &str| Redirecting { target: target.to_owned(), client_name: None }.render(&Frame::default());

    assert!(matches!(page("javascript:alert(1)"), Err(RenderError::UnsafeRedirect)));
    assert!(matches!(page("/relative"), Err(RenderError::UnsafeRedirect)));
    let html = page("com.example.app:/cb?code=a&state=b").unwrap();
    let page = tags(&html);
    let refresh = page.iter().find(|tag| tag.get("http-equiv") == Some("refresh")).unwrap();
    assert_eq!(refresh.get("content"), Some("0; url=com.example.app:/cb?code=a&state=b"));
    assert!(hrefs(&page).any(|href| href == "com.example.app:/cb?code=a&state=b"));
}
