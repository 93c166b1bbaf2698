//! Drift is what a plan would change, and what only the database has.

use super::*;

impl Fixture {
    async fn drift(&self, text: &str) -> Vec<String> {
        let resources = self.read(text).unwrap();
        let differences = self.issuer.drift(&resources).await.unwrap();
        differences.iter().map(ToString::to_string).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_applied_has_not_drifted() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;

    assert_eq!(fixture.drift(EVERYTHING).await, Vec::<String>::new());
}

/// W18: a change made elsewhere is told with its field, what only one side has with its name.
#[tokio::test(flavor = "multi_thread")]
async fn changed_missing_and_undeclared_resources_are_told_and_left_alone() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let gateway = ClientId::parse("gateway").unwrap();
    let prepared = fixture.issuer.prepare_secret_rotation(&fixture.tenant(), &gateway, FormerSecrets::End).unwrap();
    fixture.issuer.rotate_client_secret(&fixture.tenant(), &prepared).await.unwrap();
    let (with_texts, without) = (EVERYTHING.find("[[scopes]]").unwrap(), EVERYTHING.find("[[clients]]").unwrap());
    let files = format!("{}{}", &EVERYTHING[..with_texts], &EVERYTHING[without..])
        .replace("client_id = \"app\"", "client_id = \"new\"");

    let drift = fixture.drift(&files).await;

    assert_eq!(
        drift,
        [
            "- scope orders.read in default",
            "- terms tos in default",
            "~ client gateway in default: client_secret",
            "+ client new in other: grant_types, redirect_uris, response_types, token_endpoint_auth_method",
            "- client app in other",
        ]
    );
    assert!(fixture.tenant().scope("orders.read").is_some());
}

/// A file may lean on a resource server that another file declares: that it is undeclared here is drift, no mistake.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_an_undeclared_resource_server_is_compared_all_the_same() {
    let fixture = Fixture::new().await;
    fixture.apply(EVERYTHING, Unlisted::Keep).await;
    let start = EVERYTHING.find("[[clients]]").unwrap();

    let drift = fixture.drift(&EVERYTHING[start..]).await;

    let undeclared = [
        "- resource server https://api.example.com in default",
        "- scope orders.read in default",
        "- terms tos in default",
    ];
    assert_eq!(drift, undeclared);
}
