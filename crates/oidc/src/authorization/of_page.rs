//! What a page of ours asks of the person who wants to see it, as the request of a journey.
//!
//! It is a request like a client's: the same engine, the same pages, the same rules. Only its answer is another: the browser
//! goes to the page, and nothing is issued.

use portreeve_domain::{ClientId, Lifetime, Scope, UserId};

use super::{Accepted, Prompt, Prompts, ResponseMode, ResponseTarget, ResponseType};

/// Who may see a page, and where it is.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The page's address: an absolute one of ours, or where a client of ours has a sign-in begin.
    pub page: String,
    /// The person it is about; anybody when absent.
    pub person: Option<UserId>,
    /// How long ago the person may have signed in, with every factor they have; any time when absent.
    pub max_age: Option<Lifetime>,
    /// Whether the person chooses an account first.
    pub chooses_account: bool,
}

impl Accepted {
    /// The request of a page of ours.
    pub fn of_page(asked: PageRequest) -> Self {
        let prompts: &[Prompt] = if asked.chooses_account { &[Prompt::SelectAccount] } else { &[] };
        Self {
            client_id: ClientId::own_pages(),
            pushed: None,
            target: ResponseTarget::new(asked.page, None, ResponseMode::default()),
            redirect_uri_was_sent: false,
            response_type: ResponseType::Code,
            scope: Scope::default(),
            resources: Vec::new(),
            details: Vec::new(),
            nonce: None,
            code_challenge: None,
            key: None,
            prompts: Prompts::of(prompts),
            max_age: asked.max_age.map(Lifetime::as_seconds),
            login_hint: None,
            id_token_hint: None,
            ui_locales: Vec::new(),
            acr_values: Vec::new(),
            claims: None,
            waiting: None,
            person: asked.person,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::requirements;
    use crate::testing::web_client;
    use portreeve_domain::Timestamp;
    use portreeve_domain::journey::Requirements;

    fn page() -> PageRequest {
        let page = "https://id.example/account".to_owned();
        PageRequest { page, person: None, max_age: None, chooses_account: false }
    }

    /// S-097: what was proven longer ago than the page allows does not count.
    #[test]
    fn a_page_that_wants_a_fresh_sign_in_takes_no_older_one() {
        let request = Accepted::of_page(PageRequest { max_age: Some(Lifetime::from_minutes(5)), ..page() });

        let required = Requirements::of(&requirements(&request, &web_client(), Timestamp::from_millis(1_000_000)));

        assert_eq!(required.fresh_since, Timestamp::from_millis(700_000));
    }

    #[test]
    fn the_request_of_a_page_is_read_back_as_it_was() {
        let request = Accepted::of_page(page());

        let stored = serde_json::to_string(&request).unwrap();

        assert_eq!(serde_json::from_str::<Accepted>(&stored).unwrap(), request);
        assert!(request.is_of_own_page());
    }
}
