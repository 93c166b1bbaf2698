//! Bytes as text.

/// The bytes in lower-case hexadecimal.
pub fn hex<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

/// The bytes of a text in hexadecimal of either case; `None` for anything else, also half a byte.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|&[high, low]| Some((digit(high)? << 4) | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::{from_hex, hex};

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0x00, 0x09, 0x0a, 0x9f, 0xa0, 0xff]), "00090a9fa0ff");
        assert_eq!(hex([0x01, 0x23, 0x45].iter().take(2)), "0123");
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&hex(&all)), Some(all.clone()));
        assert_eq!(from_hex(&hex(&all).to_uppercase()), Some(all));
        assert_eq!(from_hex(""), Some(Vec::new()));
        for bad in ["0", "+f", "0g", " 00", "0x00", "é0", "000"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
