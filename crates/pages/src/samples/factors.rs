//! Samples: authenticator app and recovery codes.

use super::{Sample, Words, form, href};
use crate::journey::{RecoveryCode, RecoveryCodes, Totp, TotpEnrolment};
use crate::{CodeProblem, Frame, RecoveryCodeProblem};

pub(super) fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    let totp = Totp {
        form: form(),
        client_name: words.client_name(),
        code_problem: None,
        recovery_code_href: href("recovery_code"),
    };
    let totp_wrong = Totp { code_problem: Some(CodeProblem::Wrong), ..totp.clone() };
    let recovery =
        RecoveryCode { form: form(), client_name: words.client_name(), code_problem: None, totp_href: href("totp") };
    let recovery_used = RecoveryCode { code_problem: Some(RecoveryCodeProblem::AlreadyUsed), ..recovery.clone() };
    let enrolment = TotpEnrolment {
        form: form(),
        otpauth_uri:
            "otpauth://totp/Northwind:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Northwind"
                .to_owned(),
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned(),
        code_problem: None,
        may_skip: true,
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
    vec![
        ("journey/totp", totp.render(frame)),
        ("journey/totp-wrong", totp_wrong.render(frame)),
        ("journey/recovery_code", recovery.render(frame)),
        ("journey/recovery_code-used", recovery_used.render(frame)),
        ("journey/totp_enrolment", enrolment.render(frame)),
        ("journey/totp_enrolment-wrong", enrolment_wrong.render(frame)),
        ("journey/recovery_codes", codes.render(frame)),
    ]
}
