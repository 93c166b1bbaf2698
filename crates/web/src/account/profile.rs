//! The names of a person.

use portreeve_http_kit::strict_form::{FormPairs, PairsRejection};
use portreeve_issuer::{ProfileForm, ProfileOutcome, ProfileProblems, Visitor};
use portreeve_pages::account::{Place, Profile};
use portreeve_pages::{Frame, Notice};

use super::{DATA, DELETION, EMAIL, PROFILE, Page, TERMS, done, frame, page};
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;
use crate::words::name_problem;

const HERE: Page = Page::open(PROFILE, Place::Profile);

/// Shows the names.
pub(super) async fn show(door: Door) -> Reply {
    let visitor = match HERE.visitor(&door).await {
        Ok(visitor) => visitor,
        Err(reply) => return reply,
    };
    let claims = visitor.person.claims.clone();
    let shown = ProfileForm {
        name: claims.name.unwrap_or_default(),
        given_name: claims.given_name.unwrap_or_default(),
        family_name: claims.family_name.unwrap_or_default(),
        nickname: claims.nickname.unwrap_or_default(),
    };
    render(&door, &visitor, (shown, ProfileProblems::default()), &frame(&door))
}

/// Takes new names.
pub(super) async fn take(door: Door, form: Result<FormPairs, PairsRejection>) -> Reply {
    let (visitor, fields) = match HERE.form(&door, form).await {
        Ok(posted) => posted,
        Err(reply) => return reply,
    };
    let text = |name| fields.get(name).to_owned();
    let form = ProfileForm {
        name: text("name"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        nickname: text("nickname"),
    };
    match door.issuer().save_profile(&door.at, &visitor, &form).await {
        Ok(ProfileOutcome::Saved) => done(&door, PROFILE, Notice::ProfileSaved, None),
        Ok(ProfileOutcome::Refused(problems)) => render(&door, &visitor, (form, problems), &door.frame(&[])),
        Ok(ProfileOutcome::Stale) => HERE.outdated(&door),
        Err(fault) => error_page::broken(&door, &fault),
    }
}

fn render(door: &Door, visitor: &Visitor, shown: (ProfileForm, ProfileProblems), frame: &Frame) -> Reply {
    let (form, problems) = shown;
    let profile = Profile {
        nav: HERE.nav(door),
        form: HERE.own_form(door, visitor),
        email: visitor.person.email.clone().unwrap_or_default(),
        email_href: door.href(EMAIL),
        data_href: door.href(DATA),
        terms_href: (!door.at.terms.is_empty()).then(|| door.href(TERMS)),
        deletion_href: door.href(DELETION),
        name: form.name,
        given_name: form.given_name,
        family_name: form.family_name,
        nickname: form.nickname,
        name_problem: problems.name.map(name_problem),
        given_name_problem: problems.given_name.map(name_problem),
        family_name_problem: problems.family_name.map(name_problem),
        nickname_problem: problems.nickname.map(name_problem),
    };
    page(door, profile.render(frame))
}
