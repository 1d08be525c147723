//! History files that cannot be used: each is refused in words of its own, and left as it is; one that ended well is one file.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::print_stderr,
    reason = "tests"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use support::process::{self, Process};

/// A history of 3,000 lines whose server has ended.
fn filled(path: &Path) {
    let mut server = Process::start(&[&"--rate", &"0", &"--history", &path]);
    let mut ana = server.client();
    let block: String = (1..=3_000).map(|n| format!("line {n}\n")).collect();
    ana.send(block.as_bytes());
    ana.until(": line 3000");
    drop(ana);
    server.terminate();
    assert!(server.wait().0.success());
}

fn sql(path: &Path, text: &str) {
    Connection::open(path).unwrap().execute_batch(text).unwrap();
}

#[test]
fn an_orderly_end_leaves_one_file_that_can_be_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    filled(&path);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let server = Process::start(&[&"--history", &copy]);
    let mut ana = server.client();
    ana.say("/history 1");
    ana.until(": line 3000");
}

/// The first cell of each row of the documentation's table, and the names in the second one.
fn documented_tables() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../docs/history-file.md");
    let (_, rows) = text.split_once("| table | columns |\n").unwrap();
    let rows = rows.lines().skip(1).take_while(|row| row.starts_with('|'));
    rows.map(|row| {
        // What stands in brackets or behind a colon are values.
        let outside = row.split('(').map(|part| part.rsplit(')').next().unwrap());
        let outside = outside.collect::<String>();
        let names = outside.split(':').next().unwrap();
        let mut names = names.split('`').skip(1).step_by(2).map(str::to_owned);
        (names.next().unwrap(), names.collect())
    })
    .collect()
}

#[test]
fn the_file_has_the_tables_that_are_documented() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    filled(&path);
    let file = Connection::open(&path).unwrap();
    let query = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut query = file.prepare(query).unwrap();
    let columns = query.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns.unwrap().map(Result::unwrap) {
        found.entry(table).or_default().push(column);
    }
    assert_eq!(found, documented_tables());
}

/// What SQLite would take for something else than a name is a name.
#[test]
fn any_name_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let inside = format!("cd {} && exec \"$0\" \"$@\"", folder.path().display());
    for name in [":memory:", "file:x.db?mode=memory"] {
        for session in 1..3 {
            let server =
                Process::within(&["sh", "-c", &inside], "127.0.0.1", &[&"--history", &name]);
            assert_eq!(server.client().session, session);
            server.kill();
            assert!(folder.path().join(name).is_file());
        }
    }
}

/// The way to break a file, and what is said of it.
type Case = (&'static str, fn(&Path), &'static str);

