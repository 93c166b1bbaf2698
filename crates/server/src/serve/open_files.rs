//! How many files the process may open, and what of them connections get.
//!
//! Owns the division. A process that runs out of files can neither accept a connection nor open its database, and cannot tell
//! anybody so; it is told beforehand how many connections it may hold, and lets further ones wait. Leaves the cap to the
//! listeners. R-26.

use portreeve_http_kit::listener::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// What is no connection of a client: the databases' files and connections, sockets that listen, mails and requests that
/// leave, and what the runtime needs.
const OWN: usize = 72;
/// The part of the rest that the admin door gets.
const ADMIN: usize = 8;
/// What a door gets in any case: with fewer nothing works.
const LEAST: usize = 8;

/// The limits of each door.
pub(super) struct DoorLimits {
    /// The public one, and the one that asks for certificates, each.
    pub(super) public: Limits,
    /// The one for operators.
    pub(super) admin: Limits,
}

/// Divides what the process may open among its doors; `doors` is how many public ones there are, `wanted` how many connections
/// each of them should hold. First asks for as many files as the process may ask for.
pub(super) fn divide(doors: usize, wanted: usize) -> DoorLimits {
    let files = files();
    let limits = divided(files, doors, wanted);
    let got = limits.public.max_connections;
    if got < wanted {
        warn!(
            files,
            wanted, got, "limits.max_connections is more than the process may open; raise its limit of open files"
        );
    }
    limits
}

fn divided(files: usize, doors: usize, wanted: usize) -> DoorLimits {
    let rest = files.saturating_sub(OWN);
    let admin = (rest / ADMIN).clamp(LEAST, Limits::default().max_connections);
    let public = (rest.saturating_sub(admin) / doors.max(1)).clamp(LEAST, wanted.max(LEAST));
    let of = |max_connections| Limits { max_connections, ..Limits::default() };
    DoorLimits { public: of(public), admin: of(admin) }
}

/// How many files the process may open, after it has asked for all it can have.
fn files() -> usize {
    let allowed = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: allowed.maximum, maximum: allowed.maximum };
    let current = setrlimit(Resource::Nofile, raised).map_or(allowed.current, |()| allowed.maximum);
    current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(files: usize, doors: usize, wanted: usize) -> (usize, usize) {
        let limits = divided(files, doors, wanted);
        (limits.public.max_connections, limits.admin.max_connections)
    }

    /// whatever connections there are, what the process needs itself stays free.
    #[test]
    fn connections_leave_files_for_the_server_itself() {
        for doors in [1, 2] {
            for files in [128, 256, 1024, 4096] {
                let (public, admin) = connections(files, doors, 10_000);
                assert!(doors * public + admin + OWN <= files, "{files} files: {doors} * {public} + {admin}");
                assert!(
                    doors * public + admin + OWN > files - 2 * doors,
                    "{files} files: {doors} * {public} + {admin}"
                );
            }
        }
    }

    #[test]
    fn where_there_are_files_enough_each_door_gets_what_it_should() {
        assert_eq!(connections(1_000_000, 2, 500), (500, 10_000));
        assert_eq!(connections(usize::MAX, 1, 10_000), (10_000, 10_000));
    }

    #[test]
    fn with_hardly_any_files_each_door_still_opens() {
        assert_eq!(connections(20, 2, 10_000), (LEAST, LEAST));
    }
}
