//! pcapng out: one section, one interface per link type, frames with their comments, statistics at the end.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::time::Duration;

use pcap_file::Endianness;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::interface_statistics::{
    InterfaceStatisticsBlock, InterfaceStatisticsOption,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};

use super::WriteError;
use crate::capture::{CaptureInfo, InterfaceInfo};
use crate::net::{CaptureStats, LinkType, Timestamp};
use crate::packet::Frame;

/// A pcapng file being written.
pub(super) struct PcapngOutput<W: Write> {
    writer: PcapNgWriter<BufWriter<W>>,
    /// Link type of each interface written, in order of their numbers.
    interfaces: Vec<LinkType>,
    last_time: Timestamp,
}

impl<W: Write> PcapngOutput<W> {
    pub(super) fn new(output: BufWriter<W>, about: &CaptureInfo) -> Result<Self, WriteError> {
        let mut options = Vec::new();
        if let Some(text) = &about.hardware {
            options.push(SectionHeaderOption::Hardware(text.into()));
        }
        if let Some(text) = &about.os {
            options.push(SectionHeaderOption::OS(text.into()));
        }
        if let Some(text) = &about.application {
            options.push(SectionHeaderOption::UserApplication(text.into()));
        }
        for text in &about.comments {
            options.push(SectionHeaderOption::Common(CommonOption::Comment(
                text.into(),
            )));
        }
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options,
            ..SectionHeaderBlock::default()
        };
        let mut file = Self {
            writer: PcapNgWriter::with_section_header(output, section)?,
            interfaces: Vec::new(),
            last_time: Timestamp::ZERO,
        };
        for interface in &about.interfaces {
            file.add_interface(interface)?;
        }
        Ok(file)
    }

    fn add_interface(&mut self, about: &InterfaceInfo) -> Result<(), WriteError> {
        let mut block = InterfaceDescriptionBlock::new(about.link_type.0.into(), about.snaplen);
        let options = &mut block.options;
        if let Some(text) = &about.name {
            options.push(InterfaceDescriptionOption::IfName(text.into()));
        }
        if let Some(text) = &about.description {
            options.push(InterfaceDescriptionOption::IfDescription(text.into()));
        }
        options.push(InterfaceDescriptionOption::IfTsResol(
            InterfaceTsResolution::NANO,
        ));
        if let Some(text) = &about.filter {
            // The first byte says that an expression follows, not compiled code.
            let value = [b"\0", text.as_bytes()].concat();
            options.push(InterfaceDescriptionOption::IfFilter(value.into()));
        }
        if let Some(text) = &about.os {
            options.push(InterfaceDescriptionOption::IfOs(text.into()));
        }
        for text in &about.comments {
            options.push(InterfaceDescriptionOption::Common(CommonOption::Comment(
                text.into(),
            )));
        }
        self.writer.write_pcapng_block(block)?;
        self.interfaces.push(about.link_type);
        Ok(())
    }

    /// The interface whose frames have this link type; described on its first frame when it was not announced.
    fn interface_of(&mut self, link_type: LinkType) -> Result<u32, WriteError> {
        if let Some(known) = self.interfaces.iter().position(|known| *known == link_type) {
            return Ok(known as u32);
        }
        self.add_interface(&InterfaceInfo {
            link_type,
            ..InterfaceInfo::default()
        })?;
        Ok(self.interfaces.len() as u32 - 1)
    }

    pub(super) fn write(
        &mut self,
        frame: &Frame<'_>,
        comment: Option<&str>,
    ) -> Result<(), WriteError> {
        let interface_id = self.interface_of(frame.link_type)?;
        let option = |text| CommonOption::Comment(within_option(text).into());
        let comment = comment.map(|text| EnhancedPacketOption::Common(option(text)));
        self.writer.write_pcapng_block(EnhancedPacketBlock {
            interface_id,
            timestamp: since_epoch(frame)?,
            // A frame is never shorter than what was captured of it, except in damaged files; the format has no word for those.
            original_len: frame.original_length.max(frame.data.len() as u32),
            data: Cow::Borrowed(frame.data),
            options: comment.into_iter().collect(),
        })?;
        self.last_time = self.last_time.max(frame.timestamp);
        Ok(())
    }

    /// Interface Statistics Block (section 4.6) for the first interface.
    pub(super) fn write_statistics(
        &mut self,
        stats: CaptureStats,
        delivered: u64,
    ) -> Result<(), WriteError> {
        if self.interfaces.is_empty() {
            return Ok(());
        }
        let mut options = Vec::new();
        if let Some(count) = stats.received {
            options.push(InterfaceStatisticsOption::IsbIfRecv(count));
        }
        if let Some(count) = stats.interface_dropped {
            options.push(InterfaceStatisticsOption::IsbIfDrop(count));
        }
        options.push(InterfaceStatisticsOption::IsbFilterAccept(
            delivered + stats.queue_dropped,
        ));
        if stats.kernel_dropped.is_some() || stats.queue_dropped > 0 {
            // Lost between filter and file: by the kernel's buffer or by our queue.
            let lost = stats.kernel_dropped.unwrap_or(0) + stats.queue_dropped;
            options.push(InterfaceStatisticsOption::IsbOsDrop(lost));
        }
        options.push(InterfaceStatisticsOption::IsbUsrDeliv(delivered));
        let nanos = self.last_time.as_nanos().max(0).unsigned_abs();
        self.writer.write_pcapng_block(InterfaceStatisticsBlock {
            interface_id: 0,
            timestamp: Duration::from_nanos(nanos),
            options,
        })?;
        Ok(())
    }

    pub(super) fn get_mut(&mut self) -> &mut BufWriter<W> {
        self.writer.get_mut()
    }

    pub(super) fn into_inner(self) -> BufWriter<W> {
        self.writer.into_inner()
    }
}

/// An option value holds 65,535 bytes: a longer comment ends at the last whole character before.
fn within_option(text: &str) -> &str {
    &text[..text.floor_char_boundary(usize::from(u16::MAX))]
}

fn since_epoch(frame: &Frame<'_>) -> Result<Duration, WriteError> {
    u64::try_from(frame.timestamp.as_nanos())
        .map(Duration::from_nanos)
        .map_err(|_| WriteError::TimeOutOfRange {
            frame: frame.number,
        })
}
