//! How a tenant presents itself on pages and in mails.
//!
//! Owns the form in which templates get it. Everything comes from the operator and is shown as text, never as markup; docs/branding.md.

use portreeve_domain::{Branding, ClientBranding, Color, Picture, TermsText, Texts};

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
    pub greeting: Option<String>,
    /// Where people find help.
    pub help: Option<String>,
    /// Who sends mails.
    pub mail_footer: Option<String>,
    /// Pages elsewhere.
    pub links: Vec<TermsText>,
}

/// A logo at its addresses on this server.
#[derive(Debug, Clone)]
pub struct Logo {
    /// For light grounds.
    pub href: String,
    /// For dark grounds; `None` shows the other one on a light plate.
    pub dark_href: Option<String>,
    /// Pixels from side to side of the one for light grounds.
    pub width: u32,
    /// Pixels from top to bottom.
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
        let said = |texts: &Texts| Branding::text(texts, locale.tag()).map(str::to_owned);
        let logo = branding.logo.as_ref().zip(BrandPicture::Logo.href(branding, base));
        Self {
            color: branding.color,
            logo: logo.map(|(picture, href)| Logo {
                href,
                dark_href: BrandPicture::LogoDark.href(branding, base),
                width: picture.width(),
                height: picture.height(),
            }),
            icon_href: BrandPicture::Icon.href(branding, base),
            greeting: said(&branding.greeting),
            help: said(&branding.help),
            mail_footer: said(&branding.mail_footer),
            links: branding.links_in(locale.tag()).cloned().collect(),
        }
    }

    /// The same with what a client says over it.
    #[must_use]
    pub fn under(self, client: &ClientBranding, locale: Locale) -> Self {
        let said = |texts: &Texts| Branding::text(texts, locale.tag()).map(str::to_owned);
        Self {
            color: client.color.or(self.color),
            greeting: said(&client.greeting).or(self.greeting),
            help: said(&client.help).or(self.help),
            ..self
        }
    }

    /// The links that may stand on a page.
    pub(crate) fn shown_links(&self) -> impl Iterator<Item = &TermsText> {
        self.links.iter().filter(|link| links::is_https(&link.uri))
    }

    /// Whether there is anything to say at the foot.
    pub(crate) fn has_foot(&self) -> bool {
        self.help.is_some() || self.shown_links().next().is_some()
    }
}

impl Logo {
    /// Width and height at which it is shown: 40 pixels high, and not wider than a small screen.
    pub(crate) fn size(&self) -> (u32, u32) {
        const HEIGHT: u32 = 40;
        const WIDEST: u32 = 240;
        let (width, height) = (self.width.max(1), self.height.max(1));
        let scaled = |side: u32, by: u32, of: u32| (side.saturating_mul(by) / of).max(1);
        match scaled(width, HEIGHT, height) {
            shown if shown > WIDEST => (WIDEST, scaled(height, WIDEST, width)),
            shown => (shown, HEIGHT),
        }
    }
}
