//! The data of each page of a journey.

mod access;
mod lost_factors;
mod passkeys;
mod phone_code;
mod profile;
mod terms;

use portreeve_domain::journey::Step;
use portreeve_domain::{EmailSignIn, PasskeyUse};
use portreeve_issuer::{Answers, Asking, Problem, RegistrationProblems, Stop};
use portreeve_oidc::redirect_uri;
use portreeve_pages::journey::{
    Account, AccountState, BackchannelApproval, CheckMail, CodePurpose, Consent, DeviceApproval, EmailCode, Identify,
    MailPurpose, Password, RecoveryCode, RecoveryCodes, Register, SelectAccount, Totp, TotpEnrolment,
};
use portreeve_pages::{
    Client, CodeProblem, EmailProblem, Form, Frame, Notice, OwnDeviceProblem, PasswordProblem, RecoveryCodeProblem,
    RenderError, SignInProblem,
};

use super::AGAIN;
use super::page::{IDENTIFY, PASSKEY, PASSKEY_ENROLMENT, PASSWORD, Page, RECOVERY_CODE, REGISTER};
use crate::account::APPLICATIONS;
use crate::door::Door;
use crate::reply::{Reply, form_target};
use crate::words;

/// The fewest characters of a password that is the only factor.
const PASSWORD_MINIMUM: u32 = 15;

/// What a page shows besides its data: a notice, why the last form was not taken, and what was typed then.
#[derive(Default)]
pub(super) struct Shown {
    pub notice: Option<Notice>,
    pub problem: Option<Problem>,
    pub name: Option<String>,
    /// What was typed for attributes.
    pub answers: Option<Answers>,
    pub email: Option<String>,
    pub email_problem: Option<EmailProblem>,
    pub password_problem: Option<PasswordProblem>,
    pub code_missing: bool,
    /// The code that the link of a mail fills in.
    pub code: Option<String>,
    /// Whether the person did not say that the device is their own.
    pub own_device_missing: bool,
    /// Whether the registration form is wanted although a mail was sent.
    pub registers_again: bool,
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

/// Shows a page of a journey. The caller has checked that it is due.
pub(super) fn render(door: &Door, journey: &str, page: Page, stop: &Stop, shown: &Shown) -> Reply {
    let segment = page.segment();
    let form = Form {
        action: door.href(&format!("/j/{journey}/{segment}")),
        csrf: door.issuer().form_token(&door.at, &stop.journey, segment),
        version: stop.journey.version().to_string(),
    };
    let frame = door.frame_to(Some(stop.journey.client()), &stop.journey.request().ui_locales);
    let frame = Frame { notice: shown.notice, reasons: stop.reasons.clone(), ..frame };
    let view = View { door, journey, stop, shown, frame, form };
    let html = match page {
        Page::Identify => view.identify(),
        Page::Register => {
            match stop.journey.awaits_address().filter(|_| !shown.registers_again && view.asks_password()) {
                Some(email) => view.check_mail(email, Some(IDENTIFY)),
                None => view.register(),
            }
        }
        Page::VerifyEmail => {
            let email = view.email();
            view.check_mail(&email, None)
        }
        Page::Password => view.password(),
        Page::EmailCode => view.email_code(),
        Page::RecoveryCode => view.recovery_code(),
        Page::LostFactors => view.lost_factors(),
        Page::Totp => view.totp(),
        Page::TotpEnrolment { may_skip } => view.totp_enrolment(may_skip),
        Page::Passkey { exit } => view.passkey(exit),
        Page::PasskeyEnrolment { exit } => view.passkey_enrolment(exit),
        Page::RecoveryCodes => view.recovery_codes(),
        Page::SelectAccount => view.select_account(),
        Page::Profile => view.profile(),
        Page::PhoneCode => view.phone_code(),
        Page::Terms => view.terms(),
        Page::Consent => view.consent(),
        Page::DeviceApproval => view.device_approval(),
        Page::BackchannelApproval => view.backchannel_approval(),
    };
    let target = form_target(stop.journey.client(), stop.journey.request().target.redirect_uri());
    match asks_for_passkey(page, stop) {
        true => Reply::scripted_page(door, html, target),
        false => Reply::page(door, html, target),
    }
}

/// Whether the page has a script to run: the one that asks for a passkey.
fn asks_for_passkey(page: Page, stop: &Stop) -> bool {
    let has_place =
        matches!(page, Page::Identify | Page::Password | Page::Passkey { .. } | Page::PasskeyEnrolment { .. });
    has_place && stop.journey.passkey_options(stop.step).is_some()
}

impl View<'_> {
    /// The application that waits; `None` for a page of ours.
    fn asking_client(&self) -> Option<Client> {
        (!self.stop.journey.request().is_of_own_page()).then(|| self.client())
    }

