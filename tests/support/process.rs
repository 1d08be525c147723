//! The program itself as a process, so that it can be killed, signalled and starved.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Client, PATIENCE, eventually};

/// Options of the program.
pub type Options<'a> = &'a [&'a dyn AsRef<OsStr>];

/// One log line per session also beside a story.
fn logging(options: Options<'_>) -> Vec<&dyn AsRef<OsStr>> {
    let first: Options = &[&"-v"];
    [first, options].concat()
}

/// A running `chatscope serve`; dropped, it is killed.
pub struct Process {
    child: Child,
    pub lines: SocketAddr,
    pub web: SocketAddr,
    log: Arc<Mutex<String>>,
    deaf: Arc<AtomicBool>,
    gone: Arc<AtomicBool>,
}

impl Process {
    /// Without capture, on loopback ports of the system's choice, with further options.
    pub fn start(options: Options) -> Self {
        Self::within(&[], "127.0.0.1", options)
    }

    /// With capture, which the log tells of if it may.
    pub fn capturing(options: Options) -> Self {
        Self::into(&[], "127.0.0.1", &logging(options), Stdio::null())
    }

    /// With capture, its story into a file or pipe.
    pub fn telling(story: impl Into<Stdio>, options: Options) -> Self {
        Self::into(&[], "127.0.0.1", &logging(options), story)
    }

    /// Under a limit of descriptors.
    pub fn limited(descriptors: u64, options: Options) -> Self {
        let shell = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
        Self::within(&["sh", "-c", &shell], "127.0.0.1", options)
    }

    /// Without capture, started by another program, listening on that address.
    pub fn within(by: &[&str], address: &str, options: Options) -> Self {
        let first: Options = &[&"--no-capture"];
        Self::into(by, address, &[first, options].concat(), Stdio::null())
    }

    fn into(by: &[&str], address: &str, options: Options, story: impl Into<Stdio>) -> Self {
        let binary = env!("CARGO_BIN_EXE_chatscope");
        let mut command = Command::new(by.first().unwrap_or(&binary));
        if !by.is_empty() {
            command.args(&by[1..]).arg(binary);
        }
        let mut child = command
            .arg("serve")
            .args(["--listen", &format!("{address}:0")])
            .args(["--web", &format!("{address}:0")])
            .args(options)
            .stdin(Stdio::null())
            .stdout(story)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, seen) = (
            BufReader::new(child.stderr.take().unwrap()),
            Arc::clone(&log),
        );
        let deaf = Arc::new(AtomicBool::new(false));
        let gone = Arc::new(AtomicBool::new(false));
        let (still, left) = (Arc::clone(&deaf), Arc::clone(&gone));
        std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|count| count > 0) {
                seen.lock().unwrap().push_str(&line);
                line.clear();
                if left.load(Ordering::Relaxed) {
                    return;
                }
                while still.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let said = |before: &str, after: char| {
            let log = log.lock().unwrap();
            let address = log.split(before).nth(1)?.split(after).next()?;
            address.parse().ok()
        };
        let (mut lines, mut web) = (None, None);
        eventually("the server process listens", || {
            lines = said("chat on ", ' ');
            web = said("ws://", '/');
            lines.is_some() && web.is_some()
        });
        Self {
            child,
            lines: lines.unwrap(),
            web: web.unwrap(),
            log,
            deaf,
            gone,
        }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.lines)
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// `kill -TERM`.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// `kill -NAME`.
    pub fn signal(&self, name: &str) {
        let id = nix::unistd::Pid::from_raw(self.child.id() as i32);
        let signal: nix::sys::signal::Signal = format!("SIG{name}").parse().unwrap();
        nix::sys::signal::kill(id, signal).unwrap();
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// How it ended, and how long that took from now.
    pub fn wait(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether nobody reads its stderr.
    pub fn deafen(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::Relaxed);
    }

    /// Who reads its stderr closes that after the next line.
    pub fn close_log(&self) {
        self.gone.store(true, Ordering::Relaxed);
    }

    /// What it has written to stderr.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A figure of `/proc/PID/status`.
    pub fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Open descriptors.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).unwrap().count()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.deafen(false);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server says on stderr that does not start with these options.
pub fn refused(options: Options) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chatscope"))
        .args(["serve", "--no-capture", "--listen", "127.0.0.1:0"])
        .args(["--web", "127.0.0.1:0"])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    assert!(code.is_some_and(|code| code != 0), "it started: {told}");
    told
}
