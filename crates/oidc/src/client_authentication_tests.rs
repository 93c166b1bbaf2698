//! Reading the credentials of a request.

use super::*;

fn form(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::from_pairs(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()).unwrap()
}

fn basic(user_pass: &str) -> Vec<u8> {
    format!("Basic {}", STANDARD.encode(user_pass)).into_bytes()
}

fn read(header: &[u8], pairs: &[(&str, &str)]) -> Result<Presented, Cause> {
    Presented::from_request(&[header], None, &form(pairs)).map_err(|refusal| refusal.cause)
}

fn refused(header: &[u8]) -> Option<Cause> {
    read(header, &[]).err()
}

fn client(method: ClientAuthMethod) -> Client {
    let metadata = portreeve_domain::ClientMetadata { token_endpoint_auth_method: method, ..Default::default() };
    Client {
        tenant: portreeve_domain::TenantId::DEFAULT,
        id: ClientId::parse("web").unwrap(),
        metadata,
        secrets: Vec::new(),
        disabled_at: None,
        disabled_grants: Default::default(),
        origin: portreeve_domain::ClientOrigin::Operator,
    }
}

fn assert_basic(header: &[u8], expected_id: &str, expected_secret: &str) {
    let Ok(Presented::Basic { client_id, secret }) = read(header, &[]) else { panic!("not Basic") };
    assert_eq!(client_id.as_str(), expected_id);
    assert_eq!(secret.expose(), expected_secret);
}

/// RFC 6749 §2.3.1 gives this header for the client `s6BhdRkqt3`.
#[test]
fn the_example_of_the_specification_is_read() {
    assert_basic(b"Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3", "s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
}

/// OA-09: identifier and secret are form-url-decoded, after the split at the first colon.
#[test]
fn basic_credentials_are_form_url_decoded() {
    assert_basic(&basic("https%3A%2F%2Frp.example:a%2Bb+c%25%C3%A4:d"), "https://rp.example", "a+b c%ä:d");
}

#[test]
fn the_scheme_name_has_no_case_and_the_secret_may_be_empty() {
    assert_basic(b"bAsIc  d2ViOg==", "web", "");
}

/// OA-09: what is not strict base64, UTF-8 and form-url-encoding is refused, not repaired.
#[test]
fn a_malformed_basic_header_is_refused() {
    let long = basic(&format!("web:{}", "x".repeat(4096)));
    let headers = ["Basic", "Basic !", "Basic d2Vi", "Basic d2ViOng", "Basic d2ViOnh=", "Basic d2Vi OnM="];
    let values = ["web:100%", "web:%4", "web:%zz", "web:%FF", "%:x"];

    for header in headers {
        assert_eq!(refused(header.as_bytes()), Some(Cause::BasicMalformed), "{header}");
    }
    for value in values {
        assert_eq!(refused(&basic(value)), Some(Cause::BasicMalformed), "{value}");
    }
    assert_eq!(refused(b"Basic d2ViO\xff"), Some(Cause::BasicMalformed));
    assert_eq!(refused(&long), Some(Cause::BasicMalformed));
}

/// RFC 6749 §5.2: an unsupported authentication method is `invalid_client`.
#[test]
fn another_scheme_is_an_unsupported_method() {
    for header in ["Bearer abc", "Digest username=\"web\"", "DPoP abc", "Basics d2ViOng="] {
        assert_eq!(refused(header.as_bytes()), Some(Cause::ClientAuthenticationUnsupported), "{header}");
    }
}

/// OA-08, S-050: more than one authentication, or Basic for one client and a body for another.
#[test]
fn two_authentications_are_refused() {
    let header = basic("web:secret");
    let second: [&[(&str, &str)]; 4] = [
        &[("client_id", "other")],
        &[("client_secret", "secret")],
        &[("client_id", "web"), ("client_secret", "secret")],
        &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "a.b.c")],
    ];

    for pairs in second {
        assert_eq!(read(&header, pairs).err(), Some(Cause::ClientAuthenticationTwice), "{pairs:?}");
    }
    let post_and_assertion = form(&[("client_id", "web"), ("client_secret", "s"), ("client_assertion", "a.b.c")]);
    let twice = Presented::from_request(&[], None, &post_and_assertion).err().unwrap();
    assert_eq!(twice.cause, Cause::ClientAuthenticationTwice);
    let headers = Presented::from_request(&[&header, &header], None, &form(&[])).err().unwrap();
    assert_eq!(headers.cause, Cause::ClientAuthenticationTwice);
}

