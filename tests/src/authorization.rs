//! Authorization requests, as a client builds them.

/// A code verifier and its S256 challenge: RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of [`VERIFIER`].
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The `state` of every request that does not say otherwise.
pub const STATE: &str = "af0ifjsldkj";
/// The `nonce` of every request that does not say otherwise.
pub const NONCE: &str = "n-0S6_WzA2Mj";

/// The parameters of an authorization request for a code; a good one until a test changes it.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pairs: Vec<(String, String)>,
    base: String,
}

impl AuthorizationRequest {
    /// Makes a request with PKCE, `state` and `nonce`.
    pub fn new(client_id: &str, redirect_uri: &str, scope: &str) -> Self {
        let request = Self { pairs: vec![], base: String::new() };
        [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", STATE),
            ("nonce", NONCE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
        .into_iter()
        .fold(request, |request, (name, value)| request.also(name, value))
    }

    /// Makes a request that says nothing but who sends it.
    pub fn bare(client_id: &str) -> Self {
        Self { pairs: vec![], base: String::new() }.also("client_id", client_id)
    }

    /// Sends it to a tenant other than the default one.
    #[must_use]
    pub fn at_tenant(mut self, slug: &str) -> Self {
        self.base = format!("/t/{slug}");
        self
    }

    /// Sets a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.pairs.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => pair.1 = value.to_owned(),
            None => self.pairs.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a parameter, also beside one of the same name.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// Returns a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns all parameters.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Returns the address of the endpoint, below the host.
    pub fn endpoint(&self) -> String {
        format!("{}/oauth2/authorize", self.base)
    }

    /// Returns the address a browser is sent to, below the host.
    pub fn path(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish();
        format!("{}?{query}", self.endpoint())
    }
}
