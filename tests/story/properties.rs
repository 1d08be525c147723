//! What must hold of every story, on random chats and on random nonsense.

use std::sync::Arc;

use chatscope::chat::{DisconnectReason, SessionEvent, SessionEventKind, SessionId, Transport};
use chatscope::net::{CaptureStats, Timestamp};
use chatscope::timeline::{CaptureStart, Settings, Sink, Timeline};
use proptest::prelude::*;

use crate::collect::{Collected, replay};
use crate::scene::{ACK, Captured, FIN, NOON, RST, SYN, Scene, tuple};

/// One thing that happens in a random chat of up to three clients.
#[derive(Clone, Debug)]
enum Act {
    Say(usize, String),
    Leave(usize),
    Reset(usize),
    Pause(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0usize..3, "[a-z]{1,6}").prop_map(|(who, text)| Act::Say(who, text)),
        1 => (0usize..3).prop_map(Act::Leave),
        1 => (0usize..3).prop_map(Act::Reset),
        2 => (1i64..2_000_000).prop_map(Act::Pause),
    ]
}

/// A chat server as packets and as session events: greets, copies every line to everybody.
struct Chat {
    scene: Scene,
    events: Vec<SessionEvent>,
    now: i64,
    /// Bytes that the client sent and received so far.
    here: [Option<(u64, u64)>; 3],
    line: u64,
}

impl Chat {
    fn ports(who: usize) -> (u16, u16) {
        (50001 + who as u16, 7000)
    }

    fn tell(&mut self, who: usize, kind: SessionEventKind) {
        let (client, server) = Self::ports(who);
        self.events.push(SessionEvent {
            at: Timestamp::from_nanos(NOON + self.now * 1000 + 60_000),
            session: SessionId(who as u64 + 1),
            connection: tuple(client, server),
            kind,
        });
    }

    fn play(acts: &[Act]) -> Self {
        let mut chat = Self {
            scene: Scene::default(),
            events: Vec::new(),
            now: 0,
            here: [None; 3],
            line: 0,
        };
        for who in 0..3 {
            chat.enter(who);
        }
        for act in acts {
            chat.now += 500;
            match act {
                Act::Pause(micros) => chat.now += micros,
                Act::Say(who, text) if chat.here[*who].is_some() => chat.say(*who, text),
                Act::Leave(who) if chat.here[*who].take().is_some() => {
                    chat.scene.close(chat.now, Self::ports(*who), true);
                    chat.gone(*who, DisconnectReason::ClientClosed);
                }
                Act::Reset(who) if chat.here[*who].take().is_some() => {
                    let ports = Self::ports(*who);
                    chat.scene.segment(chat.now, ports, true, RST | ACK, 0, b"");
                    chat.gone(*who, DisconnectReason::ClientReset);
                }
                _ => {}
            }
        }
        chat
    }

    fn enter(&mut self, who: usize) {
        self.now += 1000;
        self.scene.open(self.now, Self::ports(who));
        self.now += 30;
        let name: Arc<str> = format!("user{who}").into();
        let welcome = format!(
            "* welcome to chat: you are {name}, session {}; others here: x\n",
            who + 1
        );
        self.tell(
            who,
            SessionEventKind::Connected {
                name,
                transport: Transport::Line,
            },
        );
        self.now += 100;
        self.scene
            .say(self.now, Self::ports(who), false, welcome.as_bytes());
        self.here[who] = Some((0, welcome.len() as u64));
        self.tell(
            who,
            SessionEventKind::Wrote {
                lines: 0..0,
                bytes: 0..welcome.len() as u64,
            },
        );
    }