const CASES: [Case; 20] = [
    (
        "another program's words",
        |path| fs::write(path, "my notes, and no database").unwrap(),
        "is not the history of a chat: it is another program's file",
    ),
    (
        "another program's database",
        |path| {
            fs::remove_file(path).unwrap();
            sql(path, "CREATE TABLE other (x)");
        },
        "is not the history of a chat: it is another program's file",
    ),
    (
        "another program's database without tables",
        |path| {
            fs::remove_file(path).unwrap();
            sql(path, "PRAGMA user_version = 5");
        },
        "is not the history of a chat: it is another program's file",
    ),
    (
        "only the first bytes",
        |path| fs::write(path, "SQLite format 3\0").unwrap(),
        "is not the history of a chat: it is another program's file, or its beginning is damaged",
    ),
    (
        "cut in the middle",
        |path| {
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_len(20_000).unwrap();
        },
        "is damaged: database disk image is malformed",
    ),
    (
        "a page overwritten",
        |path| {
            use std::os::unix::fs::FileExt as _;
            let file = fs::File::options().write(true).open(path).unwrap();
            file.write_at(&[0xff; 4_096], 5 * 4_096).unwrap();
        },
        "is damaged: database disk image is malformed",
    ),
    (
        "a later version",
        |path| sql(path, "PRAGMA user_version = 7"),
        "has version 7, this program knows up to 1: use the program that made it",
    ),
    (
        "no version",
        |path| sql(path, "PRAGMA user_version = 0"),
        "is damaged: it has the version 0",
    ),
    (
        "no lines",
        |path| sql(path, "DROP TABLE line"),
        "is damaged: no such table: line",
    ),
    (
        "no figures",
        |path| sql(path, "DROP TABLE meta"),
        "is damaged: no such table: meta",
    ),
    (
        "another column",
        |path| sql(path, "ALTER TABLE line RENAME COLUMN at TO moment"),
        "is damaged: no such column: at",
    ),
    (
        "nonsense about a session",
        |path| sql(path, "UPDATE session SET owed = 'nothing'"),
        "a value that says nothing of what a session is owed",
    ),
    (
        "a next line below zero",
        |path| sql(path, "UPDATE meta SET value = -7 WHERE key = 'next_line'"),
        "value cannot be -7",
    ),
    (
        "a next session that leaves no room for one behind it",
        |path| {
            sql(
                path,
                "UPDATE meta SET value = 9223372036854775807 WHERE key = 'next_session'",
            );
        },
        "value cannot be 9223372036854775807",
    ),
    (
        "a line below zero",
        |path| sql(path, "UPDATE line SET number = -1 WHERE number = 1"),
        "number cannot be -1",
    ),
    (
        "a last line that leaves no room for one behind it",
        |path| {
            sql(
                path,
                "UPDATE line SET number = 9223372036854775807 WHERE number = 3000",
            );
        },
        "number cannot be 9223372036854775807",
    ),
    (
        "a session below zero",
        |path| sql(path, "UPDATE session SET id = -1"),
        "id cannot be -1",
    ),
    (
        "a line of a session below zero",
        |path| sql(path, "UPDATE line SET session = -1 WHERE number = 3000"),
        "session cannot be -1",
    ),
    (
        "a directory",
        |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        },
        "it is no file. Name one with --history",
    ),
    (
        "a device",
        |path| {
            fs::remove_file(path).unwrap();
            std::os::unix::fs::symlink("/dev/null", path).unwrap();
        },
        "it is no file. Name one with --history",
    ),
];

#[test]
fn a_file_that_is_no_history_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.db");
    filled(&good);
    let path = folder.path().join("broken.db");
    for (name, break_it, expected) in CASES {
        fs::copy(&good, &path).unwrap();
        break_it(&path);
        let before = path.is_file().then(|| fs::read(&path).unwrap());
        let told = process::refused(&[&"--history", &path]);
        assert!(told.contains(expected), "{name}: {told}");
        assert!(told.contains("broken.db"), "{name}: {told}");
        assert_eq!(told.lines().count(), 1, "{name}: {told}");
        assert!(
            before == path.is_file().then(|| fs::read(&path).unwrap()),
            "{name}: it was changed"
        );
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn a_place_that_cannot_hold_a_file_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/chat.db");
    let told = process::refused(&[&"--history", &missing]);
    let advice = format!(
        "There is no folder {0}: make it (mkdir -p {0})",
        missing.parent().unwrap().display()
    );
    assert!(told.contains(&advice), "{told}");
    let dangling = folder.path().join("dangling.db");
    std::os::unix::fs::symlink(&missing, &dangling).unwrap();
    let told = process::refused(&[&"--history", &dangling]);
    assert!(
        told.contains("It is a link to a place that is not there"),
        "{told}"
    );
    let long = folder.path().join("x".repeat(300));
    let told = process::refused(&[&"--history", &long]);
    assert!(told.contains("as history: File name too long"), "{told}");
    let locked = folder.path().join("locked.db");
    filled(&locked);
    let other = Connection::open(&locked).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE")
        .unwrap();
    let told = process::refused(&[&"--history", &locked]);
    assert!(
        told.contains("locked.db is locked by another program that is using it: end that one"),
        "{told}"
    );
}

