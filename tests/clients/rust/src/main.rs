//! The crate openidconnect against an issuer, as an application in Rust would use it. Prints TAP.
//!
//!     openidconnect-checks --target control|portreeve --demo-json FILE

mod relying_party;
mod surroundings;

use std::{env, path::PathBuf, process::ExitCode};

use openidconnect::{
    LogoutRequest, OAuth2TokenResponse, PkceCodeChallenge, PostLogoutRedirectUrl,
    core::{CoreAuthPrompt, CoreRevocableToken, CoreUserInfoClaims},
};

use crate::{
    relying_party::{RelyingParty, discover, http, told},
    surroundings::{Outcome, Surroundings, holds, parameter, same},
};

/// A check and what it shows.
type Check = (&'static str, fn(&Surroundings) -> Outcome);

/// In this order: the person logs in once, and logout comes last.
const CHECKS: [Check; 9] = [
    ("discovery gives metadata of that issuer with every endpoint", discovery),
    ("authorization code with PKCE for a public client; the ID token verifies", public_code),
    ("authorization code with PKCE for a confidential client by HTTP Basic", confidential_code),
    ("the server refuses another code verifier, the client another nonce", changed_request),
    ("userinfo describes the subject of the ID token", userinfo),
    ("refresh tokens rotate, and a used one is refused", refresh),
    ("introspection shows an access token as active until it is revoked", introspection_and_revocation),
    ("client credentials give an access token and no refresh token", client_credentials),
    ("logout started by the client ends the session", logout),
];

fn discovery(at: &Surroundings) -> Outcome {
    let metadata = discover(&at.deployment.issuer)?;

    same(metadata.issuer().as_str(), at.deployment.issuer.as_str(), "issuer")?;
    holds(metadata.token_endpoint().is_some() && metadata.userinfo_endpoint().is_some(), "an endpoint is missing")?;
    holds(!metadata.jwks().keys().is_empty(), "there is no key")
}

fn public_code(at: &Surroundings) -> Outcome {
    let signed_in = RelyingParty::connect(at, at.deployment.public_client()?)?.sign_in()?;

    holds(!signed_in.claims.subject().is_empty(), "no subject")
}

fn confidential_code(at: &Surroundings) -> Outcome {
    let signed_in = RelyingParty::connect(at, at.deployment.confidential_client()?)?.sign_in()?;

    holds(!signed_in.tokens.access_token().secret().is_empty(), "no access token")
}

fn changed_request(at: &Surroundings) -> Outcome {
    let own = RelyingParty::connect(at, at.deployment.public_client()?)?;
    let pending = own.authorize(CoreAuthPrompt::Consent)?;
    let (_, another) = PkceCodeChallenge::new_random_sha256();
    refused(own.redeem(&pending, Some(another)), "another verifier")?;

    let signed_in = own.sign_in()?;
    let verified = signed_in.id_token.claims(&own.client.id_token_verifier(), &pending.nonce).is_ok();
    holds(!verified, "another nonce was accepted")
}

fn userinfo(at: &Surroundings) -> Outcome {
    let own = RelyingParty::connect(at, at.deployment.public_client()?)?;
    let signed_in = own.sign_in()?;
    let subject = signed_in.claims.subject().clone();

    // The library compares the subjects.
    let request = own.client.user_info(signed_in.tokens.access_token().clone(), Some(subject)).map_err(told)?;
    let shown: CoreUserInfoClaims = request.request(&http).map_err(told)?;

    same(shown.email().map(|email| email.as_str()), Some(at.deployment.user()?.email.as_str()), "email")
}

fn refresh(at: &Surroundings) -> Outcome {
    let own = RelyingParty::connect(at, at.deployment.public_client()?)?;
    let first = own.sign_in()?.tokens.refresh_token().ok_or("there is no refresh token")?.clone();
    let second = own.refresh(&first)?.refresh_token().ok_or("there is no second refresh token")?.clone();
    holds(first.secret() != second.secret(), "the refresh token stayed")?;

    // A successor in use rules out that the first answer was lost on its way.
    own.refresh(&second)?;

    refused(own.refresh(&first), "a used refresh token")
}

fn introspection_and_revocation(at: &Surroundings) -> Outcome {
    let own = RelyingParty::connect(at, at.deployment.confidential_client()?)?;
    let signed_in = own.sign_in()?;
    let token = signed_in.tokens.access_token();
    let subject = Some(signed_in.claims.subject().to_string());
    same(own.introspect(token.secret())?, (true, subject), "what is said of a fresh token")?;

    let revocation = own.client.revoke_token(CoreRevocableToken::AccessToken(token.clone())).map_err(told)?;
    revocation.request(&http).map_err(told)?;

    same(own.introspect(token.secret())?, (false, None), "what is said of a revoked token")?;
    same(own.introspect("rubbish")?, (false, None), "what is said of rubbish")
}

fn client_credentials(at: &Surroundings) -> Outcome {
    let service = RelyingParty::connect(at, at.deployment.service_client()?)?;

    let tokens = service.client.exchange_client_credentials().map_err(told)?.request(&http).map_err(told)?;

    holds(!tokens.access_token().secret().is_empty(), "no access token")?;
    holds(tokens.refresh_token().is_none(), "there is a refresh token")
}

fn logout(at: &Surroundings) -> Outcome {
    let registered = at.deployment.public_client()?;
    let own = RelyingParty::connect(at, registered)?;
    let signed_in = own.sign_in()?;
    let return_to = registered.post_logout_redirect_uris.first();
    let mut request =
        LogoutRequest::from(own.endpoints.end_session_endpoint.clone()).set_id_token_hint(&signed_in.id_token);
    if let Some(return_to) = return_to {
        let address = PostLogoutRedirectUrl::new(return_to.clone()).map_err(told)?;
        request = request.set_post_logout_redirect_uri(address);
    }
    at.visit(request.http_get_url().as_str(), return_to.map(String::as_str))?;

    let silent = own.authorize(CoreAuthPrompt::None)?;

    same(parameter(&silent.callback, "error")?, "login_required".to_owned(), "error without a session")
}

/// Fails the check unless the server refused with `invalid_grant`.
fn refused<T>(outcome: Outcome<T>, what: &str) -> Outcome {
    match outcome {
        Ok(_) => Err(format!("{what} was accepted")),
        Err(error) if error.contains("error: invalid_grant") => Ok(()),
        Err(error) => Err(format!("{what} was refused for another reason: {error}")),
    }
}

/// The value of an option of the command line.
fn option(name: &str) -> Outcome<String> {
    let mut arguments = env::args().skip_while(|argument| argument != name).skip(1);
    arguments.next().ok_or(format!("{name} is missing"))
}

fn run(jar: PathBuf) -> Outcome<bool> {
    let at = Surroundings::read(option("--target")?, option("--demo-json")?.into(), jar)?;
    println!("1..{}", CHECKS.len());
    let mut all_passed = true;
    for (number, (title, check)) in (1..).zip(CHECKS) {
        let outcome = check(&at);
        let verdict = if outcome.is_ok() { "ok" } else { "not ok" };
        println!("{verdict} {number} - openidconnect: {title}");
        if let Err(reason) = outcome {
            all_passed = false;
            println!("  # {}", reason.replace('\n', "\n  # "));
        }
    }
    Ok(all_passed)
}

fn main() -> ExitCode {
    let jar = env::temp_dir().join(format!("openidconnect-checks-{}.json", std::process::id()));
    let outcome = run(jar.clone());
    // Absent when nobody got as far as a page.
    let _ = std::fs::remove_file(jar);
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::from(2)
        }
    }
}
