//! What a client's logo may be: a picture that is nothing but a picture.
//!
//! Owns telling the kind from the bytes, whatever the server that keeps the picture says of it, and its size from its first
//! header: a few bytes can unfold into gigabytes. SVG is a document that runs scripts and is never one. Leaves fetching to
//! `issuer` and showing to the doors. RFC 7591 §2 (`logo_uri`); S-145.

use portreeve_domain::png_size;

/// The longest side, in pixels.
const MAX_SIDE: u32 = 2048;

/// Start of image, and of the first marker after it (ITU-T T.81 §B.2.1).
const JPEG: &[u8] = b"\xff\xd8\xff";

/// A kind of picture that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
}

impl Picture {
    /// The kind of a picture of 1 to 2048 pixels a side; `None` for everything else. That the rest of it can be drawn is
    /// not looked at.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (picture, (width, height)) = match png_size(bytes) {
            Some(size) => (Self::Png, size),
            None if bytes.starts_with(JPEG) => (Self::Jpeg, jpeg_size(bytes)?),
            None => return None,
        };
        let is_shown = |side: u32| (1..=MAX_SIDE).contains(&side);
        (is_shown(width) && is_shown(height)).then_some(picture)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// Goes from segment to segment to the frame header (ITU-T T.81 §B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (_, mut rest) = bytes.split_first_chunk::<2>()?;
    loop {
        let ([fill, marker, length @ ..], after) = rest.split_first_chunk::<4>()?;
        if *fill != 0xff {
            return None;
        }
        let length = usize::from(u16::from_be_bytes(*length));
        match marker {
            // A frame header; C4, C8 and CC are something else.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let (_precision, sizes) = after.split_first()?;
                let (height, sizes) = sizes.split_first_chunk()?;
                let width = sizes.first_chunk()?;
                return Some((u16::from_be_bytes(*width).into(), u16::from_be_bytes(*height).into()));
            }
            // The picture itself, or its end, before any frame header.
            0xd8..=0xda => return None,
            // The length counts its own two bytes.
            _ => rest = after.get(length.checked_sub(2)?..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The eight bytes of every PNG, then the length and name of its first chunk.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";

    fn png(width: u32, height: u32) -> Vec<u8> {
        [PNG, &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\x00\x00\x00"].concat()
    }

    /// A comment before the frame header, as many cameras and editors write.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let frame = [b"\xff\xc0\x00\x11\x08" as &[u8], &height.to_be_bytes(), &width.to_be_bytes()].concat();
        [b"\xff\xd8\xff\xfe\x00\x06text" as &[u8], &frame].concat()
    }

    #[test]
    fn the_bytes_say_what_kind_of_picture_it_is() {
        assert_eq!(Picture::of(&png(1, 2048)), Some(Picture::Png));
        assert_eq!(Picture::of(&jpeg(2048, 1)), Some(Picture::Jpeg));
    }

    /// S-145: a small file is no large picture.
    #[test]
    fn a_picture_has_a_size_that_can_be_shown() {
        for (width, height) in [(0, 1), (1, 0), (2049, 1), (1, 2049), (u32::MAX, u32::MAX)] {
            assert_eq!(Picture::of(&png(width, height)), None, "{width} {height}");
        }
        for (width, height) in [(0, 1), (1, 0), (2049, 1), (1, u16::MAX)] {
            assert_eq!(Picture::of(&jpeg(width, height)), None, "{width} {height}");
        }
    }

    /// S-145: documents, other formats and what ends too soon are no pictures.
    #[test]
    fn what_is_not_certainly_a_picture_is_none() {
        let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let others: [&[u8]; 6] = [
            b"",
            svg,
            b"GIF89a\x01\x00\x01\x00",
            b"<!doctype html>",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\x24\x00\x00\x00WEBP",
        ];
        for other in others {
            assert_eq!(Picture::of(other), None, "{other:?}");
        }
        for whole in [png(16, 16), jpeg(16, 16)] {
            let needed = if whole.starts_with(PNG) { PNG.len() + 8 } else { whole.len() };
            for end in 0..needed {
                assert_eq!(Picture::of(&whole[..end]), None, "{end} of {whole:?}");
            }
        }
        // A length that leads nowhere, and a scan without a frame.
        for broken in [b"\xff\xd8\xff\xfe\x00\x00" as &[u8], b"\xff\xd8\xff\xda\x00\x08", b"\xff\xd8\xff\xfe\x00\x02x"]
        {
            assert_eq!(Picture::of(broken), None, "{broken:?}");
        }
    }
}
