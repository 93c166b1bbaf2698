//! One finding of the doctor: what is so, how bad it is, and the mend.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Good,
    /// Works, and is worth a look.
    Look,
    /// Does not work, or is not safe.
    Wrong,
}

/// One finding.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) grade: Grade,
    what: String,
}

impl Finding {
    /// Something is as it should be.
    pub(super) fn good(what: impl Into<String>) -> Self {
        Self { grade: Grade::Good, what: what.into() }
    }

    /// Something works, and may not be what the operator wants.
    pub(super) fn look(what: impl fmt::Display, mend: impl fmt::Display) -> Self {
        Self { grade: Grade::Look, what: format!("{what}; {mend}") }
    }

    /// Something does not work, or is not safe.
    pub(super) fn wrong(what: impl fmt::Display, mend: impl fmt::Display) -> Self {
        Self { grade: Grade::Wrong, what: format!("{what}; {mend}") }
    }

    /// A failure of the program itself, which names its mend.
    pub(super) fn failed(failure: &crate::failure::Failure) -> Self {
        Self { grade: Grade::Wrong, what: failure.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Good => "ok   ",
            Grade::Look => "look ",
            Grade::Wrong => "WRONG",
        };
        write!(f, "{grade}  {}", self.what)
    }
}
