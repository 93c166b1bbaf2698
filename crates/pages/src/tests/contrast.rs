//! Contrast of the colour tokens in the style sheet (WCAG 2.2 §1.4.3, §1.4.11), every accent, light and dark.

use std::collections::HashMap;

use crate::{Accent, assets};

type Palette = HashMap<String, [f64; 3]>;

fn stylesheet() -> &'static str {
    std::str::from_utf8(assets().first().unwrap().bytes).unwrap()
}

/// Reads `--name: #rrggbb;` from a piece of the style sheet.
fn tokens(css: &str) -> Palette {
    css.split("--")
        .skip(1)
        .filter_map(|rest| {
            let (name, value) = rest.split_once(": #")?;
            let hex = u32::from_str_radix(value.get(..6)?, 16).ok()?;
            let channel = |shift: u32| f64::from((hex >> shift) & 0xff) / 255.0;
            Some((name.to_owned(), [channel(16), channel(8), channel(0)]))
        })
        .collect()
}

/// The block that follows a selector, as text.
fn block<'a>(css: &'a str, selector: &str) -> &'a str {
    let start = css.find(selector).unwrap_or_else(|| panic!("{selector}"));
    css[start..].split('}').next().unwrap()
}

fn palette(css: &str, accent: Accent) -> Palette {
    let mut palette = tokens(block(css, ":root {"));
    if accent != Accent::Petrol {
        palette.extend(tokens(block(css, &format!("[data-accent=\"{}\"]", accent.name()))));
    }
    palette
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

#[test]
fn the_ratio_is_the_one_of_wcag() {
    assert!((ratio([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.001);
    // #767676 on white is the lightest grey that passes.
    let grey = f64::from(0x76) / 255.0;
    assert!((ratio([grey; 3], [1.0; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn text_has_enough_contrast_in_every_palette() {
    let (light, dark) = stylesheet().split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    let pairs = [
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
        ("accent", "raised"),
        ("accent", "tint"),
        ("accent-strong", "surface"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("bad", "surface"),
        ("bad", "bad-tint"),
        ("good", "surface"),
        ("good", "raised"),
        ("good", "good-tint"),
        ("care", "care-tint"),
    ];
    for (mode, css) in [("light", light), ("dark", dark)] {
        for accent in Accent::ALL {
            let palette = palette(css, accent);
            for (text, ground) in pairs {
                let ratio = ratio(palette[text], palette[ground]);
                assert!(ratio >= 4.5, "{mode} {}: {text} on {ground} {ratio:.2}", accent.name());
            }
        }
    }
}

/// WCAG 2.2 §1.4.11: the edge of a field can be told from its surroundings.
#[test]
fn edges_of_fields_have_enough_contrast() {
    let (light, dark) = stylesheet().split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    for css in [light, dark] {
        let palette = palette(css, Accent::Petrol);
        assert!(ratio(palette["edge"], palette["surface"]) >= 3.0);
    }
}

#[test]
fn the_accent_of_mails_is_the_one_of_pages() {
    let light = stylesheet().split("@media").next().unwrap();
    for accent in Accent::ALL {
        let in_mail = tokens(&format!("--mail: {};", accent.hex()))["mail"];
        assert_eq!(palette(light, accent)["accent"], in_mail, "{}", accent.name());
    }
}
