//! Files of networks: what they say, and what becomes of those that say nothing. SECURITY S-146.

use std::fs;
use std::path::Path;

use portreeve_test_parts::mmdb::{self, Value};

use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn places() -> Vec<u8> {
    let flat = Value::Map(vec![
        ("city", Value::Text("Nairobi")),
        ("country_code", Value::Text("KE")),
        ("latitude", Value::Double(-1.29)),
        ("longitude", Value::Double(36.82)),
    ]);
    let country = Value::Map(vec![("country_code", Value::Text("FR"))]);
    let odd = Value::Map(vec![("country", Value::Text("Atlantis"))]);
    mmdb::write(&[
        (address("203.0.113.0"), 24, mmdb::city("DE", "Hamburg", (53.55, 9.99))),
        (address("198.51.100.0"), 25, flat),
        (address("192.0.2.0"), 24, country),
        (address("198.51.100.128"), 25, odd),
        (address("2001:db8::"), 32, mmdb::city("JP", "Tokyo", (35.68, 139.69))),
    ])
}

fn open(folder: &Path, places: Option<&[u8]>, listed: Option<&str>) -> Result<Networks, UnusableFile> {
    let written = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    Networks::open(NetworkFiles {
        places: places.map(|bytes| written("places.mmdb", bytes)),
        listed: listed.map(|text| written("listed.txt", text.as_bytes())),
    })
}

/// Both forms of files are read, in both families of addresses; an address that a file does not have is nowhere.
#[test]
fn a_place_is_read_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let networks = open(folder.path(), Some(&places()), None).unwrap();
    for (at, country, city, point) in [
        ("203.0.113.9", Some("DE"), Some("Hamburg"), Some("53.6, 10.0")),
        ("::ffff:203.0.113.9", Some("DE"), Some("Hamburg"), Some("53.6, 10.0")),
        ("198.51.100.1", Some("KE"), Some("Nairobi"), Some("-1.3, 36.8")),
        ("192.0.2.1", Some("FR"), None, None),
        ("2001:db8::1", Some("JP"), Some("Tokyo"), Some("35.7, 139.7")),
    ] {
        let place = networks.place_of(address(at)).unwrap();
        let point = point.map(str::to_owned);
        assert_eq!((place.country.as_deref(), place.city.as_deref()), (country, city), "{at}");
        assert_eq!(place.point.map(|point| point.to_string()), point, "{at}");
    }
    for nowhere in ["198.51.100.200", "203.0.114.1", "2001:db9::1"] {
        assert_eq!(networks.place_of(address(nowhere)), None, "{nowhere}");
    }
    assert_eq!(Networks::default().place_of(address("203.0.113.9")), None);
}

/// A list has addresses and networks of both families, remarks and empty lines.
#[test]
fn a_list_has_its_networks_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# exits\n\n192.0.2.7 # one\r\n198.51.100.9/24\n2001:db8:1::/48\n";
    let networks = open(folder.path(), None, Some(text)).unwrap();
    for listed in ["192.0.2.7", "::ffff:192.0.2.7", "198.51.100.200", "2001:db8:1::5"] {
        assert!(networks.is_listed(address(listed)), "{listed}");
    }
    for other in ["192.0.2.8", "198.51.101.1", "2001:db8:2::5"] {
        assert!(!networks.is_listed(address(other)), "{other}");
    }
    assert!(!Networks::default().is_listed(address("192.0.2.7")));
}

/// A file that changes is read again; one that breaks leaves what was read before it.
#[test]
fn a_changed_file_is_read_again_and_a_broken_one_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let networks = open(folder.path(), Some(&places()), Some("192.0.2.7\n")).unwrap();
    assert_eq!(networks.refresh().unwrap(), Vec::<String>::new());

    fs::write(folder.path().join("listed.txt"), "192.0.2.88\n").unwrap();
    assert_eq!(networks.refresh().unwrap().len(), 1);
    assert!(networks.is_listed(address("192.0.2.88")) && !networks.is_listed(address("192.0.2.7")));

    fs::write(folder.path().join("listed.txt"), "192.0.2.88\nnot a network\n").unwrap();
    fs::remove_file(folder.path().join("places.mmdb")).unwrap();
    for _ in 0..2 {
        let unusable = networks.refresh().unwrap_err();
        assert_eq!(unusable.len(), 2);
        assert!(unusable[1].reason.starts_with("line 2 "), "{}", unusable[1]);
    }
    assert!(networks.is_listed(address("192.0.2.88")));
    assert!(networks.place_of(address("203.0.113.9")).is_some());
}

/// What is no such file is refused when it is opened.
#[test]
fn a_file_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (places, listed) in [(Some(&b"no database"[..]), None), (Some(&b""[..]), None), (None, Some("192.0.2.0/33"))] {
        assert!(open(folder.path(), places, listed).is_err(), "{listed:?}");
    }
    let gone = NetworkFiles { places: Some(folder.path().join("gone")), listed: None };
    assert!(Networks::open(gone).unwrap_err().path.ends_with("gone"));
}

/// Whatever stands in a file, no address makes reading it fail.
#[test]
fn a_malformed_file_of_places_says_nothing() {
    portreeve_fuzz::drive("places", |bytes| match Places::read(bytes.to_vec()) {
        Ok(places) => {
            for at in ["203.0.113.9", "198.51.100.1", "198.51.100.200", "2001:db8::1"] {
                places.place_of(address(at));
            }
            true
        }
        Err(_) => false,
    });
}

/// Nor does a list.
#[test]
fn a_malformed_list_is_refused_whole() {
    portreeve_fuzz::drive("listed_networks", |bytes| match Listed::read(bytes.to_vec()) {
        Ok(listed) => {
            listed.contains(address("192.0.2.7"));
            true
        }
        Err(_) => false,
    });
}
