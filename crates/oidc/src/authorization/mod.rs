//! Authorization requests: from parameters to a validated request, in four states.
//!
//! [`Parsed`] → [`Identified`] → [`Redirectable`] → [`Accepted`]: the value you hold is the proof of the checks made. Before
//! `Redirectable` a refusal is shown to the person (RFC 6749 §4.1.2.1); from there on it goes to the client, and only the
//! [`ResponseTarget`] found there can build an answer. A request object takes the place of the parameters of an `Identified`
//! request (`object`). Owns the rules of the request and what they require of the journey.
//! Leaves looking up the client, hints and `sub` values, and everything that needs a person, to `issuer`.
//! RFC 6749 §4.1.1, OIDC Core §3.1.2, RFC 7636 §4.3, RFC 8707 §2, RFC 9207 §2.

mod acceptance;
mod accepted;
mod elsewhere;
mod object;
mod of_page;
mod prompt;
mod redirectable;
mod requirements;
mod response_mode;
mod response_target;
mod response_type;
mod silent;
mod standing;

pub use acceptance::{Channel, Rules};
pub use accepted::Accepted;
pub use object::{Carried, Outside};
pub use of_page::PageRequest;
pub use prompt::{Prompt, Prompts};
pub use redirectable::{Identified, Parsed, Redirectable, RejectedRequest};
pub use requirements::requirements;
pub use response_mode::{Protection, ResponseMode};
pub use response_target::{Answer, ResponseTarget, Said};
pub use response_type::ResponseType;
pub use silent::{denied, silent};

#[cfg(test)]
mod tests;