/// Lines go nowhere where the file is gone; without a word they would be lost with the server.
#[test]
fn a_file_that_is_deleted_takes_no_more_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let server = Process::start(&[&"--history", &path]);
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("one");
    ana.expect("guest1: one");
    bob.expect("guest1: one");
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(folder.path().join(format!("chat.db{end}"))).unwrap();
    }
    ana.say("two");
    ana.expect(
        "* not said, the history cannot be kept (its file was deleted: restart the server): two",
    );
    bob.say("/ping");
    bob.expect("* pong");
}

/// A file may come with a rollback journal (`.dump` makes such a one): who reads it keeps nobody from speaking.
#[test]
fn a_reader_of_a_file_without_a_wal_delays_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    filled(&path);
    sql(&path, "PRAGMA journal_mode = DELETE");
    let server = Process::start(&[&"--history", &path]);
    let mut ana = server.client();
    let reader = Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM line")
        .unwrap();
    ana.say("while somebody reads");
    ana.expect("guest2: while somebody reads");
}

/// The next number is taken: nobody is shown what the file does not have, and a restart goes on behind it.
#[test]
fn a_line_that_another_program_writes_is_no_reason_to_guess() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let server = Process::start(&[&"--history", &path]);
    let mut ana = server.client();
    ana.say("one");
    ana.expect("guest1: one");
    sql(
        &path,
        "INSERT INTO line SELECT 2, at, session, kind, name, 'by hand' FROM line WHERE number = 1",
    );
    ana.say("two");
    ana.expect("* not said, the history cannot be kept (another program wrote lines into its file: restart the server): two");
    drop(server);
    let server = Process::start(&[&"--history", &path]);
    let mut ana = server.client();
    ana.say("three");
    ana.expect("guest2: three");
    ana.say("/history");
    let again = ["guest1: one", "guest1: by hand", "guest2: three"];
    ana.expect("* lines 1 to 3 again:");
    for line in again {
        ana.expect(line);
    }
}

/// What was edited by hand into something that is no text is shown all the same.
#[test]
fn a_line_that_is_no_text_is_shown_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    filled(&path);
    sql(
        &path,
        "UPDATE line SET text = x'68ff1b69' WHERE number = 2999",
    );
    let server = Process::start(&[&"--history", &path]);
    let mut ana = server.client();
    ana.say("/history 2");
    ana.until("again:");
    ana.expect("guest1: h\\xff\\x1bi");
    ana.expect("guest1: line 3000");
}

/// The documented way to save what can be read, on a file that is damaged and on one that only seems to be.
#[test]
fn what_can_be_read_of_a_file_is_saved_as_documented() {
    if !Command::new("sqlite3")
        .arg("-version")
        .output()
        .is_ok_and(|shown| shown.status.success())
    {
        eprintln!("skipped: there is no sqlite3 here");
        return;
    }
    let text = include_str!("../docs/history-file.md");
    let command = text.lines().find(|line| line.contains(".dump")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("room.db");
    filled(&path);
    for damaged in [false, true] {
        if damaged {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2 / 4_096 * 4_096;
            bytes[middle..middle + 4_096].fill(0xff);
            fs::write(&path, bytes).unwrap();
        }
        let saved = folder.path().join("new.db");
        let _ = fs::remove_file(&saved);
        let run = Command::new("sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let journal: String = Connection::open(&saved)
            .and_then(|file| file.query_row("PRAGMA journal_mode", [], |row| row.get(0)))
            .unwrap();
        assert_eq!(journal, "wal");
        let server = Process::start(&[&"--history", &saved]);
        let mut ana = server.client();
        ana.say("/history 3000");
        ana.until(": line 3000");
        let count: i64 = Connection::open(&saved)
            .and_then(|file| file.query_row("SELECT count(*) FROM line", [], |row| row.get(0)))
            .unwrap();
        assert!(
            if damaged {
                (100..3_000).contains(&count)
            } else {
                count == 3_000
            },
            "{count}"
        );
    }
}
