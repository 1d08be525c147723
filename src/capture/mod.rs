//! Where frames come from and where they go.
//!
//! Owns: saved captures (pcap, pcapng, gzip), writers, live capture through libpcap, BPF filters, interfaces and privileges.
//! Must not know: TCP, the chat, how anything is shown. Live and replay differ only in the [`FrameSource`].
//! Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

#[cfg(feature = "live")]
mod dlt;
#[cfg(feature = "live")]
pub mod doctor;
pub mod filter;
#[cfg(feature = "live")]
pub mod interfaces;
#[cfg(feature = "live")]
pub mod link_types;
#[cfg(feature = "live")]
pub mod live;
#[cfg(feature = "live")]
pub mod privileges;
pub mod rewrite;
pub mod savefile;
mod source;
pub mod writer;

pub use filter::{FilterError, FrameFilter, filter_for_ports};
pub use rewrite::{RewriteError, Rewriter};
pub use savefile::{ReadError, SavefileReader};
pub use source::{CaptureInfo, FileFormat, FrameSource, InterfaceInfo, Polled};
pub use writer::{CaptureWriter, SaveFormat, WriteError};
