//! Where on earth a network is, as far as a file of the operator's says so.
//!
//! Owns how much of it is kept: a country, a city, and a point of a tenth of a degree, which is a town and not a street. Leaves reading the
//! file to `networks` and the words to `pages`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The mean radius of the earth, in kilometres.
const EARTH_KM: f64 = 6371.0;
/// The longest name of a city that is kept, in characters.
const LONGEST_CITY: usize = 80;

/// A place; what is not known of it is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Two capital letters (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// A name, in the language of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// About where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

/// A point on earth, in tenths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// North of the equator: -900 to 900.
    pub latitude: i16,
    /// East of Greenwich: -1800 to 1800.
    pub longitude: i16,
}

impl Place {
    /// What is kept of what a file says; `None` when nothing of it can be used. A code that is no country's, a name without letters
    /// or of more than 80 characters and a point off the earth are left out.
    pub fn of(country: Option<&str>, city: Option<&str>, degrees: Option<(f64, f64)>) -> Option<Self> {
        let is_code = |code: &&str| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
        let is_name = |name: &&str| {
            name.chars().count() <= LONGEST_CITY
                && name.chars().any(char::is_alphabetic)
                && !name.chars().any(char::is_control)
        };
        let place = Self {
            country: country.filter(is_code).map(str::to_owned),
            city: city.map(str::trim).filter(is_name).map(str::to_owned),
            point: degrees.and_then(|(latitude, longitude)| Point::at(latitude, longitude)),
        };
        (place != Self::default()).then_some(place)
    }
}

impl Point {
    /// The point nearest to a latitude and a longitude in degrees; `None` off the earth.
    pub fn at(latitude: f64, longitude: f64) -> Option<Self> {
        let tenths = |degrees: f64, most: f64| {
            let is_on_earth = degrees.is_finite() && degrees.abs() <= most;
            #[expect(clippy::cast_possible_truncation, reason = "at most 1800")]
            is_on_earth.then(|| (degrees * 10.0).round() as i16)
        };
        Some(Self { latitude: tenths(latitude, 90.0)?, longitude: tenths(longitude, 180.0)? })
    }

    /// How far it is to `other` along the surface, in kilometres; 0 to 20015.
    pub fn distance_km(self, other: Self) -> f64 {
        let radians = |tenths: i16| (f64::from(tenths) / 10.0).to_radians();
        let (here, there) = (radians(self.latitude), radians(other.latitude));
        let half_sine = |one: f64, two: f64| ((one - two) / 2.0).sin().powi(2);
        let chord = half_sine(here, there)
            + here.cos() * there.cos() * half_sine(radians(self.longitude), radians(other.longitude));
        // Rounding may lead beyond 1, where there is no arc.
        2.0 * EARTH_KM * chord.sqrt().min(1.0).asin()
    }
}

impl fmt::Display for Point {
    /// Degrees of latitude and longitude, such as `53.6, 10.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}, {:.1}", f64::from(self.latitude) / 10.0, f64::from(self.longitude) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Great-circle distances of an atlas, within two in a hundred.
    #[test]
    fn distances_are_those_of_the_globe() {
        let hamburg = Point::at(53.55, 9.99).unwrap();
        let (tokyo, antipode) = (Point::at(35.68, 139.69).unwrap(), Point::at(-53.55, -170.01).unwrap());
        for (other, km) in [(hamburg, 0.0), (Point::at(48.14, 11.58).unwrap(), 612.0), (tokyo, 9000.0)] {
            let measured = hamburg.distance_km(other);
            assert!((measured - km).abs() <= km * 0.02, "{measured} {km}");
        }
        assert!((hamburg.distance_km(antipode) - 20015.0).abs() < 20.0);
        assert!((Point::at(0.0, 179.9).unwrap().distance_km(Point::at(0.0, -179.9).unwrap()) - 22.2).abs() < 1.0);
    }

    #[test]
    fn what_is_no_place_is_left_out() {
        assert_eq!(Place::of(Some("de"), Some(" 12 "), Some((91.0, 0.0))), None);
        assert_eq!(Place::of(Some("DEU"), Some("a\u{7}b"), Some((f64::NAN, 0.0))), None);
        assert_eq!(Place::of(None, Some(&"a".repeat(81)), None), None);
        let place = Place::of(Some("DE"), Some(" Hamburg "), Some((53.55, 9.99))).unwrap();
        assert_eq!((place.country.as_deref(), place.city.as_deref()), (Some("DE"), Some("Hamburg")));
        assert_eq!(place.point, Some(Point { latitude: 536, longitude: 100 }));
        assert_eq!(place.point.unwrap().to_string(), "53.6, 10.0");
    }
}