    fn say(&mut self, who: usize, text: &str) {
        let line = format!("{text}\n");
        self.scene
            .say(self.now, Self::ports(who), true, line.as_bytes());
        self.line += 1;
        let (said, _) = self.here[who].expect("is here");
        let bytes = said..said + line.len() as u64;
        self.here[who].as_mut().expect("is here").0 = bytes.end;
        self.tell(
            who,
            SessionEventKind::Said {
                line: Some(self.line),
                bytes,
            },
        );
        let copy = format!("user{who}: {text}\n");
        for to in 0..3 {
            let Some((_, heard)) = self.here[to] else {
                continue;
            };
            self.now += 50;
            self.scene
                .say(self.now, Self::ports(to), false, copy.as_bytes());
            let bytes = heard..heard + copy.len() as u64;
            self.here[to].as_mut().expect("is here").1 = bytes.end;
            let lines = self.line..self.line + 1;
            self.tell(to, SessionEventKind::Wrote { lines, bytes });
        }
    }

    fn gone(&mut self, who: usize, reason: DisconnectReason) {
        self.now += 40;
        self.tell(who, SessionEventKind::Disconnected { reason });
    }
}

/// What arrives, and when (nanoseconds): frames in their order, events with their own delays.
fn story(chat: &Chat, delays: &[i64], packets_only: bool) -> Vec<String> {
    let mut collected = Collected {
        packets_only,
        ..Collected::default()
    };
    let mut timeline = Timeline::new(Settings::default(), collected.wants());
    timeline.begin(CaptureStart {
        live: true,
        ..CaptureStart::default()
    });
    let mut events: Vec<(i64, &SessionEvent)> = chat
        .events
        .iter()
        .enumerate()
        .map(|(i, event)| (event.at.as_nanos() + delays[i % delays.len()], event))
        .collect();
    events.sort_by_key(|(arrival, _)| *arrival);
    let mut events = events.into_iter().peekable();
    for captured in &chat.scene.frames {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= captured.at.as_nanos()) {
            timeline.session(event.clone());
        }
        timeline.frame(&captured.frame());
        timeline.drain(&mut collected).expect("never fails");
    }
    for (_, event) in events {
        timeline.session(event.clone());
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut collected).expect("never fails");
    collected.lines
}

/// Live: frames come in batches `lag` late, the clock is told in between, entries are drained at once.
fn live(chat: &Chat, lag_micros: i64) -> Vec<String> {
    let mut collected = Collected {
        packets_only: true,
        ..Collected::default()
    };
    let mut timeline = Timeline::new(Settings::default(), collected.wants());
    timeline.begin(CaptureStart::default());
    let lag = lag_micros * 1000;
    let mut frames = chat.scene.frames.iter().peekable();
    let mut events = chat.events.iter().peekable();
    let end = chat.scene.frames.last().map_or(0, |f| f.at.as_nanos());
    let mut now = NOON;
    while now <= end + lag + 3_000_000 {
        while let Some(event) = events.next_if(|event| event.at.as_nanos() <= now) {
            timeline.session(event.clone());
        }
        while let Some(captured) = frames.next_if(|f| f.at.as_nanos() + lag <= now) {
            timeline.frame(&captured.frame());
        }
        timeline.advance(Timestamp::from_nanos(now));
        timeline.drain(&mut collected).expect("never fails");
        now += 3_000_000;
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut collected).expect("never fails");
    collected.lines
}

