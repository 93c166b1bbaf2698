//! What a person says of themselves, and what the operator says of them.

use http::StatusCode;
use portreeve_domain::{Attribute, Editor};
use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{Answers, ProfileOutcome, ProfileProblems, Visitor, is_same_token};
use portreeve_pages::account::{KnownAttribute, PersonalValue, Place, Profile};
use portreeve_pages::{Form, Frame, Notice};

use super::{DATA, DELETION, EMAIL, PHONE, PROFILE, Page, Posted, TERMS, done, frame, page};
use crate::attributes;
use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;
use crate::words::name_problem;

const HERE: Page = Page::open(PROFILE, Place::Profile);

/// A form that was not taken: the full name and the answers as typed, and what is wrong, if it is not the form itself.
struct Refused {
    name: String,
    answers: Answers,
    problems: ProfileProblems,
}

/// Shows it.
pub(super) async fn show(door: Door) -> Reply {
    match HERE.visitor(&door).await {
        Ok(visitor) => render(&door, &visitor, None, &frame(&door)),
        Err(reply) => reply,
    }
}

/// Takes what the person says.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.posted(&door, form).await {
        Ok(Posted::Current(visitor, fields)) => (visitor, fields),
        Ok(Posted::Outdated(visitor, fields)) => return outdated(&door, &visitor, &fields),
        Err(reply) => return reply,
    };
    let (name, answers) = typed(&door, &fields);
    match door.issuer().save_profile(&door.at, &visitor, &name, &answers).await {
        Ok(ProfileOutcome::Saved) => done(&door, PROFILE, Notice::ProfileSaved, None),
        Ok(ProfileOutcome::Refused(problems)) => {
            render(&door, &visitor, Some(Refused { name, answers, problems }), &door.frame(&[]))
        }
        Ok(ProfileOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

/// The full name and the answers of a form.
fn typed(door: &Door, fields: &Fields) -> (String, Answers) {
    let answers = attributes::answers(fields, door.at.profile_attributes().iter().map(|one| &**one));
    (fields.get("name").to_owned(), answers)
}

/// Shows what was typed again, in a form that works. What was typed for another account goes the way of other outdated forms:
/// it must not be saved here by mistake.
fn outdated(door: &Door, visitor: &Visitor, fields: &Fields) -> Reply {
    if !is_same_token(fields.get("version"), &door.issuer().account_form_owner(&door.at, visitor)) {
        return HERE.outdated(door);
    }
    let (name, answers) = typed(door, fields);
    let kept = Refused { name, answers, problems: ProfileProblems::default() };
    let frame = Frame { notice: Some(Notice::PageOutdated), ..door.frame(&[]) };
    render(door, visitor, Some(kept), &frame).with_status(StatusCode::FORBIDDEN)
}

fn render(door: &Door, visitor: &Visitor, refused: Option<Refused>, frame: &Frame) -> Reply {
    let claims = &visitor.person.claims;
    let field = |attribute: &Attribute| match &refused {
        Some(Refused { answers, problems, .. }) => {
            let misfit = problems.attributes.get(&attribute.name).copied();
            attributes::typed_field(attribute, (claims, answers), misfit, frame.locale)
        }
        None => attributes::field(attribute, claims, frame.locale),
    };
    let known = |attribute: &Attribute| {
        let text = attribute.text_in(frame.locale.tag());
        let value = attribute.value_in(claims);
        let nothing = || PersonalValue::Text(String::new());
        KnownAttribute {
            label: text.map(|text| text.label.clone()),
            name: attribute.name.clone(),
            purpose: text.and_then(|text| text.purpose.clone()),
            value: value.map_or_else(nothing, |value| attributes::shown(attribute, &value, frame.locale)),
        }
    };
    let all = door.at.profile_attributes();
    let of = |editor: Editor| all.iter().filter(move |one| one.editable_by == editor);
    let profile = Profile {
        nav: HERE.nav(door),
        // The page has no version; whose it is tells `outdated` what may be shown again.
        form: Form { version: door.issuer().account_form_owner(&door.at, visitor), ..HERE.own_form(door, visitor) },
        email: visitor.person.email.clone().unwrap_or_default(),
        email_href: door.href(EMAIL),
        data_href: door.href(DATA),
        terms_href: (!door.at.terms.is_empty()).then(|| door.href(TERMS)),
        deletion_href: door.href(DELETION),
        name_problem: refused.as_ref().and_then(|refused| refused.problems.name).map(name_problem),
        fields: of(Editor::Person).map(|attribute| field(attribute)).collect(),
        confirm_phone_href: door.issuer().has_number_to_confirm(&door.at, visitor).then(|| door.href(PHONE)),
        known: of(Editor::Operator).map(|attribute| known(attribute)).collect(),
        name: refused.as_ref().map_or_else(|| claims.name.clone().unwrap_or_default(), |refused| refused.name.clone()),
    };
    page(door, profile.render(frame))
}
