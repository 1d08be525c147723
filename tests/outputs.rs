//! Where commands write: never over what they read, nothing emptied for nothing, refusals that name the place and the reason.
#![allow(clippy::disallowed_methods, reason = "a test waits")]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const LESSON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/captures/chat-two-sessions.pcapng"
);

/// Runs in `folder`; gives the exit code and what was said on stderr.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = command(folder, arguments).output().expect("runs");
    (
        output.status.code().expect("an exit code"),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatscope"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

/// A folder that holds the lesson as `in.pcapng`.
fn folder() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in.pcapng");
    fs::copy(LESSON, &input).expect("copied");
    let bytes = fs::read(&input).expect("readable");
    (folder, input, bytes)
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let (folder, input, bytes) = folder();
    let at = folder.path();
    fs::hard_link(&input, at.join("linked.pcapng")).expect("linked");
    let commands: [&[&str]; 7] = [
        &["ladder", "in.pcapng", "--format", "text", "-o", "in.pcapng"],
        &[
            "ladder",
            "in.pcapng",
            "--format",
            "svg",
            "-o",
            "./linked.pcapng",
        ],
        &["report", "in.pcapng", "--format", "md", "-o", "in.pcapng"],
        &[
            "report",
            "-r",
            "in.pcapng",
            "--format",
            "json",
            "-o",
            input.to_str().expect("UTF-8"),
        ],
        &[
            "report",
            "-r",
            "linked.pcapng",
            "--format",
            "html",
            "-o",
            "in.pcapng",
        ],
        &["annotate", "in.pcapng", "in.pcapng"],
        &["annotate", "in.pcapng", "linked.pcapng"],
    ];
    for command in commands {
        let (code, said) = run(at, command);
        assert_eq!(code, 2, "{command:?}: {said}");
        assert!(said.contains("would replace the input"), "{said}");
        assert_eq!(fs::read(&input).expect("readable"), bytes, "{command:?}");
    }
    // By its ending no picture, and not the capture either.
    assert_eq!(run(at, &["graph", "in.pcapng", "-o", "in.pcapng"]).0, 2);
    fs::copy(&input, at.join("in.txt")).expect("copied");
    for command in ["graph", "ladder"] {
        let (code, said) = run(at, &[command, "in.txt", "-o", "in.txt"]);
        assert_eq!(code, 2);
        assert!(said.contains("would replace the input"), "{said}");
    }
    // Nor the file of the filter, nor what standard input comes from.
    fs::write(at.join("filter.md"), "tcp").expect("writable");
    assert_eq!(
        run(
            at,
            &["report", "in.pcapng", "-F", "filter.md", "-o", "filter.md"]
        )
        .0,
        2
    );
    assert_eq!(fs::read(at.join("filter.md")).expect("readable"), b"tcp");
    if cfg!(target_os = "linux") {
        let mut command = command(at, &["report", "-", "--format", "md", "-o", "in.pcapng"]);
        let output = command
            .stdin(fs::File::open(&input).expect("readable"))
            .output()
            .expect("runs");
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(fs::read(&input).expect("readable"), bytes);
    }
}

#[cfg(feature = "live")]
#[test]
fn a_live_run_writes_each_of_its_files_elsewhere() {
    let (folder, _, _) = folder();
    let at = folder.path();
    fs::write(at.join("room.db"), "precious").expect("writable");
    fs::write(at.join("words.txt"), "tcp").expect("writable");
    let commands: [&[&str]; 6] = [
        &["serve", "-w", "new.svg", "--ladder", "./new.svg"],
        &["serve", "-w", "room.db", "--history", "room.db"],
        &["serve", "--ladder", "new.txt", "--history", "new.txt"],
        &["watch", "-w", "new.txt", "--ladder", "new.txt"],
        &["watch", "-w", "-", "--ladder", "-"],
        &["watch", "-F", "words.txt", "-w", "words.txt"],
    ];
    for command in commands {
        let (code, said) = run(at, command);
        assert_eq!(code, 2, "{command:?}: {said}");
        assert!(said.contains("a file of its own"), "{said}");
    }
    assert_eq!(fs::read(at.join("room.db")).expect("readable"), b"precious");
    assert!(!at.join("new.svg").exists() && !at.join("new.txt").exists());
}

