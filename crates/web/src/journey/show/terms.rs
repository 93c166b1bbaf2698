//! The data of the page that asks to agree to terms.

use portreeve_issuer::{TermsDue, shown_terms};
use portreeve_pages::RenderError;
use portreeve_pages::journey::{DueTerms, Terms};

use super::View;

impl View<'_> {
    pub(super) fn terms(self) -> Result<String, RenderError> {
        let language = self.frame.locale.tag();
        let named = |due: &TermsDue| {
            let text = due.terms.text_in(language)?;
            Some(DueTerms {
                name: text.name.clone(),
                version: due.terms.version.clone(),
                uri: text.uri.clone(),
                is_changed: due.is_changed,
            })
        };
        let page = Terms {
            client_name: self.client_name(),
            email: self.email(),
            terms: self.stop.terms.iter().filter_map(named).collect(),
            shown: shown_terms(&self.stop.terms),
            form: self.form,
        };
        page.render(&self.frame)
    }
}
