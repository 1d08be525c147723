//! Header prediction says what the rules say: the same segments with it and without it. And after each of them, packing a
//! stream and unpacking it gives the stream, field for field.

use super::super::codec::Scratch;
use super::super::compact;
use super::super::key::Key;
use super::super::multipath::Multipath;
use super::super::stream::{Begun, Stream, Surroundings};
use super::*;
use proptest::prelude::*;

/// What a side does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// New data in order, of which the segment begins so many bytes off (0: exactly in order).
    Say(u32, i32),
    /// A pure ACK of everything the other side said, so many bytes off.
    Ack(i32),
    /// FIN or RST, a SYN again.
    Control(u16),
    /// FIN behind new data, exactly in order.
    End(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1u32..5).prop_map(|len| Step::Say(len, 0)),
        8 => Just(Step::Ack(0)),
        2 => (1u32..5, -6i32..6).prop_map(|(len, off)| Step::Say(len, off)),
        2 => (-6i32..6).prop_map(Step::Ack),
        1 => prop_oneof![Just(0x011u16), Just(0x014), Just(0x002), Just(0x010)].prop_map(Step::Control),
        1 => (0u32..3).prop_map(Step::End),
    ]
}

/// Side, step, window, options, microseconds since the last frame, PSH.
type Move = (bool, Step, u16, u8, i64, bool);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let window = prop_oneof![6 => Just(8u16), 1 => 0u16..4, 1 => Just(65535u16)];
    let one = (
        any::<bool>(),
        step(),
        window,
        any::<u8>(),
        -50i64..30_000,
        any::<bool>(),
    );
    proptest::collection::vec(one, 1..120)
}

/// Streams that are told the same: the first may predict, the second too but without figures.
struct Triplets {
    predicting: Option<Stream>,
    terse: Option<Stream>,
    careful: Option<Stream>,
    next: [u32; 2],
    frame: u64,
    now: i64,
    predicted: usize,
}

impl Triplets {
    fn new(isn: [u32; 2]) -> Self {
        Self {
            predicting: None,
            terse: None,
            careful: None,
            next: isn,
            frame: 0,
            now: 1_000_000_000,
            predicted: 0,
        }
    }

    /// SYN, SYN,ACK, ACK with a window scale each.
    fn open(&mut self, scaled: bool) {
        let options: &[u8] = if scaled { &[3, 3, 1, 0] } else { &[] };
        self.give(0, 0x002, self.next[0], 0, 0, 64, options);
        self.next[0] = self.next[0].wrapping_add(1);
        self.give(1, 0x012, self.next[1], self.next[0], 0, 64, options);
        self.next[1] = self.next[1].wrapping_add(1);
        self.give(0, 0x010, self.next[0], self.next[1], 0, 64, &[]);
    }

