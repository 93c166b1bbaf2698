//! Places by a MaxMind DB: in the form of GeoIP2 (`country.iso_code`, `city.names`, `location`), or flat (`country_code`, `city`, `latitude`,
//! `longitude`) as free data sets have it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use maxminddb::Reader;
use portreeve_domain::Place;
use serde::Deserialize;

/// The language of names: the one that every file has.
const LANGUAGE: &str = "en";

/// A file of places, held in memory.
pub(crate) struct Places(Reader<Vec<u8>>);

/// What is read of an entry; everything else is skipped.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    country: Option<Country<'a>>,
    country_code: Option<&'a str>,
    #[serde(borrow)]
    city: Option<City<'a>>,
    location: Option<Location>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(Deserialize)]
struct Country<'a> {
    iso_code: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum City<'a> {
    Flat(&'a str),
    Names {
        #[serde(borrow, default)]
        names: BTreeMap<&'a str, &'a str>,
    },
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Places {
    /// The largest file that is read; those of all cities have 20 to 150 MiB.
    pub(crate) const MOST_BYTES: u64 = 512 * 1024 * 1024;

    /// Reads a MaxMind DB.
    pub(crate) fn read(bytes: Vec<u8>) -> Result<Self, String> {
        Reader::from_source(bytes).map(Self).map_err(|error| format!("is no MaxMind DB: {error}"))
    }

    /// Where an address is. An entry that cannot be read says nothing.
    pub(crate) fn place_of(&self, address: IpAddr) -> Option<Place> {
        let entry: Entry<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        let country = entry.country.and_then(|country| country.iso_code).or(entry.country_code);
        let city = match &entry.city {
            Some(City::Flat(name)) => Some(*name),
            Some(City::Names { names }) => names.get(LANGUAGE).copied(),
            None => None,
        };
        let located = entry.location.and_then(|at| Some((at.latitude?, at.longitude?)));
        Place::of(country, city, located.or_else(|| Some((entry.latitude?, entry.longitude?))))
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Places")
    }
}
