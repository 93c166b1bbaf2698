//! Bytes as text.

/// The bytes in lower-case hexadecimal.
pub fn hex<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0x00, 0x09, 0x0a, 0x9f, 0xa0, 0xff]), "00090a9fa0ff");
        assert_eq!(hex([0x01, 0x23, 0x45].iter().take(2)), "0123");
    }
}
