//! Chromium of one person, for frames and scripts, and for cookies as browsers keep them from other sites.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::issuer::{EMAIL, Resources};

/// A running Chromium; it ends on drop.
pub(crate) struct Chromium {
    process: Child,
    visits: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    user: Value,
}

impl Chromium {
    /// Starts it without cookies.
    pub(crate) fn start(resources: &Resources) -> Self {
        let mut process = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("gateways/chromium.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("run node");
        let visits = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("its output"));
        let user = json!({ "email": EMAIL, "password": resources.secret("ADA_PASSWORD") });
        Self { process, visits, answers, user }
    }

    /// Opens an address and answers the pages of either issuer until the browser is at `home`; returns what the
    /// application there was told, by header in lower case, or null where no application answered.
    ///
    /// # Errors
    ///
    /// Where the browser never comes there: where it was last, and what stood there.
    pub(crate) fn visit(&mut self, address: &str, home: &str) -> Result<Value, String> {
        let body = self.went(&json!({ "address": address, "home": home, "user": self.user }))?["body"].take();
        let page = serde_json::from_str::<Value>(body.as_str().unwrap_or_default());
        Ok(page.map_or(Value::Null, |mut page| page["headers"].take()))
    }

    /// Opens an address, and returns where the browser is without answering anything.
    pub(crate) fn look(&mut self, address: &str) -> String {
        let went = self.went(&json!({ "address": address })).unwrap_or_else(|fault| panic!("{address}: {fault}"));
        went["url"].as_str().expect("an address").to_owned()
    }

    fn went(&mut self, visit: &Value) -> Result<Value, String> {
        writeln!(self.visits.as_mut().expect("its input"), "{visit}").expect("tell it where to go");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("read where it went");
        let went: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{visit}: {line:?}"));
        went["fault"].as_str().map_or(Ok(went.clone()), |fault| Err(fault.to_owned()))
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends with its input, and takes the browser with it.
        self.visits = None;
        self.process.wait().ok();
    }
}
