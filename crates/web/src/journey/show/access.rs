//! What the application asks for, in the words of the pages that ask a person to agree.

use portreeve_domain::{ClientOrigin, GrantType, lifetimes};
use portreeve_oidc::{client_document, redirect_uri};
use portreeve_pages::Client;
use portreeve_pages::journey::{AccessDuration, AskedAccess, Publisher, Resource, Scope};

use super::View;

impl View<'_> {
    /// Who asks for what.
    pub(super) fn access(&self) -> AskedAccess {
        AskedAccess {
            client: self.client(),
            publisher: self.publisher(),
            described_at: self.described_at(),
            email: self.email(),
            scopes: self.scopes(),
            resources: self.resources(),
            duration: self.duration(),
        }
    }

    /// The application that asks.
    fn client(&self) -> Client {
        let (client, language) = (self.stop.journey.client(), self.frame.locale.tag());
        Client {
            name: client.display_name_in(language).to_owned(),
            client_uri: client.metadata.page_in("client_uri", language),
            policy_uri: client.metadata.page_in("policy_uri", language),
            tos_uri: client.metadata.page_in("tos_uri", language),
        }
    }

    fn publisher(&self) -> Publisher {
        let is_trusted = self.door.at.trusts(self.stop.journey.client());
        if is_trusted { Publisher::Verified } else { Publisher::Unverified }
    }

    /// The host of the document that describes the application, when it is known by one.
    fn described_at(&self) -> Option<String> {
        let client = self.stop.journey.client();
        if client.origin == ClientOrigin::Document { client_document::host_of(&client.id) } else { None }
    }

    /// Whether any program on the person's device could pass for it, and nobody answers for it (MC-07).
    pub(super) fn is_on_device(&self) -> bool {
        let client = self.stop.journey.client();
        !self.door.at.trusts(client) && redirect_uri::all_on_device(&client.metadata.redirect_uris)
    }

    fn scopes(&self) -> Vec<Scope> {
        self.stop.journey.request().scope.iter().map(|name| self.scope(name)).collect()
    }

    /// A scope in the words of OpenID Connect, else in those of the resource server's operator, else by its bare name.
    fn scope(&self, name: &str) -> Scope {
        let meaning = self.door.at.scope(name);
        match meaning.and_then(|meaning| meaning.text_in(self.frame.locale.tag())) {
            Some(text) => Scope::Other { title: text.title.clone(), description: text.description.clone() },
            None => Scope::from_name(name),
        }
    }

    fn resources(&self) -> Vec<Resource> {
        let name = |resource: &String| self.door.at.server(resource).and_then(|server| server.name.clone());
        let server = |resource: &String| Resource {
            name: name(resource).unwrap_or_else(|| resource.clone()),
            location: resource.clone(),
        };
        self.stop.journey.request().resources.iter().map(server).collect()
    }

    /// How long the access lasts.
    fn duration(&self) -> AccessDuration {
        let (client, request) = (self.stop.journey.client(), self.stop.journey.request());
        let lasts = client.may_use(GrantType::RefreshToken) && request.scope.contains("offline_access");
        let days = u32::try_from(lifetimes::REFRESH_ABSOLUTE.as_seconds() / 86_400).unwrap_or(u32::MAX);
        if lasts { AccessDuration::Days(days) } else { AccessDuration::WhileSignedIn }
    }
}
