//! The data of each page of a journey.

use portreeve_domain::journey::Step;
use portreeve_domain::{GrantType, lifetimes};
use portreeve_issuer::{Problem, Stop};
use portreeve_oidc::redirect_uri;
use portreeve_pages::journey::{
    AccessDuration, Account, AccountState, Consent, Identify, Password, Publisher, RecoveryCode, RecoveryCodes,
    Resource, Scope, SelectAccount, Totp, TotpEnrolment,
};
use portreeve_pages::{
    Client, CodeProblem, EmailProblem, Form, Frame, Notice, PasswordProblem, RecoveryCodeProblem, RenderError,
    SignInProblem,
};

use super::RECOVERY_CODE;
use crate::door::Door;
use crate::error_page;
use crate::reply::Reply;

/// What a page shows besides its data: a notice, why the last form was not taken, and what was typed then.
#[derive(Default)]
pub(super) struct Shown {
    pub notice: Option<Notice>,
    pub problem: Option<Problem>,
    pub email: Option<String>,
    pub email_problem: Option<EmailProblem>,
    pub password_problem: Option<PasswordProblem>,
    pub code_missing: bool,
}

/// One page being made.
struct View<'a> {
    door: &'a Door,
    journey: &'a str,
    stop: &'a Stop,
    shown: &'a Shown,
    frame: Frame,
    form: Form,
}

/// Shows `page` of a journey. The caller has checked that it is due.
pub(super) fn render(door: &Door, journey: &str, page: &str, stop: &Stop, shown: &Shown) -> Reply {
    let form = Form {
        action: door.href(&format!("/j/{journey}/{page}")),
        csrf: door.issuer().form_token(&door.at, &stop.journey, page),
        version: stop.journey.version().to_string(),
    };
    let frame = Frame { notice: shown.notice, ..door.frame(&stop.journey.request().ui_locales) };
    let view = View { door, journey, stop, shown, frame, form };
    let html = match stop.step {
        Step::Identify => view.identify(),
        Step::Password => view.password(),
        Step::SecondFactor if page == RECOVERY_CODE => view.recovery_code(),
        Step::SecondFactor => view.totp(),
        Step::EnrolSecondFactor { optional } => view.totp_enrolment(optional),
        Step::RecoveryCodes => view.recovery_codes(),
        Step::SelectAccount => view.select_account(),
        Step::Consent => view.consent(),
        Step::Register | Step::VerifyEmail | Step::Done | Step::Denied(_) => {
            return error_page::internal(door, "a step without a page");
        }
    };
    Reply::page(door, html, Some(stop.journey.request().target.redirect_uri()))
}

