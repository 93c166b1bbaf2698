//! The data of the page that proves a telephone number.

use portreeve_pages::journey::PhoneCode;
use portreeve_pages::{NumberState, RenderError};

use super::View;
use crate::words;

impl View<'_> {
    pub(super) fn phone_code(self) -> Result<String, RenderError> {
        let number = self.stop.number.clone();
        let page = PhoneCode {
            client_name: self.client_name(),
            email: self.email(),
            state: number.as_ref().map_or(NumberState::NotServed, |one| words::number_state(one.state)),
            number: number.map(|one| one.number).unwrap_or_default(),
            valid_minutes: words::phone_code_minutes(),
            code_problem: self.code_problem(),
            form: self.form,
        };
        page.render(&self.frame)
    }
}
