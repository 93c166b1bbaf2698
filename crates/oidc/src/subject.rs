//! Subject identifiers: the same for every client, or one per sector.
//!
//! Owns the sector of a client and the pairwise computation. Leaves fetching a `sector_identifier_uri` to registration,
//! and the key (one per tenant, never rotated: every `sub` depends on it) to `issuer`. OIDC Core §8, §8.1.

use portreeve_crypto::{SecretBytes, hex, hmac_sha256};
use portreeve_domain::{Client, ClientMetadata, Subject, SubjectType, UserId};

use crate::uri::host;

/// Separates this use of the key from any other.
const PURPOSE: &[u8] = b"pairwise subject";

/// Clients that see the same pairwise identifiers: a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sector(String);

impl Sector {
    /// The sector of a client: the host of its `sector_identifier_uri`, else the one host of all its redirect URIs.
    ///
    /// `None` when there is neither: no host at all (private-use schemes), or several hosts and nothing that joins them.
    /// Registration refuses pairwise subjects then (OIDC Core §8.1), unless there are no redirect URIs and thus no users.
    pub fn of(metadata: &ClientMetadata) -> Option<Self> {
        if let Some(uri) = &metadata.sector_identifier_uri {
            return host(uri).map(Self);
        }
        let mut hosts = metadata.redirect_uris.iter().map(|uri| host(uri));
        let first = hosts.next()??;
        hosts.all(|other| other.as_deref() == Some(first.as_str())).then_some(Self(first))
    }
}

/// The `sub` of a user for a client, as it stands in every token and answer to that client.
///
/// `public` is the user's own subject. `None` when the client is registered for pairwise subjects and has no sector, which
/// registration rules out.
pub fn subject_for(client: &Client, user: UserId, public: &Subject, key: &SecretBytes<32>) -> Option<Subject> {
    match client.metadata.subject_type {
        SubjectType::Public => Some(public.clone()),
        SubjectType::Pairwise => Sector::of(&client.metadata).map(|sector| pairwise(&sector, user, key)),
    }
}

/// The identifier of `user` in `sector`: HMAC-SHA-256 as 64 lower-case hexadecimal digits after the prefix of subjects.
///
/// It depends on nothing a person can change, so it is stable; without the key nobody can link two sectors or test a
/// guess (OIDC Core §8.1, §17.3).
pub fn pairwise(sector: &Sector, user: UserId, key: &SecretBytes<32>) -> Subject {
    let mac = hmac_sha256(key.expose(), &[PURPOSE, sector.0.as_bytes(), user.as_bytes()]);
    Subject::new(format!("{}{}", Subject::PREFIX, hex(&mac)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_domain::{ClientId, ClientOrigin, TenantId};

    const ADA: UserId = UserId::from_bytes([1; 16]);
    const BOB: UserId = UserId::from_bytes([2; 16]);

    fn key(byte: u8) -> SecretBytes<32> {
        SecretBytes::new([byte; 32])
    }

    fn client(id: &str, subject_type: SubjectType, redirect_uris: &[&str], sector: Option<&str>) -> Client {
        Client {
            tenant: TenantId::DEFAULT,
            id: ClientId::parse(id).unwrap(),
            metadata: ClientMetadata {
                subject_type,
                redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
                sector_identifier_uri: sector.map(str::to_owned),
                ..ClientMetadata::default()
            },
            secrets: Vec::new(),
            disabled_at: None,
            disabled_grants: Default::default(),
            origin: ClientOrigin::Operator,
        }
    }

    fn sub(client: &Client, user: UserId) -> String {
        subject_for(client, user, &Subject::new("usr_public"), &key(7)).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_public_subject_is_the_users_own() {
        let web = client("web", SubjectType::Public, &["https://a.example/cb", "https://b.example/cb"], None);

        assert_eq!(sub(&web, ADA), "usr_public");
    }

    /// OC-48, OC-49, S-046: two clients of one sector see the same value, however the sector is given.
    #[test]
    fn one_sector_sees_one_value() {
        let one = client("one", SubjectType::Pairwise, &["https://rp.example/cb"], None);
        let two = client("two", SubjectType::Pairwise, &["https://RP.example:8443/x", "https://rp.example/y"], None);
        let three =
            client("three", SubjectType::Pairwise, &["https://c.example/"], Some("https://rp.example/all.json"));

        assert_eq!(sub(&one, ADA), sub(&two, ADA));
        assert_eq!(sub(&one, ADA), sub(&three, ADA));
    }

    /// OC-48, S-046: sectors, users and keys separate values, and none is the public one.
    #[test]
    fn sectors_users_and_keys_are_unlinkable() {
        let here = client("web", SubjectType::Pairwise, &["https://here.example/cb"], None);
        let there = client("web", SubjectType::Pairwise, &["https://there.example/cb"], None);
        let other_key = subject_for(&here, ADA, &Subject::new("usr_public"), &key(8)).unwrap();

        let values = [
            sub(&here, ADA),
            sub(&there, ADA),
            sub(&here, BOB),
            other_key.as_str().to_owned(),
            "usr_public".to_owned(),
        ];
        let distinct: std::collections::BTreeSet<_> = values.iter().collect();
        assert_eq!(distinct.len(), values.len());
    }

    /// OC-26, BC-08, AT-06: at most 255 ASCII characters, in the name space no client can use.
    #[test]
    fn a_pairwise_value_is_a_subject_and_no_client_id() {
        let value = sub(&client("web", SubjectType::Pairwise, &["https://rp.example/cb"], None), ADA);

        assert_eq!(value.len(), "usr_".len() + 64);
        assert!(value.bytes().all(|b| b.is_ascii_graphic()));
        assert!(ClientId::parse(&value).is_none());
    }

    /// OC-48: without one host there is no sector (OIDC Core §8.1).
    #[test]
    fn several_hosts_or_none_are_no_sector() {
        let lists: [&[&str]; 6] = [
            &["com.example.app://a.example/cb"],
            &["https://a.example/cb", "https://b.example/cb"],
            &["https://a.example/cb", "com.example.app:/cb"],
            &["com.example.app:/cb"],
            &["not a uri"],
            &[],
        ];

        for redirect_uris in lists {
            let client = client("web", SubjectType::Pairwise, redirect_uris, None);
            assert_eq!(Sector::of(&client.metadata), None, "{redirect_uris:?}");
            assert!(subject_for(&client, ADA, &Subject::new("usr_public"), &key(7)).is_none());
        }
    }
}
