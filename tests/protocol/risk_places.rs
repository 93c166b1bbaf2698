//! Where people sign in from: what it adds to the risk of a sign-in, and where they read it. SECURITY S-012, S-146, S-150.

use std::fs;
use std::sync::Arc;

use portreeve_domain::Lifetime;
use portreeve_issuer::{MailContent, OutgoingMail};
use portreeve_networks::{NetworkFiles, Networks};
use portreeve_test_parts::mmdb;
use portreeve_test_parts::temp::TempFolder;
use portreeve_tests::{
    browser::Browser,
    cast,
    deployment::{Deployment, on_both, on_sqlite},
};
use serde_json::{Value, json};

const HAMBURG: &str = "203.0.113.7";
const TOKYO: &str = "198.51.100.7";
/// In no file of places.
const NOWHERE: &str = "192.0.2.7";

/// Files of networks, and a node that knows them.
struct Charted {
    node: Deployment,
    networks: Arc<Networks>,
    folder: TempFolder,
}

impl Charted {
    async fn new(at: &Deployment) -> Self {
        let folder = TempFolder::new("networks");
        let (places, listed) = (folder.path().join("places.mmdb"), folder.path().join("listed.txt"));
        let of = |text: &str| text.parse().unwrap();
        let entries = [
            (of("203.0.113.0"), 24, mmdb::city("DE", "Hamburg", (53.55, 9.99))),
            (of("198.51.100.0"), 24, mmdb::city("JP", "Tokyo", (35.68, 139.69))),
        ];
        fs::write(&places, mmdb::write(&entries)).unwrap();
        fs::write(&listed, "# nothing yet\n").unwrap();
        let files = NetworkFiles { places: Some(places), listed: Some(listed) };
        let networks = Arc::new(Networks::open(files).unwrap());
        let node = at.another_node_with_networks(Arc::clone(&networks)).await;
        Self { node, networks, folder }
    }

    /// Signs Ada in from an address, in a browser with the cookies of a known device.
    async fn signs_in(&self, address: &str, known: Option<&Browser<'_>>) -> Browser<'_> {
        let browser = Browser::at_address(&self.node, address);
        if let Some(known) = known {
            let cookies = known.cookies().into_iter().filter(|(name, _)| name.contains("device"));
            browser.set_cookies(cookies.collect());
        }
        let (page, _) = browser.visit_as("/account", cast::ADA).await;
        assert_eq!(page.path, "/account", "{}", page.html());
        browser
    }

    /// The signals of the newest event, and how many events there are.
    async fn newest(&self) -> (usize, Value) {
        let facts = self.node.facts_of_events("risk.evaluated").await;
        (facts.len(), facts.last().map_or(Value::Null, |facts| facts["signals"].clone()))
    }
}

/// S-146: from Hamburg to Tokyo in an hour, at a known device: its owner is told of it, with the place in words, and no address is in the event.
#[test]
fn impossible_travel_is_told_with_its_place() {
    on_both(async |at| {
        let charted = Charted::new(at).await;
        let home = charted.signs_in(HAMBURG, None).await;
        charted.node.read_new_device_mails().await;
        charted.signs_in(HAMBURG, Some(&home)).await;
        assert_eq!((charted.newest().await.0, charted.node.read_new_device_mails().await.len()), (1, 0));
        at.wait(Lifetime::from_hours(1));

        charted.signs_in(TOKYO, Some(&home)).await;

        let facts = charted.node.facts_of_events("risk.evaluated").await;
        let signals = ["new_network", "new_country", "impossible_travel"];
        assert_eq!(facts[1], json!({ "score": 55, "level": "elevated", "signals": signals }));
        let [mail] = <[OutgoingMail; 1]>::try_from(charted.node.read_new_device_mails().await).ok().expect("a notice");
        let MailContent::NewDevice { origin, .. } = mail.content else { panic!("another mail") };
        let place = origin.place.expect("a place");
        assert_eq!((place.country.as_deref(), place.city.as_deref()), (Some("JP"), Some("Tokyo")));
    });
}

/// S-146: a day later it is a journey: another country at a known device is usual enough, and at a new one it is not.
#[test]
fn a_known_device_may_travel() {
    on_both(async |at| {
        let charted = Charted::new(at).await;
        let home = charted.signs_in(HAMBURG, None).await;
        at.wait(Lifetime::from_days(1));
        charted.signs_in(TOKYO, Some(&home)).await;
        assert_eq!(charted.newest().await.0, 1, "only the first device was new");

        at.wait(Lifetime::from_days(1));
        charted.signs_in(NOWHERE, None).await;
        assert_eq!(charted.newest().await, (2, json!(["new_device", "new_network"])), "an unknown place is no signal");
    });
}

/// S-146: a listed network raises the risk, also of a known device that comes from there for the first time; the list is read again.
#[test]
fn a_listed_network_is_a_signal() {
    on_both(async |at| {
        let charted = Charted::new(at).await;
        let home = charted.signs_in(HAMBURG, None).await;
        fs::write(charted.folder.path().join("listed.txt"), "192.0.2.0/28 # exits\n").unwrap();
        charted.signs_in("192.0.2.99", Some(&home)).await;
        assert_eq!(charted.newest().await.0, 1);
        charted.networks.refresh().unwrap();

        charted.signs_in("192.0.3.7", Some(&home)).await;
        assert_eq!(charted.newest().await.0, 1);
        fs::write(charted.folder.path().join("listed.txt"), "192.0.2.0/28\n192.0.4.0/24\n").unwrap();
        charted.networks.refresh().unwrap();
        charted.signs_in("192.0.4.7", Some(&home)).await;

        assert_eq!(charted.newest().await, (2, json!(["new_network", "listed_network"])));
    });
}

/// The list of sessions tells where each is, in words; what is not known is not said.
#[test]
fn the_list_of_sessions_says_where() {
    on_both(async |at| {
        let charted = Charted::new(at).await;
        charted.signs_in(TOKYO, None).await;
        let here = charted.signs_in(NOWHERE, None).await;

        let page = here.visit("/account/sessions").await;

        let there = page.text_of("session-2").unwrap();
        assert!(there.contains("near") && there.contains("Tokyo, JP"), "{there}");
        assert!(!page.text_of("here").unwrap().contains("near"), "{}", page.html());
    });
}

/// S-150: the copy of what is known has the place, as it is kept.
#[test]
fn the_copy_has_the_place() {
    on_sqlite(async |at| {
        let charted = Charted::new(at).await;
        let browser = charted.signs_in(HAMBURG, None).await;
        let page = browser.visit("/account/data").await;

        for told in ["Hamburg", "DE", "53.6, 10.0"] {
            assert!(page.html().contains(told), "{told}: {}", page.html());
        }
    });
}
