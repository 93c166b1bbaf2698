//! The data of the page that asks for attributes.

use portreeve_domain::Attribute;
use portreeve_pages::journey::AskedProfile;
use portreeve_pages::{AttributeField, RenderError};

use super::View;
use crate::attributes;

impl View<'_> {
    pub(super) fn profile(self) -> Result<String, RenderError> {
        let page = AskedProfile {
            client_name: self.client_name(),
            email: self.email(),
            fields: self.stop.attributes.iter().map(|attribute| self.field(attribute)).collect(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn field(&self, attribute: &Attribute) -> AttributeField {
        let locale = self.frame.locale;
        match (&self.shown.answers, &self.stop.person) {
            (Some(answers), _) => {
                let misfit = attribute.answer(answers.typed(&attribute.name)).err();
                attributes::typed_field(attribute, answers, misfit, locale)
            }
            (None, Some(person)) => attributes::field(attribute, &person.claims, locale),
            (None, None) => attributes::field(attribute, &Default::default(), locale),
        }
    }
}