impl View<'_> {
    fn client_name(&self) -> Option<String> {
        Some(self.stop.journey.client().display_name().to_owned())
    }

    fn email(&self) -> String {
        self.stop.person.as_ref().and_then(|person| person.email.clone()).unwrap_or_default()
    }

    fn sign_in_problem(&self) -> Option<SignInProblem> {
        match self.shown.problem? {
            Problem::TooMany { wait } => {
                Some(SignInProblem::TooManyAttempts { wait_seconds: wait.as_seconds_ceiling().unsigned_abs() })
            }
            Problem::WrongCredentials => Some(SignInProblem::WrongCredentials),
            _ => None,
        }
    }

    fn code_problem(&self) -> Option<CodeProblem> {
        if self.shown.code_missing {
            return Some(CodeProblem::Missing);
        }
        match self.shown.problem? {
            Problem::TooMany { wait } => {
                Some(CodeProblem::TooManyAttempts { wait_seconds: wait.as_seconds_ceiling().unsigned_abs() })
            }
            Problem::UsedCode => Some(CodeProblem::AlreadyUsed),
            _ => Some(CodeProblem::Wrong),
        }
    }

    fn identify(self) -> Result<String, RenderError> {
        let hint = self.stop.journey.request().login_hint.clone();
        let page = Identify {
            client_name: self.client_name(),
            email: self.shown.email.clone().or(hint).unwrap_or_default(),
            problem: self.sign_in_problem(),
            email_problem: self.shown.email_problem,
            password_problem: self.shown.password_problem,
            forgot_password_href: None,
            register_href: None,
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn password(self) -> Result<String, RenderError> {
        let wrong = matches!(self.shown.problem, Some(Problem::WrongCredentials)).then_some(PasswordProblem::Wrong);
        let page = Password {
            client_name: self.client_name(),
            email: self.email(),
            problem: self.sign_in_problem().filter(|problem| *problem != SignInProblem::WrongCredentials),
            password_problem: self.shown.password_problem.or(wrong),
            forgot_password_href: None,
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn totp(self) -> Result<String, RenderError> {
        let href = self.door.href(&format!("/j/{}/{RECOVERY_CODE}", self.journey));
        let page = Totp {
            client_name: self.client_name(),
            code_problem: self.code_problem(),
            recovery_code_href: self.stop.has_recovery_codes.then_some(href),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn recovery_code(self) -> Result<String, RenderError> {
        let code_problem = match self.shown.problem {
            Some(Problem::TooMany { wait }) => {
                Some(RecoveryCodeProblem::TooManyAttempts { wait_seconds: wait.as_seconds_ceiling().unsigned_abs() })
            }
            Some(_) => Some(RecoveryCodeProblem::Wrong),
            None => self.shown.code_missing.then_some(RecoveryCodeProblem::Missing),
        };
        let segment = Step::SecondFactor.segment().unwrap_or_default();
        let page = RecoveryCode {
            client_name: self.client_name(),
            code_problem,
            totp_href: Some(self.door.href(&format!("/j/{}/{segment}", self.journey))),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn totp_enrolment(self, may_skip: bool) -> Result<String, RenderError> {
        let email = self.email();
        let uri = self.door.issuer().enrolment_uri(&self.door.at, &self.stop.journey, &email);
        let page = TotpEnrolment {
            otpauth_uri: uri.unwrap_or_default(),
            secret: self.stop.journey.pending_totp().unwrap_or_default().to_owned(),
            code_problem: self.code_problem(),
            may_skip,
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn recovery_codes(self) -> Result<String, RenderError> {
        let page =
            RecoveryCodes { codes: self.stop.journey.recovery_codes().to_vec(), email: self.email(), form: self.form };
        page.render(&self.frame)
    }

    fn select_account(self) -> Result<String, RenderError> {
        let account = |choice: &portreeve_issuer::AccountChoice| Account {
            value: choice.value.clone(),
            name: choice.person.claims.name.clone().unwrap_or_default(),
            email: choice.person.email.clone().unwrap_or_default(),
            state: AccountState::SignedIn,
        };
        let page = SelectAccount {
            client_name: self.client_name(),
            accounts: self.stop.accounts.iter().map(account).collect(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn consent(self) -> Result<String, RenderError> {
        let (client, request) = (self.stop.journey.client(), self.stop.journey.request());
        let server = |resource: &String| Resource {
            name: self
                .door
                .at
                .server(resource)
                .and_then(|server| server.name.clone())
                .unwrap_or_else(|| resource.clone()),
            location: resource.clone(),
        };
        let lasts = client.may_use(GrantType::RefreshToken) && request.scope.contains("offline_access");
        let days = u32::try_from(lifetimes::REFRESH_ABSOLUTE.as_seconds() / 86_400).unwrap_or(u32::MAX);
        let page = Consent {
            client: Client {
                name: client.display_name().to_owned(),
                client_uri: client.metadata.client_uri.clone(),
                policy_uri: client.metadata.policy_uri.clone(),
                tos_uri: client.metadata.tos_uri.clone(),
            },
            // Every client is registered by the operator; registration by strangers brings the other kind.
            publisher: Publisher::Verified,
            redirect_host: redirect_uri::origin_or_scheme(request.target.redirect_uri()),
            email: self.email(),
            scopes: request.scope.iter().map(Scope::from_name).collect(),
            resources: request.resources.iter().map(server).collect(),
            duration: if lasts { AccessDuration::Days(days) } else { AccessDuration::WhileSignedIn },
            account_href: None,
            form: self.form,
        };
        page.render(&self.frame)
    }
}
