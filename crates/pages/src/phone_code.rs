//! How far proving a telephone number has come.

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberState {
    /// Nothing: no text message can be sent to the number.
    NotServed,
    /// Having a code sent.
    ToSend,
    /// Typing it.
    Sent,
}
