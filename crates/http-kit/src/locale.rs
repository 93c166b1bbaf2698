//! Which language to answer in.
//!
//! Owns the order of wishes (`ui_locales`, cookie, `Accept-Language`) and the lookup. Leaves the
//! catalogues to `portreeve-pages`. Never fails: what cannot be read is no wish. RFC 4647 §3.4,
//! RFC 9110 §12.5.4, OpenID Connect Core §3.1.2.1; S-124.

use std::cmp::Reverse;

/// Bytes of `Accept-Language` that are read; the rest is cut off at the last whole range.
const MAX_ACCEPT_LANGUAGE_BYTES: usize = 1024;
/// Ranges that are considered, of the explicit wishes and of `Accept-Language` each.
const MAX_RANGES: usize = 20;
/// Bytes of one range; longer ones are skipped. RFC 5646 §4.4.1 needs 35.
const MAX_RANGE_BYTES: usize = 64;
/// The answer when nothing is available at all.
const LAST_RESORT: &str = "en";

/// Chooses one of `available` language tags.
///
/// `requested` are the explicit wishes, best first: `ui_locales`, then the cookie. They win over
/// `accept_language`, the header as sent. Tags match without regard to case; a wish `de-AT-1996`
/// finds `de-AT`, then `de`. Without a match the first of `available` is the answer, or `en` if
/// that is empty.
pub fn negotiate<'a>(requested: &[&str], accept_language: Option<&str>, available: &[&'a str]) -> &'a str {
    let accepted = accept_language.map(accepted_ranges).unwrap_or_default();
    requested
        .iter()
        .take(MAX_RANGES)
        .chain(&accepted)
        .find_map(|range| look_up(range, available))
        .or(available.first().copied())
        .unwrap_or(LAST_RESORT)
}

/// The ranges of the header, best first, without those of quality 0.
fn accepted_ranges(header: &str) -> Vec<&str> {
    let mut ranges: Vec<(Reverse<u16>, &str)> = within_limit(header)
        .split(',')
        .take(MAX_RANGES)
        .filter_map(weighted_range)
        .filter(|(Reverse(quality), _)| *quality > 0)
        .collect();
    // Stable: ranges of the same quality keep the order of the header.
    ranges.sort_by_key(|(quality, _)| *quality);
    ranges.into_iter().map(|(_, range)| range).collect()
}

fn within_limit(header: &str) -> &str {
    if header.len() <= MAX_ACCEPT_LANGUAGE_BYTES {
        return header;
    }
    let readable = header.get(..MAX_ACCEPT_LANGUAGE_BYTES).unwrap_or_default();
    readable.rsplit_once(',').map_or("", |(whole, _)| whole)
}

/// Reads `range` or `range;q=0.8`; the quality in thousandths.
fn weighted_range(item: &str) -> Option<(Reverse<u16>, &str)> {
    let (range, quality) = match item.split_once(';') {
        None => (item, 1000),
        Some((range, weight)) => (range, parse_quality(weight.trim())?),
    };
    Some((Reverse(quality), range.trim()))
}

/// RFC 9110 §12.4.2: 0 to 1 with at most three decimals.
fn parse_quality(weight: &str) -> Option<u16> {
    let value = weight.strip_prefix("q=").or(weight.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// RFC 4647 §3.4: shortens the range from the right until it equals an available tag. A range `*`
/// equals none and so leaves the choice to the next wish.
fn look_up<'a>(range: &str, available: &[&'a str]) -> Option<&'a str> {
    if range.len() > MAX_RANGE_BYTES {
        return None;
    }
    let mut wanted = range;
    loop {
        let found = available.iter().find(|tag| tag.eq_ignore_ascii_case(wanted));
        if let Some(tag) = found {
            return Some(tag);
        }
        wanted = shortened(wanted)?;
    }
}

/// Drops the last subtag, and with it a single-character subtag that introduced it.
fn shortened(range: &str) -> Option<&str> {
    let (shorter, _) = range.rsplit_once('-')?;
    match shorter.rsplit_once('-') {
        Some((shortest, introducer)) if introducer.len() == 1 => Some(shortest),
        _ => Some(shorter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVAILABLE: [&str; 4] = ["en", "de", "de-AT", "zh-Hant"];

    fn accepting(header: &str) -> &'static str {
        negotiate(&[], Some(header), &AVAILABLE)
    }

    #[test]
    fn explicit_wishes_win_over_the_browsers() {
        assert_eq!(negotiate(&["fr", "de"], Some("zh-Hant"), &AVAILABLE), "de");
    }

    #[test]
    fn the_browser_decides_where_no_explicit_wish_can_be_met() {
        assert_eq!(negotiate(&["fr"], Some("zh-Hant"), &AVAILABLE), "zh-Hant");
    }

    /// RFC 4647 §3.4: the worked example `zh-Hant-CN-x-private1-private2`.
    #[test]
    fn a_range_is_shortened_until_it_matches() {
        assert_eq!(accepting("zh-Hant-CN-x-private1-private2"), "zh-Hant");
        assert_eq!(accepting("de-AT-1996"), "de-AT");
        assert_eq!(accepting("de-CH"), "de");
        assert_eq!(shortened("zh-Hant-CN-x-private1"), Some("zh-Hant-CN"));
    }

    #[test]
    fn a_range_never_matches_a_longer_tag() {
        assert_eq!(accepting("zh"), "en");
    }

    #[test]
    fn qualities_order_the_ranges_and_zero_excludes() {
        assert_eq!(accepting("en;q=0.8, de;q=0.9"), "de");
        assert_eq!(accepting("de ; q=0.500 , zh-hant"), "zh-Hant");
        assert_eq!(accepting("de;q=0, zh-Hant;q=0.001"), "zh-Hant");
        assert_eq!(accepting("de;q=0.5, zh-Hant;q=0.5"), "de");
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(accepting("DE-at"), "de-AT");
    }

    #[test]
    fn unreadable_wishes_are_no_wishes() {
        for header in [
            "",
            ",",
            ";",
            "*",
            "de;q=2",
            "de;q=1.001",
            "de;q=-1",
            "de;q=0.1234",
            "de;level=1",
            "de;q=NaN",
            "ä",
            "-",
            "--",
        ] {
            assert_eq!(accepting(header), "en", "{header}");
        }
    }

    /// S-124: long lists are cut, not walked.
    #[test]
    fn lists_are_read_up_to_their_caps() {
        let twenty = format!("{}de", "fr,".repeat(19));
        let twenty_one = format!("{}de", "fr,".repeat(20));
        let beyond_1_kib = format!("{},de", "x".repeat(1030));
        let up_to_1_kib = format!("de,{}", "x".repeat(1030));

        assert_eq!(accepting(&twenty), "de");
        assert_eq!(accepting(&twenty_one), "en");
        assert_eq!(accepting(&beyond_1_kib), "en");
        assert_eq!(accepting(&up_to_1_kib), "de");
        assert_eq!(negotiate(&[&"de-".repeat(100_000)], None, &AVAILABLE), "en");
        assert_eq!(accepting(&"ä".repeat(2000)), "en");
    }

    #[test]
    fn there_is_always_an_answer() {
        assert_eq!(negotiate(&[], None, &AVAILABLE), "en");
        assert_eq!(negotiate(&["de"], Some("de"), &[]), "en");
    }
}
