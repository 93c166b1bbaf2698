//! Who may wait for a hashing thread, and whose turn it is: tenants share places and turns, so that a storm of sign-ins at one
//! keeps nobody of another from signing in.
//!
//! Owns places and order. Leaves threads and what they do to `password_threads`. SECURITY rule 24; R-21.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portreeve_domain::TenantId;

/// The lines of all tenants. Cheap to clone.
pub(crate) struct Lines<W>(Arc<Shared<W>>);

struct Shared<W> {
    state: Mutex<State<W>>,
    /// Work waits, or none will come any more.
    changed: Condvar,
}

struct State<W> {
    /// How many places there are.
    places: usize,
    taken: usize,
    of: BTreeMap<TenantId, Line<W>>,
    /// Who had the last turn.
    last: Option<TenantId>,
    /// No work will come any more.
    closed: bool,
}

/// What a thread does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<W> {
    /// This work.
    Work(W),
    /// Nothing came for as long as it would wait.
    Rest,
    /// Nothing will come any more.
    End,
}

/// The line of one tenant; there is one while a place of it is taken.
struct Line<W> {
    /// Also by the work that waits.
    taken: usize,
    waiting: VecDeque<W>,
}

/// A place in the line of a tenant, free again when it is dropped, or when the work that waits there has its turn.
pub(crate) struct Place<W> {
    /// `None` when work has taken it.
    lines: Option<Lines<W>>,
    tenant: TenantId,
}

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W> Lines<W> {
    /// Lines with so many places.
    pub(crate) fn new(places: usize) -> Self {
        let state = State { places, taken: 0, of: BTreeMap::new(), last: None, closed: false };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for `tenant`: while one is free, and while it has fewer than an equal share of all, which those who came before
    /// may have taken. `None` when there is none.
    pub(crate) fn place(&self, tenant: TenantId) -> Option<Place<W>> {
        let mut state = self.state();
        let own = state.of.get(&tenant).map_or(0, |line| line.taken);
        let tenants = state.of.len() + usize::from(!state.of.contains_key(&tenant));
        let share = (state.places / tenants).max(1);
        if state.taken >= state.places && own >= share {
            return None;
        }
        state.taken += 1;
        state.of.entry(tenant).or_insert_with(|| Line { taken: 0, waiting: VecDeque::new() }).taken += 1;
        Some(Place { lines: Some(self.clone()), tenant })
    }

    /// Waits for work, for `patience` at most where there is one.
    pub(crate) fn turn(&self, patience: Option<Duration>) -> Turn<W> {
        let idle = |state: &mut State<W>| !state.closed && !state.has_work();
        let (state, changed) = (self.state(), &self.0.changed);
        let mut state = match patience {
            None => changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                changed.wait_timeout_while(state, patience, idle).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match state.next() {
            Some(work) => Turn::Work(work),
            None if state.closed => Turn::End,
            None => Turn::Rest,
        }
    }

    /// No work will come any more: what waits is done, then every turn is the end.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.0.changed.notify_all();
    }
}

impl<W> State<W> {
    fn has_work(&self) -> bool {
        self.of.values().any(|line| !line.waiting.is_empty())
    }

    /// The work whose turn it is: the oldest of the tenant that comes after the one that had the last turn.
    fn next(&mut self) -> Option<W> {
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let waits = |(tenant, line): (&TenantId, &Line<W>)| (!line.waiting.is_empty()).then_some(*tenant);
        let later = self.of.range((after, Bound::Unbounded)).find_map(waits);
        let tenant = later.or_else(|| self.of.iter().find_map(waits))?;
        let work = self.of.get_mut(&tenant)?.waiting.pop_front();
        self.last = Some(tenant);
        self.leave(tenant);
        work
    }

    fn leave(&mut self, tenant: TenantId) {
        let Some(line) = self.of.get_mut(&tenant) else { return };
        self.taken -= 1;
        line.taken -= 1;
        if line.taken == 0 {
            self.of.remove(&tenant);
        }
    }
}

impl<W> Place<W> {
    /// Lets work wait in this place.
    pub(crate) fn wait(mut self, work: W) {
        if let Some(lines) = self.lines.take()
            && let Some(line) = lines.state().of.get_mut(&self.tenant)
        {
            line.waiting.push_back(work);
            lines.0.changed.notify_one();
        }
    }
}

impl<W> Drop for Place<W> {
    fn drop(&mut self) {
        if let Some(lines) = &self.lines {
            lines.state().leave(self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const LOUD: TenantId = TenantId::DEFAULT;

    fn quiet() -> TenantId {
        TenantId::new(2)
    }

    /// Part of R-21: whoever takes every place leaves each other tenant its share, and gets no more until it is within its own.
    #[test]
    fn a_tenant_that_takes_every_place_leaves_others_theirs() {
        let lines = Lines::<()>::new(8);
        let mut loud: Vec<_> = std::iter::from_fn(|| lines.place(LOUD)).collect();

        let quiet: Vec<_> = std::iter::from_fn(|| lines.place(quiet())).collect();

        assert_eq!((loud.len(), quiet.len()), (8, 4));
        loud.truncate(5);
        assert!(lines.place(LOUD).is_none());
        drop(quiet);
        assert!(lines.place(LOUD).is_some());
    }

    /// Part of R-21: tenants have turns; within one, first come, first served.
    #[test]
    fn tenants_take_turns() {
        let lines = Lines::new(8);
        for (tenant, work) in [(LOUD, 1), (LOUD, 2), (LOUD, 3), (quiet(), 10), (quiet(), 11)] {
            lines.place(tenant).unwrap().wait(work);
        }

        lines.close();
        let work = || if let Turn::Work(work) = lines.turn(None) { Some(work) } else { None };
        let order: Vec<_> = std::iter::from_fn(work).collect();

        assert_eq!(order, [1, 10, 2, 11, 3]);
        assert!(lines.state().of.is_empty() && lines.state().taken == 0);
    }

    /// A thread that waits hears of work at once, of its end, and, where it would not wait for ever, that there was nothing.
    #[test]
    fn a_thread_that_waits_is_told() {
        let lines = Lines::<u8>::new(8);
        let (told, tells) = mpsc::channel();
        let waits = |patience| {
            let (lines, told) = (lines.clone(), told.clone());
            thread::spawn(move || told.send(lines.turn(patience)));
            // Whoever does not wait yet would hear without being told.
            thread::sleep(Duration::from_millis(20));
        };
        let heard = || tells.recv_timeout(Duration::from_secs(10)).expect("nobody waits for ever");

        waits(Some(Duration::from_millis(1)));
        assert_eq!(heard(), Turn::Rest);
        waits(None);
        lines.place(LOUD).unwrap().wait(7);
        assert_eq!(heard(), Turn::Work(7));
        waits(None);
        waits(Some(Duration::MAX));
        lines.close();
        assert_eq!([heard(), heard()], [Turn::End, Turn::End]);
    }
}
