//! What every source of frames offers, saved or live, and what it says about itself.

use std::time::Duration;

use crate::net::{CaptureStats, LinkType};
use crate::packet::Frame;

/// What a source answers when asked for a frame.
#[derive(Clone, Copy, Debug)]
pub enum Polled<'a> {
    /// The next frame; its bytes live until the next call.
    Frame(Frame<'a>),
    /// Nothing came in the time given (live sources only): a chance to let timers run.
    Idle,
    /// There are no more frames.
    End,
}

/// A saved capture or a running one.
pub trait FrameSource {
    /// Why the source cannot go on.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The next frame. A live source waits at most `wait`; a saved one blocks until it has a frame or the end.
    fn poll_frame(&mut self, wait: Duration) -> Result<Polled<'_>, Self::Error>;

    /// What is known about the capture so far; a pcapng file may add interfaces as it is read.
    fn info(&self) -> &CaptureInfo;

    /// What the capture says about its own losses, as far as known now.
    fn statistics(&self) -> CaptureStats;

    /// Asks for the end. True where frames that are already on their way still come, then [`Polled::End`]; false where
    /// the caller may simply stop asking.
    fn stop(&mut self) -> bool {
        false
    }
}

/// How the frames are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFormat {
    /// Not stored: captured live.
    #[default]
    Live,
    /// Classic pcap.
    Pcap {
        /// Time stamps in nanoseconds rather than microseconds.
        nanoseconds: bool,
    },
    /// pcapng.
    Pcapng,
}

/// What a capture says about itself. Texts come from a stranger: escape them before showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureInfo {
    /// How the frames are stored.
    pub format: FileFormat,
    /// The file was compressed with gzip: byte offsets in errors count decompressed bytes.
    pub gzip: bool,
    /// The interfaces seen so far, over all sections; at most [`CaptureInfo::MAX_INTERFACES`] are kept.
    pub interfaces: Vec<InterfaceInfo>,
    /// `shb_hardware` of the first section.
    pub hardware: Option<String>,
    /// `shb_os` of the first section.
    pub os: Option<String>,
    /// `shb_userappl` of the first section.
    pub application: Option<String>,
    /// Comments on sections, in file order; at most [`CaptureInfo::MAX_COMMENTS`].
    pub comments: Vec<String>,
}

impl CaptureInfo {
    /// Interfaces described at most (a hostile file may hold millions): about 200 bytes each.
    pub const MAX_INTERFACES: usize = 1024;
    /// Section comments kept at most.
    pub const MAX_COMMENTS: usize = 64;
    /// Bytes of one name or comment kept at most.
    pub const MAX_TEXT: usize = 4096;

    /// What this program and machine say of themselves in a capture they write.
    #[must_use]
    pub fn of_this_host() -> Self {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let os = format!("{} {}", std::env::consts::OS, release.trim());
        Self {
            hardware: Some(std::env::consts::ARCH.to_owned()),
            os: Some(os.trim().to_owned()),
            application: Some(concat!("chatscope ", env!("CARGO_PKG_VERSION")).to_owned()),
            ..Self::default()
        }
    }

    /// The link type of the first interface, `None` before any was seen.
    #[must_use]
    pub fn link_type(&self) -> Option<LinkType> {
        self.interfaces.first().map(|interface| interface.link_type)
    }
}

/// One interface of a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceInfo {
    /// What its frames begin with.
    pub link_type: LinkType,
    /// Bytes kept of each frame at most; 0 = no limit.
    pub snaplen: u32,
    /// `if_name`.
    pub name: Option<String>,
    /// `if_description`.
    pub description: Option<String>,
    /// `if_filter`: the BPF expression in use.
    pub filter: Option<String>,
    /// `if_os`.
    pub os: Option<String>,
    /// Comments on the interface.
    pub comments: Vec<String>,
    /// The last statistics block about it.
    pub statistics: Option<CaptureStats>,
}
