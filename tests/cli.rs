//! The command line as a stranger meets it: exit codes, one clear line for each fault, what was readable still shown,
//! colours, widths, pipes, man pages and completions.
#![allow(clippy::disallowed_methods, reason = "a test waits")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

#[path = "cli/aggregates.rs"]
mod aggregates;

fn chatscope() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatscope"));
    for variable in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "LC_ALL",
        "LC_MESSAGES",
    ] {
        command.env_remove(variable);
    }
    command
        .env("LANG", "en_US.UTF-8")
        .env("TZ", "UTC")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(arguments: &[&str]) -> Output {
    chatscope()
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Fails unless the run ended with `code` and said each of `words` in one line on stderr.
fn expect_fault(arguments: &[&str], code: i32, words: &[&str]) -> Output {
    let output = run(arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    for word in words {
        assert!(
            said.contains(word),
            "{arguments:?} should say `{word}`: {said}"
        );
    }
    output
}

const LESSON: &str = "captures/chat-two-sessions.pcapng";

/// A file in a folder of its own.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, bytes).expect("writable");
    let text = path.to_str().expect("UTF-8").to_owned();
    (folder, text)
}

#[test]
fn files_that_are_no_captures() {
    expect_fault(
        &["replay", "no-such.pcap"],
        1,
        &["no-such.pcap", "no such file"],
    );
    expect_fault(&["replay", "captures"], 1, &["captures", "directory"]);
    let (_keep, empty) = file("empty.pcap", b"");
    expect_fault(&["replay", &empty], 1, &["empty"]);
    let (_keep, text) = file(
        "notes.pcap",
        b"this is a shopping list: eggs, flour, milk\n",
    );
    expect_fault(&["replay", &text], 1, &["not a pcap"]);
    let arguments: [&[&str]; 3] = [
        &["report", "no-such.pcap"],
        &["expect", "no-such.pcap", "streams == 1"],
        &["annotate", "no-such.pcap", "x.pcapng"],
    ];
    for arguments in arguments {
        expect_fault(arguments, 1, &["no-such.pcap", "no such file"]);
    }
    let (_keep, out) = file("x.pcapng", b"");
    expect_fault(
        &["annotate", "captures", &out],
        1,
        &["captures", "directory"],
    );
}

#[test]
fn a_cut_capture_shows_what_it_holds_and_warns() {
    let whole = fs::read(LESSON).expect("the lesson");
    for cut in [whole.len() - 7, whole.len() / 2] {
        let (_keep, path) = file("cut.pcapng", &whole[..cut]);
        let output = expect_fault(&["replay", &path], 0, &["warning", "cut"]);
        assert!(
            stdout(&output).contains("handshake 3/3"),
            "{}",
            stdout(&output)
        );
        expect_fault(&["replay", &path, "--strict"], 4, &["cut"]);
    }
    let (_keep, path) = file("header.pcapng", &whole[..9]);
    expect_fault(&["replay", &path], 1, &["header.pcapng", "cut in"]);
}

#[test]
fn usage_errors_end_with_2() {
    expect_fault(
        &["replay", LESSON, "--flag", "nonsense"],
        2,
        &["nonsense", "retransmission"],
    );
    expect_fault(
        &["replay", LESSON, "-Y", "http.request"],
        2,
        &["http.request"],
    );
    expect_fault(&["replay", LESSON, "--lang", "xx"], 2, &["xx", "pt-BR"]);
    expect_fault(&["replay", LESSON, "--format", "xml"], 2, &["xml"]);
    expect_fault(&["replay"], 2, &["FILE"]);
    expect_fault(
        &["expect", LESSON, "the moon is full"],
        2,
        &["the moon is full"],
    );
    expect_fault(&["no-such-command"], 2, &["no-such-command"]);
}

/// Where a number is wanted, that is said, in words of a user and not of the language this is written in.
#[cfg(feature = "live")]
#[test]
fn wrong_numbers_are_told_what_is_expected() {
    for command in [
        "serve", "watch", "replay", "report", "frame", "ladder", "graph", "expect",
    ] {
        let help = stdout(&run(&[command, "--help"]));
        let numbers = ["<N>", "<SECONDS>", "<BYTES>", "<PORT>", "<COLUMNS>"];
        let words: Vec<_> = help.split_whitespace().collect();
        let options = words.windows(2).filter_map(|pair| {
            let wanted = pair[0].starts_with('-') && numbers.contains(&pair[1]);
            wanted.then_some(pair[0])
        });
        let options: Vec<_> = options.collect();
        for option in &options {
            expect_fault(
                &[command, option, "many"],
                2,
                &[option, "many", "a whole number"],
            );
        }
        assert!(!options.is_empty(), "{command}: {help}");
    }
    expect_fault(
        &[LESSON],
        2,
        &["no command", &format!("chatscope replay {LESSON}")],
    );
    expect_fault(&["frame", LESSON, "0"], 2, &["a whole number, 1 or more"]);
}

#[cfg(feature = "live")]
#[test]
fn bad_filters_interfaces_and_ports() {
    expect_fault(
        &["replay", LESSON, "tcp", "prt", "7000"],
        2,
        &["tcp prt 7000"],
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    expect_fault(
        &["serve", "--no-capture", "--listen", &address],
        1,
        &[&address, "in use"],
    );
    expect_fault(&["serve", "--listen", "192.0.2.1:7000"], 2, &["--public"]);
    for place in [":7000", "localhost", "localhost:http", "somewhere:7000"] {
        expect_fault(
            &["serve", "--no-capture", "--listen", place],
            2,
            &["127.0.0.1:7000, [::1]:7000, or localhost:7000"],
        );
    }
    let anywhere = ["serve", "--listen", "0", "--web", "0", "--port", "9"];
    expect_fault(&anywhere, 2, &["would show nothing", "--listen 9"]);
    let told = |filter: &[&str]| {
        stdout(&run(
            &[&["replay", LESSON, "--format", "json"], filter].concat()
        ))
    };
    let spelled = told(&["tcp", "port", "7000"]);
    assert_eq!(told(&["7000"]), spelled);
    assert_eq!(told(&["localhost:7000"]), spelled);
    let doctor = run(&["doctor"]);
    if doctor.status.success() {
        // Nothing is refused where all is well.
        let told = stdout(&doctor);
        assert!(told.contains("permission   to capture is there"), "{told}");
        assert!(
            !told.contains("refuse") && !told.contains("MISSING"),
            "{told}"
        );
        expect_fault(
            &["watch", "-i", "no-such-interface"],
            6,
            &["no-such-interface", "lo"],
        );
        expect_fault(&["watch", "tcp", "prt", "7000"], 2, &["tcp prt 7000"]);
    } else {
        expect_fault(&["watch"], 5, &["permission"]);
    }
}

#[test]
fn a_filter_keeps_what_it_names() {
    let output = run(&[
        "replay",
        "captures/refused.pcapng",
        "--format",
        "table",
        "tcp",
        "port",
        "7001",
    ]);
    if cfg!(feature = "live") {
        assert!(
            stdout(&output).contains("REFUSED") && !stdout(&output).contains("CLOSED"),
            "{}",
            stdout(&output)
        );
    } else {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("libpcap"));
    }
}

/// tcpdump's idiom: what follows `-r FILE` is the filter.
#[test]
fn words_behind_a_capture_to_read_are_the_filter() {
    let lesson = "captures/refused.pcapng";
    let whole = stdout(&run(&["replay", lesson, "--format", "table"]));
    assert_eq!(
        whole,
        stdout(&run(&["replay", "-r", lesson, "--format", "table"]))
    );
    for command in ["ladder", "graph", "report"] {
        assert_eq!(
            stdout(&run(&[command, lesson])),
            stdout(&run(&[command, "-r", lesson]))
        );
    }
    for command in ["ladder", "graph"] {
        expect_fault(&[command, "-r", lesson, "tcp"], 2, &["`tcp`"]);
        expect_fault(&[command], 2, &["FILE"]);
    }
    for command in ["replay", "report"] {
        expect_fault(
            &[command, "-r", lesson, "tcp", "-f", "tcp"],
            2,
            &["one filter"],
        );
    }
    if cfg!(feature = "live") {
        let behind = |words: &[&str]| stdout(&run(&[words, &["tcp", "port", "7001"]].concat()));
        for command in [
            &["replay", "--format", "table"][..],
            &["report", "--format", "json"],
        ] {
            let as_file = behind(&[command, &[lesson]].concat());
            assert_eq!(as_file, behind(&[command, &["-r", lesson]].concat()));
            assert!(!as_file.is_empty() && as_file != stdout(&run(&[command, &[lesson]].concat())));
        }
        expect_fault(&["replay", "-r", lesson, "port", "x"], 2, &["port x"]);
    }
}

/// Everything that a connection's number selects, its port selects too.
#[test]
fn a_port_keeps_deliveries_and_findings() {
    let events = |part: &[&str]| {
        let command = [
            &["replay", "captures/demo.pcapng", "--format", "json"],
            part,
        ]
        .concat();
        let told = stdout(&run(&command));
        let of = |event| {
            let start = format!("{{\"event\":\"{event}\"");
            let lines = told.lines().filter(|line| line.starts_with(&start));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        (of("delivery"), of("finding"))
    };
    let both = ["--stream", "0", "--stream", "1"];
    assert_eq!(events(&["--stream", "0,1"]), events(&both));
    let by_port = events(&["--port", "7000"]);
    let by_stream = events(&["--stream", "0", "--stream", "1", "--stream", "3"]);
    assert_eq!((by_port.0.len(), by_port.1.len()), (6, 4));
    assert_eq!(by_port, by_stream);
    assert_eq!(events(&["--only", "findings", "--port", "7000"]).1.len(), 4);
}

/// The upgrade is a message too, and no text: texts count from 1, and a delivery says of which it is.
#[test]
fn websocket_texts_count_from_one() {
    let told = stdout(&run(&["replay", "captures/websocket.pcapng"]));
    for words in [
        "WebSocket text 1 \"/nick web\"",
        "WebSocket text 2 \"olá do navegador\"",
        "WebSocket text 2 delivered to 2 of 2",
        "line 2 delivered to 2 of 2",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let escapes = |command: &mut Command| {
        command
            .args(["replay", LESSON])
            .output()
            .expect("runs")
            .stdout
            .contains(&0x1b)
    };
    assert!(!escapes(&mut chatscope()), "a pipe gets none");
    let always = run(&["replay", LESSON, "--color", "always"]);
    assert!(always.stdout.contains(&0x1b));
    assert!(escapes(chatscope().env("CLICOLOR_FORCE", "1")));
    assert!(
        !escapes(chatscope().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")),
        "NO_COLOR wins"
    );
    let never = chatscope()
        .env("CLICOLOR_FORCE", "1")
        .args(["replay", LESSON, "--color", "never"])
        .output()
        .expect("runs");
    assert!(
        !never.stdout.contains(&0x1b),
        "the option wins over the environment"
    );
}

#[test]
fn lines_keep_to_every_width() {
    for width in [60usize, 80, 100, 140, 200] {
        let output = run(&[
            "replay",
            "captures/websocket.pcapng",
            "--width",
            &width.to_string(),
        ]);
        for line in stdout(&output).lines() {
            assert!(line.chars().count() <= width, "{width} columns: {line}");
        }
    }
}

#[test]
fn ascii_is_ascii() {
    for format in ["lines", "table"] {
        let output = run(&[
            "replay",
            "captures/ipv6.pcapng",
            "--format",
            format,
            "--ascii",
            "--lang",
            "pt-BR",
        ]);
        assert!(output.stdout.is_ascii(), "{}", stdout(&output));
    }
}

#[test]
fn portuguese_comes_from_the_locale_or_the_option() {
    let english = stdout(&run(&["replay", LESSON]));
    let option = stdout(&run(&["replay", LESSON, "--lang", "pt-BR"]));
    let locale = chatscope()
        .env("LC_ALL", "pt_BR.UTF-8")
        .args(["replay", LESSON])
        .output()
        .expect("runs");
    assert_ne!(english, option);
    assert_eq!(option, stdout(&locale));
}

#[test]
fn a_closed_pipe_is_no_fault() {
    let mut child = chatscope()
        .args(["replay", LESSON, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut first = [0; 16];
    child
        .stdout
        .take()
        .expect("piped")
        .read_exact(&mut first)
        .expect("some output"); // and closed here
    let output = child.wait_with_output().expect("ends");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{:?} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Standard input is told while it is still being written: what came is shown although the writer is silent.
#[test]
fn a_pipe_is_told_while_it_is_written() {
    let whole = fs::read(LESSON).expect("the lesson");
    let shown =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pipe-{}.txt", std::process::id()));
    let out = fs::File::create(&shown).expect("writable");
    let mut child = chatscope()
        .args(["replay", "-"])
        .stdin(Stdio::piped())
        .stdout(out)
        .spawn()
        .expect("starts");
    let mut pipe = child.stdin.take().expect("piped");
    pipe.write_all(&whole[..whole.len() / 2]).expect("it reads");
    let began = Instant::now();
    while !fs::read_to_string(&shown)
        .expect("readable")
        .contains("handshake 3/3")
    {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "nothing shown while the pipe is open"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    pipe.write_all(&whole[whole.len() / 2..])
        .expect("it reads on");
    drop(pipe);
    assert!(child.wait().expect("ends").success());
    assert_eq!(
        fs::read_to_string(&shown)
            .expect("readable")
            .lines()
            .skip(1)
            .collect::<Vec<_>>(),
        stdout(&run(&["replay", LESSON]))
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
    );
    let _ = fs::remove_file(shown);
}

/// `--pace` plays: what happens first is there long before what happens last, and all in all it is the same story.
#[test]
fn a_paced_story_is_told_as_it_happens() {
    let began = Instant::now();
    let mut child = chatscope()
        .args(["replay", LESSON, "--pace", "0.2x"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut told = String::new();
    while !told.contains("handshake 3/3") {
        assert!(out.read_line(&mut told).expect("UTF-8") > 0, "{told}");
    }
    assert!(child.try_wait().expect("ours").is_none(), "only at the end");
    out.read_to_string(&mut told).expect("UTF-8");
    assert!(child.wait().expect("ends").success());
    // Half a second of capture at a fifth of its speed.
    assert!(began.elapsed() > Duration::from_secs(2));
    assert_eq!(told, stdout(&run(&["replay", LESSON])));
}

/// Ctrl-C on a pipe ends the reading; what is known by then is told, in every format.
#[cfg(feature = "live")]
#[test]
fn ctrl_c_on_a_pipe_tells_what_is_known() {
    let whole = fs::read(LESSON).expect("the lesson");
    for (format, words) in [
        ("lines", "handshake 3/3"),
        ("json", "\"event\":\"end\""),
        ("table", "127.0.0.1"),
        ("zeek", "127.0.0.1"),
    ] {
        let mut child = chatscope()
            .args(["replay", "-", "--format", format])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut pipe = child.stdin.take().expect("piped");
        pipe.write_all(&whole[..whole.len() * 3 / 4])
            .expect("it reads");
        interrupt(&child);
        let output = child.wait_with_output().expect("ends");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{format}: {}",
            stderr(&output)
        );
        assert!(
            stdout(&output).contains(words),
            "{format}: {}",
            stdout(&output)
        );
        drop(pipe);
    }
}

/// Ctrl-C, once it listens: until then it ends as every program does.
#[cfg(feature = "live")]
fn interrupt(child: &std::process::Child) {
    let blocked = |status: String| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        mask.is_some_and(|mask| mask.trim().ends_with('2') || mask.trim().ends_with('3'))
    };
    let began = Instant::now();
    let status = format!("/proc/{}/status", child.id());
    while !blocked(fs::read_to_string(&status).expect("it runs")) {
        assert!(began.elapsed() < Duration::from_secs(10), "never listens");
        std::thread::sleep(Duration::from_millis(10));
    }
    let id = nix::unistd::Pid::from_raw(child.id() as i32);
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).expect("ours");
}

/// Whoever has seen enough of a slow replay gets its verdicts and totals, as at the end of a live run.
#[cfg(feature = "live")]
#[test]
fn ctrl_c_in_a_paced_replay_tells_the_totals() {
    let child = chatscope()
        .args(["replay", LESSON, "--pace", "0.001x"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    interrupt(&child);
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    let told = stdout(&output);
    assert!(told.ends_with(" with TCP\n"), "{told}");
    assert!(!told.contains("teardown"), "{told}");
}

/// The same on a terminal, line by line.
#[cfg(feature = "live")]
#[test]
fn ctrl_c_while_stepping_tells_the_totals() {
    let program = env!("CARGO_BIN_EXE_chatscope");
    let mut script = Command::new("script");
    script
        .args([
            "-qec",
            // `exec`: a shell between would get the Ctrl-C as well, and some say 130 for it.
            &format!("exec {program} replay {LESSON} --step --width 100 --color never"),
            "/dev/null",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        eprintln!("skipped: script(1) is not installed");
        return;
    };
    let mut keys = child.stdin.take().expect("piped");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut told = String::new();
    for until in [
        "reading ",
        "handshake 1/3",
        "handshake 2/3",
        "handshake 3/3",
    ] {
        while !told.contains(until) {
            assert!(out.read_line(&mut told).expect("UTF-8") > 0, "{told}");
        }
        let key: &[u8] = if until.ends_with("3/3") {
            b"\x03"
        } else {
            b"\n"
        };
        keys.write_all(key).expect("pressed");
    }
    out.read_to_string(&mut told).expect("UTF-8");
    assert_eq!(child.wait().expect("ends").code(), Some(0), "{told}");
    assert!(told.contains("PARTIAL_END"), "{told}");
    assert!(told.trim_end().ends_with(" with TCP"), "{told}");
    assert!(!told.contains("teardown"), "{told}");
}

#[test]
fn every_format_of_every_lesson_is_told() {
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")).expect("captures/")
    {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "pcapng") {
            continue;
        }
        for format in ["lines", "json", "table", "zeek"] {
            let output = run(&["replay", path.to_str().expect("UTF-8"), "--format", format]);
            assert!(
                output.status.success() && !output.stdout.is_empty(),
                "{} {format}",
                path.display()
            );
        }
    }
}

#[test]
fn one_frame_as_boxes() {
    let boxes = stdout(&run(&["frame", LESSON, "1", "--width", "100"]));
    for word in ["65495", "7000"] {
        assert!(boxes.contains(word), "{boxes}");
    }
    expect_fault(&["frame", LESSON, "5000"], 2, &["no frame 5000", "34"]);
    expect_fault(
        &[LESSON],
        2,
        &["no command", &format!("chatscope replay {LESSON}")],
    );
    expect_fault(&["frame", LESSON, "0"], 2, &["0"]);
}

#[test]
fn pictures_of_a_capture() {
    let ladder = stdout(&run(&["ladder", LESSON, "--stream", "0", "--width", "100"]));
    for word in ["SYN", "ESTABLISHED", "teste", "TIME-WAIT"] {
        assert!(ladder.contains(word), "{ladder}");
    }
    assert!(
        ladder.lines().all(|line| line.chars().count() <= 100),
        "{ladder}"
    );
    let mermaid = stdout(&run(&["ladder", LESSON, "--format", "mermaid"]));
    assert!(mermaid.starts_with("sequenceDiagram"), "{mermaid}");
    let folder = tempfile::tempdir().expect("a folder");
    for (command, name) in [("ladder", "ladder.svg"), ("graph", "graph.svg")] {
        let path = folder.path().join(name);
        let output = run(&[command, LESSON, "-o", path.to_str().expect("UTF-8")]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(fs::read_to_string(path).expect("written").contains("<svg"));
    }
    assert!(
        stdout(&run(&["graph", LESSON, "--kind", "rtt"]))
            .lines()
            .count()
            > 10
    );
    expect_fault(&["ladder", "no-such.pcap"], 1, &["no such file"]);
}

#[test]
fn a_ladder_of_a_filter_keeps_what_was_said() {
    let filter = ["-Y", "tcp.len > 0 && tcp.stream == 0"];
    let ladder = stdout(&run(&["ladder", LESSON, filter[0], filter[1]]));
    assert!(ladder.contains("\"teste\""), "{ladder}");
    assert!(!ladder.contains("SYN"), "{ladder}");
    for kind in ["messages", "findings"] {
        let options = ["ladder", LESSON, "--only", kind];
        expect_fault(&options, 2, &["draws segments", "-Y 'tcp.len > 0'"]);
    }
    let output = run(&["ladder", LESSON, "--only", "messages", "--only", "teardown"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn man_pages_and_completions() {
    let page = stdout(&run(&["man"]));
    assert!(page.contains(".TH chatscope 1"), "{page}");
    assert!(stdout(&run(&["man", "replay"])).contains("pcapng"));
    expect_fault(&["man", "dance"], 2, &["dance", "replay, ", "annotate"]);
    let folder = tempfile::tempdir().expect("a folder");
    let man1 = folder.path().join("share/man1");
    let output = run(&["man", "--output", man1.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut pages: Vec<_> = fs::read_dir(&man1)
        .expect("made")
        .map(|entry| entry.expect("readable").file_name().into_string())
        .collect::<Result<_, _>>()
        .expect("UTF-8");
    pages.sort();
    // One for each command that `--help` lists, and the program's own.
    let help = stdout(&run(&["--help"]));
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .map(|command| format!("chatscope-{command}.1"));
    let mut expected: Vec<_> = listed.chain(["chatscope.1".to_owned()]).collect();
    expected.sort();
    assert!(expected.len() > 8, "{help}");
    assert_eq!(pages, expected);
    let (_keep, there) = file("a-file", b"");
    expect_fault(&["man", "--output", &there], 1, &["a-file", "not written"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            stdout(&run(&["completions", shell])).contains("replay"),
            "{shell}"
        );
    }
}

#[test]
fn help_begins_with_what_the_thing_is() {
    let help = stdout(&run(&["--help"]));
    assert!(
        help.starts_with("A chat server that shows you its own TCP"),
        "{help}"
    );
    for command in [
        "replay",
        "report",
        "ladder",
        "graph",
        "expect",
        "completions",
        "man",
    ] {
        assert!(help.contains(command), "{help}");
        let text = stdout(&run(&[command, "--help"]));
        assert!(text.contains("Examples:"), "{command}: {text}");
    }
    assert!(stdout(&run(&["--version"])).starts_with("chatscope 0."));
}

/// Whoever asks what `--flag` takes is told all of it.
#[test]
fn help_lists_every_analysis_flag() {
    use chatscope::tcp::{AnalysisFlags, OwnFlags};
    let output = chatscope().args(["replay", "--help"]).output();
    let help = String::from_utf8(output.expect("runs").stdout).expect("text");
    let words: Vec<_> = help
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let wireshark = AnalysisFlags::NAMES.iter().map(|(_, name)| *name);
    for name in wireshark.chain(OwnFlags::NAMES.iter().map(|(_, name)| *name)) {
        assert!(words.contains(&name), "{name}: {help}");
    }
}

/// tshark's `frame.time_relative` of frames 26 and 27 of the lesson is 0.362227936 and 0.362311320, whatever else is shown.
#[test]
fn relative_times_count_from_the_first_frame_of_the_capture() {
    let capture = "captures/chat-two-sessions.pcapng";
    for selection in [&[][..], &["--only", "teardown"], &["--stream", "0"]] {
        let arguments = [&["replay", capture, "--time", "rel"], selection].concat();
        let told = stdout(&run(&arguments));
        let mut fins = told.lines().filter(|line| line.contains("FIN,ACK"));
        for time in ["    0.362227", "    0.362311"] {
            let line = fins.next().unwrap_or_default();
            assert!(line.starts_with(time), "{arguments:?}: {told}");
        }
    }
}
