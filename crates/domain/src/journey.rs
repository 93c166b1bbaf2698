//! The journey: everything a browser does, as facts and one pure function that chooses the next page.
//!
//! Owns requirements, facts, [`next`] and what can be foreseen of it. Progress is what was proven, never a position; reload, back button, a second
//! tab and another node are all the same call. Leaves rows to `storage`, verifying to `authenticators`, and the order
//! of events to `issuer::journey`. OIDC Core §3.1.2.1 (`prompt`, `max_age`), §3.1.2.3; DESIGN §4.

mod facts;
mod foresight;
mod next;
mod requirement;
mod requirements;

pub use facts::{ConsentAnswer, Enrolment, Facts};
pub use foresight::foresee;
pub use next::{Available, Denial, Step, next};
pub use requirement::{Condition, Due, Requirement, Source, Standing};
pub use requirements::{ConsentRule, LevelRule, Requirements, Subject};
