//! What a node read of tokens and of what their grants stand on, remembered between requests for as long as nothing of it ended.
//!
//! Owns the memory, and when it is believed: while the node hears, within `TRUST`, of every ending that any node commits, and
//! after none of the person concerned. Whatever shuts the gate is read anew: what is remembered opens it, and never shuts it.
//! Leaves hearing to `driver::endings`, and SQLite alone, where a read costs as little as this. Decision 0025; R-19.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use portreeve_domain::{AccessTokenId, UserId};
use quick_cache::sync::Cache;

use crate::Conn;
use crate::access_tokens;
use crate::standing::{self, Standing};

/// How long endings may go unheard before nothing is believed any more.
const TRUST: Duration = Duration::from_millis(1500);
/// How many buckets people are divided into.
const BUCKETS: usize = 4096;

/// Those among whom an ending is told: a part of all people, so that telling of many at once stays short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket(u16);

impl Bucket {
    /// That of a person. The migration `endings` computes the same.
    pub(crate) fn of_user(user: UserId) -> Self {
        let [.., high, low] = *user.as_bytes();
        Self(u16::from_be_bytes([high, low]) % BUCKETS as u16)
    }

    /// That of a token: its person's, or one by its id where it stands for none.
    pub(crate) fn of_token(id: AccessTokenId, user: Option<UserId>) -> Self {
        let [.., high, low] = id.as_i64().to_be_bytes();
        user.map_or(Self(u16::from_be_bytes([high, low]) % BUCKETS as u16), Self::of_user)
    }

    /// Reads the number as the database tells it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|&number| usize::from(number) < BUCKETS).map(Self)
    }
}

/// A fact with the count of endings from before it was read.
#[derive(Clone)]
pub(crate) struct Remembered<T> {
    fact: T,
    bucket: Bucket,
    as_of: u64,
}

/// What a node's memory was good for since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecallUse {
    /// How many facts about tokens and their grants were asked for.
    pub asked: u64,
    /// How many of them it knew, so that the database was not asked.
    pub known: u64,
}

/// The memory of one node.
pub(crate) struct Recall {
    tokens: Cache<access_tokens::Key, Remembered<access_tokens::Found>>,
    standings: Cache<standing::Key, Remembered<Standing>>,
    began: Instant,
    /// How many endings were heard of.
    endings: AtomicU64,
    /// For each bucket the count at its last ending.
    ended: Box<[AtomicU64]>,
    /// The count below which nothing is believed.
    forgotten: AtomicU64,
    /// Until when every ending was heard of, as `millis` counts; 0: never.
    heard: AtomicU64,
    /// How many facts were asked for, and how many of them it knew.
    asked: AtomicU64,
    known: AtomicU64,
    /// How often it was asked whether it hears, and whether anybody has asked for a fact since.
    questions: AtomicU64,
    wanted: AtomicBool,
}

impl Recall {
    /// An empty memory for `tokens` tokens and as many standings.
    pub(crate) fn new(tokens: usize, now: Instant) -> Self {
        Self {
            tokens: Cache::new(tokens),
            standings: Cache::new(tokens),
            began: now,
            endings: AtomicU64::new(0),
            ended: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            forgotten: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            known: AtomicU64::new(0),
            questions: AtomicU64::new(0),
            wanted: AtomicBool::new(false),
        }
    }

    /// Something of somebody in `bucket` has ended.
    pub(crate) fn end(&self, bucket: Bucket) {
        let count = self.endings.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(ended) = self.ended.get(usize::from(bucket.0)) {
            ended.fetch_max(count, Ordering::SeqCst);
        }
    }

    /// Something of anybody may have ended.
    pub(crate) fn forget(&self) {
        let count = self.endings.fetch_add(1, Ordering::SeqCst) + 1;
        self.forgotten.fetch_max(count, Ordering::SeqCst);
    }

    /// Every ending committed before `asked` was heard of.
    pub(crate) fn hear(&self, asked: Instant) {
        self.heard.fetch_max(self.millis(asked), Ordering::SeqCst);
    }

    /// The number of a question whether it hears, where anybody has asked for a fact since the last one: a node that nobody asks need
    /// not know.
    pub(crate) fn take_question(&self) -> Option<u64> {
        self.wanted.swap(false, Ordering::Relaxed).then(|| self.questions.fetch_add(1, Ordering::Relaxed))
    }

    /// What it was good for since the start.
    pub(crate) fn use_so_far(&self) -> RecallUse {
        RecallUse { asked: self.asked.load(Ordering::Relaxed), known: self.known.load(Ordering::Relaxed) }
    }

    fn is_believed(&self, bucket: Bucket, as_of: u64, now: Instant) -> bool {
        let heard = self.heard.load(Ordering::SeqCst);
        let ended = self.ended.get(usize::from(bucket.0)).map_or(u64::MAX, |ended| ended.load(Ordering::SeqCst));
        heard > 0
            && self.millis(now).saturating_sub(heard) < u64::try_from(TRUST.as_millis()).unwrap_or(0)
            && as_of >= self.forgotten.load(Ordering::SeqCst)
            && as_of >= ended
    }

