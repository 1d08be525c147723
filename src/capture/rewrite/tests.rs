//! What is copied is compared byte by byte; what is added is read back by our reader and by tshark where it is installed.

use std::process::Command;

use super::*;

fn block(order: ByteOrder, kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + body.len().next_multiple_of(4);
    let mut block = order.bytes32(kind).to_vec();
    block.extend(order.bytes32(length as u32));
    block.extend(body);
    block.resize(length - 4, 0);
    block.extend(order.bytes32(length as u32));
    block
}

fn fields(order: ByteOrder, fields: &[u32]) -> Vec<u8> {
    fields
        .iter()
        .flat_map(|field| order.bytes32(*field))
        .collect()
}

/// Section with a stated length, interface, a foreign block, the three kinds of packets, a custom record, secrets.
fn sample(order: ByteOrder) -> Vec<u8> {
    let mut section = fields(order, &[0x1a2b_3c4d]);
    section.extend(order.bytes16(1));
    section.extend(order.bytes16(0));
    section.extend([0, 0, 0, 0, 0, 0, 0, 9]);
    let mut interface = order.bytes16(1).to_vec();
    interface.extend([0, 0]);
    interface.extend(order.bytes32(6));
    let mut options = Vec::new();
    add_option(&mut options, order, COMMENT, b"theirs \xff");
    add_option(&mut options, order, 2, &order.bytes32(1));
    add_option(&mut options, order, 0, b"");
    let enhanced = [
        fields(order, &[0, 0, 5_000_000, 6, 3]),
        b"abcdef\0\0".to_vec(),
        options,
    ]
    .concat();
    let simple = [fields(order, &[60]), b"ghijkl\0\0".to_vec()].concat();
    let mut old = fields(order, &[0, 0, 6_000_000, 4, 4]);
    old.extend(b"mnop");
    [
        block(order, SECTION_HEADER, &section),
        block(order, 1, &interface),
        block(order, 0x8000_0099, b"foreign block"),
        block(order, ENHANCED_PACKET, &enhanced),
        block(order, SIMPLE_PACKET, &simple),
        block(order, PACKET, &old),
        block(
            order,
            0x0bad,
            &[fields(order, &[32_473]), b"own".to_vec()].concat(),
        ),
        block(order, 10, &fields(order, &[0x544c_534b, 0])),
    ]
    .concat()
}

fn rewrite(file: &[u8], comment: impl Fn(u64) -> Option<String>) -> (Vec<u8>, u64, u64) {
    let mut rewriter = Rewriter::new(file, Vec::new()).expect("opens");
    while rewriter
        .copy_next(|frame| comment(frame.number))
        .expect("sound")
    {}
    let (commented, uncommented) = (rewriter.commented(), rewriter.uncommented());
    (rewriter.finish().expect("memory"), commented, uncommented)
}

/// Time, data, original length, comments.
type Seen = (String, Vec<u8>, u32, Vec<Vec<u8>>);

fn read(file: &[u8]) -> Vec<Seen> {
    let mut reader = SavefileReader::new(file).expect("opens");
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().expect("sound") {
        let seen = (
            frame.timestamp.to_string(),
            frame.data.to_vec(),
            frame.original_length,
        );
        let comments = reader
            .frame_options()
            .comments()
            .map(<[u8]>::to_vec)
            .collect();
        frames.push((seen.0, seen.1, seen.2, comments));
    }
    frames
}

#[test]
fn without_comments_only_the_section_length_changes() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let file = sample(order);
        let mut expected = file.clone();
        expected[16..24].fill(0xff);
        assert_eq!(rewrite(&file, |_| None).0, expected);
    }
}

#[test]
fn comments_are_added_and_the_rest_is_kept() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let file = sample(order);
        let (copy, commented, uncommented) =
            rewrite(&file, |number| Some(format!("ours {number}")));
        assert_eq!(
            (commented, uncommented),
            (3, 1),
            "a custom block takes no comment"
        );
        let (before, after) = (read(&file), read(&copy));
        assert_eq!(after[0].3, [&b"theirs \xff"[..], b"ours 1"]);
        assert_eq!(after[1].3, [b"ours 2"]);
        assert_eq!(after[2].3, [b"ours 3"]);
        for (old, new) in before.iter().zip(&after) {
            assert_eq!((&old.0, &old.1, old.2), (&new.0, &new.1, new.2));
        }
        for kept in [&b"foreign block"[..], b"own"] {
            assert!(copy.windows(kept.len()).any(|window| window == kept));
        }
        shown_by_tshark(&copy);
    }
}

fn shown_by_tshark(file: &[u8]) {
    let path = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(path.path(), file).expect("written");
    let arguments = [
        "-n",
        "-T",
        "fields",
        "-e",
        "frame.number",
        "-e",
        "frame.comment",
        "-r",
    ];
    match Command::new("tshark")
        .args(arguments)
        .arg(path.path())
        .output()
    {
        Ok(output) => {
            assert!(output.status.success());
            let shown = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                shown.contains("ours 1") && shown.contains("2\tours 2"),
                "{shown}"
            );
        }
        Err(error) => eprintln!("skipped: tshark: {error}"),
    }
}

#[test]
fn classic_pcap_becomes_pcapng() {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend(fields(
        ByteOrder::Little,
        &[65_535, 101, 1_700_000_000, 123_456, 4, 9],
    ));
    file.extend(b"abcd");
    let (copy, ..) = rewrite(&file, |_| Some("SYN".to_owned()));
    let frames = read(&copy);
    assert_eq!(frames[0].0, "1700000000.123456000");
    assert_eq!((&frames[0].1[..], frames[0].2), (&b"abcd"[..], 9));
    assert_eq!(frames[0].3, [b"SYN"]);
}

#[test]
fn a_cut_file_is_copied_up_to_the_cut() {
    let file = sample(ByteOrder::Little);
    let mut rewriter = Rewriter::new(&file[..file.len() - 30], Vec::new()).expect("opens");
    let mut frames = 0;
    let error = loop {
        match rewriter.copy_next(|_| None) {
            Ok(true) => frames += 1,
            Ok(false) => panic!("the cut is not told"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, RewriteError::Read(error) if error.is_cut()));
    assert_eq!(frames, 3);
    assert_eq!(read(&rewriter.finish().expect("memory")).len(), 3);
}
