//! Samples: authenticator app and recovery codes.

use super::{Sample, Words, form, href, prompt};
use crate::journey::{
    CodePurpose, EmailCode, LostFactors, LostFactorsState, Passkey, PasskeyEnrolment, RecoveryCode, RecoveryCodes,
    Totp, TotpEnrolment,
};
use crate::{CodeProblem, Frame, PasskeyExit, PasskeyProblem, RecoveryCodeProblem};

pub(super) fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    let totp = Totp {
        form: form(),
        client_name: words.client_name(),
        code_problem: None,
        passkey_href: None,
        recovery_code_href: href("recovery_code"),
        lost_href: href("lost-factors"),
    };
    let other_way_href = "/j/jrn_01hv/identify".to_owned();
    let email_code = EmailCode {
        form: form(),
        client_name: words.client_name(),
        email: words.email.clone(),
        valid_minutes: 10,
        purpose: CodePurpose::SignsIn { other_way_href: other_way_href.clone() },
        code: String::new(),
        code_problem: None,
    };
    let without_passwords = Frame { passwordless: true, ..frame.clone() };
    let email_code_registers = EmailCode { purpose: CodePurpose::Registers { other_way_href }, ..email_code.clone() };
    let email_code_confirms = EmailCode { purpose: CodePurpose::Confirms, ..email_code.clone() };
    let with_reasons =
        Frame { reasons: ["risk:new_device", "risk:new_network"].map(str::to_owned).to_vec(), ..frame.clone() };
    let email_code_filled = EmailCode { code: "042917".to_owned(), ..email_code.clone() };
    let email_code_wrong = EmailCode { code_problem: Some(CodeProblem::Wrong), ..email_code.clone() };
    let totp_wrong = Totp { code_problem: Some(CodeProblem::Wrong), ..totp.clone() };
    let recovery = RecoveryCode {
        form: form(),
        client_name: words.client_name(),
        code_problem: None,
        totp_href: href("totp"),
        passkey_href: href("passkey"),
        lost_href: href("lost-factors"),
    };
    let recovery_used = RecoveryCode { code_problem: Some(RecoveryCodeProblem::AlreadyUsed), ..recovery.clone() };
    let enrolment = TotpEnrolment {
        form: form(),
        otpauth_uri:
            "otpauth://totp/Northwind:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Northwind"
                .to_owned(),
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned(),
        code_problem: None,
        passkey_href: href("enrol-passkey"),
        may_skip: true,
        is_of_account: true,
    };
    let enrolment_wrong =
        TotpEnrolment { code_problem: Some(CodeProblem::Malformed), may_skip: false, ..enrolment.clone() };
    let codes = RecoveryCodes {
        form: form(),
        codes: [
            "7kq2-m9xw-4tbn",
            "c3vf-8hjd-2pzr",
            "q6ny-5wgk-x7sa",
            "m4tb-9rce-6hvu",
            "z8dp-3fqx-5nkj",
            "h2wa-7ymg-8cte",
            "t5rk-4zvn-3xqb",
            "b9su-6dhp-7wfy",
            "x3jc-2kan-9gmv",
            "n7ge-5qtz-4brd",
        ]
        .map(str::to_owned)
        .to_vec(),
        email: words.email.clone(),
    };
    let passkey = Passkey {
        form: form(),
        client_name: words.client_name(),
        prompt: prompt(None),
        exit: PasskeyExit::Cannot,
        totp_href: None,
        recovery_code_href: None,
        lost_href: None,
    };
    let lost = LostFactors {
        form: form(),
        state: LostFactorsState::MayAsk { hours: 24 },
        back_href: "/j/jrn_01hv/second-factor".to_owned(),
    };
    let lost_asked = LostFactors { state: LostFactorsState::Asked { hours_left: 7 }, ..lost.clone() };
    let lost_due = LostFactors { state: LostFactorsState::Asked { hours_left: 0 }, ..lost.clone() };
    let passkey_wrong = Passkey {
        prompt: prompt(Some(PasskeyProblem::NotVerified)),
        exit: PasskeyExit::None,
        totp_href: href("totp"),
        recovery_code_href: href("recovery_code"),
        ..passkey.clone()
    };
    let add = PasskeyEnrolment {
        form: form(),
        prompt: prompt(None),
        exit: PasskeyExit::NotNow,
        totp_href: None,
        is_of_account: true,
    };
    let add_wrong = PasskeyEnrolment {
        prompt: prompt(Some(PasskeyProblem::NotAdded)),
        exit: PasskeyExit::None,
        totp_href: href("enrol-totp"),
        ..add.clone()
    };
    let totp_beside = Totp { passkey_href: href("passkey"), ..totp.clone() };
    vec![
        ("journey/lost_factors", lost.render(frame)),
        ("journey/lost_factors-asked", lost_asked.render(frame)),
        ("journey/lost_factors-due", lost_due.render(frame)),
        ("journey/email_code", email_code.render(frame)),
        ("journey/email_code-registers", email_code_registers.render(&without_passwords)),
        ("journey/totp_enrolment-passwordless", enrolment.render(&without_passwords)),
        ("journey/email_code-confirms", email_code_confirms.render(&with_reasons)),
        ("journey/email_code-filled", email_code_filled.render(frame)),
        ("journey/email_code-wrong", email_code_wrong.render(frame)),
        ("journey/totp", totp.render(frame)),
        ("journey/totp-passkey", totp_beside.render(frame)),
        ("journey/passkey", passkey.render(frame)),
        ("journey/passkey-wrong", passkey_wrong.render(frame)),
        ("journey/passkey_enrolment", add.render(frame)),
        ("journey/passkey_enrolment-wrong", add_wrong.render(frame)),
        ("journey/totp-wrong", totp_wrong.render(frame)),
        ("journey/recovery_code", recovery.render(frame)),
        ("journey/recovery_code-used", recovery_used.render(frame)),
        ("journey/totp_enrolment", enrolment.render(frame)),
        ("journey/totp_enrolment-wrong", enrolment_wrong.render(frame)),
        ("journey/recovery_codes", codes.render(frame)),
    ]
}
