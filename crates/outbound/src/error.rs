//! Why nothing came back.

use std::net::IpAddr;

/// Why a request was not made or its answer not taken. Texts are for logs; none holds more of the answer than a status
/// and a media type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is none this client takes: https, a host, no user information, no fragment.
    #[error("the URL is not acceptable: {0}")]
    UnacceptableUrl(&'static str),
    /// An address of the host is for special use and the target is not in `outbound.allow`.
    #[error("{0} is a special-use address and the target is not in outbound.allow")]
    SpecialUseAddress(IpAddr),
    /// The host's name has no address.
    #[error("the host's name has no address")]
    NameUnknown,
    /// No connection came about.
    #[error("no connection")]
    NotConnected,
    /// The TLS handshake failed; the certificate is the usual reason.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
    /// So many requests to the host were under way that the time was over in our own queue, or most of it.
    #[error("too many requests to the host at once")]
    Crowded,
    /// The answer is not HTTP, or ended in the middle.
    #[error("a broken answer")]
    BrokenAnswer,
    /// The answer has another status than 200; a redirect is never followed.
    #[error("status {0}")]
    Status(u16),
    /// The answer is longer than taken.
    #[error("the answer is too long")]
    TooLong,
    /// The answer is of another media type.
    #[error("media type {0:?}")]
    MediaType(String),
    /// The answer is compressed although that was not asked for.
    #[error("the answer is compressed")]
    Compressed,
    /// The host failed several times in a row and is left alone for a while.
    #[error("the host failed several times and is left alone")]
    HostRests,
    /// It was renewed a moment ago and is not there.
    #[error("it was asked for a moment ago")]
    TooSoon,
}

impl OutboundError {
    /// Whether it says something about the health of the host, rather than about what it was asked for.
    pub(crate) fn is_of_the_host(&self) -> bool {
        match self {
            Self::NameUnknown | Self::NotConnected | Self::Tls(_) | Self::TimedOut | Self::BrokenAnswer => true,
            Self::Status(status) => *status >= 500,
            Self::UnacceptableUrl(_)
            | Self::SpecialUseAddress(_)
            | Self::Crowded
            | Self::TooLong
            | Self::MediaType(_)
            | Self::Compressed
            | Self::HostRests
            | Self::TooSoon => false,
        }
    }
}
