//! Drives a parser with the inputs of its corpus and with mutations of them.
//!
//! Owns the corpora (`corpus/NAME`, one input a file), the mutations and both forms of a run: a fixed number of mutations
//! from a fixed seed, as tests do, or new ones until a time is over. Knows no parser: a target is a function that says
//! whether it accepted its input, and panics when a property of the parser does not hold. SECURITY 5.4.
//!
//! | file | what the target must say |
//! |---|---|
//! | `good-*` | accepted |
//! | `bad-*` | refused |
//! | `crash-*` | anything: it has failed once, and is kept for ever |

mod lines;
mod mutation;

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

pub use lines::{Line, lines, unescaped};
use mutation::Mutation;

/// How many mutations a test tries.
const CASES: u32 = 512;
/// The seed of a test.
const SEED: u64 = 0x706f_7274_7265_6576;
/// How many seconds a target is to run, for ever new mutations.
const LONG: &str = "PORTREEVE_FUZZ";

/// The inputs that are stored for one target.
struct Corpus {
    folder: PathBuf,
    inputs: Vec<(String, Vec<u8>)>,
}

/// Drives `target` with its corpus and with mutations of it; `name` is that of the folder.
///
/// With `PORTREEVE_FUZZ=SECONDS` in the environment it goes on until that time is over.
///
/// # Panics
/// When an input is not taken as its name says, or the target panics. A mutation that makes it panic is made as small as
/// it can be and written into the corpus as `crash-*`.
pub fn drive(name: &str, target: impl Fn(&[u8]) -> bool) {
    let corpus = Corpus::read(name);
    corpus.replay(&target);
    let long = env::var(LONG).ok().map(|text| Duration::from_secs(text.parse().expect("PORTREEVE_FUZZ is seconds")));
    corpus.mutate(SEED, &target);
    let began = Instant::now();
    let mut round = 0;
    while long.is_some_and(|long| began.elapsed() < long) {
        round += 1;
        // Each process tries others: what the fixed seed finds is found already.
        corpus.mutate(SEED ^ u64::from(std::process::id()).wrapping_add(round << 32), &target);
    }
    if long.is_some() {
        println!("{name}: {} mutations", u64::from(CASES) * (round + 1));
    }
}

/// As many mutations of `input` as wanted, the same each time: for a reader that is another program, and slow to start.
pub fn mutations(input: &[u8], count: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::new_with_rng(Config::default(), seeded(SEED));
    let strategy = Mutation::strategy().prop_map(|mutation| mutation.of(&[input]));
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a mutation").current()).collect()
}

fn seeded(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// Makes a target of a reader of text: what is not UTF-8 is refused.
pub fn text(target: impl Fn(&str) -> bool) -> impl Fn(&[u8]) -> bool {
    move |input| std::str::from_utf8(input).is_ok_and(&target)
}

impl Corpus {
    fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut inputs: Vec<_> = files
            .map(|file| file.expect("a file of the corpus"))
            .map(|file| (file.file_name().into_string().expect("a name"), fs::read(file.path()).expect("an input")))
            .collect();
        inputs.sort();
        let has = |kind: &str| inputs.iter().any(|(name, _)| name.starts_with(kind));
        assert!(has("good-") && has("bad-"), "{name}: without an input of each kind a target shows nothing");
        Self { folder, inputs }
    }

    fn replay(&self, target: &impl Fn(&[u8]) -> bool) {
        for (name, input) in &self.inputs {
            let is_accepted = target(input);
            let place = format!("{}/{name}", self.folder.display());
            match name.split('-').next() {
                Some("good") => assert!(is_accepted, "{place} was refused"),
                Some("bad") => assert!(!is_accepted, "{place} was accepted"),
                Some("crash") => {}
                _ => panic!("{place} is called neither good-, bad- nor crash-"),
            }
        }
    }

    fn mutate(&self, seed: u64, target: &impl Fn(&[u8]) -> bool) {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let inputs: Vec<&[u8]> = self.inputs.iter().map(|(_, input)| input.as_slice()).collect();
        let mutated = Mutation::strategy().prop_map(|mutation| mutation.of(&inputs));
        let outcome = TestRunner::new_with_rng(config, seeded(seed)).run(&mutated, |input| {
            target(&input);
            Ok::<(), TestCaseError>(())
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(reason, input)) => panic!("{reason}: kept as {}", self.keep(&input)),
            Err(TestError::Abort(reason)) => panic!("{reason}"),
        }
    }

    /// Writes an input that failed into the corpus.
    fn keep(&self, input: &[u8]) -> String {
        let mut hasher = DefaultHasher::new();
        input.hash(&mut hasher);
        let path = self.folder.join(format!("crash-{:016x}", hasher.finish()));
        fs::write(&path, input).expect("write the input that failed");
        path.display().to_string()
    }
}
