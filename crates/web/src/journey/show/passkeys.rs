//! The data of what pages ask of passkeys.

use portreeve_domain::journey::Step;
use portreeve_issuer::Problem;
use portreeve_pages::journey::{Passkey, PasskeyEnrolment};
use portreeve_pages::{PasskeyExit, PasskeyProblem, PasskeyPrompt, RenderError};

use super::View;
use crate::journey::page::{RECOVERY_CODE, TOTP_ENROLMENT};
use crate::words;

impl View<'_> {
    /// The question for a passkey on this page, if there is one.
    pub(super) fn prompt(&self) -> Option<PasskeyPrompt> {
        let options = self.stop.journey.passkey_options(self.stop.step)?.to_owned();
        let problem = match self.shown.problem {
            Some(Problem::Passkey(problem)) => Some(words::passkey_problem(problem)),
            _ => None,
        };
        Some(PasskeyPrompt { options, problem })
    }

    /// The question on a page about nothing else, which also says when to wait.
    fn only_prompt(&self) -> PasskeyPrompt {
        let mut prompt = self.prompt().unwrap_or(PasskeyPrompt { options: "{}".to_owned(), problem: None });
        if let Some(Problem::TooMany { wait }) = self.shown.problem {
            let wait_seconds = wait.as_seconds_ceiling().unsigned_abs();
            prompt.problem = Some(PasskeyProblem::TooManyAttempts { wait_seconds });
        }
        prompt
    }

    /// The address of a page that asks for a passkey instead.
    pub(super) fn passkey_href(&self, segment: &str) -> Option<String> {
        self.prompt().map(|_| self.page_href(segment))
    }

    pub(super) fn passkey(self, exit: PasskeyExit) -> Result<String, RenderError> {
        let totp = Step::SecondFactor { totp: true };
        let page = Passkey {
            client_name: self.client_name(),
            prompt: self.only_prompt(),
            exit,
            totp_href: (self.stop.step == totp).then(|| self.page_href(totp.segment().unwrap_or_default())),
            recovery_code_href: self.stop.has_recovery_codes.then(|| self.page_href(RECOVERY_CODE)),
            lost_href: self.lost_href(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    pub(super) fn passkey_enrolment(self, exit: PasskeyExit) -> Result<String, RenderError> {
        let takes_app = matches!(self.stop.step, Step::EnrolSecondFactor { .. });
        let page = PasskeyEnrolment {
            prompt: self.only_prompt(),
            exit,
            totp_href: takes_app.then(|| self.page_href(TOTP_ENROLMENT)),
            is_of_account: true,
            form: self.form,
        };
        page.render(&self.frame)
    }
}
