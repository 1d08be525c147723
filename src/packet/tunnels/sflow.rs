//! sFlow (sflow.org, versions 2, 4 and 5; RFC 3176): switches send on the beginnings of sampled frames.
//!
//! Owns: where the samples of a datagram stand. Must not know: what they carry.

use crate::packet::step::{MAX_PARTS, Next, Protocol};
use crate::packet::view::{Broken, View};

/// Every sampled frame of a datagram, in order, as far as the datagram can be read.
pub(in crate::packet) fn samples(datagram: View<'_>) -> Vec<Next<'_>> {
    let mut found = Vec::new();
    // What comes before a fault counts.
    let _ = read(datagram, &mut found);
    found
}

fn read<'d>(view: View<'d>, found: &mut Vec<Next<'d>>) -> Result<(), Broken> {
    const IPV4_AGENT: u32 = 1;
    const IPV6_AGENT: u32 = 2;
    let version = view.u32(0)?;
    let agent = match view.u32(4)? {
        IPV4_AGENT => 4,
        IPV6_AGENT => 16,
        _ => return Ok(()),
    };
    let body = view.skip(8 + agent)?;
    match version {
        2 | 4 => read_old(body, found),
        5 => read_samples(body, found),
        _ => Ok(()),
    }
}

/// Version 5: sub-agent, sequence number, uptime, number of samples; then samples with type and length.
fn read_samples<'d>(view: View<'d>, found: &mut Vec<Next<'d>>) -> Result<(), Broken> {
    const FLOW: u32 = 1;
    const COUNTERS: u32 = 2;
    const EXPANDED_FLOW: u32 = 3;
    const EXPANDED_COUNTERS: u32 = 4;
    let mut rest = view.skip(16)?;
    for _ in 0..view.u32(12)? {
        if found.len() >= MAX_PARTS {
            return Ok(());
        }
        let (kind, length) = (rest.u32(0)?, rest.u32(4)? as usize);
        let sample = rest.skip(8)?;
        match kind {
            // Where the next sample begins is all that tshark takes the length for.
            FLOW => read_records(sample, 32, found)?,
            EXPANDED_FLOW => read_records(sample, 44, found)?,
            COUNTERS | EXPANDED_COUNTERS => {}
            _ => return Ok(()),
        }
        rest = sample.skip(length)?;
    }
    Ok(())
}

/// The records of a flow sample, whose number ends its header of `size` bytes.
fn read_records<'d>(
    sample: View<'d>,
    size: usize,
    found: &mut Vec<Next<'d>>,
) -> Result<(), Broken> {
    const SAMPLED_HEADER: u32 = 1;
    let mut rest = sample.skip(size)?;
    for _ in 0..sample.u32(size - 4)?.min(MAX_PARTS as u32) {
        let (kind, length) = (rest.u32(0)?, rest.u32(4)? as usize);
        let record = rest.skip(8)?;
        rest = if kind == SAMPLED_HEADER {
            let (protocol, size) = (record.u32(0)?, record.u32(4)?);
            let captured = record.u32(12)?;
            let frame = record.skip(16)?;
            found.extend(header(protocol, size, captured, frame));
            frame.skip(padded(captured))?
        } else {
            record.skip(length)?
        };
    }
    Ok(())
}

/// The first sample of the versions before: a flow sample with a packet's header.
fn read_old<'d>(view: View<'d>, found: &mut Vec<Next<'d>>) -> Result<(), Broken> {
    let sample = view.skip(12)?;
    let is_header = view.u32(8)? > 0 && sample.u32(0)? == 1 && sample.u32(32)? == 1;
    if is_header {
        let (protocol, size) = (sample.u32(36)?, sample.u32(40)?);
        found.extend(header(protocol, size, sample.u32(44)?, sample.skip(48)?));
    }
    Ok(())
}

