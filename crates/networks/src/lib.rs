//! What an operator's files say of networks: where they are, and whether they are on a list.
//!
//! Owns reading both files, again when they have changed, and the limits of their size. Nothing is asked of anybody outside: an address leaves
//! neither this crate nor the machine. What a file does not say is not known, and that is no answer of its own. Leaves what follows to `domain::risk`.
//!
//! | file | subject |
//! |---|---|
//! | `places` | a MaxMind DB of countries or cities |
//! | `listed` | networks, one a line |
//! | `watched` | a file that is read again when it has changed |

mod listed;
mod places;
mod watched;

use std::net::IpAddr;
use std::path::PathBuf;

use portreeve_domain::Place;

use self::listed::Listed;
use self::places::Places;
use self::watched::Watched;

/// The files of an operator; each may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFiles {
    /// A MaxMind DB of countries or cities, of any maker.
    pub places: Option<PathBuf>,
    /// Networks that raise the risk of a sign-in, one a line.
    pub listed: Option<PathBuf>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct UnusableFile {
    /// Which.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What the files say. Without files: nothing.
#[derive(Debug, Default)]
pub struct Networks {
    places: Option<Watched<Places>>,
    listed: Option<Watched<Listed>>,
}

impl Networks {
    /// Reads the files.
    ///
    /// # Errors
    /// The first one that cannot be read, is too large, or is not what it should be.
    pub fn open(files: NetworkFiles) -> Result<Self, UnusableFile> {
        Ok(Self {
            places: files.places.map(|path| Watched::open(path, Places::MOST_BYTES, Places::read)).transpose()?,
            listed: files.listed.map(|path| Watched::open(path, Listed::MOST_BYTES, Listed::read)).transpose()?,
        })
    }

    /// Where an address is; `None` when no file says so.
    pub fn place_of(&self, address: IpAddr) -> Option<Place> {
        self.places.as_ref()?.current().place_of(address.to_canonical())
    }

    /// Whether the list has the network of an address.
    pub fn is_listed(&self, address: IpAddr) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.current().contains(address.to_canonical()))
    }

    /// Reads the files again that have another time or size than when they were last read, and gives the paths of those. Waits for the
    /// disk. A file that cannot be used is told of each time, and what was read before it stays in use.
    ///
    /// # Errors
    /// Every such file; the others were read.
    pub fn refresh(&self) -> Result<Vec<String>, Vec<UnusableFile>> {
        let places = self.places.as_ref().map(Watched::refresh);
        let listed = self.listed.as_ref().map(Watched::refresh);
        let (mut renewed, mut unusable) = (Vec::new(), Vec::new());
        for outcome in places.into_iter().chain(listed) {
            match outcome {
                Ok(path) => renewed.extend(path),
                Err(file) => unusable.push(file),
            }
        }
        if unusable.is_empty() { Ok(renewed) } else { Err(unusable) }
    }
}

#[cfg(test)]
mod tests;