    /// Since it began, and one more: 0 is never.
    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_millis()).map_or(u64::MAX, |millis| millis + 1)
    }
}

/// A fact that can be remembered.
pub(crate) trait Memorable: Clone {
    /// What it is found by.
    type Key: Eq + Hash + Clone;

    /// Where it is remembered.
    fn place(recall: &Recall) -> &Cache<Self::Key, Remembered<Self>>;

    /// Whose endings it hangs on.
    fn bucket(key: &Self::Key, fact: &Self) -> Bucket;
}

impl Memorable for access_tokens::Found {
    type Key = access_tokens::Key;

    fn place(recall: &Recall) -> &Cache<Self::Key, Remembered<Self>> {
        &recall.tokens
    }

    fn bucket(_: &Self::Key, (token, _): &Self) -> Bucket {
        Bucket::of_token(token.id, token.user)
    }
}

impl Memorable for Standing {
    type Key = standing::Key;

    fn place(recall: &Recall) -> &Cache<Self::Key, Remembered<Self>> {
        &recall.standings
    }

    fn bucket(key: &Self::Key, _: &Self) -> Bucket {
        Bucket::of_user(key.user)
    }
}

/// What a connection knows without asking the database.
pub(crate) enum Known<T: Memorable> {
    /// The fact.
    Fact(T),
    /// Nothing: what the database says is kept by the question.
    Nothing(Question<T>),
}

/// Something the database is about to be asked.
pub(crate) struct Question<T: Memorable>(Option<(Arc<Recall>, T::Key, u64)>);

/// Looks whether `conn` may, and can, remember what is found by `key`.
pub(crate) fn ask<T: Memorable>(conn: &mut Conn, key: T::Key) -> Known<T> {
    let Some(recall) = conn.recall() else { return Known::Nothing(Question(None)) };
    recall.wanted.store(true, Ordering::Relaxed);
    recall.asked.fetch_add(1, Ordering::Relaxed);
    // Before the database is asked: an ending that it does not tell of yet comes after this count.
    let as_of = recall.endings.load(Ordering::SeqCst);
    let found = if conn.may_recall() { T::place(&recall).get(&key) } else { None };
    match found.filter(|found| recall.is_believed(found.bucket, found.as_of, Instant::now())) {
        Some(found) => {
            conn.note_recalled();
            recall.known.fetch_add(1, Ordering::Relaxed);
            Known::Fact(found.fact)
        }
        None => Known::Nothing(Question(Some((recall, key, as_of)))),
    }
}

impl<T: Memorable> Question<T> {
    /// Keeps what the database said, where it is worth it.
    pub(crate) fn answered(self, fact: &T) {
        let Some((recall, key, as_of)) = self.0 else { return };
        let bucket = T::bucket(&key, fact);
        T::place(&recall).insert(key, Remembered { fact: fact.clone(), bucket, as_of });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOMEBODY: UserId = UserId::from_bytes([7; 16]);
    const ANOTHER: UserId = UserId::from_bytes([8; 16]);

    /// what was read before an ending was heard of is not believed after it, and nobody else's is lost for it.
    #[test]
    fn an_ending_counts_for_whom_it_is_of() {
        let now = Instant::now();
        let recall = Recall::new(8, now);
        let (mine, others) = (Bucket::of_user(SOMEBODY), Bucket::of_user(ANOTHER));
        recall.hear(now);
        let before = recall.endings.load(Ordering::SeqCst);
        assert!(recall.is_believed(mine, before, now));

        recall.end(mine);

        let after = recall.endings.load(Ordering::SeqCst);
        assert!(!recall.is_believed(mine, before, now) && recall.is_believed(others, before, now));
        assert!(recall.is_believed(mine, after, now));
        recall.forget();
        assert!(!recall.is_believed(mine, after, now) && !recall.is_believed(others, before, now));
    }

    /// a node that hears nothing believes nothing.
    #[test]
    fn nothing_is_believed_in_silence() {
        let now = Instant::now();
        let recall = Recall::new(8, now);
        let mine = Bucket::of_user(SOMEBODY);
        assert!(!recall.is_believed(mine, 0, now), "nothing was heard yet");

        recall.hear(now);

        let last = now + TRUST - Duration::from_millis(2);
        assert!(recall.is_believed(mine, 0, last) && !recall.is_believed(mine, 0, now + TRUST));
        recall.hear(last);
        assert!(recall.is_believed(mine, 0, now + TRUST));
    }

    #[test]
    fn a_bucket_is_one_of_so_many() {
        assert_eq!(Bucket::parse("4095"), Some(Bucket(4095)));
        for wrong in ["4096", "-1", "", "x", "65536"] {
            assert_eq!(Bucket::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Bucket::of_user(UserId::from_bytes([0xff; 16])), Bucket(4095));
        assert_eq!(Bucket::of_token(AccessTokenId::new(4097), None), Bucket(1));
        assert_eq!(Bucket::of_token(AccessTokenId::new(4097), Some(SOMEBODY)), Bucket::of_user(SOMEBODY));
    }
}
