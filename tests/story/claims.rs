//! What `expect` answers about scenes, and the frames that it names.

use chatscope::explain::{Explainer, Lang};
use chatscope::view::expect::{Expectation, Judgement, Outcome, judge};
use chatscope::view::report::{Collector, Report, Selection};

use crate::collect::play;
use crate::scene::{ACK, Captured, PSH, Scene};

fn report(frames: &[Captured]) -> Report {
    let mut collector = Collector::new(Selection::default());
    play(frames, &mut collector);
    collector.finish()
}

fn judged(report: &Report, claim: &str) -> Judgement {
    let claim = Expectation::parse(claim).expect("a claim");
    let words = Explainer::new(Lang::En);
    judge(report, &[claim], false, &words).remove(0)
}

/// Details of 512 connections are kept at once: those of the largest one, which is asked first, came too late. All took 20 us to
/// open.
#[test]
fn one_known_refutal_counts_more_than_what_is_not_known() {
    let mut scene = Scene::default();
    for port in 0..530 {
        scene.open(i64::from(port) * 500, (20_000 + port, 7000));
    }
    for n in 0..50 {
        let ports = (20_529, 7000);
        scene.segment(300_000 + n * 100, ports, true, PSH | ACK, 512, b"hi\n");
    }
    let report = report(&scene.frames);
    assert!(report.streams.len() < 530, "nothing is folded away");
    let slow = judged(&report, "rtt within 1us");
    assert_eq!(slow.outcome, Outcome::Fail, "{slow:?}");
    let fast = judged(&report, "rtt within 1ms");
    assert_eq!(fast.outcome, Outcome::Inconclusive, "{fast:?}");
    let fast = judged(&report, "any: rtt within 1ms");
    assert_eq!(fast.outcome, Outcome::Pass, "{fast:?}");
}
