//! Requests whose answer does not go by the browser: a device's, brought there by its user code (RFC 8628 §3.3), and a
//! client's by the back channel, brought there by the person who was told (CIBA Core §8).
//!
//! They have passed the rules of [`crate::device_authorization`] and [`crate::backchannel_authentication`]; the answer is
//! for a row, not for a redirect URI, and the browser ends at a page of ours. The person always signs in anew and is
//! always asked (SECURITY S-065, S-066).

use portreeve_domain::polling::Waiting;
use portreeve_domain::{BackchannelAuthenticationId, ClientId, DeviceAuthorizationId, Scope};

use super::{Accepted, Prompt, Prompts, ResponseMode, ResponseTarget, ResponseType};
use crate::backchannel_authentication::BackchannelRequest;
use crate::device_authorization::DeviceRequest;

impl Accepted {
    /// The request of the device authorization `id`; the browser ends below `page`, an address of ours.
    pub fn of_device(id: DeviceAuthorizationId, client: &ClientId, asked: DeviceRequest, page: String) -> Self {
        let request = Self::elsewhere(Waiting::Device(id), client, asked.scope, page);
        Self { resources: asked.resources, details: asked.details, ..request }
    }

    /// The back-channel authentication request `id`; the browser ends below `page`, an address of ours.
    pub fn of_backchannel(
        id: BackchannelAuthenticationId,
        client: &ClientId,
        asked: BackchannelRequest,
        page: String,
    ) -> Self {
        let request = Self::elsewhere(Waiting::Backchannel(id), client, asked.scope.clone(), page);
        let BackchannelRequest { resources, details, acr_values, .. } = asked;
        Self { resources, details, acr_values, ..request }
    }

    fn elsewhere(waiting: Waiting, client: &ClientId, scope: Scope, page: String) -> Self {
        Self {
            client_id: client.clone(),
            pushed: None,
            target: ResponseTarget::new(page, None, ResponseMode::default()),
            redirect_uri_was_sent: false,
            response_type: ResponseType::Code,
            scope,
            resources: Vec::new(),
            details: Vec::new(),
            nonce: None,
            code_challenge: None,
            key: None,
            prompts: Prompts::of(&[Prompt::Login, Prompt::Consent]),
            max_age: None,
            login_hint: None,
            id_token_hint: None,
            ui_locales: Vec::new(),
            acr_values: Vec::new(),
            claims: None,
            waiting: Some(waiting),
            person: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::requirements;
    use crate::testing::{scope, web_client};
    use portreeve_domain::Timestamp;
    use portreeve_domain::journey::{ConsentRule, Requirements};

    /// S-065: whoever approves a device signs in for it and is asked, also for the operator's own clients.
    #[test]
    fn a_device_is_approved_by_a_person_who_just_signed_in() {
        let mut client = web_client();
        client.metadata.first_party = true;
        let asked = DeviceRequest { scope: scope("openid"), resources: Vec::new(), details: Vec::new() };
        let request =
            Accepted::of_device(DeviceAuthorizationId::new(1), &client.id, asked, "https://id.example/device".into());
        let started_at = Timestamp::from_millis(5_000);

        let required = Requirements::of(&requirements(&request, &client, started_at));

        assert_eq!(required.fresh_since, started_at);
        assert_eq!(required.consent, ConsentRule::Always);
    }

    /// S-066: so does whoever is asked by the back channel.
    #[test]
    fn a_back_channel_request_is_answered_by_a_person_who_just_signed_in() {
        let mut client = web_client();
        client.metadata.first_party = true;
        let (scope, acr_values) = (scope("openid"), Vec::new());
        let (resources, details) = (Vec::new(), Vec::new());
        let asked = BackchannelRequest { scope, resources, details, acr_values, binding_message: None };
        let id = BackchannelAuthenticationId::new(1);
        let request = Accepted::of_backchannel(id, &client.id, asked, "https://id.example/approve/ended".into());
        let started_at = Timestamp::from_millis(5_000);

        let required = Requirements::of(&requirements(&request, &client, started_at));

        assert_eq!((required.fresh_since, required.consent), (started_at, ConsentRule::Always));
    }
}
