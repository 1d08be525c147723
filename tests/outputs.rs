//! Where commands write: never over what they read, nothing emptied for nothing, refusals that name the place and the reason.

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
        (&["report", "in.pcapng", "--stream", "99"], 0),
        (&["ladder", "in.pcapng", "--stream", "99"], 0),
        (&["graph", "in.pcapng", "--stream", "99"], 2),
    ] {
        let (ended, said) = run(at, command);
        assert_eq!(ended, code, "{command:?}: {said}");
        assert!(
            said.contains("in.pcapng: there is no stream 99; the capture holds 0 to 1"),
            "{command:?}: {said}"
        );
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
