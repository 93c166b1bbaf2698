//! Pictures of an operator's that are kept here.
//!
//! Owns the size of a PNG, from its first header. Leaves drawing a picture anew to `issuer`, before it becomes one of these.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::content_hash;

/// The eight bytes that begin every PNG (PNG 3rd edition §5.2), then the length and name of its first chunk (§11.2.1).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";

/// Portable Network Graphics that were drawn anew, so that they are nothing but a picture (S-145). As text: in base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Picture {
    png: Arc<[u8]>,
    width: u32,
    height: u32,
    version: u64,
}

impl Picture {
    /// A picture that was drawn anew; `None` for what has no size.
    pub fn of_png(png: &[u8]) -> Option<Self> {
        let (width, height) = png_size(png)?;
        Some(Self { png: Arc::from(png), width, height, version: content_hash(png) })
    }

    /// The file.
    pub fn png(&self) -> &Arc<[u8]> {
        &self.png
    }

    /// Pixels from side to side.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Another one for another picture: 16 hexadecimal digits.
    pub fn version(&self) -> String {
        format!("{:016x}", self.version)
    }
}

impl TryFrom<String> for Picture {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let png = BASE64.decode(text).ok();
        png.and_then(|png| Self::of_png(&png)).ok_or("a picture is a PNG in base64")
    }
}

impl From<Picture> for String {
    fn from(picture: Picture) -> Self {
        BASE64.encode(&picture.png)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PNG of {} x {}, {} bytes", self.width, self.height, self.png.len())
    }
}

/// Width and height in pixels of what begins like a PNG, in `u32` as they stand there; `None` for everything else.
pub fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = bytes.strip_prefix(PNG)?.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*rest.first_chunk()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        [PNG, &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\x00\x00\x00"].concat()
    }

    #[test]
    fn a_picture_is_the_same_after_it_was_text() {
        let picture = Picture::of_png(&png(320, 64)).unwrap();
        let text = String::from(picture.clone());

        assert_eq!((picture.width(), picture.height()), (320, 64));
        assert_eq!(Picture::try_from(text), Ok(picture));
        for wrong in ["*", "", "iVBORw0KGgo="] {
            assert!(Picture::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    /// An address under which a picture is kept for good leads to no other one.
    #[test]
    fn another_picture_has_another_version() {
        let version = |width| Picture::of_png(&png(width, 1)).unwrap().version();

        assert_ne!(version(1), version(2));
        assert_eq!(version(1).len(), 16);
    }
}