    fn play(&mut self, (server, step, window, options, micros, push): Move) {
        self.now += micros * 1000;
        let options: &[u8] = match options % 8 {
            0 => &[1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9],
            1..4 => &[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1],
            _ => &[],
        };
        let from = usize::from(server);
        let (seq, ack) = (self.next[from], self.next[1 - from]);
        let flags = 0x010 | if push { 0x008 } else { 0 };
        match step {
            Step::Say(len, off) => {
                let seq = seq.wrapping_add_signed(off);
                self.give(from, flags, seq, ack, len, window, options);
                if off >= 0 {
                    self.next[from] = seq.wrapping_add(len);
                }
            }
            Step::Ack(off) => {
                let ack = ack.wrapping_add_signed(off);
                self.give(from, flags, seq, ack, 0, window, options);
            }
            Step::Control(flags) => self.give(from, flags, seq, ack, 0, window, options),
            Step::End(len) => {
                self.give(from, flags | 0x001, seq, ack, len, window, options);
                self.next[from] = seq.wrapping_add(len).wrapping_add(1);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a header")]
    fn give(
        &mut self,
        from: usize,
        flags: u16,
        seq: u32,
        ack: u32,
        len: u32,
        window: u16,
        options: &[u8],
    ) {
        let ends: [Endpoint; 2] =
            ["10.0.0.1:40000", "10.0.0.2:7000"].map(|end| end.parse().expect("an endpoint"));
        self.frame += 1;
        self.now += 1_000;
        let header = 20 + options.len() as u8;
        let segment = Segment {
            frame: self.frame,
            timestamp: Timestamp::from_nanos(self.now),
            source: ends[from],
            destination: ends[1 - from],
            seq: SeqNumber(seq),
            ack: SeqNumber(ack),
            flags: TcpFlags(flags),
            window,
            urgent: 0,
            len,
            header_length: header,
            header_captured: header,
            options: TcpOptions(options),
            payload: &[],
            origin: SegmentOrigin::Direct,
            ip_length: 40 + len,
            effective: None,
        };
        let (key, from) = Key::of(&ends[from], &ends[1 - from]);
        let first = self.careful.is_none();
        let around = Surroundings {
            begins: first.then_some(Begun::Plain),
            ..Surroundings::default()
        };
        let fresh = || {
            let mut stream = Stream::blank();
            stream.begin(key, StreamId(0), &segment, Begun::Plain);
            stream
        };
        let careful = self.careful.get_or_insert_with(fresh);
        let predicting = self.predicting.get_or_insert_with(fresh);
        let terse = self.terse.get_or_insert_with(fresh);
        let [mut expected, mut seen, mut few] = [Observation::default(); 3];
        let paths = &mut Multipath::default();
        careful.handle(from, &segment, around, paths, &mut expected);
        let may = !first && !segment.flags.syn();
        if may && predicting.handle_predicted::<true>(from, &segment, &mut seen) {
            self.predicted += 1;
        } else {
            predicting.handle(from, &segment, around, paths, &mut seen);
        }
        if !may || !terse.handle_predicted::<false>(from, &segment, &mut few) {
            terse.handle(from, &segment, around, paths, &mut few);
        }
        assert_eq!(seen, expected, "frame {}", self.frame);
        assert_eq!(lasting(&few), lasting(&expected), "frame {}", self.frame);
        let text = format!("{careful:?}");
        assert_eq!(format!("{predicting:?}"), text, "frame {}", self.frame);
        assert_eq!(format!("{terse:?}"), text, "frame {}", self.frame);
        assert_eq!(
            format!("{:?}", packed(careful)),
            format!("{:?}", plain(careful)),
            "frame {}",
            self.frame
        );
    }
}

/// What is told of a segment without figures.
fn lasting(seen: &Observation) -> Observation {
    Observation {
        stream: seen.stream,
        side: seen.side,
        analysed: seen.analysed,
        seq: seen.seq,
        ack: seen.ack,
        next_seq: seen.next_seq,
        analysis: seen.analysis,
        original_frame: seen.original_frame,
        role: seen.role,
        changes: seen.changes,
        fin: seen.fin,
        ..Observation::default()
    }
}

/// A stream that was packed and unpacked.
fn packed(stream: &Stream) -> Stream {
    let bytes = compact::pack(&mut stream.clone(), &mut Scratch::default());
    let mut read = Stream::blank();
    compact::unpack(stream.id, &bytes, &mut read);
    read
}

/// A stream without what may get lost: the time of what was acknowledged last, and that a list was not tidy until now.
fn plain(stream: &Stream) -> Stream {
    let mut stream = stream.clone();
    for dir in &mut stream.dirs {
        let list = dir.unacked.clone();
        dir.unacked.clear();
        list.iter().for_each(|each| dir.unacked.push(*each));
        dir.unacked.last = list.last;
        dir.unacked.last.at = Timestamp::ZERO;
    }
    stream
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn prediction_changes_nothing(
        handshake in any::<Option<bool>>(),
        isn in prop_oneof![Just([u32::MAX - 40, u32::MAX - 20]), Just([0, 0]), any::<[u32; 2]>()],
        moves in moves(),
    ) {
        let mut triplets = Triplets::new(isn);
        if let Some(scaled) = handshake {
            triplets.open(scaled);
        }
        for one in moves {
            triplets.play(one);
        }
    }
}

#[test]
fn a_healthy_chat_is_predicted() {
    let mut triplets = Triplets::new(ISN);
    triplets.open(true);
    for round in 0..50 {
        let server = round % 2 == 0;
        triplets.play((server, Step::Say(4, 0), 64, 2, 100, true));
        triplets.play((!server, Step::Ack(0), 64, 2, 100, false));
    }
    for server in [false, true] {
        triplets.play((server, Step::End(0), 64, 2, 100, false));
    }
    triplets.play((false, Step::Ack(0), 64, 2, 100, false));
    // From the handshake's last segment to the last one of the close.
    assert!(triplets.predicted == 104, "{} of 104", triplets.predicted);
}
