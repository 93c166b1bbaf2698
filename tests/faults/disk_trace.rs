//! What a server wrote, waited for and sent, as `strace` recorded it, and what its disk holds when the power is cut at any step.
//!
//! Owns reading the record and the disk's state: what was waited for is there, and of each sector that was written since, chance
//! decides. Names and the ends of files are taken for kept.

use std::{
    collections::BTreeMap,
    fs, mem,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// The calls that write files, wait for the disk, or send.
const CALLS: &str =
    "trace=pwrite64,pwritev,pwritev2,ftruncate,fdatasync,fsync,sync_file_range,sendto,sendmsg,writev,write";
/// The record, in the folder of the server.
const RECORD: &str = "trace";
/// What a disk writes whole or not at all.
const SECTOR: usize = 512;
/// How long the recorder writes on when the server is dead.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server is started by so that it is recorded, from its folder. The server is the process that is started.
pub(crate) fn launcher() -> Vec<&'static str> {
    vec!["strace", "-D", "-f", "-q", "-y", "-xx", "-s", "200000", "--seccomp-bpf", "-e", CALLS, "-o", RECORD]
}

/// Whether a process may record another here: some containers forbid it.
///
/// # Panics
///
/// When `strace` is not installed.
pub(crate) fn may_record() -> bool {
    let probe = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    probe.expect("strace is not installed; run scripts/install test").status.success()
}

/// One step of the server.
#[derive(Debug)]
pub(crate) enum Step {
    Changed {
        file: String,
        change: Change,
    },
    /// A thread begins to wait for the disk.
    Waits {
        thread: u32,
        file: String,
    },
    /// A thread has waited for it.
    Waited {
        thread: u32,
        file: String,
    },
    Sent {
        bytes: Vec<u8>,
    },
}

/// A change of a file.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Written { offset: usize, bytes: Vec<u8> },
    Cut { length: usize },
}

/// Waits for the end of the record of a server that was killed, and reads it. Steps on other files than those of the database are
/// left out.
///
/// # Panics
///
/// When `strace` is not installed, or the database is written in a way that this does not know.
pub(crate) fn record(folder: &Path, server: u32) -> Vec<Step> {
    let (path, began) = (folder.join(RECORD), Instant::now());
    let ends = |line: &str| {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        thread.parse() == Ok(server) && call.trim_start() == "+++ killed by SIGKILL +++"
    };
    let text = loop {
        let text = fs::read_to_string(&path).expect("strace is not installed; run scripts/install test");
        if text.lines().rev().take(200).any(ends) {
            break text;
        }
        assert!(began.elapsed() < PATIENCE, "the record has no end");
        thread::sleep(Duration::from_millis(50));
    };
    let mut begun = BTreeMap::new();
    text.lines().flat_map(|line| steps(line, &mut begun)).collect()
}

/// The steps that a line tells of. A call that others interrupt has two lines: `begun` keeps the first of them, by thread.
fn steps<'t>(line: &'t str, begun: &mut BTreeMap<u32, &'t str>) -> Vec<Step> {
    let (thread, call) = line.trim_start().split_once(' ').expect("a thread and a call");
    let (thread, call) = (thread.parse().expect("a thread"), call.trim_start());
    if call.starts_with("+++") || call.starts_with("---") || call.starts_with("strace:") {
        return vec![];
    }
    if let Some(entered) = call.strip_suffix(" <unfinished ...>") {
        begun.insert(thread, entered);
        return entered_steps(thread, entered);
    }
    if let Some(resumed) = call.strip_prefix("<... ") {
        let entered = begun.remove(&thread).unwrap_or_else(|| panic!("resumed, not begun: {line:.200}"));
        return returned_steps(thread, entered, result(resumed));
    }
    let mut both = entered_steps(thread, call);
    both.extend(returned_steps(thread, call, result(call)));
    both
}

/// What counts from the moment of the call: data leaves then, and what was written before is waited for.
fn entered_steps(thread: u32, call: &str) -> Vec<Step> {
    let (name, arguments) = call.split_once('(').expect("a call has arguments");
    match (name, file(arguments)) {
        ("fdatasync" | "fsync", Some(file)) => vec![Step::Waits { thread, file }],
        ("sendto" | "sendmsg" | "writev" | "write", None) => vec![Step::Sent { bytes: strings(arguments) }],
        _ => vec![],
    }
}