    fn client_name(&self) -> Option<String> {
        self.asking_client().map(|client| client.name)
    }

    fn email(&self) -> String {
        self.stop.person.as_ref().and_then(|person| person.email.clone()).unwrap_or_default()
    }

    /// The address of another page of this journey.
    fn page_href(&self, segment: &str) -> String {
        self.door.href(&format!("/j/{}/{segment}", self.journey))
    }

    /// Whether people have passwords here.
    fn asks_password(&self) -> bool {
        !self.door.at.tenant.settings.is_passwordless()
    }

    /// Where to get a new password, with the way back here.
    fn recover_href(&self) -> Option<String> {
        self.asks_password().then(|| self.door.href(&format!("/recover?journey={}", self.journey)))
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
            Problem::ShortCode => Some(CodeProblem::TooShort),
            _ => Some(CodeProblem::Wrong),
        }
    }

    fn register_href(&self) -> Option<String> {
        let query = self.stop.journey.awaits_address().map(|_| format!("?{AGAIN}=1")).unwrap_or_default();
        self.door.at.tenant.settings.registration.then(|| format!("{}{query}", self.page_href(REGISTER)))
    }

    fn register(self) -> Result<String, RenderError> {
        let problems = match self.shown.problem {
            Some(Problem::Registration(problems)) => problems,
            _ => RegistrationProblems::default(),
        };
        let invited = self.stop.journey.invited_address().map(str::to_owned);
        let page = Register {
            client_name: self.client_name(),
            name: self.shown.name.clone().unwrap_or_default(),
            is_invited: invited.is_some(),
            email: invited
                .or(self.shown.email.clone())
                .or(self.stop.journey.request().login_hint.clone())
                .unwrap_or_default(),
            name_problem: problems.name.map(words::name_problem),
            email_problem: problems.email.map(words::email_problem),
            password_problem: problems.password.map(words::password_problem),
            problem: self.sign_in_problem(),
            password_minimum: self.asks_password().then_some(PASSWORD_MINIMUM),
            sign_in_href: Some(self.page_href(IDENTIFY)),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn check_mail(self, email: &str, back: Option<&str>) -> Result<String, RenderError> {
        let page = CheckMail {
            purpose: MailPurpose::EmailVerification,
            email: email.to_owned(),
            valid_minutes: words::link_minutes(),
            back_href: back.map(|segment| self.page_href(segment)),
            resend: Some(self.form),
            is_of_account: back.is_none(),
        };
        page.render(&self.frame)
    }

    fn identify(self) -> Result<String, RenderError> {
        let hint = self.stop.journey.request().login_hint.clone();
        let page = Identify {
            client: self.asking_client(),
            email: self.shown.email.clone().or(hint).unwrap_or_default(),
            problem: self.sign_in_problem(),
            email_problem: self.email_problem(),
            password_problem: self.shown.password_problem,
            asks_password: self.asks_password(),
            passkey: self.prompt(),
            mails_codes: self.mails_codes(),
            passkey_first: self.door.at.tenant.settings.passkeys.usage == PasskeyUse::First,
            forgot_password_href: self.recover_href(),
            register_href: self.register_href(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn password(self) -> Result<String, RenderError> {
        let wrong = matches!(self.shown.problem, Some(Problem::WrongCredentials)).then_some(PasswordProblem::Wrong);
        let page = Password {
            client: self.asking_client(),
            email: self.email(),
            problem: self.sign_in_problem().filter(|problem| *problem != SignInProblem::WrongCredentials),
            password_problem: self.shown.password_problem.or(wrong),
            asks_password: self.asks_password(),
            passkey: self.prompt(),
            mails_codes: self.mails_codes(),
            forgot_password_href: self.recover_href(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn mails_codes(&self) -> bool {
        self.door.at.tenant.settings.email_sign_in != EmailSignIn::Off
    }

    fn email_problem(&self) -> Option<EmailProblem> {
        match self.shown.problem {
            Some(Problem::NotAnAddress(error)) => Some(words::email_problem(error)),
            _ => self.shown.email_problem,
        }
    }

    fn email_code(self) -> Result<String, RenderError> {
        let journey = &self.stop.journey;
        let other_way = if journey.user().is_some() { PASSWORD } else { IDENTIFY };
        let purpose = match (journey.is_confirmed_by_code(), journey.registers_by_code()) {
            (true, _) => CodePurpose::Confirms,
            (false, true) => CodePurpose::Registers { other_way_href: self.page_href(other_way) },
            (false, false) => CodePurpose::SignsIn { other_way_href: self.page_href(other_way) },
        };
        let page = EmailCode {
            client_name: self.client_name(),
            email: self.stop.journey.code_to().unwrap_or_default().to_owned(),
            valid_minutes: words::code_minutes(),
            purpose,
            code: self.shown.code.clone().unwrap_or_default(),
            code_problem: self.code_problem(),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn totp(self) -> Result<String, RenderError> {
        let href = self.page_href(RECOVERY_CODE);
        let page = Totp {
            client_name: self.client_name(),
            code_problem: self.code_problem(),
            passkey_href: self.passkey_href(PASSKEY),
            recovery_code_href: self.stop.has_recovery_codes.then_some(href),
            lost_href: self.lost_href(),
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
        let has_totp = self.stop.step == Step::SecondFactor { totp: true };
        let totp = Step::SecondFactor { totp: true }.segment().unwrap_or_default();
        let page = RecoveryCode {
            client_name: self.client_name(),
            code_problem,
            totp_href: has_totp.then(|| self.page_href(totp)),
            passkey_href: self.passkey_href(PASSKEY),
            lost_href: self.lost_href(),
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
            passkey_href: self.passkey_href(PASSKEY_ENROLMENT),
            is_of_account: true,
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

    fn device_approval(self) -> Result<String, RenderError> {
        let device = match &self.stop.asking {
            Some(Asking::Device(device)) => Some(device),
            Some(Asking::Backchannel { .. }) | None => None,
        };
        let page = DeviceApproval {
            access: self.access(),
            user_code: device.map(|device| device.user_code.clone()).unwrap_or_default(),
            origin: device.map(|device| device.origin.to_string()).unwrap_or_default(),
            problem: self.shown.own_device_missing.then_some(OwnDeviceProblem::NotConfirmed),
            form: self.form,
        };
        page.render(&self.frame)
    }

    fn backchannel_approval(self) -> Result<String, RenderError> {
        let binding_message = match &self.stop.asking {
            Some(Asking::Backchannel { binding_message }) => binding_message.clone(),
            Some(Asking::Device(_)) | None => None,
        };
        let page = BackchannelApproval { access: self.access(), binding_message, form: self.form };
        page.render(&self.frame)
    }

    fn consent(self) -> Result<String, RenderError> {
        let request = self.stop.journey.request();
        let page = Consent {
            access: self.access(),
            is_on_device: self.is_on_device(),
            redirect_host: redirect_uri::origin_or_scheme(request.target.redirect_uri()),
            account_href: Some(self.door.href(APPLICATIONS)),
            form: self.form,
        };
        page.render(&self.frame)
    }
}
