//! What every mail promises.

use super::markup::tags;
use crate::Locale;
use crate::samples::{self, Words};

const LINK: &str = "https://id.example.com/l/9gq5T0mZr8Vb2xWc";

#[test]
fn every_mail_has_subject_text_and_html_in_every_language() {
    for locale in Locale::ALL {
        for (name, mail) in samples::mails(locale, &Words::ordinary()) {
            let mail = mail.unwrap();
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains('⟦') && !part.is_empty(), "{} {name}: {part}", locale.tag());
            }
            assert!(mail.subject.contains("Northwind"), "{name}");
            assert!(mail.text.lines().any(|line| line == LINK), "{name}: {}", mail.text);
            assert!(tags(&mail.html).iter().any(|tag| tag.get("href") == Some(LINK)), "{name}");
        }
    }
}

/// S-020: opening a mail tells nobody.
#[test]
fn a_mail_runs_nothing_and_loads_nothing() {
    for payload in ["Northwind", "\"><script>alert(1)</script>", "' onload=alert(1) \u{202e}"] {
        for (name, mail) in samples::mails(Locale::En, &Words::all(payload)) {
            for tag in tags(&mail.unwrap().html) {
                assert!(!matches!(tag.name.as_str(), "script" | "link" | "iframe"), "{name}");
                // A part of the mail itself.
                assert!(tag.get("src").is_none_or(|src| tag.is("img") && src == "cid:logo@id.example.com"), "{name}");
                assert!(tag.get("srcset").is_none() && tag.get("background").is_none(), "{name}");
                assert!(tag.attributes.iter().all(|(key, _)| !key.starts_with("on")), "{name}");
                assert!(!tag.get("style").unwrap_or_default().contains("url("), "{name}");
            }
        }
    }
}

/// A name with a line end can add neither a header to a mail nor a line to its text.
#[test]
fn a_name_cannot_add_a_line() {
    for (name, mail) in samples::mails(Locale::En, &Words::all("a\r\nBcc: b@example.com")) {
        let mail = mail.unwrap();
        assert!(!mail.subject.contains(['\r', '\n']), "{name}");
        assert!(mail.text.lines().all(|line| !line.starts_with("Bcc:")), "{name}");
    }
}

/// SECURITY rule 28: what a stranger typed at registration must not be mailed in our name.
#[test]
fn no_mail_repeats_a_persons_name() {
    let words = Words { person: "Visit evil.example".to_owned(), ..Words::ordinary() };
    for (name, mail) in samples::mails(Locale::En, &words) {
        assert!(!mail.unwrap().text.contains("evil.example"), "{name}");
    }
}
