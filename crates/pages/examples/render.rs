//! Writes every sample page and mail to a folder, to look at them in a browser.
//!
//! `cargo run -p portreeve-pages --features samples --example render -- DIR` makes `DIR/{locale}/{page}.html` and
//! the assets under `DIR/static/`; pages link them relatively, everything else is as served.

use std::error::Error;
use std::fs;
use std::path::Path;

use portreeve_pages::samples::{self, Words};
use portreeve_pages::{Locale, assets};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: render DIR")?;
    let folder = Path::new(&folder);
    let words = Words::ordinary();
    for asset in assets() {
        write(&folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    for locale in Locale::ALL {
        let folder = folder.join(locale.tag());
        for (name, page) in samples::pages(&samples::frame(locale, &words), &words) {
            let up = "../".repeat(name.matches('/').count() + 1);
            let page = page?.replace("href=\"/static/", &format!("href=\"{up}static/"));
            write(&folder.join(format!("{name}.html")), page.as_bytes())?;
        }
        for (name, mail) in samples::mails(locale, &words) {
            let mail = mail?;
            write(&folder.join(format!("{name}.html")), mail.html.as_bytes())?;
            write(&folder.join(format!("{name}.txt")), mail.text.as_bytes())?;
        }
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(fs::write(path, content)?)
}