/// Both stories are the same; else the first lines that differ.
fn same(left: &[String], right: &[String]) -> Result<(), TestCaseError> {
    let differs = left.iter().zip(right).position(|(l, r)| l != r);
    let at = differs.unwrap_or(left.len().min(right.len()));
    let around =
        |lines: &[String]| lines[at.saturating_sub(2)..lines.len().min(at + 3)].join("\n  ");
    prop_assert!(
        left == right,
        "from entry {at}:\n  {}\nbut\n  {}",
        around(left),
        around(right)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever of the two worlds reports first (within half the hold-back): the same story.
    #[test]
    fn arrival_skew_changes_nothing(
        acts in proptest::collection::vec(act(), 0..20),
        delays in proptest::collection::vec(-30_000_000i64..10_000_000, 1..8),
    ) {
        let chat = Chat::play(&acts);
        same(&story(&chat, &[0], false), &story(&chat, &delays, false))?;
    }

    /// Live and replay tell the same, session-derived fields aside, up to 8 ms of capture lag.
    #[test]
    fn live_is_replay(acts in proptest::collection::vec(act(), 0..16), lag in 0i64..8_000) {
        let chat = Chat::play(&acts);
        let replayed = replay(&chat.scene.frames, Settings::default(), 3);
        same(&live(&chat, lag), &replayed)?;
    }

    /// Every line of a quiet chat is delivered to everybody, and told so.
    #[test]
    fn every_line_is_delivered(texts in proptest::collection::vec("[a-z]{2,8}", 1..6)) {
        let acts: Vec<Act> = texts
            .iter()
            .enumerate()
            .flat_map(|(i, text)| [Act::Pause(100_000), Act::Say(i % 3, text.clone())])
            .collect();
        let chat = Chat::play(&acts);
        let told = replay(&chat.scene.frames, Settings::default(), 1);
        let complete = told.iter().filter(|l| l.starts_with("delivery") && l.contains("to 3 of 3") && l.ends_with(" complete"));
        prop_assert_eq!(complete.count(), texts.len(), "{:#?}", told);
        let alarms = told.iter().filter(|l| l.starts_with("finding")).count();
        prop_assert_eq!(alarms, 0);
    }

    /// Any segments in any order at any time, over few connections: no panic, every packet told once and in frame order.
    #[test]
    fn nonsense_is_survived(
        segments in proptest::collection::vec(
            (0u16..3, any::<bool>(), 0u32..40, 0u32..40, any::<u8>(), any::<u16>(),
             proptest::collection::vec(any::<u8>(), 0..12), -3_000_000i64..9_000_000),
            0..60,
        ),
    ) {
        let mut scene = Scene::default();
        let mut now = 0;
        for (client, c2s, _, _, flags, window, payload, step) in &segments {
            now += step;
            scene.segment(now, (50000 + client, 7000), *c2s, flags & 0x1f, *window, payload);
        }
        // Sequence numbers at random too.
        for (captured, (_, _, seq, ack, ..)) in scene.frames.iter_mut().zip(&segments) {
            captured.data[27] = captured.data[27].wrapping_add(*seq as u8);
            captured.data[31] = captured.data[31].wrapping_add(*ack as u8);
        }
        let told = replay(&scene.frames, Settings::default(), 5);
        let packets: Vec<u64> = told
            .iter()
            .filter_map(|line| line.strip_prefix("packet ")?.split(' ').next()?.parse().ok())
            .collect();
        let numbers: Vec<u64> = (1..=scene.frames.len() as u64).collect();
        prop_assert_eq!(packets, numbers);
    }
}

#[test]
fn a_clock_that_jumps_ahead_does_not_hold_everything() {
    let mut scene = Scene::default();
    scene.open(0, (50001, 7000));
    scene.segment(9_000_000_000_000, (50001, 7000), true, ACK, 1, b"");
    for i in 0..120_000 {
        scene.segment(100 + i, (50001, 7000), true, ACK, 1, b"");
    }
    let mut collected = Collected::default();
    let mut timeline = Timeline::new(Settings::default(), collected.wants());
    for captured in &scene.frames {
        timeline.frame(&captured.frame());
        timeline.drain(&mut collected).expect("never fails");
    }
    assert!(collected.lines.len() > 60_000, "{}", collected.lines.len());
}

#[test]
fn a_session_without_packets_and_packets_without_session() {
    let mut scene = Scene::default();
    scene.segment(0, (50009, 7000), true, SYN, 1, b"");
    scene.segment(10, (50009, 7000), false, RST | ACK, 0, b"");
    let chat = Chat {
        scene,
        events: vec![SessionEvent {
            at: Timestamp::from_nanos(NOON),
            session: SessionId(4),
            connection: tuple(50001, 7000),
            kind: SessionEventKind::Connected {
                name: "ana".into(),
                transport: Transport::Line,
            },
        }],
        now: 0,
        here: [None; 3],
        line: 0,
    };
    let told = story(&chat, &[0], false);
    assert!(
        told.contains(&"session 4 connected -".to_owned()),
        "{told:#?}"
    );
    assert!(told.contains(&"stream #0 REFUSED [] messages 0/0".to_owned()));
    let _: (u8, Option<Captured>) = (FIN, None);
}
