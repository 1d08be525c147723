//! Both catalogues hold the same sentences, everything has words, and our evaluation agrees with Fluent's own.

use std::collections::BTreeSet;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use super::{Explainer, Lang, Topic, Value, ids};
use crate::chat::DisconnectReason;
use crate::message::MessageKind;
use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, FrameRole, HandshakeOutcome, OwnFlags, ResetCause, TcpState};
use crate::timeline::{FindingCode, VerdictCode};

const ROLES: [FrameRole; 9] = [
    FrameRole::Syn,
    FrameRole::SynAck,
    FrameRole::HandshakeAck,
    FrameRole::FirstFin,
    FrameRole::FirstFinAck,
    FrameRole::SecondFin,
    FrameRole::SecondFinAck,
    FrameRole::Refusal,
    FrameRole::Reset,
];

fn both() -> [Explainer; 2] {
    Lang::ALL.map(Explainer::new)
}

#[test]
fn the_catalogues_parse_and_hold_the_same_ids_and_variables() {
    for explainer in both() {
        let (lang, mut ids) = (explainer.lang(), BTreeSet::new());
        for source in lang.sources() {
            let parsed = fluent_syntax::parser::parse(source);
            let errors = parsed.err().map(|e| e.1);
            assert!(errors.is_none(), "{}: {errors:?}", lang.tag());
            for line in source.lines() {
                let id = line.split(" =").next().filter(|_| line.contains(" ="));
                if let Some(id) = id.filter(|id| !id.contains([' ', '#'])) {
                    assert!(ids.insert(id), "{}: {id} twice", lang.tag());
                }
            }
        }
        let found = explainer.catalogue.variables();
        assert!(
            found
                .keys()
                .map(String::as_str)
                .filter(|id| !id.contains('.'))
                .eq(ids)
        );
    }
    let [en, pt] = both().map(|explainer| explainer.catalogue.variables());
    assert!(en.len() > 200, "{} sentences", en.len());
    assert_eq!(en, pt);
}

#[test]
fn in_ascii_every_sentence_is() {
    for explainer in both() {
        for text in explainer.in_ascii(true).catalogue.texts() {
            assert!(text.is_ascii(), "{text}");
        }
    }
}

/// What the code writes as a code, in the id's spelling.
fn spelled(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.to_ascii_lowercase().replace('_', "-"))
}

#[test]
fn every_code_has_words_a_reason_and_a_section() {
    let mut topics: Vec<(Topic<'_>, String)> = Vec::new();
    topics.extend(ROLES.map(|r| (Topic::Role(r), spelled("role", r.code().expect("a role")))));
    topics.extend(
        AnalysisFlags::NAMES.map(|(f, name)| (Topic::Analysis(f), spelled("analysis", name))),
    );
    topics.extend(OwnFlags::NAMES.map(|(f, name)| (Topic::Own(f), spelled("note", name))));
    topics.extend(
        HandshakeOutcome::ALL.map(|o| (Topic::Handshake(o), spelled("handshake", o.code()))),
    );
    topics.extend(ResetCause::ALL.map(|c| (Topic::Cause(c), spelled("cause", c.code()))));
    topics.extend(FindingCode::ALL.map(|f| (Topic::Finding(f), spelled("finding", f.code()))));
    topics.extend(VerdictCode::ALL.map(|v| (Topic::Verdict(v), spelled("verdict", v.word()))));
    topics.extend(TcpState::ALL.map(|s| {
        let name = if s == TcpState::Unknown {
            "unknown"
        } else {
            s.name()
        };
        (Topic::State(s), spelled("state", name))
    }));
    topics.extend(TcpFlags(0x1ff).names().map(|name| {
        let bit = (0..9).map(|bit| TcpFlags(1 << bit));
        let flag = bit
            .into_iter()
            .find(|f| f.names().eq([name]))
            .expect("one bit");
        (Topic::Control(flag), spelled("control", name))
    }));
    for explainer in both() {
        let known = explainer.catalogue.variables();
        for (topic, id) in &topics {
            assert_eq!(topic.id(), id.as_str());
            assert!(known.contains_key(id), "{id} has no words");
            let why = explainer.why(*topic).unwrap_or_default();
            assert!(
                why.ends_with(['.', '?']) && why.len() > 15,
                "{id}.why: {why}"
            );
            let rfc = explainer.rfc(*topic).unwrap_or_default();
            assert!(rfc.starts_with("RFC "), "{id}.rfc: {rfc}");
        }
        for word in "S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH".split(' ') {
            assert!(known.contains_key(&*Topic::ConnState(word).id()), "{word}");
        }
    }
}

#[test]
fn every_message_kind_and_every_end_has_words() {
    let kinds = [
        MessageKind::Line,
        MessageKind::Unfinished,
        MessageKind::HttpRequest,
        MessageKind::HttpResponse,
        MessageKind::WsText,
        MessageKind::WsBinary,
        MessageKind::WsClose(1000),
        MessageKind::WsPing,
        MessageKind::WsPong,
        MessageKind::Binary,
    ];
    let reasons = [
        DisconnectReason::ClientClosed,
        DisconnectReason::Quit,
        DisconnectReason::ClientReset,
        DisconnectReason::Idle,
        DisconnectReason::OverBound,
        DisconnectReason::ProtocolError,
        DisconnectReason::TakenOver,
        DisconnectReason::PeerVanished,
        DisconnectReason::Shutdown,
        DisconnectReason::Error,
    ];
    for explainer in both() {
        let known = explainer.catalogue.variables();
        for kind in kinds {
            assert_eq!(ids::kind(kind), spelled("message", kind.code()));
            assert!(known.contains_key(ids::kind(kind)));
        }
        for reason in reasons {
            assert_eq!(ids::reason(reason), spelled("reason", reason.code()));
            assert!(known.contains_key(ids::reason(reason)));
        }
    }
}

#[test]
fn our_evaluation_agrees_with_fluent() {
    let cases: [&[(&'static str, Value<'_>)]; 4] = [
        &[
            ("side", Value::Text("client")),
            ("duration", Value::Text("none")),
        ],
        &[
            ("side", Value::Text("server")),
            ("duration", Value::Text("1.2 s")),
        ],
        &[("known", Value::Text("after")), ("frame", Value::Number(7))],
        &[("known", Value::Text("nothing"))],
    ];
    let counts = [
        "count", "value", "tries", "retries", "missed", "frames", "bytes", "more", "waiting",
        "streams",
    ];
    for explainer in both() {
        let language = explainer.lang().tag().parse().expect("a tag");
        let mut bundle = FluentBundle::new(vec![language]);
        bundle.set_use_isolating(false);
        for source in explainer.lang().sources() {
            let resource = FluentResource::try_new(source.to_owned()).expect("parses");
            bundle.add_resource(resource).expect("no id twice");
        }
        for (id, variables) in explainer.catalogue.variables() {
            for case in cases {
                for number in [0, 1, 2, 5, 21, 100] {
                    let mut values: Vec<_> = case.to_vec();
                    values.extend(counts.map(|name| (name, Value::Number(number))));
                    for name in &variables {
                        if !values.iter().any(|(known, _)| known == name) {
                            let name: &'static str = Box::leak(name.clone().into_boxed_str());
                            values.push((name, Value::Text("x")));
                        }
                    }
                    assert_eq!(
                        ours(&explainer, &id, &values),
                        fluents(&bundle, &id, &values),
                        "{id}"
                    );
                }
            }
        }
    }
}

fn ours(explainer: &Explainer, id: &str, values: &[(&'static str, Value<'_>)]) -> String {
    let attribute = id.split_once('.');
    attribute.map_or_else(
        || explainer.text(id, values),
        |(id, name)| explainer.attribute(id, name).expect("it is written"),
    )
}

fn fluents(
    bundle: &FluentBundle<FluentResource>,
    id: &str,
    values: &[(&'static str, Value<'_>)],
) -> String {
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        let value = match value {
            Value::Text(text) => FluentValue::from(*text),
            Value::Number(number) => FluentValue::from(*number),
            Value::Span(_) => unreachable!("spans are not compared"),
        };
        arguments.set(*name, value);
    }
    let (id, attribute) = id.split_once('.').unwrap_or((id, ""));
    let message = bundle.get_message(id).expect("the same ids");
    let pattern = if attribute.is_empty() {
        message.value()
    } else {
        message.get_attribute(attribute).map(|a| a.value())
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern.expect("a value"), Some(&arguments), &mut errors);
    assert!(errors.is_empty(), "{id}: {errors:?}");
    text.into_owned()
}

