//! Where frames come from and where they go.
//!
//! Owns: saved captures (pcap, pcapng, gzip), writers, live capture through libpcap, BPF filters, interfaces and privileges.
//! Must not know: TCP, the chat, how anything is shown. Live and replay differ only in the [`FrameSource`].
//! Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

pub mod savefile;
mod source;
pub mod writer;

pub use savefile::{ReadError, SavefileReader};
pub use source::{CaptureInfo, FileFormat, FrameSource, InterfaceInfo, Polled};
pub use writer::{CaptureWriter, FrameDirection, FrameNote, SaveFormat, WriteError};
