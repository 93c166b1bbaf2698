//! The data of the page that asks for attributes.

use portreeve_domain::{Attribute, PersonClaims};
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
        let (locale, nobody) = (self.frame.locale, PersonClaims::default());
        let claims = self.stop.person.as_ref().map_or(&nobody, |person| &person.claims);
        let Some(answers) = &self.shown.answers else { return attributes::field(attribute, claims, locale) };
        let misfit = answers.typed(&attribute.name).and_then(|typed| attribute.answer(typed).err());
        attributes::typed_field(attribute, (claims, answers), misfit, locale)
    }
}
