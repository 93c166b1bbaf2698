//! The colours of pages and mails that follow from a tenant's own one.
//!
//! Owns that everything can be read: buttons keep the colour as it is and take black or white words; what is written in the colour
//! is as much darker, or lighter, as its ground demands. WCAG 2.2 §1.4.3, §1.4.11; docs/branding.md.

use color::{Oklch, OpaqueColor, Srgb};
use portreeve_domain::Color;

/// Which version of these rules an address of a style sheet speaks of: it is kept for good. A test holds the sheet of some colours
/// against it.
const VERSION: u32 = 1;
/// What the addresses of these sheets begin with.
const FOLDER: &str = "/static/color/";

/// Contrast of text with its ground (WCAG 2.2 §1.4.3).
const LEGIBLE: f32 = 4.5;
/// By how much lightness changes under the pointer, and in each step of a search.
const HOVER: f32 = 0.07;
const STEP: f32 = 0.005;

const WHITE: Color = Color([0xff; 3]);
const BLACK: Color = Color([0; 3]);

/// The colours of one mode. The names are those of the style sheet's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    /// Links, icons, edges of buttons: legible on every ground of the mode.
    pub(crate) accent: Color,
    /// Links under the pointer.
    accent_strong: Color,
    /// A quiet ground in the hue of the colour.
    tint: Color,
    /// Buttons: the colour itself.
    pub(crate) fill: Color,
    /// Buttons under the pointer.
    fill_strong: Color,
    /// Words on buttons.
    pub(crate) on_fill: Color,
}

/// What a mode asks of colours.
struct Mode {
    /// Which way leads to more contrast: 1 is lighter.
    away: f32,
    /// The tint leaves less contrast than any other ground of the mode, which a test shows.
    tint_lightness: f32,
    tint_chroma: f32,
}

const LIGHT: Mode = Mode { away: -1.0, tint_lightness: 0.955, tint_chroma: 0.022 };
const DARK: Mode = Mode { away: 1.0, tint_lightness: 0.3, tint_chroma: 0.045 };

impl Default for Palette {
    /// That of our own pages in light mode.
    fn default() -> Self {
        let (petrol, deep) = (Color([0x0d, 0x5c, 0x6d]), Color([0x08, 0x45, 0x52]));
        let tint = Color([0xe3, 0xf0, 0xf2]);
        Self { accent: petrol, accent_strong: deep, tint, fill: petrol, fill_strong: deep, on_fill: WHITE }
    }
}

impl Palette {
    /// The palette of light mode, and of mails.
    pub(crate) fn light(color: Color) -> Self {
        Self::of(color, &LIGHT)
    }

    fn of(color: Color, mode: &Mode) -> Self {
        let [lightness, chroma, _] = components(color);
        let tint = with(color, mode.tint_lightness, chroma.min(mode.tint_chroma));
        let is_legible = |on: &Color| contrast(*on, tint) >= LEGIBLE;
        let steps = (0..=200u8).map(|step| lightness + mode.away * STEP * f32::from(step));
        let mut candidates = std::iter::once(color).chain(steps.map(|lightness| with(color, lightness, chroma)));
        // At the end of the way is black or white, which is legible on every ground.
        let accent = candidates.find(is_legible).unwrap_or(if mode.away < 0.0 { BLACK } else { WHITE });
        let on_fill = if contrast(WHITE, color) >= LEGIBLE { WHITE } else { BLACK };
        // Away from the words, so that they stay legible; what is at the end of the way comes a little back, and has contrast to spare.
        let away_from_words = if on_fill == WHITE { -HOVER } else { HOVER };
        let fill_strong = match shifted(color, away_from_words) {
            same if same == color => shifted(color, -away_from_words),
            other => other,
        };
        Self { accent, accent_strong: shifted(accent, mode.away * HOVER), tint, fill: color, fill_strong, on_fill }
    }

    pub(crate) fn tokens(&self) -> String {
        let Self { accent, accent_strong, tint, fill, fill_strong, on_fill } = self;
        format!(
            "--accent: {accent}; --accent-strong: {accent_strong}; --tint: {tint}; --fill: {fill}; \
             --fill-strong: {fill_strong}; --on-fill: {on_fill}; --fill-edge: {accent};"
        )
    }
}

/// The colour of a button's edge on dark grounds, for mails, whose button has the same fill on both.
pub(crate) fn edge_in_dark(color: Option<Color>) -> Color {
    color.map_or(Color([0x7c, 0xc9, 0xd9]), |color| Palette::of(color, &DARK).accent)
}

/// The style sheet of a tenant's colour at a path of this server, `/static/color/c2410c.1.css`; it goes after that of the pages. `None`
/// for every path that no page names.
pub fn color_stylesheet(path: &str) -> Option<String> {
    color_of(path).map(stylesheet)
}

pub(crate) fn stylesheet(color: Color) -> String {
    let (light, dark) = (Palette::of(color, &LIGHT).tokens(), Palette::of(color, &DARK).tokens());
    format!(":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n")
}

/// The address of that style sheet.
pub(crate) fn stylesheet_href(color: Color) -> String {
    let digits = color.to_string().split_off(1);
    format!("{FOLDER}{digits}.{VERSION}.css")
}

fn color_of(path: &str) -> Option<Color> {
    let color = Color::of_hex(path.strip_prefix(FOLDER)?.get(..6)?)?;
    // One spelling an address, and none of another version.
    (stylesheet_href(color) == path).then_some(color)
}

/// The contrast ratio of two colours (WCAG 2.2, definition).
pub(crate) fn contrast(one: Color, other: Color) -> f32 {
    let (one, other) = (srgb(one).relative_luminance(), srgb(other).relative_luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn srgb(Color(channels): Color) -> OpaqueColor<Srgb> {
    OpaqueColor::new(channels.map(|channel| f32::from(channel) / 255.0))
}

/// Lightness, chroma and hue (CSS Color 4 §9.4).
fn components(color: Color) -> [f32; 3] {
    srgb(color).convert::<Oklch>().components
}

fn shifted(color: Color, by: f32) -> Color {
    let [lightness, chroma, _] = components(color);
    with(color, lightness + by, chroma)
}

/// The colour at another lightness, with as much of `chroma` as a screen can show there.
fn with(color: Color, lightness: f32, chroma: f32) -> Color {
    let [_, _, hue] = components(color);
    let lightness = lightness.clamp(0.0, 1.0);
    let shown = |chroma: f32| OpaqueColor::<Oklch>::new([lightness, chroma, hue]).convert::<Srgb>();
    let is_on_screen = |color: &OpaqueColor<Srgb>| color.components.iter().all(|c| (-0.001..=1.001).contains(c));
    let paler = (0..=40u8).map(|step| shown(chroma * (1.0 - f32::from(step) / 40.0)));
    let rgb = paler.into_iter().find(is_on_screen).unwrap_or_else(|| shown(0.0)).to_rgba8();
    Color([rgb.r, rgb.g, rgb.b])
}
