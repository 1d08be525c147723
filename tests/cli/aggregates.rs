//! Frames that hold several segments: 802.11 aggregates (A-MSDU, IEEE 802.11-2020 section 9.3.2.2).

use super::{expect_fault, file, run, stderr, stdout};

const WLAN: u32 = 105;
const IPV4: [u8; 2] = [8, 0];
const ARP: [u8; 2] = [8, 6];
const SYN: u8 = 2;
const SYN_ACK: u8 = 0x12;

/// A segment without payload between 10.0.0.1:40000 and 10.0.0.2:7000, as an IPv4 packet.
fn segment(c2s: bool, seq: u8, ack: u8, flags: u8) -> Vec<u8> {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let (port, service) = (40_000_u16.to_be_bytes(), 7000_u16.to_be_bytes());
    let (from, to, sender, receiver) = if c2s {
        (client, server, port, service)
    } else {
        (server, client, service, port)
    };
    let ip = [0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0];
    let numbers = [
        0, 0, 0, seq, 0, 0, 0, ack, 0x50, flags, 0xfd, 0xe8, 0, 0, 0, 0,
    ];
    [&ip[..], &from, &to, &sender, &receiver, &numbers].concat()
}

/// A data frame with quality of service whose body is an aggregate: each packet with addresses, length, LLC, and padding but for the last.
fn aggregate(packets: &[(&[u8], [u8; 2])]) -> Vec<u8> {
    const STATION: [u8; 6] = [2, 0, 0, 0, 0, 1];
    let mut frame = [&[0x88, 0, 0, 0][..], &STATION, &STATION, &STATION].concat();
    frame.extend([0, 0, 0x80, 0]);
    for (packet, kind) in packets {
        // Each part but the last is as long as a multiple of four; the header before them is 26 bytes.
        frame.resize((frame.len() - 26).next_multiple_of(4) + 26, 0);
        let length = (8 + packet.len() as u16).to_be_bytes();
        let head = [
            &STATION[..],
            &STATION,
            &length,
            &[0xaa, 0xaa, 3, 0, 0, 0],
            kind,
        ];
        frame.extend(head.concat());
        frame.extend(*packet);
    }
    frame
}

/// A capture of these frames; `cut`: so many bytes at the end of each were not captured.
fn capture(frames: &[Vec<u8>], cut: usize) -> Vec<u8> {
    let mut file = Vec::new();
    for field in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, WLAN] {
        file.extend(field.to_le_bytes());
    }
    for frame in frames {
        let (kept, length) = (frame.len() - cut, frame.len());
        for field in [1_700_000_000, 0, kept as u32, length as u32] {
            file.extend(field.to_le_bytes());
        }
        file.extend(&frame[..kept]);
    }
    file
}

/// A SYN and its answer in one frame.
fn both() -> Vec<u8> {
    let (syn, answer) = (segment(true, 9, 0, SYN), segment(false, 4, 10, SYN_ACK));
    aggregate(&[(&syn, IPV4), (&answer, IPV4)])
}

#[test]
fn a_frame_counts_once() {
    let arp = aggregate(&[(&[0; 28], ARP)]);
    let (_folder, path) = file("air.pcap", &capture(&[both(), arp], 0));
    let table = run(&["replay", &path, "--format", "json"]);
    let text = stdout(&table);
    let end = text.lines().last().expect("the totals");
    assert!(end.contains("\"frames\":2,\"tcp_frames\":1,"), "{end}");
    // The frame of ARP is none of port 7000.
    let judged = run(&["expect", &path, "only port 7000"]);
    assert_eq!(judged.status.code(), Some(3), "{}", stdout(&judged));
}

#[test]
fn a_frame_is_cut_where_any_of_its_segments_is() {
    // The answer has lost the end of its header; the SYN before it is whole.
    let (_folder, path) = file("cut.pcap", &capture(&[both()], 3));
    let text = stdout(&run(&["replay", &path, "--format", "json"]));
    let end = text.lines().last().expect("the totals");
    assert!(end.contains("\"tcp_frames\":1,"), "{end}");
    assert!(end.contains("\"cut_frames\":1"), "{end}");
}

#[test]
fn each_segment_is_drawn_with_its_own_analysis() {
    let (_folder, path) = file("air.pcap", &capture(&[both()], 0));
    let output = run(&["frame", &path, "1", "--width", "100"]);
    let text = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    let (first, second) = text
        .split_once("segment 2 of 2 in this frame\n")
        .expect("two segments");
    assert!(
        first.starts_with("segment 1 of 2 in this frame\n"),
        "{first}"
    );
    assert!(first.contains("40000 → 7000 [SYN] Seq=0"), "{first}");
    assert!(
        second.contains("7000 → 40000 [SYN, ACK] Seq=0 Ack=1"),
        "{second}"
    );
    assert!(!first.contains("7000 → 40000"), "{first}");
    // An ordinary frame does not count its segments.
    let single = aggregate(&[(&segment(true, 9, 0, SYN), IPV4)]);
    let (_folder, path) = file("one.pcap", &capture(&[single], 0));
    let text = stdout(&run(&["frame", &path, "1"]));
    assert!(!text.contains("segment 1"), "{text}");
}

#[test]
fn a_frame_without_tcp_is_refused() {
    let arp = aggregate(&[(&[0; 28], ARP)]);
    let (_folder, path) = file("arp.pcap", &capture(&[arp], 0));
    expect_fault(&["frame", &path, "1"], 1, &["no TCP header of its own"]);
}