#[test]
fn a_file_is_not_emptied_when_there_is_nothing_to_write() {
    let (folder, _, bytes) = folder();
    let at = folder.path();
    // A classic capture's header, no frame.
    let header = [
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0,
    ];
    fs::write(at.join("none.pcap"), header).expect("writable");
    fs::write(
        at.join("damaged.pcapng"),
        [&bytes[..8], &[1, 2, 3, 4]].concat(),
    )
    .expect("writable");
    fs::write(at.join("old.svg"), "kept").expect("writable");
    for (command, code) in [
        (&["report", "none.pcap", "-o", "old.svg"][..], 1),
        (&["report", "nosuch.pcap", "-o", "old.svg"], 1),
        (&["ladder", "nosuch.pcap", "-o", "old.svg"], 1),
        (&["ladder", "damaged.pcapng", "-o", "old.svg"], 1),
        (&["graph", "damaged.pcapng", "-o", "old.svg"], 1),
        (
            &["graph", "in.pcapng", "--stream", "99", "-o", "old.svg"],
            2,
        ),
        (
            &["ladder", "in.pcapng", "--stream", "99", "-o", "old.svg"],
            2,
        ),
        (
            &["report", "in.pcapng", "--stream", "99", "-o", "old.svg"],
            2,
        ),
        (&["graph", "none.pcap", "-o", "old.svg"], 2),
    ] {
        let (ended, said) = run(at, command);
        assert_eq!(ended, code, "{command:?}: {said}");
        assert_eq!(
            fs::read(at.join("old.svg")).expect("there"),
            b"kept",
            "{command:?}"
        );
    }
}

#[test]
fn a_place_that_cannot_be_written_is_named_once() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let (folder, _, _) = folder();
    let at = folder.path();
    std::os::unix::fs::symlink("/dev/full", at.join("full.svg")).expect("linked");
    for command in [
        &["ladder", "in.pcapng", "-o", "/dev/full"][..],
        &["graph", "in.pcapng", "-o", "/dev/full"],
        &["ladder", "in.pcapng", "-o", "full.svg"],
        &["report", "in.pcapng", "-o", "full.svg"],
        &["report", "in.pcapng", "--format", "json", "-o", "/dev/full"],
        &["annotate", "in.pcapng", "/dev/full"],
    ] {
        let place = command[command.len() - 1];
        let (code, said) = run(at, command);
        assert_eq!(code, 1, "{command:?}: {said}");
        assert!(
            said.contains(&format!("{place}: cannot be written: No space left")),
            "{said}"
        );
        assert_eq!(said.matches("os error 28").count(), 1, "{said}");
    }
    for command in [
        &["ladder", "in.pcapng"][..],
        &["graph", "in.pcapng"],
        &["report", "in.pcapng"],
        &["annotate", "in.pcapng", "-"],
        &["replay", "in.pcapng"],
        &["replay", "in.pcapng", "--format", "json"],
        &["frame", "in.pcapng", "1"],
        &["expect", "in.pcapng", "streams == 2"],
        &["man"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("there");
        let output = self::command(at, command)
            .stdout(full)
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
        assert!(
            said.contains("standard output: cannot be written: No space left"),
            "{said}"
        );
    }
    for command in [
        &["ladder", "in.pcapng", "-o", "no/such.svg"][..],
        &["graph", "in.pcapng", "-o", "no/such.svg"],
        &["report", "in.pcapng", "-o", "no/such.md"],
        &["annotate", "in.pcapng", "no/such.pcapng"],
    ] {
        let (code, said) = run(at, command);
        assert_eq!(code, 1, "{command:?}: {said}");
        assert!(
            said.contains("such.") && said.contains("cannot be created: No such file"),
            "{said}"
        );
    }
}

