//! The language: what is in it, what is not, and that an error names the word.

use super::claim::{Claim, Noticed};
use super::{Expectation, LANGUAGE};
use crate::explain::{Explainer, Lang};
use crate::tcp::{HandshakeOutcome, ResetCause, Side, TcpState};
use crate::timeline::{FindingCode, VerdictCode};

#[test]
fn every_claim_of_the_documentation_parses() {
    for text in [
        "handshake complete",
        "handshake half-open",
        "closed-by both",
        "close in 3 segments",
        "reset-by server",
        "reset cause linger0",
        "still open",
        "verdict WS_CLOSE(1000)",
        "ws-close 1000",
        "open within 50ms",
        "close within 1s",
        "no retransmission",
        "duplicate_ack",
        "no zero-window",
        "finding stalled_app",
        "no finding",
        "no finding reset",
        "message \"teste\"",
        "message ~ \"est\" acknowledged",
        "no message \"x\"",
        "message \"a \\\"b\\\"\" delivered to 2",
        "message \"x\" in 6 segments",
        "streams == 3",
        "messages >= 10",
        "frames != 0",
        "only port 7000",
        "complete",
        "stream 2: closed-by client",
        "any: reset-by client",
        "port 7000: handshake complete",
        "stream 0: no retransmission",
        "welcome",
        "no welcome",
        "stream 1: welcome within 1s",
        "option sack",
        "no option timestamps",
        "no reset",
        "no drops",
        "half-close",
        "no half-close",
        "state server CLOSE-WAIT",
        "name \"ana\"",
        "websocket",
        "no websocket",
        "rtt within 1ms",
        "lasts within 5s",
        "sequence holds",
        "fin == 2",
        "rst = 0",
        "bytes from client >= 5",
        "messages from server == 1",
        "message \"x\" from client acknowledged",
    ] {
        let parsed = Expectation::parse(text);
        assert!(parsed.is_ok(), "{text}: {:?}", parsed.err());
    }
}

#[test]
fn errors_name_what_was_not_understood() {
    let words = Explainer::new(Lang::En);
    for (text, word) in [
        ("", "a claim"),
        ("option luck", "`luck`"),
        ("state", "`client`, `server`"),
        ("bytes from nobody == 1", "`nobody`"),
        ("syn from client == 1", "`from`"),
        ("port 7: \"x\"", "\"x\""),
        ("handshake done", "`done`"),
        ("closed-by nobody", "`nobody`"),
        ("streams about 3", "`about`"),
        ("streams == many", "`many`"),
        ("message \"open", "closing quote"),
        ("message \"x\" eaten", "`eaten`"),
        ("no luck", "`luck`"),
        ("handshake complete now", "`now`"),
        ("open within 5", "`5`"),
        ("stream x: complete", "`x:`"),
        ("finding", "`stalled_app`"),
    ] {
        let error = Expectation::parse(text).expect_err(text).told(&words);
        assert!(error.contains(word), "{text}: {error}");
    }
}

#[test]
fn errors_speak_portuguese() {
    let error = Expectation::parse("handshake").expect_err("unfinished");
    let told = error.told(&Explainer::new(Lang::PtBr));
    assert!(
        told.starts_with("`handshake`: termina onde deveria haver `complete`"),
        "{told}"
    );
}

#[test]
fn the_short_form_names_every_kind() {
    for word in [
        "handshake",
        "closed-by",
        "reset-by",
        "verdict",
        "finding",
        "message",
        "streams",
        "only port",
        "any:",
        "welcome",
        "option",
        "half-close",
        "state",
        "websocket",
        "sequence holds",
        "no drops",
        "no reset",
        "bytes",
        "fin",
    ] {
        assert!(LANGUAGE.contains(word), "{word}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _ = Expectation::parse(&text);
    }
}

/// A misspelt code would make `no finding CODE` hold for ever: it is an error that names the codes.
#[test]
fn words_that_nothing_ever_says_are_errors() {
    let words = Explainer::new(Lang::En);
    for (text, proposed) in [
        ("no finding staled_app", "`stalled_app`"),
        ("finding bogus", "`linger0`"),
        ("verdict CLOSED", "`CLOSED_BY_CLIENT`"),
        ("verdict WS_CLOSE(x)", "`WS_CLOSE(1000)`"),
        ("state server CLOSE_WAIT", "`CLOSE-WAIT`"),
    ] {
        let error = Expectation::parse(text).expect_err(text).told(&words);
        assert!(error.contains(proposed), "{error}");
    }
}

/// Whatever the analysis may say can be claimed, under the very word it says.
#[test]
fn every_word_of_the_analysis_can_be_claimed() {
    let claim = |text: &str| match Expectation::parse(text) {
        Ok(expectation) => expectation.claim,
        Err(error) => panic!("{}", error.told(&Explainer::new(Lang::En))),
    };
    for code in FindingCode::ALL {
        let what = Some(Noticed::Finding(code));
        let (seen, none) = (false, true);
        let text = format!("finding {}", code.code());
        assert_eq!(claim(&text), Claim::Finding { what, absent: seen });
        let text = format!("no finding {}", code.code());
        assert_eq!(claim(&text), Claim::Finding { what, absent: none });
    }
    for cause in ResetCause::ALL {
        let text = format!("reset cause {}", cause.code());
        assert_eq!(claim(&text), Claim::ResetCause(cause));
        let what = Some(Noticed::Cause(cause));
        let text = format!("finding {}", cause.code());
        assert_eq!(
            claim(&text),
            Claim::Finding {
                what,
                absent: false
            }
        );
    }
    for verdict in VerdictCode::ALL {
        let text = format!("verdict {verdict}");
        assert_eq!(claim(&text), Claim::Verdict(verdict));
    }
    for state in TcpState::ALL {
        let text = format!("state server {state}");
        if state == TcpState::Unknown {
            assert!(Expectation::parse(&text).is_err());
        } else {
            assert_eq!(claim(&text), Claim::State(Side::Server, state));
        }
    }
    for outcome in HandshakeOutcome::ALL {
        let text = format!("handshake {}", outcome.code().replace('_', "-"));
        assert_eq!(claim(&text), Claim::Handshake(outcome));
    }
}
