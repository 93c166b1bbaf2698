//! Every input the server takes, classed: what may be seen by whom.
//!
//! Owns the one registry. Parameters and form fields that are not in it are not read (`oidc::Parameters`, the pages' forms);
//! tests compare it with the headers, path segments, settings and resource files that the code reads. The canary test plants
//! a text in every personal and secret input and looks for it in database, log and metrics. SECURITY rules 14 and 32, S-134.

use Sensitivity::{Personal, Public, Secret};

/// What an input may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// May be stored and logged as it is.
    Public,
    /// Tells of a person: stored sealed, never logged, never a label.
    Personal,
    /// Lets somebody in: stored as a hash or sealed, never logged.
    Secret,
}

/// Where an input comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A parameter of a protocol request, in a query or a form.
    Parameter,
    /// A field of a form on our pages.
    Field,
    /// A request header.
    Header,
    /// A segment of a path.
    Path,
    /// A setting of the operator.
    Setting,
    /// A field of a resource file: list and name.
    Resource,
}

/// Names and classes, by source.
type Classed = &'static [(&'static str, Sensitivity)];

/// Also those that only other profiles read: an answer to "what is it" must not wait for the code that reads it.
const PARAMETERS: Classed = &[
    ("access_token", Secret),
    ("acr_values", Public),
    ("actor_token", Secret),
    ("actor_token_type", Public),
    ("assertion", Secret),
    ("audience", Public),
    ("auth_req_id", Secret),
    ("authorization_details", Personal),
    ("binding_message", Personal),
    // May ask for a claim with a certain value.
    ("claims", Personal),
    ("claims_locales", Public),
    ("client_assertion", Secret),
    ("client_assertion_type", Public),
    ("client_id", Public),
    ("client_notification_token", Secret),
    ("client_secret", Secret),
    ("code", Secret),
    ("code_challenge", Public),
    ("code_challenge_method", Public),
    ("code_verifier", Secret),
    ("device_code", Secret),
    ("display", Public),
    ("dpop_jkt", Public),
    ("grant_type", Public),
    ("id_token_hint", Personal),
    ("login_hint", Personal),
    ("login_hint_token", Personal),
    ("logout_hint", Personal),
    ("max_age", Public),
    ("nonce", Public),
    ("post_logout_redirect_uri", Public),
    ("prompt", Public),
    ("redirect_uri", Public),
    ("refresh_token", Secret),
    ("registration", Public),
    ("request", Personal),
    // What lies behind it was pushed by an authenticated client; whoever has it may begin that request.
    ("request_uri", Secret),
    ("requested_expiry", Public),
    ("requested_token_type", Public),
    ("resource", Public),
    ("response_mode", Public),
    ("response_type", Public),
    ("scope", Public),
    // The client's own; some put return addresses and worse into it.
    ("state", Personal),
    ("subject_token", Secret),
    ("subject_token_type", Public),
    ("target_link_uri", Public),
    ("token", Secret),
    ("token_type_hint", Public),
    ("ui_locales", Public),
    ("user_code", Secret),
];

const FIELDS: Classed = &[
    ("account", Personal),
    ("action", Public),
    // Every field that is called `attribute-` and a name.
    ("attribute", Personal),
    ("birthdate", Personal),
    // Which application a person uses.
    ("client", Personal),
    ("code", Secret),
    // A passkey's answer: public key or signature, and which account.
    ("credential", Secret),
    ("csrf", Secret),
    ("decision", Public),
    ("email", Personal),
    ("family_name", Personal),
    ("gender", Personal),
    ("given_name", Personal),
    ("locale", Personal),
    ("middle_name", Personal),
    ("name", Personal),
    ("nickname", Personal),
    ("own_device", Public),
    ("passkey", Personal),
    ("passkey_name", Personal),
    ("password", Secret),
    ("phone_number", Personal),
    ("preferred_username", Personal),
    ("session", Personal),
    // Ids and versions, as the page said them.
    ("terms", Public),
    ("user_code", Secret),
    ("version", Public),
    ("zoneinfo", Personal),
];

const HEADERS: Classed = &[
    ("accept", Public),
    ("accept-language", Public),
    ("access-control-request-method", Public),
    ("authorization", Secret),
    // They name clients, not people; what they prove lies in the connection, not in them.
    ("client-cert", Public),
    ("client-cert-chain", Public),
    ("content-encoding", Public),
    ("content-type", Public),
    ("cookie", Secret),
    ("dpop", Secret),
    ("host", Public),
    ("if-none-match", Public),
    // An attestation is used again and again.
    ("oauth-client-attestation", Secret),
    ("oauth-client-attestation-pop", Secret),
    ("origin", Public),
    ("sec-fetch-site", Public),
    ("transfer-encoding", Public),
    // Kept as names of a list, sealed.
    ("user-agent", Personal),
    // A number for a request, which the client made up.
    ("x-fapi-interaction-id", Public),
    // The one personal input that the log names, for whoever has to stop an attack.
    ("x-forwarded-for", Personal),
    ("x-request-id", Public),
];

const PATHS: Classed = &[
    ("app", Public),
    ("journey", Public),
    ("outcome", Public),
    ("page", Public),
    ("picture", Public),
    ("request", Public),
    ("sheet", Public),
    ("slug", Public),
    ("token", Secret),
];

const SETTINGS: Classed = &[
    ("database.migrate_url", Secret),
    ("database.url", Secret),
    ("mail.transport", Secret),
    ("secrets.key_encryption_key", Secret),
    ("sms.authorization", Secret),
    ("sms.transport", Secret),
];

const RESOURCES: Classed = &[
    ("clients.client_secret", Secret),
    ("users.claims", Personal),
    ("users.email", Personal),
    ("users.password", Secret),
    ("users.password_hash", Secret),
    ("users.totp_secret", Secret),
];

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] = [Self::Parameter, Self::Field, Self::Header, Self::Path, Self::Setting, Self::Resource];

    /// The inputs of this source by name. Of settings and resource files only those that are not public: their own
    /// tables say what there is.
    pub const fn inputs(self) -> Classed {
        match self {
            Self::Parameter => PARAMETERS,
            Self::Field => FIELDS,
            Self::Header => HEADERS,
            Self::Path => PATHS,
            Self::Setting => SETTINGS,
            Self::Resource => RESOURCES,
        }
    }

    /// The class of an input; `None` for one that is not registered.
    pub fn class_of(self, name: &str) -> Option<Sensitivity> {
        self.inputs().iter().find(|(known, _)| *known == name).map(|(_, class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_has_one_class() {
        for source in Source::ALL {
            let names: Vec<_> = source.inputs().iter().map(|(name, _)| *name).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();

            assert_eq!(names, sorted, "{source:?}: sorted, each once");
        }
    }
}
