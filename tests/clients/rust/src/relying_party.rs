//! A client of the issuer, as an application would make one with the crate openidconnect.

use std::fmt::Debug;

use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IntrospectionUrl,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RefreshToken, RevocationUrl, Scope, TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
        CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
        CoreTokenResponse,
    },
    url::Url,
};
use serde::{Deserialize, Serialize};

use crate::surroundings::{Outcome, Registered, Surroundings, parameter, same};

/// What discovery must name beyond what the library reads by itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Endpoints {
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
    pub end_session_endpoint: EndSessionUrl,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The issuer's answers, with nothing followed and no status taken for a failure.
pub fn http(mut request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    // The library revokes over https only; the checks run on loopback. See `over_https`.
    if request.uri().scheme_str() == Some("https") {
        let plain = request.uri().to_string().replacen("https:", "http:", 1);
        *request.uri_mut() = plain.parse().map_err(|_| ureq::Error::BadUri(plain))?;
    }
    let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().new_agent();
    let (parts, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}

/// Reads the issuer's metadata.
pub fn discover(issuer: &str) -> Outcome<Metadata> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(told)?;
    Metadata::discover(&issuer, &http).map_err(told)
}

/// A relying party and the tokens it was given.
pub struct RelyingParty<'s> {
    pub client: Client,
    pub endpoints: Endpoints,
    surroundings: &'s Surroundings,
    redirect_uri: String,
}

/// What an authorization request is kept for.
pub struct Pending {
    pub callback: Url,
    state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

/// What a sign-in led to.
pub struct SignedIn {
    pub tokens: CoreTokenResponse,
    pub id_token: CoreIdToken,
    pub claims: CoreIdTokenClaims,
}

impl<'s> RelyingParty<'s> {
    /// Makes a relying party of a registered client.
    pub fn connect(surroundings: &'s Surroundings, registered: &Registered) -> Outcome<Self> {
        let metadata = discover(&surroundings.deployment.issuer)?;
        let endpoints = metadata.additional_metadata().clone();
        let secret = registered.client_secret.clone().map(ClientSecret::new);
        let redirect_uri = registered.redirect_uris.first().cloned().unwrap_or_default();
        let mut client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(registered.client_id.clone()), secret)
                .set_introspection_url(endpoints.introspection_endpoint.clone())
                .set_revocation_url(over_https(&endpoints.revocation_endpoint)?);
        if !redirect_uri.is_empty() {
            client = client.set_redirect_uri(RedirectUrl::new(redirect_uri.clone()).map_err(told)?);
        }
        Ok(Self { client, endpoints, surroundings, redirect_uri })
    }

    /// Sends the person through the authorization endpoint.
    pub fn authorize(&self, prompt: CoreAuthPrompt) -> Outcome<Pending> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (address, state, nonce) = self
            .client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
            .add_prompt(prompt)
            .set_pkce_challenge(challenge)
            .url();
        let callback = self.surroundings.visit(address.as_str(), Some(&self.redirect_uri))?;
        Ok(Pending { callback, state, nonce, verifier })
    }

    /// Exchanges a code for tokens, as a request of its own with another verifier if one is given.
    pub fn redeem(&self, pending: &Pending, verifier: Option<PkceCodeVerifier>) -> Outcome<CoreTokenResponse> {
        same(parameter(&pending.callback, "state")?, pending.state.secret().clone(), "state")?;
        let code = AuthorizationCode::new(parameter(&pending.callback, "code")?);
        let verifier = verifier.unwrap_or_else(|| PkceCodeVerifier::new(pending.verifier.secret().clone()));
        self.client.exchange_code(code).map_err(told)?.set_pkce_verifier(verifier).request(&http).map_err(told)
    }

    /// Signs the person in and verifies the ID token with the published keys, its access token hash included.
    pub fn sign_in(&self) -> Outcome<SignedIn> {
        let pending = self.authorize(CoreAuthPrompt::Consent)?;
        let tokens = self.redeem(&pending, None)?;
        let id_token = tokens.id_token().ok_or("there is no ID token")?.clone();
        let verifier = self.client.id_token_verifier();
        let claims = id_token.claims(&verifier, &pending.nonce).map_err(told)?.clone();
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier).map_err(told)?;
            let algorithm = id_token.signing_alg().map_err(told)?;
            let actual =
                openidconnect::AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(told)?;
            same(&actual, expected, "at_hash")?;
        }
        Ok(SignedIn { tokens, id_token, claims })
    }

    /// Uses a refresh token.
    pub fn refresh(&self, token: &RefreshToken) -> Outcome<CoreTokenResponse> {
        self.client.exchange_refresh_token(token).map_err(told)?.request(&http).map_err(told)
    }

    /// Whether introspection shows a token as active, and for which subject.
    pub fn introspect(&self, token: &str) -> Outcome<(bool, Option<String>)> {
        use openidconnect::TokenIntrospectionResponse as _;
        let shown = self.client.introspect(&AccessToken::new(token.to_owned())).request(&http).map_err(told)?;
        Ok((shown.active(), shown.sub().map(str::to_owned)))
    }
}

/// The address with the scheme that the library demands; `http` puts the true one back.
fn over_https(address: &RevocationUrl) -> Outcome<RevocationUrl> {
    RevocationUrl::new(address.as_str().replacen("http:", "https:", 1)).map_err(told)
}

/// An error of the library with everything it says.
pub fn told(error: impl Debug) -> String {
    format!("{error:?}")
}
