//! Samples: tenants with a look of their own.

use portreeve_domain::{Branding, Color, Picture, TermsText, Texts};

use super::{Sample, Words, journeys};
use crate::home::Home;
use crate::{Brand, BrandPicture, Frame, Locale, Notice};

/// A logo for light grounds, and one for dark ones.
const LOGO: &[u8] = include_bytes!("../../samples/logo.png");
const LOGO_DARK: &[u8] = include_bytes!("../../samples/logo_dark.png");

/// What takes the most care: words in it cannot be read on white, or on black, or anywhere; buttons in it are not seen on them.
const YELLOW: Color = Color([0xff, 0xd4, 0x00]);
const NAVY: Color = Color([0x00, 0x1f, 0x5b]);
const RED: Color = Color([0xe4, 0x00, 0x2b]);
const WHITE: Color = Color([0xff; 3]);

pub(super) fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    let whole = |color| branding(color, words);
    let with_plate = Branding { logo_dark: None, ..whole(NAVY) };
    let without_logo = Branding { logo: None, links: Vec::new(), ..whole(WHITE) };
    let framed = |branding: &Branding| Frame { brand: Brand::of(branding, frame.locale, ""), ..frame.clone() };
    let notice = Frame { notice: Some(Notice::SignedOut), ..framed(&whole(RED)) };
    let identify = journeys::identify(words);
    vec![
        ("brand/identify-yellow", identify.render(&framed(&whole(YELLOW)))),
        ("brand/identify-navy", identify.render(&framed(&with_plate))),
        ("brand/identify-white", identify.render(&framed(&without_logo))),
        ("brand/home-red", Home { account_href: Some("/account".to_owned()) }.render(&notice)),
    ]
}

/// What a mail of such a tenant looks like.
pub(super) fn of_mails(locale: Locale, words: &Words) -> Brand {
    Brand::of_mail(&branding(YELLOW, words), locale, "logo@id.example.com")
}

/// The pictures that the samples load: path on this server, and file.
pub fn pictures() -> Vec<(String, &'static [u8])> {
    let branding = branding(RED, &Words::ordinary());
    let files = [(BrandPicture::Logo, LOGO), (BrandPicture::LogoDark, LOGO_DARK)];
    files.into_iter().filter_map(|(picture, file)| Some((picture.href(&branding, "")?, file))).collect()
}

fn branding(color: Color, words: &Words) -> Branding {
    let said = |text: &str| Texts::from([("en".to_owned(), text.to_owned())]);
    let link = |name: &str| TermsText { name: name.to_owned(), uri: words.uri.clone() };
    let link = |name| [("en".to_owned(), link(name))].into();
    Branding {
        color: Some(color),
        logo: Picture::of_png(LOGO),
        logo_dark: Picture::of_png(LOGO_DARK),
        icon: None,
        greeting: said(&words.greeting),
        help: said(&words.help),
        mail_footer: said(&words.address),
        links: vec![link(&words.title), link(&words.terms)],
    }
}
