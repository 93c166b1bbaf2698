//! What the application asks for, in the words of the pages that ask a person to agree.

use portreeve_domain::{GrantType, lifetimes};
use portreeve_oidc::authorization_details::{self, Detail};
use portreeve_oidc::redirect_uri;
use portreeve_pages::Client;
use portreeve_pages::journey::{AccessDuration, AskedAccess, Details, Publisher, Resource, Scope};

use super::View;
use crate::words;

impl View<'_> {
    /// Who asks for what.
    pub(super) fn access(&self) -> AskedAccess {
        AskedAccess {
            client: self.client(),
            publisher: self.publisher(),
            described_at: words::described_at(self.stop.journey.client()),
            email: self.email(),
            scopes: self.scopes(),
            details: self.details(),
            resources: self.resources(),
            duration: self.duration(),
        }
    }

    /// The application that asks.
    pub(super) fn client(&self) -> Client {
        let (client, language) = (self.stop.journey.client(), self.frame.locale.tag());
        let has_logo = self.door.at.logo_uri(client, language).is_some();
        Client {
            name: client.display_name_in(language).to_owned(),
            client_uri: client.metadata.page_in("client_uri", language),
            policy_uri: client.metadata.page_in("policy_uri", language),
            tos_uri: client.metadata.page_in("tos_uri", language),
            logo_href: has_logo.then(|| self.page_href("logo")),
        }
    }

    fn publisher(&self) -> Publisher {
        let is_trusted = self.door.at.trusts(self.stop.journey.client());
        if is_trusted { Publisher::Verified } else { Publisher::Unverified }
    }

    /// Whether any program on the person's device could pass for it, and nobody answers for it (MC-07).
    pub(super) fn is_on_device(&self) -> bool {
        let client = self.stop.journey.client();
        !self.door.at.trusts(client) && redirect_uri::all_on_device(&client.metadata.redirect_uris)
    }

    fn scopes(&self) -> Vec<Scope> {
        let scopes = self.stop.journey.request().scope_to_agree(&self.door.at.attributes);
        scopes.iter().map(|name| words::scope(&self.door.at, name, self.frame.locale)).collect()
    }

    /// What exactly is asked for, in the words of the resource server's operator.
    fn details(&self) -> Vec<Details> {
        let servers = self.door.at.server_list();
        let in_words = |detail: &Detail| {
            let known = authorization_details::find(&servers, detail.type_name()).map(|(_, known)| known);
            let text = known.and_then(|known| known.text_in(self.frame.locale.tag()));
            Details {
                title: text.map_or_else(|| detail.type_name().to_owned(), |text| text.title.clone()),
                description: text.and_then(|text| text.description.clone()),
                facts: detail.facts(known),
            }
        };
        self.stop.journey.request().details.iter().map(in_words).collect()
    }

    fn resources(&self) -> Vec<Resource> {
        let resources = self.stop.journey.request().resources.iter();
        resources.map(|resource| words::resource(&self.door.at, resource)).collect()
    }

    /// How long the access lasts.
    fn duration(&self) -> AccessDuration {
        let (client, request) = (self.stop.journey.client(), self.stop.journey.request());
        let lasts = client.may_use(GrantType::RefreshToken) && request.scope.contains("offline_access");
        let days = u32::try_from(lifetimes::REFRESH_ABSOLUTE.as_seconds() / 86_400).unwrap_or(u32::MAX);
        if lasts { AccessDuration::Days(days) } else { AccessDuration::WhileSignedIn }
    }
}
