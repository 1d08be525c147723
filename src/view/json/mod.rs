//! JSON Lines (`--format json`): writes every entry as one line. A stable interface, specified for users in `docs/json-lines.md`
//! (below), which a test holds against what is written.
//!
//! Must not know: terminals, languages.
#![doc = ""]
#![doc = include_str!("../../../docs/json-lines.md")]

mod cards;
mod object;
mod packet;
mod page;
mod pen;
mod quote;
mod story;
mod texts;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::timeline::{Entry, Sink, Wants};
use crate::view::out::Out;
use page::Page;
use texts::Texts;

/// The sink that writes JSON Lines.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: Out<W, Page>,
    wants: Wants,
    texts: Texts,
}

impl<W: Write> JsonLines<W> {
    /// A sink over `writer`; it buffers by itself, so an unbuffered writer is fine. `wants`: the events to write, and whether
    /// `packet` has its `payload` (`-A`, `-X`).
    pub fn new(writer: W, wants: Wants) -> Self {
        Self {
            out: Out::behind(Page::new(), writer),
            wants,
            texts: Texts::new(),
        }
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn wants(&self) -> Wants {
        self.wants
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let (page, texts) = (&mut self.out.buffer, &mut self.texts);
        match entry {
            Entry::Capture(start) => page.beside(|out| story::write_capture(out, start)),
            Entry::Packet(packet) => packet::write_packet(page, texts, packet, self.wants.payload),
            Entry::Handshake(entry) => cards::write_handshake(page, texts, entry),
            Entry::Message(message) => story::write_message(page, texts, message),
            Entry::Delivery(delivery) => story::write_delivery(page, texts, delivery),
            Entry::Teardown(entry) => cards::write_teardown(page, texts, entry),
            Entry::Finding(finding) => page.beside(|out| story::write_finding(out, finding)),
            Entry::Session(session) => {
                page.beside(|out| story::write_session(out, &mut texts.endpoints, session));
            }
            Entry::Stream(stream) => cards::write_stream(page, texts, stream),
            Entry::End(end) => {
                page.beside(|out| story::write_end(out, end));
                return self.out.flush();
            }
        }
        self.out.settle()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
