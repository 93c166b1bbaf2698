//! Work after the reply: what waits in the outbox is delivered.
//!
//! Owns delivery: when a message is tried, how often, and how it leaves. What a mail or a logout token says and to whom is
//! `issuer`'s, the words of a mail are `pages`'. Nobody waits for any of this; a mail server that is away holds up no
//! request. Clean-up, the key schedule and the directory are kept by the server's own upkeep. DESIGN §6 "outbox".

mod lane;
mod letter;
mod mail_server;
mod mailbox;
mod mailer;
mod outbox;
mod texter;

#[cfg(test)]
mod testing;

pub use mailer::{Mailer, MailerRefused, NotSent};
pub use outbox::run_outbox;
pub use texter::{Provider, TemplateRefused, TextTemplate, Texter};