/// The beginning of a frame: `captured` of its `size` bytes.
fn header(protocol: u32, size: u32, captured: u32, view: View<'_>) -> Option<Next<'_>> {
    let protocol = match protocol {
        1 => Protocol::Ethernet,
        5 => Protocol::FrameRelay,
        7 => Protocol::PppFramed,
        11 => Protocol::Ip,
        12 => Protocol::Ipv6,
        13 => Protocol::Mpls,
        15 => Protocol::WLAN,
        _ => return None,
    };
    // tshark wants the padding as well.
    view.skip(padded(captured)).ok()?;
    Some((protocol, view.padded(padded(captured), size as usize)))
}

/// The bytes of the beginning of a frame, and what fills them up to whole words.
const fn padded(captured: u32) -> usize {
    (captured as usize).next_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder, SegmentOrigin};

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn packet(protocol: u8) -> Vec<u8> {
        ipv4(protocol, 40, &tcp(5, &[]))
    }

    /// A flow sample (of 11 words when expanded) with an IPv4 packet.
    fn sample(packet: &[u8], size: u32, expanded: bool) -> Vec<u8> {
        let record = [
            words(&[
                1,
                16 + packet.len() as u32,
                11,
                size,
                4,
                packet.len() as u32,
            ]),
            packet.to_vec(),
        ]
        .concat();
        let mut header = vec![1; if expanded { 10 } else { 7 }];
        header.push(1);
        let body = [words(&header), record].concat();
        [
            words(&[if expanded { 3 } else { 1 }, body.len() as u32]),
            body,
        ]
        .concat()
    }

    fn version_5(samples: &[Vec<u8>]) -> Vec<u8> {
        [
            words(&[5, 1, 0x0a00_0005, 0, 1, 1000, samples.len() as u32]),
            samples.concat(),
        ]
        .concat()
    }

    /// A sample whose length, or that of its record, lies.
    fn lying(at: usize, length: u8) -> Vec<u8> {
        let mut sample = sample(&packet(6), 44, false);
        sample[at..at + 4].copy_from_slice(&[0, 0, 0, length]);
        sample
    }

    /// Where the segment of a datagram to port 6343 comes from, if it has one.
    fn origin(datagram: &[u8]) -> Option<SegmentOrigin> {
        let length = datagram.len() as u16 + 8;
        let udp = [
            &[0x9c, 0x40, 0x18, 0xc7][..],
            &length.to_be_bytes(),
            &[0, 0],
            datagram,
        ]
        .concat();
        let packet = ipv4(17, udp.len() as u16 + 20, &udp);
        match Decoder::new().decode(&frame(101, &packet)) {
            Decoded::Tcp(segment) => Some(segment.origin),
            _ => None,
        }
    }

    /// tshark 4.0.17 shows each of these as it shows what ICMP errors quote.
    #[test]
    fn sampled_packets_are_found_as_quotes() {
        let (tcp, udp) = (
            sample(&packet(6), 44, false),
            sample(&packet(17), 44, false),
        );
        let counters = [words(&[2, 12]), vec![0; 12]].concat();
        for samples in [
            vec![tcp.clone()],
            vec![sample(&packet(6), 44, true)],
            vec![counters, tcp.clone()],
            vec![udp, tcp.clone()],
            vec![lying(4, 4)],
            vec![lying(4, 32)],
            vec![lying(44, 20)],
        ] {
            let origin = origin(&version_5(&samples));
            assert!(matches!(origin, Some(SegmentOrigin::IcmpQuote { .. })));
        }
        let old = |version| {
            let head = words(&[
                version,
                1,
                0x0a00_0005,
                1,
                1000,
                1,
                1,
                1,
                3,
                256,
                1000,
                0,
                1,
                2,
                1,
                11,
                44,
                40,
            ]);
            origin(&[head, packet(6), vec![0; 4]].concat())
        };
        assert!(old(2).is_some() && old(4).is_some() && old(3).is_none());
        // 33 bytes of a packet and three that fill them up: captured, unless the packet says that it was shorter.
        let filled_up = |total: u8| {
            let mut packet = [&packet(6)[..33], &[0; 3]].concat();
            packet[3] = total;
            let mut sample = sample(&packet, 33, false);
            sample[63] = 33;
            origin(&version_5(&[sample]))
        };
        assert!(filled_up(33).is_some() && filled_up(32).is_none());
        // In UDP (here GRE of port 4754) what fills up ends with the datagram, whatever the packet in it says.
        for protocol in [17, 136] {
            let gre_in_udp = [0x9c, 0x40, 0x12, 0x92, 0, 45, 0, 0, 0, 0, 8, 0];
            let inner = [&[0x45, 0, 0, 33], &packet(6)[4..33]].concat();
            let carried = ipv4(protocol, 65, &[&gre_in_udp[..], &inner].concat());
            let mut sample = sample(&[&carried[..], &[0; 3]].concat(), 65, false);
            sample[63] = 65;
            assert_eq!(origin(&version_5(&[sample])), None, "{protocol}");
        }
        let unknown = [words(&[0x9001, 12]), vec![0; 12]].concat();
        assert_eq!(origin(&version_5(&[unknown, tcp])), None);
        assert_eq!(origin(&version_5(&[sample(&packet(6), 0, false)])), None);
    }
}
