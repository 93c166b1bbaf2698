//! The pages of `docs/protocol` as their readers use them: settings and requests are copied as they stand.
//!
//! Owns finding them in the fenced blocks and reading a `curl` command as a shell and curl do. What no page can know (a secret, a
//! code, a signed JWT) is given by name (`$CODE`) or by how the page abbreviates it (`ptdc_…`). A word or an option that is not
//! understood fails the test, so that no page has a command that only looks right.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    fs,
    path::{Path, PathBuf},
};

use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Method, Request};
use serde_json::Value;

use crate::{
    cast,
    certificates::{certificates, showing},
    deployment::{Deployment, FORM, form, on_sqlite, request},
    reply::Reply,
    temp::TempFolder,
};

/// Hosts of the pages; each is the deployment.
const HOSTS: [&str; 3] = ["https://id.example.com", "https://mtls.id.example.com", "http://localhost:8080"];
/// The secret of every client whose settings stand on a page: `curl -u` does not encode it for a form (RFC 6749 §2.3.1).
pub const SECRET: &str = "a-secret-of-thirty-two-characters-or-more";
/// How a secret is referred to on the pages.
const REFERENCE: &str = "{ env = \"";

/// What of an answer is the same each time.
const EXACT: [&str; 4] = ["token_type", "issued_token_type", "scope", "interval"];

/// A page, and how far its requests have been sent.
pub struct Page<'d> {
    at: &'d Deployment,
    settings: String,
    requests: RefCell<VecDeque<String>>,
    examples: RefCell<VecDeque<Value>>,
    known: RefCell<BTreeMap<String, String>>,
}

/// Runs a test on a page; it has to send every request there is on it.
///
/// # Panics
///
/// When the test does, or a request is left.
pub fn on_page(name: &str, test: impl AsyncFn(&Deployment, &Page<'_>)) {
    on_text(&text_of(name), test);
}

/// As `on_page`, of a page with a misprint: `right`, which stands there once at least, is `wrong`.
///
/// # Panics
///
/// When the test does, as it should.
pub fn on_misprinted_page(name: &str, (right, wrong): (&str, &str), test: impl AsyncFn(&Deployment, &Page<'_>)) {
    let text = text_of(name);
    assert!(text.contains(right), "{name} does not say {right}");
    on_text(&text.replace(right, wrong), test);
}

/// Returns the names of the pages that have a request to copy.
///
/// # Panics
///
/// When the folder cannot be read.
pub fn pages_with_requests() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("docs/protocol").map(|entry| entry.expect("an entry").path());
    let names = files.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".md")?.to_owned()));
    names.filter(|name| !blocks(&text_of(name)).requests.is_empty()).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol")
}

fn text_of(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.md"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn on_text(text: &str, test: impl AsyncFn(&Deployment, &Page<'_>)) {
    on_sqlite(async |at| {
        let Blocks { settings, requests, examples } = blocks(text);
        let page = Page {
            at,
            settings,
            requests: RefCell::new(requests.into()),
            examples: RefCell::new(examples.into()),
            known: RefCell::default(),
        };
        page.knows("$SECRET", SECRET);
        test(at, &page).await;
        assert!(page.requests.borrow().is_empty(), "not sent: {:?}", page.requests.borrow());
    });
}

#[derive(Default)]
struct Blocks {
    settings: String,
    /// Commands with their continuation lines joined, and addresses.
    requests: Vec<String>,
    /// JSON that answers are shown by.
    examples: Vec<Value>,
}

fn blocks(text: &str) -> Blocks {
    let mut found = Blocks::default();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (language, body) = block.split_once('\n').unwrap_or((block, ""));
        match language {
            "toml" => found.settings.extend([body, "\n"]),
            "json" => found.examples.extend(serde_json::from_str::<Value>(body)),
            "nginx" => {}
            _ => found.requests.extend(requests_of(body)),
        }
    }
    found
}

fn requests_of(body: &str) -> Vec<String> {
    let joined = body.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.strip_prefix("$ ").unwrap_or(line));
    let is_request =
        |line: &&str| line.starts_with("curl ") || line.starts_with("https://") || line.starts_with("http://");
    lines.filter(is_request).map(str::to_owned).collect()
}

