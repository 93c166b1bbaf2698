//! Why the program ends early: one line, and an exit code that a service manager understands.
//!
//! Owns the exit codes (sysexits where one fits). Every message says what is wrong, where, and the mend.

use std::fmt;
use std::process::ExitCode;

use portreeve_domain::Fault;

/// An early end of the program.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The command could not do what was asked.
    Refused,
    /// The arguments make no sense together.
    Usage,
    /// What was to be compared differs.
    Differs,
    /// `EX_TEMPFAIL`: the database is away, or somebody else was faster; trying again may help.
    Temporary,
    /// `EX_CONFIG`: the settings or resource files are wrong; trying again does not help.
    Configuration,
}

impl Failure {
    /// The command was understood and could not be carried out.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { kind: Kind::Refused, message: message.into() }
    }

    /// The arguments are wrong in a way that the parser cannot see.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, message: message.into() }
    }

    /// The comparison was made, and its answer is no.
    pub(crate) fn differs(message: impl Into<String>) -> Self {
        Self { kind: Kind::Differs, message: message.into() }
    }

    /// Something that may be well again in a moment.
    pub(crate) fn temporary(message: impl Into<String>) -> Self {
        Self { kind: Kind::Temporary, message: message.into() }
    }

    /// Something the operator has to mend first.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self { kind: Kind::Configuration, message: message.into() }
    }

    /// The same with more to say.
    pub(crate) fn and(self, more: impl fmt::Display) -> Self {
        Self { message: format!("{}; {more}", self.message), ..self }
    }

    /// The code the process ends with: 1 refused, 2 wrong usage, 3 a difference, 75 temporary, 78 bad configuration.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Refused => 1,
            Kind::Usage => 2,
            Kind::Differs => 3,
            Kind::Temporary => 75,
            Kind::Configuration => 78,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A fault while the program starts or a command runs: one that may be gone in a moment, which says itself when it is the database that is
/// away, or something that is broken.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        if fault.is_transient() {
            Self::temporary(format!("{fault}; try again in a moment"))
        } else {
            Self::refused(fault.to_string())
        }
    }
}
