//! How a tenant presents itself on pages and in mails.
//!
//! Owns the form in which templates get it. Everything comes from the operator and is shown as text, never as markup; docs/branding.md.

use std::collections::BTreeMap;

use portreeve_domain::{Branding, ClientBranding, Color, Picture, TermsText, Texts, some_text_in};

use crate::links;
use crate::locale::Locale;

/// How a tenant, and the client that somebody is on the way to, present themselves in one language.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// Colour of buttons; `None`: ours.
    pub color: Option<Color>,
    /// Stands for the name.
    pub logo: Option<Logo>,
    /// Address on this server of what browsers show in tabs; `None`: ours.
    pub icon_href: Option<String>,
    /// Said to whoever signs in or registers.
    pub greeting: Option<Said>,
    /// Where people find help.
    pub help: Option<Said>,
    /// Who sends mails.
    pub mail_footer: Option<Said>,
    /// Pages elsewhere.
    pub links: Vec<Link>,
}

/// Words in a language, which need not be that of the page (WCAG 2.2 §3.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// A language tag (BCP 47).
    pub language: String,
    /// The words.
    pub words: String,
}

/// A page elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is called.
    pub name: Said,
    /// Its address; linked only over https.
    pub uri: String,
}

/// A logo.
#[derive(Debug, Clone)]
pub struct Logo {
    /// For light grounds.
    pub light: PlacedPicture,
    /// For dark grounds; `None` shows the other one on a light plate.
    pub dark: Option<PlacedPicture>,
}

/// A picture at its address, and as large as it is shown.
#[derive(Debug, Clone)]
pub struct PlacedPicture {
    /// A path of this server; in a mail the part that holds it (RFC 2392).
    pub href: String,
    /// CSS pixels from side to side.
    pub width: u32,
    /// CSS pixels from top to bottom.
    pub height: u32,
}

/// The pictures of a tenant that have addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrandPicture {
    /// For light grounds.
    Logo,
    /// For dark grounds.
    LogoDark,
    /// For browsers.
    Icon,
}

impl BrandPicture {
    const ALL: [Self; 3] = [Self::Logo, Self::LogoDark, Self::Icon];

    fn name(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::LogoDark => "logo_dark",
            Self::Icon => "icon",
        }
    }

    fn of(self, branding: &Branding) -> Option<&Picture> {
        match self {
            Self::Logo => branding.logo.as_ref(),
            Self::LogoDark => branding.logo_dark.as_ref(),
            Self::Icon => branding.icon.as_ref(),
        }
    }

    /// The address of a tenant's picture, below what its addresses begin with: another one for another picture.
    pub(crate) fn href(self, branding: &Branding, base: &str) -> Option<String> {
        let picture = self.of(branding)?;
        Some(format!("{base}/brand/{}", file_name(self, picture)))
    }

    /// The picture at an address; `file` is what follows `/brand/`. `None` for every other name, also that of a former picture.
    pub fn find<'b>(branding: &'b Branding, file: &str) -> Option<&'b Picture> {
        let mut pictures = Self::ALL.into_iter().filter_map(|kind| Some((kind, kind.of(branding)?)));
        pictures.find(|(kind, picture)| file_name(*kind, picture) == file).map(|(_, picture)| picture)
    }
}

fn file_name(kind: BrandPicture, picture: &Picture) -> String {
    format!("{}.{}.png", kind.name(), picture.version())
}

impl Brand {
    /// What a tenant says, in a language; its addresses begin with `base`.
    pub fn of(branding: &Branding, locale: Locale, base: &str) -> Self {
        let placed = |kind: BrandPicture| PlacedPicture::of(kind.of(branding)?, kind.href(branding, base)?);
        let link = |texts: &BTreeMap<String, TermsText>| {
            let (language, text) = some_text_in(texts, locale.tag())?;
            let name = Said { language: language.to_owned(), words: text.name.clone() };
            Some(Link { name, uri: text.uri.clone() })
        };
        Self {
            color: branding.color,
            logo: placed(BrandPicture::Logo).map(|light| Logo { light, dark: placed(BrandPicture::LogoDark) }),
            icon_href: BrandPicture::Icon.href(branding, base),
            greeting: said(&branding.greeting, locale),
            help: said(&branding.help, locale),
            mail_footer: said(&branding.mail_footer, locale),
            links: branding.links.iter().filter_map(link).collect(),
        }
    }

    /// The same for a mail, which carries the logo as the part `content_id`, without brackets (RFC 2045 §7).
    pub fn of_mail(branding: &Branding, locale: Locale, content_id: &str) -> Self {
        let mut brand = Self::of(branding, locale, "");
        if let Some(logo) = &mut brand.logo {
            logo.light.href = format!("cid:{content_id}");
        }
        brand
    }

    /// The same with what a client says over it.
    #[must_use]
    pub fn under(self, client: &ClientBranding, locale: Locale) -> Self {
        Self {
            color: client.color.or(self.color),
            greeting: said(&client.greeting, locale).or(self.greeting),
            help: said(&client.help, locale).or(self.help),
            ..self
        }
    }

    /// The links that may stand on a page.
    pub(crate) fn shown_links(&self) -> Vec<&Link> {
        self.links.iter().filter(|link| links::is_https(&link.uri)).collect()
    }
}

fn said(texts: &Texts, locale: Locale) -> Option<Said> {
    let (language, words) = some_text_in(texts, locale.tag())?;
    Some(Said { language: language.to_owned(), words: words.clone() })
}

impl PlacedPicture {
    /// 40 pixels high, unless it would be wider than a small screen.
    fn of(picture: &Picture, href: String) -> Option<Self> {
        const HEIGHT: u32 = 40;
        const WIDEST: u32 = 240;
        let width = picture.width().checked_mul(HEIGHT)?.checked_div(picture.height())?.max(1);
        if width <= WIDEST {
            return Some(Self { href, width, height: HEIGHT });
        }
        let height = picture.height().checked_mul(WIDEST)?.checked_div(picture.width())?.max(1);
        Some(Self { href, width: WIDEST, height })
    }
}