/// OA-08: naming the same client once more is not a second authentication.
#[test]
fn a_body_client_id_equal_to_the_basic_one_is_accepted() {
    assert!(matches!(read(&basic("web:secret"), &[("client_id", "web")]), Ok(Presented::Basic { .. })));
}

/// AC-02: whom an attestation names counts where the request names nobody and shows nothing else.
#[test]
fn an_attestation_names_a_client_where_nothing_else_does() {
    let wallet = || ClientId::parse("wallet");
    let named = |pairs: &[(&str, &str)]| match Presented::from_request(&[], wallet(), &form(pairs)) {
        Ok(Presented::None { client_id } | Presented::Post { client_id, .. }) => client_id.as_str().to_owned(),
        _ => panic!("another one"),
    };

    assert_eq!(named(&[]), "wallet");
    assert_eq!(named(&[("client_id", "spa")]), "spa");
    assert_eq!(named(&[("client_id", "web"), ("client_secret", "s")]), "web");
}

#[test]
fn form_credentials_are_read() {
    let post = Presented::from_request(&[], None, &form(&[("client_id", "web"), ("client_secret", "s e")]));
    let public = Presented::from_request(&[], None, &form(&[("client_id", "web")]));
    let nobody = Presented::from_request(&[], None, &form(&[]));
    let half = Presented::from_request(&[], None, &form(&[("client_secret", "s")]));

    assert!(matches!(post, Ok(Presented::Post { secret, .. }) if secret.expose() == "s e"));
    assert!(matches!(public, Ok(Presented::None { client_id }) if client_id.as_str() == "web"));
    assert_eq!(nobody.err().unwrap().cause, Cause::ClientAuthenticationMissing);
    assert_eq!(half.err().unwrap().cause, Cause::ParameterMissing);
}

/// OC-51, S-050: an assertion counts only with the type of RFC 7523.
#[test]
fn an_assertion_needs_its_type() {
    let with_type = |kind| {
        Presented::from_request(&[], None, &form(&[("client_assertion", "a.b.c"), ("client_assertion_type", kind)]))
    };
    let saml = with_type("urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
    let untyped = with_type("");
    let alone =
        Presented::from_request(&[], None, &form(&[("client_id", "web"), ("client_assertion_type", ASSERTION_TYPE)]));

    assert!(matches!(with_type(ASSERTION_TYPE), Ok(Presented::Assertion { client_id_hint: None, .. })));
    assert_eq!(saml.err().unwrap().cause, Cause::ClientAuthenticationUnsupported);
    assert_eq!(untyped.err().unwrap().cause, Cause::ParameterMissing);
    assert_eq!(alone.err().unwrap().cause, Cause::ParameterMissing);
}

/// S-059: an identifier that cannot exist is refused as an unknown one is.
#[test]
fn an_impossible_client_id_looks_like_an_unknown_client() {
    assert_eq!(refused(&basic("usr_ada:x")), Some(Cause::ClientAuthenticationFailed));
    assert_eq!(refused(&basic(":x")), Some(Cause::ClientAuthenticationFailed));
}

#[test]
fn an_oversize_secret_is_refused() {
    let long = "x".repeat(1025);
    let presented = Presented::from_request(&[], None, &form(&[("client_id", "web"), ("client_secret", &long)]));

    assert_eq!(presented.err().unwrap().cause, Cause::ParameterTooLong);
}

/// OC-50, S-050: only the registered method, in every combination.
#[test]
fn a_client_authenticates_by_its_registered_method_only() {
    let presented = [
        read(&basic("web:s"), &[]).ok().unwrap(),
        Presented::from_request(&[], None, &form(&[("client_id", "web"), ("client_secret", "s")])).ok().unwrap(),
        Presented::from_request(&[], None, &form(&[("client_id", "web")])).ok().unwrap(),
        Presented::from_request(
            &[],
            None,
            &form(&[("client_assertion", "a.b.c"), ("client_assertion_type", ASSERTION_TYPE)]),
        )
        .ok()
        .unwrap(),
    ];

    for method in ClientAuthMethod::ALL {
        for one in &presented {
            let result = check_method(&client(method), one).map_err(|refusal| refusal.cause);
            let fits = one.methods().contains(&method);
            let expected = if fits { Ok(()) } else { Err(Cause::ClientAuthenticationFailed) };
            assert_eq!(result, expected, "{:?} for {}", one.methods(), method.name());
        }
    }
}

/// OA-11: the challenge names the scheme that was tried.
#[test]
fn the_basic_challenge_quotes_its_realm() {
    assert_eq!(basic_challenge("https://id.example"), "Basic realm=\"https://id.example\"");
}
