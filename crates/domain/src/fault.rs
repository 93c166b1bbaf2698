//! Faults: we are broken. Refusals and outcomes are types of their own, next to what they refuse (DESIGN §5).
//!
//! A fault carries a chain of what was being done; it is logged once, at the door, and a client sees only a reference.

use std::error::Error;
use std::fmt;

/// Something that must not happen happened: the database is away, a key does not open, a row contradicts another.
pub struct Fault {
    doing: Vec<String>,
    cause: Box<dyn Error + Send + Sync>,
    kind: Kind,
}

/// What may be done about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lasting,
    Transient,
    Overtaken,
}

impl Fault {
    /// A fault caused by `cause`.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing: Vec::new(), cause: cause.into(), kind: Kind::Lasting }
    }

    /// A fault that says what was thought impossible.
    pub fn impossible(what: &'static str) -> Self {
        Self::new(format!("impossible: {what}"))
    }

    /// A fault that may be gone in a moment (the database is away, a lock timed out): doors answer 503, not 500.
    pub fn transient(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Transient, ..Self::new(cause) }
    }

    /// Somebody else was faster: nothing of what was done holds, and what there is to do is decided by what is stored now. Transient
    /// for whoever does not look again.
    pub fn overtaken() -> Self {
        Self { kind: Kind::Overtaken, ..Self::new("somebody else was faster") }
    }

    /// Whether trying again soon may succeed.
    pub fn is_transient(&self) -> bool {
        self.kind != Kind::Lasting
    }

    /// Whether somebody else was faster.
    pub fn is_overtaken(&self) -> bool {
        self.kind == Kind::Overtaken
    }

    /// Adds what was being done when it happened.
    #[must_use]
    pub fn while_doing(mut self, doing: impl Into<String>) -> Self {
        self.doing.push(doing.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for doing in self.doing.iter().rev() {
            write!(f, "{doing}: ")?;
        }
        write!(f, "{}", self.cause)?;
        let mut source = self.cause.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Fault {}

/// Adds context to anything that can become a fault.
pub trait Context<T> {
    /// Turns an error into a fault that says what was being done.
    ///
    /// # Errors
    /// The fault, when `self` was an error.
    fn context(self, doing: impl Into<String>) -> Result<T, Fault>;
}

impl<T, E: Into<Fault>> Context<T> for Result<T, E> {
    fn context(self, doing: impl Into<String>) -> Result<T, Fault> {
        self.map_err(|e| e.into().while_doing(doing))
    }
}

/// Why a use case did not do what was asked: the protocol says no, or we are broken.
#[derive(Debug)]
pub enum Failure<R> {
    /// The protocol says no; nothing changed, or what changed was committed as an outcome.
    Refused(R),
    /// We are broken.
    Fault(Fault),
}

impl<R> From<Fault> for Failure<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
