//! Criterion benchmark of the pure half: decode alone, decode and analyse. `cargo bench --bench analyse`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use chatscope::capture::SavefileReader;
use chatscope::net::{LinkType, Timestamp};
use chatscope::packet::{Decoded, Decoder, Frame};
use chatscope::tcp::{Analyzer, Limits};

/// One frame, owned.
struct Owned(u64, Timestamp, LinkType, u32, Vec<u8>);

impl Owned {
    fn frame(&self) -> Frame<'_> {
        Frame {
            number: self.0,
            timestamp: self.1,
            link_type: self.2,
            original_length: self.3,
            data: &self.4,
        }
    }
}

/// The lesson capture of two sessions, repeated until there is something to measure.
fn frames() -> Vec<Owned> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/captures/chat-two-sessions.pcapng"
    );
    let mut reader = SavefileReader::open(path).expect("the lesson capture");
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().expect("a whole capture") {
        frames.push(Owned(
            frame.number,
            frame.timestamp,
            frame.link_type,
            frame.original_length,
            frame.data.to_vec(),
        ));
    }
    frames
}

fn benchmark(c: &mut Criterion) {
    let frames = frames();
    let mut group = c.benchmark_group("frames");
    group.throughput(Throughput::Elements(frames.len() as u64));
    group.bench_function("decode", |b| {
        let mut decoder = Decoder::default();
        b.iter(|| {
            frames
                .iter()
                .filter(|frame| matches!(decoder.decode(&frame.frame()), Decoded::Tcp(_)))
                .count()
        });
    });
    group.bench_function("decode and analyse", |b| {
        b.iter_batched(
            || (Decoder::default(), Analyzer::new(Limits::default())),
            |(mut decoder, mut analyzer)| {
                for frame in &frames {
                    if let Decoded::Tcp(segment) = decoder.decode(&frame.frame()) {
                        std::hint::black_box(analyzer.handle(&segment));
                    }
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
