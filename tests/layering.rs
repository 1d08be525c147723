//! The house stands: reads the `use crate::` lines (and `crate::` paths) of every room and fails on any arrow that the
//! table below does not allow. Rooms, from top to bottom, with what each may use. Likewise the rule ids of the analysis: those
//! that the sources name and those of `docs/analysis.md` are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room -> rooms it may use besides `net` and `text`, which are open to all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "capture", "chat", "explain", "message", "packet", "server", "tcp", "timeline", "view",
        ],
    ),
    (
        "view",
        &["timeline", "explain", "tcp", "message", "chat", "packet"],
    ),
    ("explain", &["timeline", "tcp", "message", "chat", "packet"]),
    ("timeline", &["tcp", "message", "chat", "packet"]),
    ("server", &["chat"]),
    ("chat", &[]),
    ("message", &["tcp"]),
    ("tcp", &["packet"]),
    ("capture", &["packet"]),
    ("packet", &[]),
    ("net", &[]),
    ("text", &[]),
];

/// Rooms that read no clock, open no socket and print nothing.
const PURE: &[&str] = &[
    "packet", "tcp", "message", "chat", "timeline", "explain", "view", "net", "text",
];

/// What a pure room must not name.
const IMPURE: &[&str] = &[
    "std::net::Tcp",
    "std::net::Udp",
    "std::fs",
    "std::process",
    "std::thread",
    "std::env",
    "Instant::now",
    "SystemTime",
    "tokio::",
    "pcap::",
    "println!",
    "eprintln!",
    "print!(",
    "io::stdout",
    "io::stderr",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            if !path.ends_with("target") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The room of a source file: the first path component below `src`, without `.rs`.
fn room_of(path: &Path, src: &Path) -> String {
    let first = path
        .strip_prefix(src)
        .expect("below src")
        .components()
        .next()
        .expect("a component");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Code only: comment lines and modules of tests left out, whether they stand here (from `#[cfg(test)]` to the brace that
/// closes them) or elsewhere (`mod tests;`). What follows them is code again.
fn code_of(text: &str) -> String {
    let mut code = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line != "#[cfg(test)]" {
            code.push(line);
            continue;
        }
        let mut attributes = vec![line];
        while let Some(attribute) = lines.next_if(|line| line.starts_with("#[")) {
            attributes.push(attribute);
        }
        let module = lines.next_if(|line| line.starts_with("mod "));
        match module {
            Some(module) if module.ends_with('{') => {
                let closed = lines.by_ref().any(|line| line == "}");
                assert!(closed, "`{module}` is not closed");
            }
            Some(_) => {}
            // Another item for tests: it keeps the rules too.
            None => code.append(&mut attributes),
        }
    }
    code.retain(|line| !line.trim_start().starts_with("//"));
    code.join("\n")
}

/// Every room named after `crate::` or `chatscope::`, groups such as `crate::{net, tcp::X}` included.
fn rooms_used(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for rest in code
        .split("crate::")
        .skip(1)
        .chain(code.split("chatscope::").skip(1))
    {
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            for item in group.split_inclusive([',', '{', '}']) {
                if depth == 0 {
                    rooms.extend(word(item.trim()));
                }
                depth += i32::from(item.ends_with('{')) - i32::from(item.ends_with('}'));
                if depth < 0 {
                    break;
                }
            }
        } else {
            rooms.extend(word(rest));
        }
    }
    rooms
}

fn word(text: &str) -> Option<String> {
    let name: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(
        files.len() > 20,
        "found only {} files below {}",
        files.len(),
        src.display()
    );
    files
        .into_iter()
        .filter(|path| {
            !path.ends_with("lib.rs") && path.file_name().is_none_or(|name| name != "tests.rs")
        })
        .map(|path| {
            let code = code_of(&fs::read_to_string(&path).expect("readable source"));
            (room_of(&path, &src), path, code)
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for (room, path, code) in sources() {
        let Some(may_use) = allowed.get(room.as_str()) else {
            wrong.push(format!(
                "{}: room `{room}` has no row in the table of what rooms may use",
                path.display()
            ));
            continue;
        };
        for used in rooms_used(&code) {
            let open = ["net", "text"].contains(&used.as_str());
            let is_room = allowed.contains_key(used.as_str());
            if is_room && used != room && !open && !may_use.contains(&used.as_str()) {
                wrong.push(format!(
                    "{}: `{room}` must not use `{used}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let mut wrong = Vec::new();
    for (room, path, code) in sources()
        .into_iter()
        .filter(|(room, ..)| PURE.contains(&room.as_str()))
    {
        for name in IMPURE.iter().filter(|name| code.contains(**name)) {
            wrong.push(format!(
                "{}: pure room `{room}` names `{name}`",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn groups_and_paths_are_both_read() {
    let code =
        "use crate::{net::Endpoint, tcp::{Side, StreamId}, chat};\nlet x: crate::packet::Frame;";
    assert_eq!(rooms_used(code), ["net", "tcp", "chat", "packet"]);
}

#[test]
fn only_modules_of_tests_are_no_code() {
    let text = "//! About.\nuse a;\n#[cfg(test)]\nmod tests;\n\nuse b;\n#[cfg(test)]\n#[expect(x)]\nmod more {\n    use c;\n}\n\
        #[cfg(test)]\nfn d() {}\nuse e;";
    let code = "use a;\n\nuse b;\n#[cfg(test)]\nfn d() {}\nuse e;";
    assert_eq!(code_of(text), code);
}

/// What modules of tests hold is indented: every item that is not, is code, wherever in its file it stands.
#[test]
fn no_file_loses_code() {
    const ITEMS: [&str; 9] = [
        "pub", "use ", "fn ", "impl", "struct ", "enum ", "const ", "static ", "trait ",
    ];
    let items = |text: &str| {
        let lines = text.lines().map(str::to_owned);
        lines
            .filter(|line| ITEMS.iter().any(|item| line.starts_with(item)))
            .collect::<Vec<_>>()
    };
    for (_, path, code) in sources() {
        let text = fs::read_to_string(&path).expect("readable source");
        assert_eq!(items(&code), items(&text), "{}", path.display());
    }
}

#[test]
fn every_file_says_what_it_owns() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let silent: Vec<_> = files
        .iter()
        .filter(|path| {
            !fs::read_to_string(path)
                .expect("readable source")
                .starts_with("//!")
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "files without a `//!` header: {silent:?}"
    );
}

/// Families of rule ids: `A` in A-60. Only the steps P1 to P12 stand without a hyphen.
const FAMILIES: [&str; 19] = [
    "A", "B", "BS", "C", "D", "E", "IC", "IN", "N", "P", "RC", "SQ", "ST", "T", "TR", "V", "W",
    "X", "Z",
];

/// Family and number of a rule id.
fn rule(word: &str) -> Option<(&str, u32)> {
    let (family, number) = match word.split_once('-') {
        Some(parts) => parts,
        None => ("P", word.strip_prefix('P')?),
    };
    let known = FAMILIES.contains(&family) && (family == "P") != word.contains('-');
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| digits)?;
    known.then_some((family, number))
}

/// Rule ids in a text, and the ranges (D-1 to D-4, E-1..E-9) that they begin.
fn rules_named(text: &str) -> Vec<(&str, Option<&str>)> {
    let apart = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
    let mut named: Vec<(&str, Option<&str>)> = Vec::new();
    let (mut at, mut end) = (0, 0);
    for piece in text.split_inclusive(apart) {
        let word = piece.trim_end_matches(apart);
        if rule(word).is_some() {
            if let Some(last) = named.last_mut()
                && matches!(&text[end..at], " to " | "..")
            {
                last.1 = Some(word);
            }
            named.push((word, None));
            end = at + word.len();
        }
        at += piece.len();
    }
    named
}

#[test]
fn rule_ids_and_ranges_are_read() {
    let text = "(A-60, UTF-8), D-1 to D-4; E-1..E-9: SHA-1 a-1 P1 P-1 A-x";
    let expected = [
        ("A-60", None),
        ("D-1", Some("D-4")),
        ("D-4", None),
        ("E-1", Some("E-9")),
        ("E-9", None),
        ("P1", None),
    ];
    assert_eq!(rules_named(text), expected);
}

#[test]
fn rules_are_told_where_they_are_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = fs::read_to_string(root.join("docs/analysis.md")).expect("the rules");
    let rows = told.lines().filter_map(|line| line.strip_prefix("| "));
    let ids = rows.filter_map(|row| row.split(" |").next());
    let mut unnamed: BTreeSet<&str> = BTreeSet::new();
    let mut wrong = Vec::new();
    for id in ids.filter(|id| rule(id).is_some()) {
        if !unnamed.insert(id) {
            wrong.push(format!("docs/analysis.md tells {id} twice"));
        }
    }
    let defined = unnamed.clone();
    let mut files = vec![root.join("docs/analysis.md")];
    rust_files(&root.join("src"), &mut files);
    rust_files(&root.join("tests"), &mut files);
    // This file names some as examples.
    for path in files.iter().filter(|path| !path.ends_with(file!())) {
        let text = fs::read_to_string(path).expect("readable source");
        for (id, to) in rules_named(&text) {
            if !defined.contains(id) {
                wrong.push(format!("{}: {id} is no rule", path.display()));
            }
            if path.starts_with(root.join("docs")) {
                continue;
            }
            let (first, last) = (rule(id), to.and_then(rule).or_else(|| rule(id)));
            unnamed.retain(|other| {
                let inside = first.zip(last).zip(rule(other));
                inside.is_none_or(|((first, last), other)| other < first || last < other)
            });
        }
    }
    let idle = unnamed.iter();
    wrong.extend(idle.map(|id| format!("docs/analysis.md: no source names {id}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
