//! Pictures by reference, `{ file = "PATH" }`, or as an export writes them, in base64.
//!
//! Owns drawing them anew: what is kept is made of pixels, and nothing else that a file held is in it (S-145).

use std::io::{self, Cursor, Read as _};
use std::path::Path;

use portreeve_domain::Picture;
use serde::Deserialize;
use toml::de::ValueDeserializer;

use super::problem::{Place, Problem};

/// How large a picture's file may be, before and after it is drawn anew.
const MAX_FILE_BYTES: usize = 64 * 1024;
/// The longest side, in pixels.
const MAX_SIDE: u32 = 1024;
/// How much memory a picture may unfold to: one of that size with 16 bits a channel.
const MAX_PIXEL_BYTES: usize = 8 * 1024 * 1024;

const MEND: &str = "give a PNG of at most 64 KiB and 1024 pixels a side; convert other formats first";

#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    File(File),
    Written(Picture),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    file: String,
}

/// Fetches the picture that `value` refers to and draws it anew. A relative file is looked for beside the resource file, in `folder`.
///
/// # Errors
/// A problem when `value` is no reference, or what it leads to is no PNG of at most 64 KiB and 1024 pixels a side.
pub(super) fn resolve(value: ValueDeserializer<'_>, folder: &Path, at: &Place) -> Result<Picture, Problem> {
    let reference = Reference::deserialize(value)
        .map_err(|_| at.problem("a picture is given by reference", r#"write { file = "PATH" }"#))?;
    match reference {
        Reference::Written(picture) => {
            drawn_anew(picture.png()).map_err(|reason| at.problem(format!("the picture {reason}"), MEND))
        }
        Reference::File(File { file }) => {
            let path = folder.join(&file);
            let read = read_at_most(&path)
                .map_err(|e| at.problem(format!("{} cannot be read: {e}", path.display()), "make it readable"))?;
            drawn_anew(&read).map_err(|reason| at.problem(format!("{} {reason}", path.display()), MEND))
        }
    }
}

/// A file, or as much of it as shows that it is too large.
fn read_at_most(path: &Path) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(most).read_to_end(&mut read)?;
    Ok(read)
}

/// The same pixels in a file of our own; else what is wrong, in words that follow the file's name.
fn drawn_anew(file: &[u8]) -> Result<Picture, String> {
    if file.len() > MAX_FILE_BYTES {
        return Err(format!("holds more than {MAX_FILE_BYTES} bytes"));
    }
    let limits = png::Limits { bytes: MAX_PIXEL_BYTES };
    let unreadable = |error: png::DecodingError| format!("cannot be drawn: {error}");
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    // Grey or colours, with or without transparency: no palette and no other table of the file is taken over.
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    // Its size is known before anything is unfolded.
    let header = decoder.read_header_info().map_err(unreadable)?;
    let (width, height) = (header.width, header.height);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(format!("is {width} by {height} pixels large"));
    }
    let mut reader = decoder.read_info().map_err(unreadable)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("is too large")?];
    let shown = reader.next_frame(&mut pixels).map_err(unreadable)?;

    let mut drawn = Vec::new();
    let mut encoder = png::Encoder::new(&mut drawn, width, height);
    encoder.set_color(shown.color_type);
    encoder.set_depth(shown.bit_depth);
    encoder.set_compression(png::Compression::High);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels.get(..shown.buffer_size()).unwrap_or(&pixels))?;
        writer.finish()
    });
    written.map_err(|error| format!("cannot be drawn: {error}"))?;
    if drawn.len() > MAX_FILE_BYTES {
        return Err(format!("holds more than {MAX_FILE_BYTES} bytes once it is drawn anew"));
    }
    Picture::of_png(&drawn).ok_or_else(|| "has no size".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with more in it than pixels: a comment, and whatever `tables` adds.
    fn picture(color: png::ColorType, size: (u32, u32), pixels: &[u8], tables: &[(Table, &[u8])]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_color(color);
        for (table, bytes) in tables {
            match table {
                Table::Palette => encoder.set_palette(bytes.to_vec()),
                Table::Transparency => encoder.set_trns(bytes.to_vec()),
            }
        }
        encoder.add_text_chunk("Comment".to_owned(), "<script>alert(1)</script>".to_owned()).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels).unwrap();
        writer.finish().unwrap();
        file
    }

    #[derive(Clone, Copy)]
    enum Table {
        Palette,
        Transparency,
    }

    fn pixels(file: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        match reader.next_frame(&mut pixels).unwrap().color_type {
            png::ColorType::GrayscaleAlpha => {
                pixels.chunks(2).flat_map(|grey| [grey[0], grey[0], grey[0], grey[1]]).collect()
            }
            _ => pixels,
        }
    }

    /// S-145: what is kept shows the same and holds nothing else: no comment, no table, no document behind the picture.
    #[test]
    fn a_picture_is_drawn_anew() {
        use Table::{Palette, Transparency};
        use png::ColorType::{Grayscale, Indexed, Rgb, Rgba};
        let script = b"<script>alert(1)</script>;".as_slice();
        let assert_kept = |color, raw: &[u8], tables: &[(Table, &[u8])], shown: &[u8]| {
            let behind = [picture(color, (2, 1), raw, tables).as_slice(), script].concat();

            let kept = drawn_anew(&behind).unwrap();

            assert_eq!((kept.width(), kept.height()), (2, 1));
            assert_eq!(pixels(kept.png()), shown, "{color:?}");
            assert!(!kept.png().windows(6).any(|part| part == b"script"), "{color:?}");
            assert_eq!(drawn_anew(kept.png()), Ok(kept), "a plan of an export is empty");
        };
        let colors = [1, 2, 3, 255, 4, 5, 6, 0];
        let palette = (Palette, [9, 9, 9, 7, 7, 7].as_slice());
        let in_palette = [7, 7, 7, 255, 9, 9, 9, 255];
        assert_kept(Rgba, &colors, &[], &colors);
        assert_kept(Indexed, &[1, 0], &[palette], &in_palette);
        // A table longer than the palette counts for nothing.
        assert_kept(Indexed, &[1, 0], &[palette, (Transparency, script)], &in_palette);
        // One colour is transparent, in two bytes a channel.
        assert_kept(Grayscale, &[8, 9], &[(Transparency, &[0, 9])], &[8, 8, 8, 255, 9, 9, 9, 0]);
        assert_kept(Rgb, &[1, 2, 3, 4, 5, 6], &[(Transparency, &[0, 4, 0, 5, 0, 6])], &colors);
    }

    /// S-145: other formats, sizes that nobody shows, files that end too soon: each is named.
    #[test]
    fn what_is_no_picture_to_be_shown_is_refused() {
        let whole = picture(png::ColorType::Rgba, (2, 1), &[0; 8], &[]);
        let huge = picture(png::ColorType::Rgba, (1025, 1), &vec![0; 4 * 1025], &[]);
        let mut claims_to_be_huge = whole.clone();
        claims_to_be_huge[16..24].copy_from_slice(&[0xff; 8]);
        let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        for file in [svg, b"", b"GIF89a", b"\xff\xd8\xff\xe0", &huge, &claims_to_be_huge, &vec![0; 65 * 1024]] {
            assert!(drawn_anew(file).is_err());
        }
        for end in 0..whole.len() - 12 {
            assert!(drawn_anew(&whole[..end]).is_err(), "{end} of {}", whole.len());
        }
        assert_eq!(drawn_anew(&huge), Err("is 1025 by 1 pixels large".to_owned()));
    }
}
