//! Every parser of text from outside, under stored and mutated input; and what is bad, as data.
//!
//! One function a target. It says whether the input was accepted and holds the parser to its properties: what it accepts is
//! written and read back as the same, read alike by a second reader, and obeys a rule that is written here once more, in
//! other words. `negative/` holds inputs that must be refused, with the error each must get. SECURITY 5.4, 5.5.
//!
//! Parsers that are private to a crate have their target beside them: the settings file in `server`, resource files in
//! `issuer`, the certificate header in `http-kit`.

mod documents;
mod endpoints;
mod faults;
mod forms;
mod headers;
mod members;
mod negative;
mod parties;
mod people;
mod requests;
mod signer;
mod statements;
mod tokens;
mod uris;
