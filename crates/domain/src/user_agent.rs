//! What a browser says it is, in words.
//!
//! Owns a short list of names. A browser may say anything, so what is not on the list has no name here; nothing of its text
//! is kept or shown (SECURITY S-012). RFC 9110 §10.1.5.

use serde::{Deserialize, Serialize};

/// How much of the header is looked at, in bytes.
const MAX_BYTES: usize = 512;

/// Programs by what they alone say. Those that pass for another stand before it.
const PROGRAMS: [(&str, &str); 12] = [
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// Systems by what they say. Those that pass for another stand before it.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPad", "iPadOS"),
    ("iPhone", "iOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("X11", "Linux"),
    ("Linux", "Linux"),
];

/// A program and what it runs on, each by a name of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserAgent {
    /// The browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

impl UserAgent {
    /// Reads a `User-Agent` header.
    pub fn parse(header: &str) -> Self {
        let (header, _) = header.split_at(header.floor_char_boundary(MAX_BYTES));
        let named = |list: &[(&str, &str)]| {
            list.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| (*name).to_owned())
        };
        // Some programs that are no Safari give a version as it does.
        let program = named(&PROGRAMS).filter(|name| name != "Safari" || header.contains("Safari/"));
        Self { program, system: named(&SYSTEMS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the browsers themselves send.
    #[test]
    fn browsers_are_named_and_not_what_they_pass_for() {
        for (header, program, system) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
        ] {
            let agent = UserAgent::parse(header);

            assert_eq!((agent.program.as_deref(), agent.system.as_deref()), (Some(program), Some(system)), "{header}");
        }
    }

    /// S-012: what is not known has no name, whatever it says.
    #[test]
    fn nothing_of_an_unknown_text_is_kept() {
        for header in ["", "<script>alert(1)</script>", "curl/8.5.0", "\u{202e}Firefox"] {
            assert_eq!(UserAgent::parse(header), UserAgent::default(), "{header}");
        }
    }
}