impl Page<'_> {
    /// Says what stands behind a name, as `$CODE`, or behind an abbreviation, as `ptdc_…`, from now on.
    pub fn knows(&self, name: &str, value: &str) {
        self.known.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Applies the settings of the page after `given`, what the page takes for granted. Secrets are all the same.
    pub async fn apply(&self, given: &str) {
        self.apply_with(given, &[]).await;
    }

    /// As `apply`, with parts of the settings that no page can know replaced.
    ///
    /// # Panics
    ///
    /// When a part is not there, or the settings are refused.
    pub async fn apply_with(&self, given: &str, replaced: &[(&str, &str)]) {
        let folder = TempFolder::new("documented");
        fs::write(folder.path().join("plain"), SECRET).expect("write the secret");
        let mut settings = self.settings.clone();
        for (part, other) in replaced {
            assert!(settings.contains(part), "the page does not say {part}");
            settings = settings.replace(part, other);
        }
        let file = format!("{{ file = \"{}\"", folder.path().join("plain").display());
        let mut parts = [given, &settings].join("\n");
        while let Some((before, after)) = parts.split_once(REFERENCE).map(|(b, a)| (b.to_owned(), a.to_owned())) {
            let rest = after.split_once('"').expect("the name of a variable").1;
            parts = [before.as_str(), &file, rest].concat();
        }
        self.at.apply(&on_our_host(&parts)).await;
    }

    /// Sends the next command and returns the reply.
    ///
    /// # Panics
    ///
    /// When the next request is no command, or one that is not understood.
    pub async fn curl(&self) -> Reply {
        let command = self.next();
        let command = command.strip_prefix("curl ").unwrap_or_else(|| panic!("no command: {command}"));
        self.at.send(prepared(&self.words(command))).await
    }

    /// Returns the next address, below the host.
    ///
    /// # Panics
    ///
    /// When the next request is no address.
    pub fn address(&self) -> String {
        let words = self.words(&self.next());
        let [address] = words.as_slice() else { panic!("no address: {words:?}") };
        below_host(address)
    }

    /// Returns the next JSON that the page shows.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn example(&self) -> Value {
        self.examples.borrow_mut().pop_front().expect("an example")
    }

    /// Compares a reply with the next example: the same members, and the same values where they do not differ from time to time.
    ///
    /// # Panics
    ///
    /// When they differ.
    pub fn shows(&self, reply: &Value) {
        let example = self.example();
        let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        let (mut told, mut shown) = (names(reply), names(&example));
        told.sort();
        shown.sort();
        assert_eq!(told, shown, "the page shows other members");
        for name in EXACT {
            assert_eq!(reply[name], example[name], "{name}");
        }
    }

    fn next(&self) -> String {
        self.requests.borrow_mut().pop_front().expect("a request that was not sent yet")
    }

    /// Splits a command as a shell does, with what is known in place of names, up to a pipe.
    fn words(&self, command: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (vec![], None::<String>, None);
        let mut rest = command.chars().peekable();
        while let Some(c) = rest.next() {
            match (c, quote) {
                ('|', None) => break,
                ('\'' | '"', None) => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                (c, Some(open)) if c == open => quote = None,
                (' ', None) => words.extend(word.take()),
                ('$', None | Some('"')) => {
                    let mut name = "$".to_owned();
                    while let Some(c) = rest.next_if(|c| c.is_ascii_uppercase() || *c == '_') {
                        name.push(c);
                    }
                    word.get_or_insert_default().push_str(&self.value_of(&name));
                }
                (c, _) => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words.into_iter().map(|word| self.in_full(word)).collect()
    }

    fn value_of(&self, name: &str) -> String {
        let known = self.known.borrow();
        let value = known.get(name).or_else(|| known.get("$SECRET").filter(|_| name.ends_with("_SECRET")));
        value.unwrap_or_else(|| panic!("{name} is not known")).clone()
    }

    /// A word without abbreviations.
    fn in_full(&self, mut word: String) -> String {
        for (name, value) in self.known.borrow().iter().filter(|(name, _)| name.ends_with('…')) {
            word = word.replace(name.as_str(), value);
        }
        assert!(!word.contains('…'), "{word} is not known in full");
        word
    }
}

fn on_our_host(text: &str) -> String {
    HOSTS.iter().fold(text.to_owned(), |text, host| text.replace(host, cast::ISSUER))
}

fn below_host(address: &str) -> String {
    let path = HOSTS.iter().find_map(|host| address.strip_prefix(host));
    path.filter(|path| path.starts_with('/')).unwrap_or_else(|| panic!("{address} is elsewhere")).to_owned()
}

/// The request that curl makes of these words.
fn prepared(words: &[String]) -> Request<Body> {
    let (mut path, mut method, mut headers, mut data) = (None, None, Vec::<(String, String)>::new(), Vec::new());
    let mut shows_certificate = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().unwrap_or_else(|| panic!("{word} without a value")).clone();
        match word.as_str() {
            "-s" | "-i" | "-si" => {}
            "-X" => method = Some(value()),
            "-u" => headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(value())))),
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").unwrap_or_else(|| panic!("no header: {header}"));
                headers.push((name.to_lowercase(), value.to_owned()));
            }
            "-d" => data.push(on_our_host(&value())),
            "--data-urlencode" => {
                let pair = value();
                data.push(form(&[pair.split_once('=').unwrap_or_else(|| panic!("no pair: {pair}"))]));
            }
            "--cert" | "--key" => {
                value();
                shows_certificate = true;
            }
            address if !address.starts_with('-') => path = Some(below_host(address)),
            option => panic!("curl {option} is not understood here"),
        }
    }
    if !data.is_empty() && headers.iter().all(|(name, _)| name != "content-type") {
        headers.push(("content-type".to_owned(), FORM.to_owned()));
    }
    let usual = if data.is_empty() { "GET" } else { "POST" };
    let method = Method::from_bytes(method.as_deref().unwrap_or(usual).as_bytes()).expect("a method");
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let made = request(method, &path.expect("an address"), &headers, Body::from(data.join("&")));
    if shows_certificate { showing(made, &certificates().issued) } else { made }
}