/// Where a number may be 0 or 1, the words around it agree with it: in Portuguese 0 is grammatically one.
#[test]
fn numbers_agree_with_their_words() {
    let [en, pt] = both();
    for (explainer, id, name, count, expected) in [
        (&en, "end-folded", "count", 1, "one line folded away"),
        (&en, "end-folded", "count", 2, "2 lines folded away"),
        (&en, "end-forgotten", "count", 1, "one closed stream "),
        (
            &en,
            "end-sessions-dropped",
            "count",
            1,
            "one session event lost",
        ),
        (
            &en,
            "end-sessions-dropped",
            "count",
            3,
            "3 session events lost",
        ),
        (
            &pt,
            "session-lagging",
            "missed",
            1,
            "uma linha saiu do registro sem ser lida",
        ),
        (
            &pt,
            "session-lagging",
            "missed",
            9,
            "9 linhas saíram do registro sem serem lidas",
        ),
        (&pt, "totals", "streams", 0, "nenhum fluxo"),
        (&pt, "end-frames", "frames", 0, "nenhum quadro"),
        (&pt, "expect-ports", "others", 0, "nenhum outro quadro"),
        (&pt, "teardown-half-bytes", "bytes", 0, "nenhum byte veio"),
    ] {
        let mut values = vec![(name, Value::Number(count))];
        if id == "end-frames" {
            values.push(("tcp", Value::Number(0)));
        } else if id == "expect-ports" {
            values.push(("ports", Value::Text("7000")));
        }
        let told = explainer.text(id, &values);
        assert!(told.contains(expected), "{id}: {told}");
    }
}

#[test]
fn a_missing_id_shows_itself() {
    assert_eq!(
        Explainer::new(Lang::En).text("no-such-id", &[]),
        "no-such-id"
    );
}

/// One thing has one name: an orderly close is a "fechamento", what no segment proves is "deduzido" (as a mark: "provável").
#[test]
fn portuguese_has_one_word_for_one_thing() {
    for text in [include_str!("pt-BR.ftl"), include_str!("report.pt-BR.ftl")] {
        for other in ["encerramento", "Encerramento", "inferid"] {
            assert!(!text.contains(other), "{other}");
        }
    }
    let ends = [("from", Value::Text("a")), ("to", Value::Text("b"))];
    for id in ["graph-sequence", "graph-rtt-title"] {
        let title = Explainer::new(Lang::PtBr).text(id, &ends);
        assert!(title.ends_with(": de a para b"), "{title}");
    }
}
