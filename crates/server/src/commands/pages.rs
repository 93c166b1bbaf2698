//! `portreeve pages`: every page and mail with sample data, to look at without signing in.
//!
//! Owns the folder. Leaves what is in it to the samples of `pages`; `tests/browser` looks at each with axe.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use portreeve_pages::samples::{self, Words};
use portreeve_pages::{Locale, RenderError, assets, color_stylesheet};

use crate::failure::Failure;
use crate::print;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Write every page and mail, in every language, as FOLDER/LANGUAGE/NAME.html.
    Render {
        /// The folder; made when it is not there.
        folder: PathBuf,
    },
}

/// # Errors
/// A refusal when a file cannot be written.
pub(crate) fn run(action: &Action) -> Result<(), Failure> {
    let Action::Render { folder } = action;
    let words = Words::ordinary();
    let files = assets().iter().map(|asset| (asset.path.clone(), asset.bytes)).chain(samples::pictures());
    for (path, bytes) in files {
        write(&folder.join(path.trim_start_matches('/')), bytes)?;
    }
    let written = Locale::ALL.into_iter().map(|locale| render(folder, locale, &words));
    let written = written.sum::<Result<usize, Failure>>()?;
    print::done(format_args!("Wrote {written} pages and mails to {}.", folder.display()))
}

/// Writes the pages and mails of a language and says how many.
fn render(root: &Path, locale: Locale, words: &Words) -> Result<usize, Failure> {
    let folder = root.join(locale.tag());
    let pages = samples::pages(&samples::frame(locale, words), words);
    let mails = samples::mails(locale, words);
    let written = pages.len() + mails.len();
    for (name, page) in pages {
        // The files that a page loads are found from its place in the folder; all else is as it is served.
        let up = "../".repeat(name.matches('/').count() + 1);
        let page = page.map_err(not_rendered)?;
        for path in page.split('"').filter(|part| part.starts_with("/static/color/")) {
            let sheet = color_stylesheet(path).ok_or_else(|| Failure::refused(format!("there is no sheet {path}")))?;
            write(&root.join(path.trim_start_matches('/')), sheet.as_bytes())?;
        }
        let page = page.replace("=\"/static/", &format!("=\"{up}static/"));
        let page = page.replace("=\"/brand/", &format!("=\"{up}brand/"));
        write(&folder.join(format!("{name}.html")), page.as_bytes())?;
    }
    for (name, mail) in mails {
        let mail = mail.map_err(not_rendered)?;
        write(&folder.join(format!("{name}.html")), mail.html.as_bytes())?;
        write(&folder.join(format!("{name}.txt")), mail.text.as_bytes())?;
    }
    Ok(written)
}

fn not_rendered(error: RenderError) -> Failure {
    Failure::refused(format!("a page cannot be written: {error}"))
}

fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, content))
        .map_err(|error| Failure::refused(format!("{} cannot be written: {error}", path.display())))
}
