//! Forms, queries and the parameters in them. The second reader is `form_urlencoded`, which repairs what it cannot read.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use futures_util::FutureExt;
use http::{Request, header};
use portreeve_domain::Source;
use portreeve_fuzz::drive;
use portreeve_http_kit::strict_form::{FormPairs, QueryPairs};
use portreeve_oidc::Parameters;

const FORM: &str = "application/x-www-form-urlencoded";

type Pairs = Vec<(String, String)>;

/// Reads a body of a request as the endpoints do.
pub(crate) fn form(body: &[u8]) -> Option<Pairs> {
    let request = Request::post("/").header(header::CONTENT_TYPE, FORM).body(Body::from(body.to_vec())).ok()?;
    FormPairs::from_request(request, &()).now_or_never().expect("the body is there").ok().map(|pairs| pairs.0)
}

/// The parameters of a body; `None` when its form or they are refused.
pub(crate) fn parameters(body: &[u8]) -> Option<Parameters> {
    Parameters::from_pairs(form(body)?).ok()
}

fn query(text: &str) -> Option<Pairs> {
    let request = Request::get(format!("/?{text}")).body(()).ok()?;
    let mut parts = request.into_parts().0;
    QueryPairs::from_request_parts(&mut parts, &())
        .now_or_never()
        .expect("nothing to wait for")
        .ok()
        .map(|pairs| pairs.0)
}

fn read_by_another(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

fn written(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// SECURITY 10: what is accepted holds what every other reader finds, and written out it is read as the same.
#[test]
fn forms() {
    drive("form", |body| {
        let Some(pairs) = form(body) else { return false };
        assert_eq!(pairs, read_by_another(body));
        // A pair without name and value is written as nothing but its equals sign, which reads as such a pair again.
        assert_eq!(form(written(&pairs).as_bytes()).as_ref(), Some(&pairs));
        true
    });
}

/// SECURITY 10: a query is read by the rules of a form.
#[test]
fn queries() {
    drive("form", |encoded| {
        let Ok(text) = std::str::from_utf8(encoded) else { return false };
        // What ends a query is no part of one.
        let text = text.split('#').next().unwrap_or_default();
        let read = query(text);
        if let Some(pairs) = &read {
            assert_eq!(Some(pairs), form(text.as_bytes()).as_ref());
        }
        read.is_some()
    });
}

/// OA-01, RI-02: whoever is answered did not say a thing twice, but for what may be said twice.
#[test]
fn repeated_parameters() {
    drive("parameters", |body| {
        let Some(pairs) = form(body) else { return false };
        let Ok(read) = Parameters::from_pairs(pairs.clone()) else { return false };
        for (name, value) in &pairs {
            let sent: Vec<_> = pairs.iter().filter(|(other, _)| other == name).collect();
            assert!(sent.len() == 1 || name == "resource" || name == "audience", "{name} was sent twice");
            if Source::Parameter.class_of(name).is_some() {
                let values: Vec<_> =
                    sent.iter().map(|(_, value)| value.clone()).filter(|value| !value.is_empty()).collect();
                assert_eq!(read.all(name), values);
            }
            assert!(value.len() <= 16 * 1024);
        }
        true
    });
}
