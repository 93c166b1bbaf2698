//! Samples: connecting a device, and what waits for a decision.

use super::{Sample, Words, form};
use crate::approvals::{Approvals, WaitingApproval};
use crate::device::{EnterCode, UserCodeProblem};
use crate::journey::{AccessDuration, AskedAccess, BackchannelApproval, DeviceApproval, Publisher, Resource, Scope};
use crate::{Frame, OwnDeviceProblem};

pub(super) fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    let enter = |user_code: &str, problem| EnterCode { form: form(), user_code: user_code.to_owned(), problem };
    let access = AskedAccess {
        client: words.client(),
        publisher: Publisher::Unverified,
        described_at: Some(words.host.clone()),
        email: words.email.clone(),
        scopes: vec![Scope::OpenId, Scope::from_name(&words.title)],
        details: Vec::new(),
        resources: vec![Resource { name: words.client.clone(), location: words.host.clone() }],
        duration: AccessDuration::Days(90),
    };
    let verified = AskedAccess {
        publisher: Publisher::Verified,
        described_at: None,
        resources: Vec::new(),
        duration: AccessDuration::WhileSignedIn,
        ..access.clone()
    };
    let approval = DeviceApproval {
        form: form(),
        access: access.clone(),
        user_code: "BCD-FGH-JKL".to_owned(),
        origin: "2001:db8::5".to_owned(),
        problem: None,
    };
    let unconfirmed =
        DeviceApproval { access: verified.clone(), problem: Some(OwnDeviceProblem::NotConfirmed), ..approval.clone() };
    let asked = BackchannelApproval { form: form(), access, binding_message: Some(words.title.clone()) };
    let plain = BackchannelApproval { access: verified, binding_message: None, ..asked.clone() };
    let waiting = WaitingApproval {
        href: "/approve/apr_01hv".to_owned(),
        client_name: words.client.clone(),
        binding_message: Some(words.title.clone()),
    };
    let other = WaitingApproval { binding_message: None, ..waiting.clone() };
    let limited = UserCodeProblem::TooManyAttempts { wait_seconds: 240 };
    vec![
        ("device", enter("", None).render(frame)),
        ("device-filled", enter("BCD-FGH-JKL", None).render(frame)),
        ("device-fields", enter("", Some(UserCodeProblem::Missing)).render(frame)),
        ("device-wrong", enter(&words.title, Some(UserCodeProblem::Unknown)).render(frame)),
        ("device-limited", enter("BCD-FGH-JKL", Some(limited)).render(frame)),
        ("approvals", Approvals { waiting: vec![waiting, other] }.render(frame)),
        ("approvals-none", Approvals { waiting: Vec::new() }.render(frame)),
        ("journey/backchannel_approval", asked.render(frame)),
        ("journey/backchannel_approval-plain", plain.render(frame)),
        ("journey/device_approval", approval.render(frame)),
        ("journey/device_approval-fields", unconfirmed.render(frame)),
    ]
}
