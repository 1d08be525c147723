//! What we write is read back by our reader, by pcap-file's, and by tshark and capinfos where they are installed.

use std::process::Command;

use super::*;
use crate::capture::{InterfaceInfo, SavefileReader};
use crate::net::Timestamp;

fn about() -> CaptureInfo {
    CaptureInfo {
        hardware: Some("x86_64".into()),
        os: Some("Linux 6".into()),
        application: Some("chatscope".into()),
        interfaces: vec![InterfaceInfo {
            link_type: LinkType::ETHERNET,
            snaplen: 262_144,
            name: Some("lo".into()),
            filter: Some("tcp port 7000".into()),
            ..InterfaceInfo::default()
        }],
        ..CaptureInfo::default()
    }
}

/// A UDP datagram over Ethernet and IPv4: any bytes will do, these make tshark name them.
const DATA: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\0\x08\0E\0\0\x1c\0\x01\0\0@\x11|\xce\x7f\0\0\x01\x7f\0\0\x01\0\x09\0\x09\0\x08\x01\xcc";

fn frame(number: u64) -> Frame<'static> {
    Frame {
        number,
        timestamp: Timestamp::from_parts(1_700_000_000, 123_456_700 + number as i64),
        link_type: LinkType::ETHERNET,
        original_length: 60,
        data: DATA,
    }
}

fn noted() -> Vec<u8> {
    let mut writer = CaptureWriter::new(Vec::new(), SaveFormat::Pcapng, &about()).expect("header");
    writer.write(&frame(1)).expect("frame");
    let comment = Some("olá, SYN 1/3");
    writer.write_commented(&frame(2), comment).expect("frame");
    let other = Frame {
        link_type: LinkType::RAW,
        data: &DATA[14..],
        ..frame(3)
    };
    writer.write(&other).expect("another link type");
    let stats = CaptureStats {
        received: Some(8),
        kernel_dropped: Some(2),
        interface_dropped: Some(1),
        queue_dropped: 1,
    };
    writer.finish(stats).expect("end")
}

#[test]
fn our_reader_reads_back_what_was_written() {
    let file = noted();
    let mut reader = SavefileReader::new(&file[..]).expect("opens");
    let first = reader.next_frame().expect("sound").expect("frame");
    assert_eq!(first.timestamp.to_string(), "1700000000.123456701");
    assert_eq!((first.original_length, first.data), (60, DATA));
    assert!(reader.next_frame().expect("sound").is_some());
    let comments: Vec<_> = reader.frame_options().comments().collect();
    assert_eq!(comments, ["olá, SYN 1/3".as_bytes()]);
    let third = reader.next_frame().expect("sound").expect("frame");
    assert_eq!(third.link_type, LinkType::RAW);
    assert!(reader.next_frame().expect("sound").is_none());
    let stats = reader.statistics();
    assert_eq!(stats.received, Some(8));
    assert_eq!(stats.interface_dropped, Some(1));
    assert_eq!(stats.kernel_dropped, Some(3));
    assert_eq!(
        reader.info().interfaces[0].filter.as_deref(),
        Some("tcp port 7000")
    );
}

#[test]
fn classic_pcap_keeps_nanoseconds_and_refuses_comments() {
    let mut writer = CaptureWriter::new(Vec::new(), SaveFormat::Pcap, &about()).expect("header");
    writer.write(&frame(1)).expect("frame");
    let refused = writer
        .write_commented(&frame(2), Some("no"))
        .expect_err("no place for it");
    assert!(matches!(refused, WriteError::CommentsNeedPcapng));
    let other = Frame {
        link_type: LinkType::RAW,
        ..frame(2)
    };
    let refused = writer.write(&other).expect_err("one link type");
    assert!(refused.to_string().contains(".pcapng"));
    let file = writer.finish(CaptureStats::default()).expect("end");
    assert_eq!(&file[..4], [0x4d, 0x3c, 0xb2, 0xa1]);
    let mut reader = pcap_file::pcap::PcapReader::new(&file[..]).expect("opens");
    let packet = reader.next_packet().expect("one").expect("sound");
    assert_eq!(packet.timestamp().as_nanos(), 1_700_000_000_123_456_701);
    assert!(reader.next_packet().is_none());
}

#[test]
fn the_name_decides_the_format() {
    let format = |name: &str| SaveFormat::from_path(Path::new(name)).expect("a format");
    assert!(SaveFormat::from_path(Path::new("a.pcap.gz")).is_err());
    assert_eq!(format("a.pcapng"), SaveFormat::Pcapng);
    assert_eq!(format("a.PCAP"), SaveFormat::Pcap);
    assert_eq!(format("-"), SaveFormat::Pcapng);
    assert!(format("a.pcap").require_comments().is_err());
}

#[test]
fn long_comments_are_cut_at_a_character() {
    let mut writer = CaptureWriter::new(Vec::new(), SaveFormat::Pcapng, &about()).expect("header");
    let comment = "é".repeat(40_000);
    writer
        .write_commented(&frame(1), Some(&comment))
        .expect("cut, not refused");
    let file = writer.finish(CaptureStats::default()).expect("end");
    let mut reader = SavefileReader::new(&file[..]).expect("opens");
    assert!(reader.next_frame().expect("sound").is_some());
    let length = reader.frame_options().comments().next().map(<[u8]>::len);
    assert_eq!(length, Some(65_534));
}

/// What `program` prints about the file, or `None` when it is not installed.
fn shown_by(program: &str, arguments: &[&str], file: &[u8]) -> Option<String> {
    let path = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(path.path(), file).expect("written");
    match Command::new(program)
        .args(arguments)
        .arg(path.path())
        .output()
    {
        Ok(output) => {
            assert!(output.status.success(), "{program} refuses the file");
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) => {
            eprintln!("skipped: {program}: {error}");
            None
        }
    }
}

#[test]
fn wireshark_tools_accept_it() {
    let fields = "-n -T fields -e frame.number -e frame.time_epoch -e frame.len -e frame.comment -e frame.interface_name -e udp.srcport -r";
    let fields: Vec<_> = fields.split(' ').collect();
    if let Some(shown) = shown_by("tshark", &fields, &noted()) {
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "1\t1700000000.123456701\t60\t\tlo\t9");
        assert_eq!(lines[1], "2\t1700000000.123456702\t60\tolá, SYN 1/3\tlo\t9");
        assert!(lines[2].starts_with("3\t1700000000.123456703\t60\t"));
        assert!(lines[2].ends_with("\t9"));
    }
    if let Some(shown) = shown_by("capinfos", &["-M"], &noted()) {
        for expected in ["chatscope", "Linux 6", "tcp port 7000", "nanoseconds"] {
            assert!(shown.contains(expected), "{expected} missing in {shown}");
        }
    }
}
