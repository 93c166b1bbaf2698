//! Child processes that a test starts, waits for and stops.
//!
//! Owns reading what they print, so that none blocks on a full pipe and a failing test can show it, and killing them
//! on drop.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How often a condition that nobody announces is looked at again.
const POLL: Duration = Duration::from_millis(20);

/// A running child process; it is killed on drop.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    name: String,
    printed: Arc<Printed>,
}

/// The lines a child has printed to standard output and standard error, in the order they were read.
#[derive(Debug, Default)]
struct Printed {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl ChildProcess {
    /// Starts a command with nothing on its standard input.
    ///
    /// # Panics
    ///
    /// When the command cannot be started.
    pub fn spawn(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("start {name}: {error}"));
        let printed = Arc::new(Printed::default());
        if let Some(stdout) = child.stdout.take() {
            printed.follow(stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            printed.follow(stderr);
        }
        Self { child, name, printed }
    }

    /// Returns the operating system's number of the process, to send it signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns all lines printed so far, each ended by a line feed.
    pub fn printed(&self) -> String {
        self.printed.lock().iter().map(|line| format!("{line}\n")).collect()
    }

    /// Waits for a line that contains `text` and returns it; lines printed before the call count.
    ///
    /// # Panics
    ///
    /// When the process ends or `patience` is over without such a line; the message shows what was printed.
    pub fn wait_for_line(&mut self, text: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        loop {
            // Asked before the lines are read: those of a process that has ended are then all there, or nearly.
            let ended = self.status();
            if let Some(line) = self.printed.find(text, POLL) {
                return line;
            }
            if let Some(status) = ended {
                panic!("{} ended ({status}) without printing {text:?}; it printed:\n{}", self.name, self.printed());
            }
            if Instant::now() > deadline {
                panic!("{} did not print {text:?} in {patience:?}; it printed:\n{}", self.name, self.printed());
            }
        }
    }

    /// Waits until a GET of `path` at `address`, over plain HTTP, is answered with status 200.
    ///
    /// # Panics
    ///
    /// When the process ends or `patience` is over before; the message shows what was printed.
    pub fn wait_for_ok(&mut self, address: SocketAddr, path: &str, patience: Duration) {
        let deadline = Instant::now() + patience;
        while !answers_ok(address, path) {
            if let Some(status) = self.status() {
                panic!("{} ended ({status}) before it answered {path}; it printed:\n{}", self.name, self.printed());
            }
            if Instant::now() > deadline {
                panic!("{} did not answer {path} in {patience:?}; it printed:\n{}", self.name, self.printed());
            }
            thread::sleep(POLL);
        }
    }

    /// Waits for the process to end by itself and returns its status.
    ///
    /// # Panics
    ///
    /// When it still runs after `patience`; the message shows what was printed.
    pub fn wait_for_end(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.status() {
                return status;
            }
            if Instant::now() > deadline {
                panic!("{} still runs after {patience:?}; it printed:\n{}", self.name, self.printed());
            }
            thread::sleep(POLL);
        }
    }

    /// Returns the exit status, or None while the process runs.
    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap_or_else(|error| panic!("ask for the end of {}: {error}", self.name))
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Printed {
    /// Collects the lines of a stream on a thread of its own, which ends with the stream.
    fn follow(self: &Arc<Self>, stream: impl Read + Send + 'static) {
        let printed = Arc::clone(self);
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                printed.lock().push(String::from_utf8_lossy(&line).trim_end().to_owned());
                printed.more.notify_all();
            }
        });
    }

    /// Returns the first line with `text`, waiting `patience` at most for a new one.
    fn find(&self, text: &str, patience: Duration) -> Option<String> {
        let found = |lines: &Vec<String>| lines.iter().find(|line| line.contains(text)).cloned();
        let lines = self.lock();
        found(&lines).or_else(|| {
            let waited = self.more.wait_timeout(lines, patience).unwrap_or_else(PoisonError::into_inner);
            found(&waited.0)
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a GET is answered with status 200 within a second.
fn answers_ok(address: SocketAddr, path: &str) -> bool {
    let patience = Duration::from_secs(1);
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut status_line = String::new();
        BufReader::new(stream).read_line(&mut status_line)?;
        std::io::Result::Ok(status_line)
    };
    ask().is_ok_and(|status_line| status_line.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shell(script: &str) -> ChildProcess {
        ChildProcess::spawn(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn a_line_on_either_stream_is_waited_for() {
        let mut process = shell("echo to-stdout; echo to-stderr >&2; sleep 30");

        assert_eq!(process.wait_for_line("stderr", Duration::from_secs(10)), "to-stderr");
        assert_eq!(process.wait_for_line("stdout", Duration::from_secs(10)), "to-stdout");
    }

    #[test]
    #[should_panic(expected = "ended (exit status: 3)")]
    fn waiting_for_a_line_ends_with_the_process() {
        shell("echo broken >&2; exit 3").wait_for_line("ready", Duration::from_secs(10));
    }

    #[test]
    fn a_process_is_killed_on_drop() {
        let process = shell("sleep 30");
        let entry = format!("/proc/{}", process.id());
        assert!(Path::new(&entry).exists());

        drop(process);

        assert!(!Path::new(&entry).exists());
    }

    #[test]
    fn the_end_of_a_process_is_waited_for() {
        assert!(shell("exit 0").wait_for_end(Duration::from_secs(10)).success());
    }
}
