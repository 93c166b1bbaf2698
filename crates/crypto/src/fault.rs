//! The one fault of this crate: the machine below us failed.
//!
//! Owns nothing but the type. It is never the answer to bad input from outside (that is `None` or
//! a named error); callers turn it into a 500 or refuse to start.

/// A failure of the operating system's random source or of the cryptographic library.
///
/// None of these can be caused by a request; retrying is pointless within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoFault {
    /// The operating system gave no random bytes.
    #[error("the operating system's random source is unavailable")]
    RandomUnavailable,
    /// The library refused a key or block of the right size.
    #[error("the cryptographic library refused a well-formed call")]
    LibraryRefused,
}
