//! Characters that nobody sees.
//!
//! Owns the one list: with such a character an address or a name passes for another one (SECURITY rule 15, DR-14). Leaves what
//! is said of a text that has one to whoever reads it.

/// Whether `c` is a control character, steers or hides text, or takes no room: what Unicode lets be ignored by default
/// (UAX #44, `Default_Ignorable_Code_Point`), separators of lines, marks of annotations, and the blank of Braille.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-076, DR-14: controls, joiners, directions, fillers, selectors and tags; never a letter, a mark or a space.
    #[test]
    fn what_takes_no_room_is_invisible() {
        let hidden = "\0\u{7f}\u{85}\u{ad}\u{34f}\u{61c}\u{1160}\u{17b4}\u{180e}\u{200b}\u{200d}\u{2029}\u{202e}\u{2066}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fffb}\u{e0041}";
        let seen = "a ä\u{a0}\u{301}\u{1161}ㅏ\u{2010}日本אב❤😀";

        assert!(hidden.chars().all(is_invisible));
        assert!(!seen.chars().any(is_invisible));
    }
}
