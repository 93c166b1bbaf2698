//! Stories of people at a browser, told with Chromium against a running `portreeve demo`.
//!
//! Owns starting demos and running the stories of `stories/` on them; they are written for Node.js, as is the
//! library that drives Chromium. Once with scripts and once without: no page needs any. Looks at every page with axe, too.
//! DESIGN §1.1, §9; WANTED W12, W13.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use portreeve_test_parts::temp::TempFolder;
use portreeve_tests::portreeve::{Demo, binary};

/// Where the stories are, and what they are told with.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");

/// A1.2 of the journeys: Chromium, step by step, with everything a person may do in between.
#[test]
fn the_stories_hold_in_a_browser_with_scripts() {
    tell_stories("on");
}

/// A1.2, A1.3: no page needs a script.
#[test]
fn the_stories_hold_in_a_browser_without_scripts() {
    tell_stories("off");
}

/// W30, WCAG 2.2 AA: no page and no mail, in any state that looks different, breaks a rule of axe.
#[test]
fn every_page_can_be_used_by_everybody() {
    let folder = TempFolder::new("pages");
    let rendered = Command::new(binary()).args(["pages", "render"]).arg(folder.path()).output().expect("run portreeve");
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));

    node(Command::new("node").arg("axe.mjs").arg(folder.path())).unwrap_or_else(|printed| panic!("{printed}"));
}

/// Tells all stories; `scripts` is `on` or `off`, for all pages.
fn tell_stories(scripts: &str) {
    let files = fs::read_dir(Path::new(FOLDER).join("stories")).expect("read the folder of stories");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("read the folder of stories").path()).collect();
    files.sort();

    let failures: Vec<String> = files.iter().filter_map(|file| tell(file, scripts).err()).collect();

    assert!(!files.is_empty(), "there are no stories");
    assert!(failures.is_empty(), "{}\nif packages are missing: scripts/install test", failures.join("\n"));
}

/// Tells the stories of a file on a fresh demo: attempts to sign in are limited by address, and a story may change the
/// time of all journeys. The error is what was printed.
fn tell(file: &Path, scripts: &str) -> Result<(), String> {
    let demo = Demo::start();

    node(
        Command::new("node")
            .args(["--test", "--test-reporter=spec"])
            .arg(file)
            .env("PORTREEVE_DATA", demo.description().parent().expect("the demo's folder"))
            .env("PORTREEVE_BINARY", binary())
            .env("PORTREEVE_SCRIPTS", scripts),
    )
}

/// Runs a program for Node.js in the folder of the stories. The error is what was printed.
fn node(program: &mut Command) -> Result<(), String> {
    let output = program.current_dir(FOLDER).output().expect("run node; if it is missing: scripts/install test");
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(format!("{printed}\n{complaints}")) }
}
