//! `chatscope frame FILE N`: one frame of a saved capture as RFC header boxes.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::anyhow;
use clap::Args;

use super::display::language;
use super::pipeline::{self, Around};
use super::saved::{self, Saved};
use super::whole::{at_least_one, whole};
use super::{Failure, output, written};
use crate::packet::{Decoded, Decoder, Frame, Segment};
use crate::timeline::{Entry, PacketEntry, Settings, Sink, Timeline, Wants};
use crate::view::frame_boxes::{BoxOptions, Part, frame_boxes};

/// Arguments of `frame`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope frame lab.pcapng 1
  chatscope frame lab.pcapng 17 --lang pt-BR")]
pub(super) struct FrameArgs {
    /// Capture to read: pcap or pcapng, also gzipped; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Number of the frame, as Wireshark's frame.number
    #[arg(value_name = "N", value_parser = at_least_one::<u64>)]
    number: u64,
    /// Language of the words in it (en, pt-BR); default from the environment
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Columns to use; default: the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = whole::<u16>)]
    width: Option<u16>,
    /// Only ASCII characters
    #[arg(long)]
    ascii: bool,
}

/// The frame wanted, once it has come by: its own copy, since readers lend theirs.
#[derive(Debug)]
struct Found {
    data: Vec<u8>,
    head: Frame<'static>,
}

/// Keeps the frame that is asked for and stops behind it.
struct Seek {
    number: u64,
    seen: u64,
    found: Option<Found>,
}

impl Around<Saved> for Seek {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        self.seen = frame.number;
        if frame.number == self.number {
            self.found = Some(Found {
                data: frame.data.to_vec(),
                head: Frame {
                    data: &[],
                    ..*frame
                },
            });
        }
        Ok(true)
    }

    fn stop(&mut self) -> bool {
        self.seen >= self.number
    }
}

/// Takes what the analysis says of the frame's segments, in order.
struct Analysis {
    number: u64,
    packets: Rc<RefCell<Vec<PacketEntry>>>,
}

impl Sink for Analysis {
    fn wants(&self) -> Wants {
        Wants::PACKETS
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Packet(packet) = entry
            && packet.frame == self.number
        {
            self.packets.borrow_mut().push(packet.clone());
        }
        Ok(())
    }
}

/// Draws the frame.
pub(super) fn run(args: &FrameArgs) -> Result<(), Failure> {
    let options = BoxOptions {
        lang: language(args.lang.as_deref())?,
        width: output::width(args.width, io::stdout().is_terminal()),
        ascii: args.ascii || !output::is_utf8(),
    };
    let mut source = saved::open(&args.file)?;
    let packets = Rc::default();
    let mut sink = Analysis {
        number: args.number,
        packets: Rc::clone(&packets),
    };
    let mut seek = Seek {
        number: args.number,
        seen: 0,
        found: None,
    };
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let ended = pipeline::run(&mut source, &mut timeline, &mut sink, &mut seek)?;
    let Some(found) = seek.found else {
        if let Some(fault) = &ended.fault {
            saved::fault(&args.file, fault, false)?;
        }
        return Err(Failure::usage(format!(
            "{}: there is no frame {}; the capture holds {}",
            saved::name(&args.file),
            args.number,
            seek.seen
        )));
    };
    let frame = Frame {
        data: &found.data,
        ..found.head
    };
    let drawn = draw(&frame, packets.take(), &options)?;
    written::stdout().write_all(drawn.as_bytes())?;
    Ok(())
}

/// Draws every segment of the frame with what the analysis says of it.
fn draw(
    frame: &Frame<'_>,
    mut packets: Vec<PacketEntry>,
    options: &BoxOptions,
) -> Result<String, Failure> {
    let mut of = 0;
    each_segment(frame, |_| of += 1);
    let (mut drawn, mut number, mut refusal) = (Vec::new(), 0, None);
    each_segment(frame, |segment| {
        number += 1;
        // A segment that fragments of earlier frames completed is not among these: order alone does not pair them.
        let own = packets.iter().position(|packet| is_of(packet, segment));
        let packet = own.map(|index| packets.remove(index));
        match frame_boxes(
            frame,
            Part { number, of },
            segment,
            packet.as_ref(),
            options,
        ) {
            Ok(text) => drawn.push(text),
            Err(error) => refusal = Some(error),
        }
    });
    match refusal {
        Some(error) if drawn.is_empty() => Err(error.into()),
        None if drawn.is_empty() => Err(Failure::from(anyhow!(
            "frame {} holds no TCP header of its own",
            frame.number
        ))),
        _ => Ok(drawn.join("\n")),
    }
}

/// Shows every segment that stands in the frame.
fn each_segment(frame: &Frame<'_>, mut take: impl FnMut(&Segment<'_>)) {
    let mut decoder = Decoder::new();
    let mut part = Some(decoder.decode(frame));
    while let Some(decoded) = part {
        if let Decoded::Tcp(segment) = decoded {
            take(&segment);
        }
        part = decoder.more(frame);
    }
}

/// The entry is of this segment.
fn is_of(packet: &PacketEntry, segment: &Segment<'_>) -> bool {
    (packet.source, packet.destination) == (segment.source, segment.destination)
        && (packet.seq_raw, packet.ack_raw) == (segment.seq, segment.ack)
        && packet.flags == segment.flags
}
