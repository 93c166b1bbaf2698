//! Style sheet, icon and scripts, embedded in the binary.
//!
//! Owns their bytes and the addresses under which pages link them. The address holds a hash of the content, so
//! a reply may be cached for ever (`Cache-Control: immutable`); serving them is the HTTP crate's part.

use std::sync::LazyLock;

use portreeve_domain::content_hash;

/// The type of scripts (RFC 9239 §6).
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A file that pages load from this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Address: `/static/{name}.{8 hex digits of the content hash}.{extension}`.
    pub path: String,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// The content, as it is sent.
    pub bytes: &'static [u8],
    /// Strong entity tag with its quotation marks (RFC 9110 §8.8.3).
    pub etag: String,
}

static ASSETS: LazyLock<[Asset; 7]> = LazyLock::new(|| {
    [
        asset("pages", "css", "text/css; charset=utf-8", include_bytes!("../../../static/pages.css")),
        asset("icon", "svg", "image/svg+xml", include_bytes!("../../../static/icon.svg")),
        asset("check_session", "js", JAVASCRIPT, include_bytes!("../../../static/check_session.js")),
        asset("logout", "js", JAVASCRIPT, include_bytes!("../../../static/logout.js")),
        asset("form_post", "js", JAVASCRIPT, include_bytes!("../../../static/form_post.js")),
        asset("passkey", "js", JAVASCRIPT, include_bytes!("../../../static/passkey.js")),
        asset("accepted_passkeys", "js", JAVASCRIPT, include_bytes!("../../../static/accepted_passkeys.js")),
    ]
});

/// Returns every asset; there is no other file under `/static/`.
pub fn assets() -> &'static [Asset] {
    ASSETS.as_slice()
}

/// Returns the address of the style sheet.
pub(crate) fn stylesheet_href() -> &'static str {
    let [stylesheet, ..] = &*ASSETS;
    &stylesheet.path
}

/// Returns the address of the icon.
pub(crate) fn icon_href() -> &'static str {
    let [_, icon, ..] = &*ASSETS;
    &icon.path
}

/// Returns the address of the script that asks for passkeys.
pub(crate) fn passkey_href() -> &'static str {
    let [.., script, _] = &*ASSETS;
    &script.path
}

/// Returns the address of the script that says which passkeys there are.
pub(crate) fn accepted_passkeys_href() -> &'static str {
    let [.., script] = &*ASSETS;
    &script.path
}

/// Returns the address of the script that sends an answer on by a form.
pub(crate) fn form_post_href() -> &'static str {
    let [.., script, _, _] = &*ASSETS;
    &script.path
}

/// Returns the address of the script that goes on after a logout.
pub(crate) fn logout_href() -> &'static str {
    let [.., script, _, _, _] = &*ASSETS;
    &script.path
}

/// Returns the address of the script that answers whether a sign-in has changed.
pub(crate) fn check_session_href() -> &'static str {
    let [.., script, _, _, _, _] = &*ASSETS;
    &script.path
}

fn asset(name: &str, extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash = content_hash(bytes);
    // The upper and lower half folded: all 64 bits count in the eight digits.
    let short = (hash >> 32) ^ (hash & 0xffff_ffff);
    Asset {
        path: format!("/static/{name}.{short:08x}.{extension}"),
        content_type,
        bytes,
        etag: format!("\"{hash:016x}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_with_the_content() {
        let address = |bytes| asset("pages", "css", "text/css", bytes).path;

        assert_ne!(address(b"a {}"), address(b"b {}"));
        assert!(address(b"a {}").starts_with("/static/pages."));
        assert_eq!(address(b"a {}").len(), "/static/pages.12345678.css".len());
    }

    /// S-012: the style sheet asks for nothing outside this server and imports nothing.
    #[test]
    fn the_style_sheet_is_self_contained() {
        let css = String::from_utf8(assets().first().unwrap().bytes.to_vec()).unwrap();

        for forbidden in ["url(", "@import", "http:", "https:", "@font-face", "expression("] {
            assert!(!css.contains(forbidden), "{forbidden}");
        }
    }
}
