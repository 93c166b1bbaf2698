//! A QR code as inline SVG (ISO/IEC 18004), without style, script or image request.
//!
//! Used by TOTP enrolment. The text inside is made and percent-encoded by the authenticators crate
//! (SECURITY S-144).

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::RenderError;

/// Blank modules on every side. ISO/IEC 18004 §9.1 asks for four.
const QUIET_ZONE: i32 = 4;

/// Draws a text as a QR code: black modules on a white ground with the quiet zone, so it also scans in dark mode.
///
/// The SVG has no size of its own; one module is one unit of its view box. It is hidden from screen readers:
/// the page offers the same text in another form.
///
/// # Errors
/// [`RenderError::QrTooLong`] when the text is longer than about 2,300 bytes.
pub fn qr_svg(text: &str) -> Result<String, RenderError> {
    let code =
        QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| RenderError::QrTooLong { bytes: text.len() })?;
    let extent = code.size() + 2 * QUIET_ZONE;
    let mut svg = String::with_capacity(4096);
    // Writing to a String cannot fail, and `?` keeps it checked.
    write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {extent} {extent}" shape-rendering="crispEdges" aria-hidden="true"><rect width="{extent}" height="{extent}" fill="#fff"/><path fill="#000" d=""##
    )?;
    for y in 0..code.size() {
        write_row(&mut svg, &code, y)?;
    }
    svg.push_str(r#""/></svg>"#);
    Ok(svg)
}

/// Writes the dark runs of one row as rectangles: fewer bytes and no seams between modules.
fn write_row(svg: &mut String, code: &QrCode, y: i32) -> std::fmt::Result {
    let mut x = 0;
    while x < code.size() {
        let width = (x..code.size()).take_while(|&column| code.get_module(column, y)).count();
        if width > 0 {
            write!(svg, "M{} {}h{width}v1h-{width}z", x + QUIET_ZONE, y + QUIET_ZONE)?;
        }
        x += i32::try_from(width).unwrap_or(0) + 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quiet_zone_is_four_modules_on_every_side() {
        // Version 1 has 21 modules; its first finder pattern starts with a run of seven.
        let svg = qr_svg("PORTREEVE").unwrap();

        assert!(svg.contains(r#"viewBox="0 0 29 29""#), "{svg}");
        assert!(svg.contains(r#"d="M4 4h7v1h-7z"#), "{svg}");
    }

    #[test]
    fn dark_modules_are_drawn_exactly_once() {
        let text = "otpauth://totp/Northwind:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Northwind";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|&(x, y)| code.get_module(x, y))
            .count();

        let svg = qr_svg(text).unwrap();

        let drawn: usize =
            svg.split("v1h-").skip(1).map(|rest| rest.split('z').next().unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(drawn, dark);
    }

    /// S-144: whatever the text holds, none of it is in the picture's markup.
    #[test]
    fn no_text_reaches_the_markup() {
        let svg = qr_svg("\"><script>alert(1)</script>").unwrap();

        assert!(!svg.contains("script"));
    }

    #[test]
    fn a_text_that_does_not_fit_is_an_error() {
        assert!(matches!(qr_svg(&"x".repeat(3000)), Err(RenderError::QrTooLong { bytes: 3000 })));
    }
}
