//! From figures to a document in one language: which value stands where, under which words. The words are `explain`'s.

mod capture;
mod connections;
mod evidence;
mod handshake;
mod lines;
mod notes;
mod options;
mod pace;
mod say;
mod states;
mod teardown;
mod timing;
mod walk;
mod windows;

use super::document::{Document, Section};
use super::model::Report;
use crate::explain::Explainer;
use say::Say;

/// The last part of a path, of either kind of system: where a file lies is nobody's title.
fn file_name(source: &str) -> &str {
    let last = source.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.is_empty() { source } else { last }
}

/// The document of a report in the language of `words`.
#[must_use]
pub fn compose(report: &Report, words: &Explainer) -> Document {
    let say = Say::new(words);
    let section = |id, title: &str, blocks| Section {
        id,
        title: say.t(title),
        blocks,
    };
    Document {
        title: say.v(
            "report-title",
            &[("source", file_name(&report.capture.source).into())],
        ),
        lang: words.lang().tag(),
        subtitle: capture::subtitle(&say, report),
        see: say.t("see"),
        more_rows: say.t("report-more-rows"),
        sections: vec![
            section("S1", "report-s1", capture::section(&say, report)),
            section("S2", "report-s2", connections::table(&say, report)),
            section("S3", "report-s3", handshake::section(&say, report)),
            section("S4", "report-s4", options::section(&say, report)),
            section("S5", "report-s5", lines::section(&say, report)),
            section("S6", "report-s6", walk::section(&say, report)),
            section("S7", "report-s7", teardown::section(&say, report)),
            section("S8", "report-s8", timing::section(&say, report)),
            section("S9", "report-s9", evidence::census(&say, report)),
            section("S10", "report-s10", windows::section(&say, report)),
            section("S11", "report-s11", evidence::findings(&say, report)),
            section("S12", "report-s12", notes::ladder(&say, report)),
            section("S13", "report-s13", states::section(&say, report)),
            section("S14", "report-s14", notes::explanations(&say)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_title_names_the_file_and_not_the_way_to_it() {
        assert_eq!(file_name("captures/demo.pcapng"), "demo.pcapng");
        assert_eq!(file_name("C:\\lab\\x.pcap"), "x.pcap");
        assert_eq!(file_name("standard input"), "standard input");
        assert_eq!(file_name("odd/"), "odd/");
    }
}
