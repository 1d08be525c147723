//! Real captures on loopback; skipped with a printed reason where the permission is missing.

#![expect(clippy::disallowed_methods, reason = "live tests measure real time")]

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;
use crate::capture::SavefileReader;
use crate::capture::privileges::PermissionReport;
use crate::capture::{CaptureWriter, SaveFormat};

const WAIT: Duration = Duration::from_millis(100);

/// An open capture of one port, or `None` with the reason printed.
fn open(port: u16) -> Option<OpenCapture> {
    let report = PermissionReport::of_this_process();
    if !report.may_capture() {
        eprintln!("skipped: no permission to capture: {report}");
        return None;
    }
    let name = if cfg!(target_os = "linux") {
        "lo"
    } else {
        "lo0"
    };
    let mut settings = LiveSettings::new(name);
    settings.filter = format!("tcp port {port}");
    settings.buffer = 4 << 20;
    Some(OpenCapture::open(&settings).expect("may capture"))
}

/// Waits for frames until `count` have come or two seconds passed: (number, time, length) of each.
fn take(capture: &mut LiveCapture, count: usize) -> Vec<(u64, i64, usize)> {
    let mut frames = Vec::new();
    let begun = Instant::now();
    while frames.len() < count && begun.elapsed() < Duration::from_secs(2) {
        if let Polled::Frame(frame) = capture.next_frame(WAIT) {
            frames.push((frame.number, frame.timestamp.as_nanos(), frame.data.len()));
        }
    }
    frames
}

/// Connects, says a line, hangs up; returns when the server has seen the end.
fn one_line(listener: &TcpListener) {
    let address = listener.local_addr().expect("bound");
    let mut client = TcpStream::connect(address).expect("connected");
    let (mut server, _) = listener.accept().expect("accepted");
    client.write_all(b"teste\n").expect("sent");
    drop(client);
    let mut heard = String::new();
    server.read_to_string(&mut heard).expect("heard");
    assert_eq!(heard, "teste\n");
}

/// A buffer that outlives the writer it is given to.
#[derive(Clone, Default)]
struct Kept(Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one writer").extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_connection_is_captured_and_the_file_has_the_same_frames() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let Some(open) = open(listener.local_addr().expect("bound").port()) else {
        return;
    };
    let file = Kept::default();
    let writer = CaptureWriter::new(file.clone(), SaveFormat::Pcapng, open.info()).expect("header");
    let mut capture = open.start(Some(writer)).expect("threads");
    let clock = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.expect("after 1970").as_nanos() as i64
    };
    let before = clock();
    one_line(&listener);
    let after = clock();
    // SYN; SYN,ACK; ACK; line; ACK; FIN,ACK; and what the close of the other side adds.
    let frames = take(&mut capture, 6);
    assert!(frames.len() >= 6, "{frames:?}");
    let slack = 1_000_000;
    for (index, (number, time, _)) in frames.iter().enumerate() {
        assert_eq!(*number, index as u64 + 1);
        assert!(
            (before - slack..=after + slack).contains(time),
            "nanoseconds expected"
        );
    }
    let ending = capture.finish();
    assert_eq!(ending.reason, EndReason::Stopped);
    assert!(ending.saved.expect("asked for").is_ok());
    assert_eq!(ending.statistics.kernel_dropped, Some(0));
    assert!(ending.statistics.received.expect("counted") >= frames.len() as u64);

    let bytes = file.0.lock().expect("done").clone();
    let mut reader = SavefileReader::new(&bytes[..]).expect("our own file");
    let mut saved = Vec::new();
    while let Some(frame) = reader.next_frame().expect("sound") {
        saved.push((frame.number, frame.timestamp.as_nanos(), frame.data.len()));
    }
    assert_eq!(saved.len() as u64, ending.frames);
    assert_eq!(saved[..frames.len()], frames);
    assert!(
        reader.info().interfaces[0]
            .filter
            .as_deref()
            .expect("kept")
            .starts_with("tcp port")
    );
}

#[test]
fn an_idle_capture_ends_at_once_and_keeps_what_came_before() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let Some(open) = open(listener.local_addr().expect("bound").port()) else {
        return;
    };
    let mut capture = open.start::<Vec<u8>>(None).expect("threads");
    assert!(matches!(
        capture.next_frame(Duration::from_millis(50)),
        Polled::Idle
    ));
    one_line(&listener);
    let stop = capture.stop_handle();
    let asked = Instant::now();
    stop.stop();
    let mut frames = 0;
    loop {
        match capture.next_frame(WAIT) {
            Polled::Frame(_) => frames += 1,
            Polled::Idle => {}
            Polled::End => break,
        }
        assert!(asked.elapsed() < Duration::from_secs(2), "does not end");
    }
    assert!(
        frames >= 6,
        "the kernel's last block is waited for: {frames}"
    );
    // 100 ms is the promise on an idle machine; a loaded one gets some grace here.
    assert!(
        asked.elapsed() < Duration::from_millis(500),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(capture.finish().reason, EndReason::Stopped);
}

#[test]
fn what_cannot_be_opened_is_told() {
    let nowhere = OpenCapture::open(&LiveSettings::new("nosuch0")).expect_err("no such");
    assert!(
        matches!(&nowhere, LiveError::NoSuchInterface { existing, .. } if !existing.is_empty())
    );
    let Some(_) = open(9) else { return };
    let mut settings = LiveSettings::new("lo");
    settings.filter = "tcp prot 7000".into();
    let bad = OpenCapture::open(&settings).expect_err("bad filter");
    assert!(bad.to_string().contains("syntax error"), "{bad}");
    let mut settings = LiveSettings::new("lo");
    settings.link_type = Some(LinkType(147));
    let other = OpenCapture::open(&settings).expect_err("not offered");
    assert!(matches!(other, LiveError::LinkType { .. }));
}

#[test]
fn a_failing_file_does_not_end_the_capture() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let Some(open) = open(listener.local_addr().expect("bound").port()) else {
        return;
    };
    let writer = CaptureWriter::new(Full, SaveFormat::Pcap, open.info()).expect("buffered");
    let mut capture = open.start(Some(writer)).expect("threads");
    one_line(&listener);
    assert!(take(&mut capture, 6).len() >= 6);
    assert!(capture.finish().saved.expect("asked for").is_err());
}