/// Copying into a closed pipe is no fault either.
#[test]
fn a_closed_pipe_ends_annotate_without_a_word() {
    let (folder, _, _) = folder();
    let mut child = command(folder.path(), &["annotate", "in.pcapng", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success() && said.is_empty(), "{status}: {said}");
}

#[test]
fn the_ending_says_what_is_written_or_is_refused() {
    let (folder, _, _) = folder();
    let at = folder.path();
    for (command, names, forms) in [
        ("ladder", ["l.png", "l.html"], ".mmd (Mermaid)"),
        ("graph", ["g.md", "g.mmd"], ".svg or .txt"),
        ("report", ["r.doc", "r.txt"], ".md, .html, .json or .svg"),
    ] {
        for name in names {
            let (code, said) = run(at, &[command, "in.pcapng", "-o", name]);
            assert_eq!(code, 2, "{command} {name}: {said}");
            assert!(said.contains(name) && said.contains(forms), "{said}");
            assert!(!at.join(name).exists());
        }
    }
    #[cfg(feature = "live")]
    assert_eq!(run(at, &["watch", "--ladder", "l.png"]).0, 2);
    for (name, begins) in [
        ("l.svg", "<svg"),
        ("l.md", "```mermaid"),
        ("l.mmd", "sequenceDiagram"),
    ] {
        assert_eq!(run(at, &["ladder", "in.pcapng", "-o", name]).0, 0);
        let text = fs::read_to_string(at.join(name)).expect("written");
        assert!(text.starts_with(begins), "{name}: {text:.80}");
    }
    // What is said beats the ending.
    let arguments = [
        "ladder",
        "in.pcapng",
        "--format",
        "svg",
        "-o",
        "picture.png",
    ];
    assert_eq!(run(at, &arguments).0, 0);
    for name in ["plain", "plain.txt"] {
        for command in ["ladder", "graph"] {
            assert_eq!(run(at, &[command, "in.pcapng", "-o", name]).0, 0);
            let text = fs::read_to_string(at.join(name)).expect("written");
            assert!(!text.starts_with('<') && text.lines().count() > 5, "{text}");
        }
    }
}

#[test]
fn connections_that_are_not_there_are_told() {
    let (folder, _, _) = folder();
    let at = folder.path();
    for (command, code) in [
        (&["replay", "in.pcapng", "--stream", "99"][..], 0),
        (&["report", "in.pcapng", "--stream", "99"], 2),
        (&["ladder", "in.pcapng", "--stream", "99"], 2),
        (&["graph", "in.pcapng", "--stream", "99"], 2),
        // One of them is there: that is drawn.
        (
            &["report", "in.pcapng", "--stream", "99", "--stream", "0"],
            0,
        ),
        (
            &["ladder", "in.pcapng", "--stream", "99", "--stream", "0"],
            0,
        ),
    ] {
        let (ended, said) = run(at, command);
        assert_eq!(ended, code, "{command:?}: {said}");
        assert!(
            said.contains("in.pcapng: there is no stream 99; the capture holds 0 to 1"),
            "{command:?}: {said}"
        );
    }
    for command in [
        &["replay", "in.pcapng", "--port", "9"][..],
        &["replay", "in.pcapng", "-Y", "tcp.stream == 99"],
        &[
            "replay",
            "in.pcapng",
            "--flag",
            "retransmission",
            "--format",
            "json",
        ],
        &[
            "replay",
            "in.pcapng",
            "--stream",
            "0",
            "--port",
            "9",
            "--format",
            "table",
        ],
        &["ladder", "in.pcapng", "--port", "9"],
        &["report", "in.pcapng", "--port", "9"],
        // Capture filters are libpcap's.
        #[cfg(feature = "live")]
        &["report", "-r", "in.pcapng", "udp"],
    ] {
        let (code, said) = run(at, command);
        assert_eq!(code, 0, "{said}");
        assert_eq!(
            said,
            "chatscope: in.pcapng: nothing in it is what was selected\n"
        );
    }
    for command in ["replay", "ladder", "report"] {
        let (code, said) = run(at, &[command, "in.pcapng"]);
        assert!(code == 0 && said.is_empty(), "{command}: {said}");
    }
    for command in ["replay", "report", "ladder", "graph"] {
        let (code, said) = run(at, &[command, "in.pcapng", "--stream", "1"]);
        assert!(code == 0 && said.is_empty(), "{command}: {said}");
    }
}

#[cfg(feature = "live")]
#[test]
fn the_demo_saves_to_a_file_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = run(folder.path(), &["demo", "-w", "-"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("-w needs the name of a file"), "{said}");
}

/// What needs permission to capture, or its absence.
#[cfg(feature = "live")]
mod live {
    use std::os::unix::process::CommandExt;
    use std::time::{Duration, Instant};

    use super::*;

    const ANYWHERE: [&str; 4] = ["--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"];
    /// A user without rights and without a folder.
    const NOBODY: u32 = 65_534;

    fn serve(folder: &Path, options: &[&str]) -> Command {
        command(folder, &[&["serve"][..], &ANYWHERE, options].concat())
    }

    /// Runs to its own end; a run that does not come to one fails.
    fn ended(mut command: Command) -> (i32, String) {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let began = Instant::now();
        while child.try_wait().expect("ours").is_none() {
            if began.elapsed() > Duration::from_mins(1) {
                child.kill().expect("ours");
                panic!("it never ends");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().expect("ended");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().expect("an exit code"), said)
    }

    fn may_capture(folder: &Path) -> bool {
        run(folder, &["doctor"]).0 == 0
    }

    /// Whether user `nobody` can start the program at all: not below a folder closed to others.
    fn nobody_can_run(folder: &Path) -> bool {
        let started = command(folder, &["--version"])
            .uid(NOBODY)
            .gid(NOBODY)
            .current_dir("/")
            .output();
        started.is_ok_and(|output| output.status.success())
    }

    #[test]
    fn a_chat_without_capture_ends_when_it_was_told_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let command = serve(folder.path(), &["--no-capture", "-a", "duration:0.2"]);
        let (code, said) = ended(command);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("chat on 127.0.0.1:"), "{said}");
    }

    #[test]
    fn what_needs_the_capture_contradicts_its_absence() {
        let folder = tempfile::tempdir().expect("a folder");
        for options in [
            &["-c", "5"][..],
            &["-Q", "in"],
            &["-s", "64"],
            &["-B", "1m"],
            &["--format", "json"],
            &["--stream", "0"],
            &["--port", "7000"],
            &["--why"],
            &["-w", "x.pcapng"],
            &["--ladder", "x.svg"],
            &["-f", "tcp"],
        ] {
            let command = serve(folder.path(), &[&["--no-capture"], options].concat());
            let (code, said) = ended(command);
            assert_eq!(code, 2, "{options:?}: {said}");
            assert!(
                said.contains("cannot be used with") && said.contains("--no-capture"),
                "{options:?}: {said}"
            );
        }
    }

    #[test]
    fn without_permission_what_is_left_undone_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = [
            "-w",
            "lab.pcapng",
            "--ladder",
            "l.svg",
            "-c",
            "5",
            "-a",
            "duration:0.2",
        ];
        let mut command = serve(folder.path(), &options);
        if may_capture(folder.path()) {
            if !nobody_can_run(folder.path()) {
                return;
            }
            command.uid(NOBODY).gid(NOBODY).current_dir("/");
        }
        let (code, said) = ended(command);
        assert_eq!(code, 0, "{said}");
        for word in ["lab.pcapng is not written", "l.svg is not written", "-c 5"] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }

    /// Somebody is invited only when everything is open; and who lost root's privileges is told so.
    #[test]
    fn after_sudo_a_refused_file_says_whose_refusal_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        if !nix::unistd::geteuid().is_root() || !may_capture(folder.path()) {
            return;
        }
        let mut commands: Vec<_> = [
            ["-w", "lab.pcapng"],
            ["--ladder", "l.svg"],
            ["--history", "room.db"],
        ]
        .iter()
        .map(|options| serve(folder.path(), options))
        .collect();
        commands.push(command(folder.path(), &["demo"]));
        for mut command in commands {
            command
                .env("SUDO_UID", NOBODY.to_string())
                .env("SUDO_GID", NOBODY.to_string());
            let told = format!("{command:?}");
            let (code, said) = ended(command);
            assert_eq!(code, 1, "{told}: {said}");
            assert!(
                said.contains("as user 65534: root's privileges were given up"),
                "{told}: {said}"
            );
            assert!(
                !said.contains("chat on") && !said.contains("A chat"),
                "{said}"
            );
        }
    }

    #[test]
    fn nobody_is_invited_before_everything_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        for options in [
            &["-w", "no/such.pcapng"][..],
            &["--ladder", "no/such.svg"],
            &["--history", "no/such.db"],
            &["--no-capture", "--history", "no/such.db"],
        ] {
            if options[0] != "--no-capture" && !may_capture(folder.path()) {
                continue;
            }
            let (code, said) = ended(serve(folder.path(), options));
            assert_eq!(code, 1, "{options:?}: {said}");
            assert!(said.contains("no/such"), "{said}");
            assert!(
                !said.contains("chat on") && !said.contains("capturing on"),
                "{said}"
            );
            assert!(!said.contains("as user"), "{said}");
        }
    }

    #[test]
    fn a_full_disk_is_told_with_the_name_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        if !may_capture(folder.path()) || !Path::new("/dev/full").exists() {
            return;
        }
        let serve = serve(folder.path(), &["-w", "/dev/full", "-a", "duration:0.2"]);
        let watch = command(
            folder.path(),
            &["watch", "-w", "/dev/full", "-a", "duration:0.2"],
        );
        for command in [serve, watch] {
            let (code, said) = ended(command);
            assert_eq!(code, 1, "{said}");
            assert!(
                said.contains("/dev/full: cannot be written: No space"),
                "{said}"
            );
            assert_eq!(said.matches("os error 28").count(), 1, "{said}");
        }
    }
}

