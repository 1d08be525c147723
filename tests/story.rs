//! The story, as data: each file of `tests/story/scenarios` holds the steps of a capture and the entries that must come of
//! it. The expected lines were reasoned from the steps (RFC 9293, the verdicts of docs/json-lines.md), not taken from the output.

#[path = "story/claims.rs"]
mod claims;
#[path = "story/collect.rs"]
mod collect;
#[path = "story/cut.rs"]
mod cut;
#[path = "story/fragments.rs"]
mod fragments;
#[path = "story/long_message.rs"]
mod long_message;
#[path = "story/ports_again.rs"]
mod ports_again;
#[path = "story/properties.rs"]
mod properties;
#[path = "story/scenario.rs"]
mod scenario;
#[path = "story/scene.rs"]
mod scene;

use std::fs;
use std::path::PathBuf;

#[test]
fn scenarios() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/story/scenarios");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no scenario found");
    let mut failures = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        if let Err(difference) = scenario::check(&text) {
            failures.push(format!("{}:\n{difference}", file.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
