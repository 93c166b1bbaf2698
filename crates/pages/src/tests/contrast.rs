//! Contrast of the colour tokens in the style sheets (WCAG 2.2 §1.4.3, §1.4.11): ours, and those for tenants' colours; light and dark.

use std::collections::HashMap;

use portreeve_domain::Color;

use crate::{assets, palette};

type Tokens = HashMap<String, [f64; 3]>;

/// What is written on what.
const TEXTS: [(&str, &str); 26] = [
    ("ink", "surface"),
    ("ink", "ground"),
    ("ink", "raised"),
    ("ink", "tint"),
    ("ink", "care-tint"),
    ("ink", "bad-tint"),
    ("soft", "surface"),
    ("soft", "ground"),
    ("soft", "raised"),
    ("soft", "tint"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "raised"),
    ("accent", "tint"),
    ("accent-strong", "surface"),
    ("accent-strong", "ground"),
    ("accent-strong", "raised"),
    ("accent-strong", "tint"),
    ("on-fill", "fill"),
    ("on-fill", "fill-strong"),
    ("bad", "surface"),
    ("bad", "bad-tint"),
    ("good", "surface"),
    ("good", "raised"),
    ("good", "good-tint"),
    ("care", "care-tint"),
];

/// The two modes of a style sheet.
fn modes(css: &str) -> [(&'static str, &str); 2] {
    let (light, dark) = css.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    [("light", light), ("dark", dark)]
}

fn stylesheet() -> &'static str {
    std::str::from_utf8(assets().first().unwrap().bytes).unwrap()
}

/// Reads `--name: #rrggbb;` from the first block of a piece of a style sheet.
fn tokens(css: &str) -> Tokens {
    let (_, block) = css.split_once(":root {").unwrap();
    let token = |rest: &str| {
        let (name, value) = rest.split_once(": #")?;
        let hex = u32::from_str_radix(value.get(..6)?, 16).ok()?;
        let channel = |shift: u32| f64::from((hex >> shift) & 0xff) / 255.0;
        Some((name.to_owned(), [channel(16), channel(8), channel(0)]))
    };
    block.split('}').next().unwrap().split("--").skip(1).filter_map(token).collect()
}

/// WCAG 2.2, definition of relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn ratio(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every colour whose channels are multiples of 17: all of `#rgb`.
fn colors() -> impl Iterator<Item = Color> {
    (0..4096u16).map(|n| Color([n >> 8, n >> 4 & 15, n & 15].map(|digit| u8::try_from(digit * 17).unwrap())))
}

fn assert_legible(mode: &str, tokens: &Tokens, of: &str) {
    for (text, ground) in TEXTS {
        let ratio = ratio(tokens[text], tokens[ground]);
        assert!(ratio >= 4.5, "{mode} {of}: {text} on {ground} {ratio:.2}");
    }
}

#[test]
fn the_ratio_is_the_one_of_wcag() {
    assert!((ratio([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.001);
    // #767676 on white is the lightest grey that passes.
    let grey = f64::from(0x76) / 255.0;
    assert!((ratio([grey; 3], [1.0; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn text_has_enough_contrast() {
    for (mode, css) in modes(stylesheet()) {
        assert_legible(mode, &tokens(css), "ours");
    }
}

/// Whatever colour a tenant has, everything can be read, and a button can be told from its surroundings.
#[test]
fn text_has_enough_contrast_in_every_colour_of_a_tenant() {
    let [ours_light, ours_dark] = modes(stylesheet()).map(|(_, css)| tokens(css));
    for color in colors() {
        let css = palette::stylesheet(color);
        for ((mode, css), ours) in modes(&css).into_iter().zip([&ours_light, &ours_dark]) {
            let theirs = tokens(css);
            assert_eq!(theirs.len(), 7, "{css}");
            let mut all = ours.clone();
            all.extend(theirs);
            assert_legible(mode, &all, &color.to_string());
            for ground in ["surface", "ground"] {
                let edge = ratio(all["fill-edge"], all[ground]);
                assert!(edge >= 3.0, "{mode} {color}: the edge of a button on {ground} {edge:.2}");
            }
            assert_ne!(all["fill"], all["fill-strong"], "{color} under the pointer");
        }
    }
}

/// A tenant's colour is the one that it gave, on the buttons of both modes.
#[test]
fn a_button_has_exactly_the_colour_of_its_tenant() {
    for hex in ["ffd400", "001f5b", "ffffff", "e4002b"] {
        let css = palette::stylesheet(Color::of_hex(hex).unwrap());
        assert_eq!(css.matches(&format!("--fill: #{hex};")).count(), 2, "{css}");
    }
}

/// WCAG 2.2 §1.4.11: the edge of a field can be told from its surroundings.
#[test]
fn edges_of_fields_have_enough_contrast() {
    for (_, css) in modes(stylesheet()) {
        let tokens = tokens(css);
        assert!(ratio(tokens["edge"], tokens["surface"]) >= 3.0);
    }
}

/// A sheet is kept for good under its address: whoever changes one changes `palette::VERSION`, and then the figure here.
#[test]
fn a_sheet_of_another_look_has_another_address() {
    let sheets: String = colors().map(palette::stylesheet).collect();

    assert_eq!(portreeve_domain::content_hash(sheets.as_bytes()), 2_343_026_894_592_685_578);
    assert!(palette::stylesheet_href(Color([1, 2, 3])).ends_with(".1.css"));
}

/// Mails load no style sheet: their look without a colour of the tenant's is that of our pages.
#[test]
fn our_mails_have_the_colours_of_our_pages() {
    let [(_, light), _] = modes(stylesheet());
    let (pages, mails) = (tokens(light), tokens(&format!(":root {{ {} }}", palette::Palette::default().tokens())));
    for token in ["accent", "fill", "on-fill"] {
        assert_eq!(mails[token], pages[token], "{token}");
    }
    let [_, (_, dark)] = modes(stylesheet());
    let edge = tokens(&format!(":root {{ --edge: {}; }}", palette::edge_in_dark(None)))["edge"];
    assert_eq!(edge, tokens(dark)["accent"]);
}

#[test]
fn an_address_of_a_sheet_has_one_spelling() {
    assert_eq!(palette::stylesheet_href(Color([0xc2, 0x41, 0x0c])), "/static/color/c2410c.1.css");
    let whole = palette::stylesheet(Color([0xc2, 0x41, 0x0c]));
    assert_eq!(palette::color_stylesheet("/static/color/c2410c.1.css"), Some(whole));
    for wrong in ["C2410C.1.css", "c2410c.2.css", "c2410c.css", "c2410c", "", "c2410c.1.css/", "é2410c.1.css"] {
        assert_eq!(palette::color_stylesheet(&format!("/static/color/{wrong}")), None, "{wrong}");
    }
}