/// A pcapng file of one frame on each of a hundred interfaces, all of different link types.
#[cfg(feature = "live")]
fn many_link_types() -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes(), &length[..], body, &length].concat()
    };
    let magic = 0x1a2b_3c4d_u32.to_le_bytes();
    let mut file = block(
        0x0a0d_0d0a,
        &[&magic[..], &[1, 0, 0, 0], &[0xff; 8]].concat(),
    );
    for number in 0..100_u32 {
        // The first is Ethernet, for which a filter makes sense.
        let link_type = if number == 0 { 1 } else { 1_000 + number };
        file.extend(block(
            1,
            &[link_type.to_le_bytes(), 0_u32.to_le_bytes()].concat(),
        ));
        let fields = [number, 0, 0, 4, 4, 0];
        let fields: Vec<u8> = fields.into_iter().flat_map(u32::to_le_bytes).collect();
        file.extend(block(6, &fields));
    }
    file
}

#[cfg(feature = "live")]
#[test]
fn frames_that_a_filter_has_no_program_for_are_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("many.pcapng"), many_link_types()).expect("writable");
    for command in ["replay", "report"] {
        let (code, said) = run(folder.path(), &[command, "many.pcapng", "tcp"]);
        assert_eq!(code, 0, "{said}");
        let warned = said.lines().filter(|line| line.contains("64 link types"));
        let expected = "chatscope: warning: many.pcapng: the filter works for the first 64 link types of a capture; \
            frames of others, all held back: 36";
        assert_eq!(warned.collect::<Vec<_>>(), [expected]);
    }
}
