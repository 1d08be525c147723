//! Files made by hand, byte by byte; what is expected of each is what tshark 4.0.17 showed for the same bytes.

use std::io::Write as _;

use super::*;
use crate::net::LinkType;

const DATA: &[u8] = b"abcdefghij";

/// A little-endian pcap file header of version 2.4.
fn pcap_header(magic: u32) -> Vec<u8> {
    let mut file = magic.to_le_bytes().to_vec();
    file.extend([2, 0, 4, 0]);
    file.extend([0; 8]);
    file.extend(65_535u32.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    file
}

fn pcap_record(seconds: u32, fraction: u32, original: u32, data: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    for field in [seconds, fraction, data.len() as u32, original] {
        record.extend(field.to_le_bytes());
    }
    record.extend(data);
    record
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + body.len().next_multiple_of(4);
    let mut block = kind.to_le_bytes().to_vec();
    block.extend((length as u32).to_le_bytes());
    block.extend(body);
    block.resize(length - 4, 0);
    block.extend((length as u32).to_le_bytes());
    block
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = code.to_le_bytes().to_vec();
    option.extend((value.len() as u16).to_le_bytes());
    option.extend(value);
    option.resize(4 + value.len().next_multiple_of(4), 0);
    option
}

fn section(options: &[u8]) -> Vec<u8> {
    let mut body = vec![0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    body.extend([0xff; 8]);
    body.extend(options);
    block(pcapng::SECTION_HEADER, &body)
}

fn interface(link_type: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
    let mut body = link_type.to_le_bytes().to_vec();
    body.extend([0; 2]);
    body.extend(snaplen.to_le_bytes());
    body.extend(options);
    block(pcapng::INTERFACE_DESCRIPTION, &body)
}

fn enhanced(interface: u32, ticks: u64, original: u32, data: &[u8], options: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let (high, low) = ((ticks >> 32) as u32, ticks as u32);
    for field in [interface, high, low, data.len() as u32, original] {
        body.extend(field.to_le_bytes());
    }
    body.extend(data);
    body.resize(20 + data.len().next_multiple_of(4), 0);
    body.extend(options);
    block(pcapng::ENHANCED_PACKET, &body)
}

/// (number, time, captured length, original length) of each frame, and how it ended.
type Listing = (Vec<(u64, String, usize, u32)>, Option<ReadError>);

fn list<R: Read>(input: R) -> Listing {
    let mut reader = match SavefileReader::new(input) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut frames = Vec::new();
    loop {
        match reader.next_frame() {
            Ok(Some(frame)) => frames.push((
                frame.number,
                frame.timestamp.to_string(),
                frame.data.len(),
                frame.original_length,
            )),
            Ok(None) => return (frames, None),
            Err(error) => {
                assert!(
                    reader
                        .next_frame()
                        .expect("nothing after an error")
                        .is_none()
                );
                return (frames, Some(error));
            }
        }
    }
}

/// An input that gives one byte at a time, as a slow pipe may.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(1);
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn reads_micro_and_nanoseconds_in_both_byte_orders() {
    let mut file = pcap_header(0xa1b2_c3d4);
    file.extend(pcap_record(1_700_000_000, 123_456, 60, DATA));
    let (frames, error) = list(&file[..]);
    assert!(error.is_none());
    assert_eq!(frames, [(1, "1700000000.123456000".into(), 10, 60)]);

    let mut file = pcap_header(0xa1b2_3c4d);
    file.extend(pcap_record(1_700_000_000, 123_456_789, 10, DATA));
    assert_eq!(list(&file[..]).0[0].1, "1700000000.123456789");

    // Every field of the headers, byte for byte the other way round.
    let mut big = Vec::new();
    let words = [4, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4];
    let mut at = 0;
    for size in words {
        big.extend(file[at..at + size].iter().rev());
        at += size;
    }
    big.extend(DATA);
    assert_eq!(list(&big[..]), list(&file[..]));
}

impl PartialEq for ReadError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

#[test]
fn patched_pcap_has_longer_record_headers() {
    for extra in [8, 12] {
        let mut file = pcap_header(0xa1b2_cd34);
        for _ in 0..3 {
            let record = pcap_record(1_700_000_000, 123_456, 10, DATA);
            file.extend(&record[..16]);
            file.extend(std::iter::repeat_n(0, extra));
            file.extend(DATA);
        }
        let (frames, error) = list(&file[..]);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(frames.len(), 3);
        assert_eq!(list(Trickle(&file)).0, frames);
    }
}

/// As `editcap -F nokiapcap` and `-F rh6_1pcap` of Wireshark 4.0.17 write them; whole records of the usual kind stay those.
#[test]
fn longer_record_headers_that_nothing_announces() {
    let of = |extra: usize| {
        let mut file = pcap_header(0xa1b2_c3d4);
        for micros in [123_456, 399_999, 7] {
            let record = pcap_record(1_700_000_000, micros, 60, &[0xab; 60]);
            file.extend(&record[..16]);
            file.extend(std::iter::repeat_n(0, extra));
            file.extend(&record[16..]);
        }
        list(&file[..])
    };
    let (frames, error) = of(0);
    assert!(error.is_none() && frames.len() == 3);
    assert!(of(4) == (frames.clone(), None) && of(8) == (frames, None));
}

/// Two records of Nokia's kind are enough where the file ends behind them (tshark 4.0.17), and not where the second is cut: it
/// may as well be damaged.
#[test]
fn record_headers_that_nothing_announces_are_believed_where_records_follow() {
    let file = |cut: usize| {
        let mut file = pcap_header(0xa1b2_c3d4);
        for seconds in [1_369_248_420, 1_369_248_421] {
            let record = pcap_record(seconds, 80_467, 72, &[0xab; 72]);
            file.extend(&record[..16]);
            file.extend([1, 2, 3, 4]);
            file.extend(&record[16..]);
        }
        file.truncate(file.len() - cut);
        list(&file[..])
    };
    let (frames, error) = file(0);
    assert!(error.is_none() && frames.len() == 2);
    for cut in [1, 10, 72] {
        // The usual header sees the microseconds where a length should be.
        let error = file(cut).1.expect("cut").to_string();
        assert!(error.contains("80483 bytes expected"), "{error}");
    }
}

#[test]
fn lengths_stood_the_other_way_round_before_version_2_3() {
    let mut file = pcap_header(0xa1b2_c3d4);
    file[6] = 2;
    let mut record = pcap_record(1, 2, 100, DATA);
    record[8..12].copy_from_slice(&100u32.to_le_bytes());
    record[12..16].copy_from_slice(&10u32.to_le_bytes());
    file.extend(&record);
    file.extend(&record);
    let (frames, error) = list(&file[..]);
    assert!(error.is_none());
    assert_eq!(frames[1], (2, "1.000002000".into(), 10, 100));
}

#[test]
fn odd_lengths_are_frames_like_others() {
    let mut file = pcap_header(0xa1b2_c3d4);
    file.extend(pcap_record(1, 2, 0, b""));
    file.extend(pcap_record(1, 2, 70, b""));
    file.extend(pcap_record(1, 2, 4, DATA)); // captured more than there was
    let (frames, error) = list(&file[..]);
    assert!(error.is_none());
    let lengths: Vec<_> = frames.iter().map(|frame| (frame.2, frame.3)).collect();
    assert_eq!(lengths, [(0, 0), (0, 70), (10, 4)]);
}

#[test]
fn a_slow_pipe_gives_the_same_frames() {
    let mut file = section(&[]);
    file.extend(interface(1, 0, &[]));
    for number in 0..20 {
        file.extend(enhanced(0, number, 10, &DATA[..number as usize % 10], &[]));
    }
    assert_eq!(list(Trickle(&file)), list(&file[..]));
    assert_eq!(list(&file[..]).0.len(), 20);
}

#[test]
fn a_frame_is_delivered_before_the_next_one_arrives() {
    /// Fails the test when asked for more than was written so far.
    struct Writer(Vec<u8>);
    impl Read for Writer {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            assert!(!self.0.is_empty(), "would have blocked");
            let count = buffer.len().min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }
    let mut file = pcap_header(0xa1b2_c3d4);
    file.extend(pcap_record(1, 2, 10, DATA));
    let mut reader = SavefileReader::new(Writer(file)).expect("header");
    assert_eq!(
        reader.next_frame().expect("frame").expect("first").data,
        DATA
    );

    let mut file = section(&[]);
    file.extend(interface(1, 0, &[]));
    let mut reader = SavefileReader::new(Writer(file)).expect("no frame is needed to open");
    assert_eq!(reader.info().link_type(), Some(LinkType::ETHERNET));
    reader.window = Window::new(
        Input::new(Writer(enhanced(0, 1, 10, DATA, &[]))).expect("two bytes"),
        false,
    );
    assert_eq!(
        reader.next_frame().expect("frame").expect("first").data,
        DATA
    );
}

#[test]
fn sections_have_their_own_interfaces() {
    let mut file = section(&option(4, b"dumpcap"));
    file.extend(interface(1, 0, &[]));
    file.extend(interface(101, 10, &option(9, &[9])));
    file.extend(enhanced(0, 1_700_000_000_123_456, 10, DATA, &[]));
    file.extend(enhanced(1, 1_700_000_000_123_456_789, 10, DATA, &[]));
    file.extend(section(&[]));
    file.extend(interface(276, 0, &option(14, &100i64.to_le_bytes())));
    file.extend(enhanced(0, 1_700_000_000_123_456, 10, DATA, &[]));
    let mut reader = SavefileReader::new(&file[..]).expect("opens");
    let mut seen = Vec::new();
    while let Some(frame) = reader.next_frame().expect("sound") {
        seen.push((frame.link_type.0, frame.timestamp.to_string()));
    }
    assert_eq!(seen[0], (1, "1700000000.123456000".into()));
    assert_eq!(seen[1], (101, "1700000000.123456789".into()));
    assert_eq!(seen[2], (276, "1700000100.123456000".into()));
    assert_eq!(reader.info().application.as_deref(), Some("dumpcap"));
    assert_eq!(reader.info().interfaces.len(), 3);
}

#[test]
fn other_packet_blocks_and_records_are_numbered_too() {
    let mut file = section(&[]);
    file.extend(interface(1, 4, &[]));
    file.extend(enhanced(0, 5_000_000, 10, DATA, &[]));
    file.extend(block(pcapng::SIMPLE_PACKET, b"\x0a\0\0\0abcd"));
    file.extend(block(
        9,
        b"__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=x\n",
    ));
    file.extend(block(0x0bad, b"\xd9\x7e\0\0abcd"));
    file.extend(block(10, b"KLST\x04\0\0\0abcd")); // decryption secrets: no frame
    let mut old = vec![0, 0, 3, 0, 0, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0];
    old.extend(b"abcd");
    file.extend(block(pcapng::PACKET, &old));
    let (frames, error) = list(&file[..]);
    assert!(error.is_none(), "{error:?}");
    let shape: Vec<_> = frames
        .iter()
        .map(|f| (f.0, f.1.as_str(), f.2, f.3))
        .collect();
    assert_eq!(
        shape,
        [
            (1, "5.000000000", 10, 10),
            (2, "0.000000000", 4, 10), // no time of its own
            (3, "1700000000.000000000", 48, 48),
            (4, "0.000000000", 4, 4),
            (5, "0.000007000", 4, 9),
        ]
    );
    let mut reader = SavefileReader::new(&file[..]).expect("opens");
    while reader.next_frame().expect("sound").is_some() {}
    assert_eq!(reader.statistics().interface_dropped, Some(3));
}

#[test]
fn comments_and_statistics_are_kept() {
    let mut options = option(1, "olá".as_bytes());
    options.extend(option(2, &2u32.to_le_bytes()));
    options.extend(option(1, b"\xff\xfe"));
    options.extend(option(0, b""));
    let mut file = section(&option(1, b"whole file"));
    let mut about = option(2, b"lo");
    about.extend(option(11, b"\0tcp port 7000"));
    file.extend(interface(1, 0, &about));
    file.extend(enhanced(0, 1, 10, DATA, &options));
    let mut body = vec![0; 12];
    body.extend(option(4, &100u64.to_le_bytes()));
    body.extend(option(7, &3u64.to_le_bytes()));
    file.extend(block(pcapng::INTERFACE_STATISTICS, &body));
    let mut reader = SavefileReader::new(&file[..]).expect("opens");
    assert!(reader.next_frame().expect("sound").is_some());
    let comments: Vec<_> = reader.frame_options().comments().collect();
    assert_eq!(comments, ["olá".as_bytes(), b"\xff\xfe"]);
    assert!(reader.next_frame().expect("sound").is_none());
    assert_eq!(reader.statistics().received, Some(100));
    assert_eq!(reader.statistics().kernel_dropped, Some(3));
    assert_eq!(reader.info().comments, ["whole file"]);
    assert_eq!(reader.info().interfaces[0].name.as_deref(), Some("lo"));
    assert_eq!(
        reader.info().interfaces[0].filter.as_deref(),
        Some("tcp port 7000")
    );
}

#[test]
fn gzip_is_read_through_and_a_cut_is_told() {
    let mut file = pcap_header(0xa1b2_c3d4);
    for second in 0..1000 {
        file.extend(pcap_record(second, second * 7919 % 1_000_000, 10, DATA));
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&file).expect("memory");
    let packed = encoder.finish().expect("memory");
    assert_eq!(list(&packed[..]), list(&file[..]));
    let (frames, error) = list(&packed[..packed.len() / 2]);
    assert!(!frames.is_empty() && frames.len() < 1000);
    let error = error.expect("cut");
    assert!(matches!(error, ReadError::Gzip { .. }) && error.is_cut());
}

#[test]
fn cuts_say_where() {
    let mut file = pcap_header(0xa1b2_c3d4);
    file.extend(pcap_record(1, 2, 10, DATA));
    file.extend(pcap_record(1, 2, 10, DATA));
    let (frames, error) = list(&file[..file.len() - 3]);
    assert_eq!(frames.len(), 1);
    let error = error.expect("cut");
    assert!(error.is_cut());
    assert_eq!(
        error.to_string(),
        "byte 50: cut in frame 2: 26 bytes expected, 23 there; the 1 frame before it is complete"
    );
    let (frames, error) = list(&file[..file.len() - 20]);
    assert_eq!(frames.len(), 1);
    assert!(matches!(
        error,
        Some(ReadError::CutInHeader {
            offset: 50,
            available: 6,
            ..
        })
    ));
    assert!(matches!(
        list(&file[..9]).1,
        Some(ReadError::CutInHeader { offset: 0, .. })
    ));
    assert!(matches!(
        list(&file[..2]).1,
        Some(ReadError::CutInHeader { offset: 0, .. })
    ));
    assert!(matches!(list(&b""[..]).1, Some(ReadError::Empty)));
}

/// A block that nobody reads is passed over in pieces: the cut is told from where it began, not from where it ends.
#[test]
fn a_cut_in_a_long_block_of_no_interest_says_where_it_began() {
    let before = [section(&[]), interface(1, 0, &[])].concat();
    let unknown = block(0x0000_0bae, &vec![7; 1 << 20]);
    let file = [&before[..], &unknown[..unknown.len() - 100]].concat();
    let Some(ReadError::CutInHeader {
        offset,
        needed,
        available,
        ..
    }) = list(&file[..]).1
    else {
        panic!("not cut in a block");
    };
    assert_eq!(offset, before.len() as u64);
    assert_eq!(needed, unknown.len() as u64);
    assert_eq!(available, needed - 100);
}

#[test]
fn absurd_lengths_are_not_waited_for() {
    let mut file = pcap_header(0xa1b2_c3d4);
    file.extend(pcap_record(1, 2, 10, DATA));
    file.extend([1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 10, 0, 0, 0]);
    let (frames, error) = list(&file[..]);
    assert_eq!(frames.len(), 1);
    assert!(matches!(
        error,
        Some(ReadError::AbsurdLength {
            frame: 2,
            offset: 50,
            length: 0xffff_ffff,
            ..
        })
    ));
    let mut file = section(&[]);
    file.extend([0x77, 0, 0, 0, 0, 0, 0, 0x20]);
    file.extend([0; 8]);
    assert!(matches!(
        list(&file[..]).1,
        Some(ReadError::AbsurdLength { offset: 28, .. })
    ));
}

#[test]
fn damage_in_pcapng_ends_after_the_sound_frames() {
    let mut sound = section(&[]);
    sound.extend(interface(1, 0, &[]));
    sound.extend(enhanced(0, 1, 10, DATA, &[]));
    let cases: [Vec<u8>; 5] = [
        enhanced(3, 1, 10, DATA, &[]), // no such interface
        {
            let mut frame = enhanced(0, 1, 10, DATA, &[]);
            let end = frame.len() - 4;
            frame[end] ^= 0x40; // other length at the end
            frame
        },
        {
            let mut frame = enhanced(0, 1, 10, DATA, &[]);
            frame[20] = 200; // captured length beyond the block
            frame
        },
        vec![0; 32],
        {
            let mut second = section(&[]);
            second[12] = 2; // version 2.0
            second
        },
    ];
    for case in cases {
        let mut file = sound.clone();
        file.extend(case);
        file.extend(enhanced(0, 1, 10, DATA, &[]));
        let (frames, error) = list(&file[..]);
        assert_eq!(frames.len(), 1);
        let error = error.expect("damage");
        assert!(!error.is_cut(), "{error}");
    }
}

#[test]
fn opening_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let open = |path: &Path| SavefileReader::open(path).expect_err("must fail");
    assert!(matches!(
        open(&folder.path().join("none")),
        ReadError::Missing
    ));
    assert!(matches!(open(folder.path()), ReadError::Directory));
    let text = folder.path().join("text");
    std::fs::write(&text, "12:00:01.000 IP 127.0.0.1.7000 > \n").expect("written");
    assert!(open(&text).to_string().contains("looks like text"));
}

proptest::proptest! {
    #[test]
    fn hostile_bytes_never_panic(mut tail: Vec<u8>, kind in 0usize..4) {
        let mut file = match kind {
            0 => pcap_header(0xa1b2_c3d4),
            1 => pcap_header(0xa1b2_cd34),
            2 => section(&[]),
            _ => [section(&[]), interface(1, 0, &[]), enhanced(0, 1, 10, DATA, &[])].concat(),
        };
        file.append(&mut tail);
        let _ = list(&file[..]);
    }

    #[test]
    fn a_flipped_byte_never_panics(at in 0usize..160, value: u8) {
        let mut file = [
            section(&option(4, b"dumpcap")),
            interface(1, 0, &option(9, &[9])),
            enhanced(0, 1, 10, DATA, &option(1, b"comment")),
            enhanced(0, 2, 10, DATA, &[]),
        ].concat();
        let at = at % file.len();
        file[at] = value;
        let (frames, _) = list(&file[..]);
        proptest::prop_assert!(frames.len() <= 2);
    }
}

#[cfg(all(unix, feature = "live"))]
#[test]
fn a_fifo_is_read_while_it_is_written() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let (seen, wait) = std::sync::mpsc::channel();
    let writer = {
        let path = path.clone();
        std::thread::spawn(move || {
            let mut fifo = std::fs::File::create(path).expect("opened");
            fifo.write_all(&pcap_header(0xa1b2_c3d4)).expect("written");
            for number in 1..=3 {
                fifo.write_all(&pcap_record(number, 0, 10, DATA))
                    .expect("written");
                // The next one is written only when this one has been read.
                let limit = Duration::from_secs(5);
                assert_eq!(
                    wait.recv_timeout(limit).expect("read in time"),
                    u64::from(number)
                );
            }
        })
    };
    let mut reader = SavefileReader::open(&path).expect("opens");
    while let Some(frame) = reader.next_frame().expect("sound") {
        seen.send(frame.number).expect("the writer waits");
    }
    writer.join().expect("three frames went through");
}