/// What counts from the moment of the return.
fn returned_steps(thread: u32, call: &str, result: Option<i64>) -> Vec<Step> {
    let (name, arguments) = call.split_once('(').expect("a call has arguments");
    // A call of which the server died has no result.
    let (Some(file), Some(result)) = (file(arguments), result) else { return vec![] };
    let last = |n: usize| -> usize {
        let arguments = arguments.rsplit_once(')').map_or(arguments, |(before, _)| before);
        arguments.rsplit(", ").nth(n).and_then(|number| number.parse().ok()).expect("a number")
    };
    let change = match name {
        "fdatasync" | "fsync" => {
            assert_eq!(result, 0, "the disk is not waited for: {call:.200}");
            return vec![Step::Waited { thread, file }];
        }
        "pwrite64" => Change::Written { offset: last(0), bytes: strings(arguments) },
        "ftruncate" => Change::Cut { length: last(0) },
        other => panic!("the database is written by {other}"),
    };
    if let Change::Written { bytes, .. } = &change {
        assert_eq!(usize::try_from(result), Ok(bytes.len()), "a write that was cut short: {call:.200}");
    }
    vec![Step::Changed { file, change }]
}

fn result(call: &str) -> Option<i64> {
    call.rsplit_once(" = ")?.1.split_whitespace().next()?.parse().ok()
}

/// The name of the file that a call is about, if it is one that the database keeps its rows in.
fn file(arguments: &str) -> Option<String> {
    let (_, rest) = arguments.split_once('<')?;
    let path = String::from_utf8(unescaped(rest.split_once('>')?.0)).ok()?;
    let name = path.rsplit('/').next()?;
    (name.ends_with(".db") || name.ends_with(".db-wal")).then(|| name.to_owned())
}

/// All strings of a call, one after the other.
fn strings(arguments: &str) -> Vec<u8> {
    arguments.split('"').skip(1).step_by(2).flat_map(unescaped).collect()
}

/// `\x41\x42` as bytes.
fn unescaped(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |escape: &[u8]| Some(digit(*escape.get(2)?)? << 4 | digit(*escape.get(3)?)?);
    text.as_bytes().chunks(4).map(|escape| byte(escape).unwrap_or_else(|| panic!("no escape in {text:.80}"))).collect()
}

/// A disk that holds the files of a database.
pub(crate) struct Disk(BTreeMap<String, File>);

/// What is on the disk of a file, and what may be.
#[derive(Default)]
struct File {
    there: Vec<u8>,
    /// How many changes are there.
    settled: usize,
    written: Vec<Change>,
    /// How many changes there were when a thread began to wait.
    waiting: BTreeMap<u32, usize>,
}

impl Disk {
    /// With the database as it is in a folder, where nobody uses it.
    pub(crate) fn of(folder: &Path) -> Self {
        let name = "portreeve.db".to_owned();
        let there = fs::read(folder.join(&name)).expect("a database");
        assert!(!folder.join("portreeve.db-wal").exists(), "somebody uses the database");
        Self(BTreeMap::from([(name, File { there, ..File::default() })]))
    }

    pub(crate) fn take(&mut self, step: &Step) {
        match step {
            Step::Changed { file, change } => self.file(file).written.push(change.clone()),
            Step::Waits { thread, file } => {
                let file = self.file(file);
                file.waiting.insert(*thread, file.settled + file.written.len());
            }
            Step::Waited { thread, file } => self.file(file).settle(*thread),
            Step::Sent { .. } => {}
        }
    }

    fn file(&mut self, name: &str) -> &mut File {
        self.0.entry(name.to_owned()).or_default()
    }

    /// Writes into a folder what is left when the power is cut now. `keeps` says of each sector that was not waited for whether it
    /// is there.
    pub(crate) fn cut(&self, folder: &Path, mut keeps: impl FnMut() -> bool) {
        for (name, file) in &self.0 {
            let mut left = file.there.clone();
            for change in &file.written {
                apply(&mut left, change, &mut keeps);
            }
            fs::write(folder.join(name), left).expect("write a file");
        }
    }
}

impl File {
    fn settle(&mut self, thread: u32) {
        let until = self.waiting.remove(&thread).expect("a thread that waits");
        let settled = until.saturating_sub(self.settled);
        let rest = self.written.split_off(settled);
        for change in mem::replace(&mut self.written, rest) {
            apply(&mut self.there, &change, &mut || true);
        }
        self.settled += settled;
    }
}

fn apply(file: &mut Vec<u8>, change: &Change, keeps: &mut impl FnMut() -> bool) {
    let (offset, bytes) = match change {
        Change::Cut { length } => {
            return if keeps() {
                file.resize(*length, 0)
            };
        }
        Change::Written { offset, bytes } => (*offset, bytes),
    };
    let end = offset + bytes.len();
    let mut at = offset;
    while at < end {
        let next = end.min((at / SECTOR + 1) * SECTOR);
        if keeps() {
            file.resize(file.len().max(next), 0);
            file[at..next].copy_from_slice(&bytes[at - offset..next - offset]);
        }
        at = next;
    }
}
