//! The least a line to everybody costs: so many sends, one after the other, and nothing else.
//!
//! What a server's latencies can be compared with: each send's end since the first was begun. What was sent is read by the
//! same thread when all are done, which is not counted: no other core takes part.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Bytes of a line: 64 and what a server puts before them.
const LINE: [u8; 75] = [b'x'; 75];

/// `rate` lines a second to `receivers` sockets.
pub(crate) fn run(receivers: usize, rate: u64, seconds: u64) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let pair = |_| (TcpStream::connect(address).unwrap(), accepted(&listener));
    let mut pairs: Vec<_> = (0..receivers).map(pair).collect();
    let (start, mut latencies) = (Instant::now(), Vec::new());
    for number in 0..rate * seconds {
        let due = start + Duration::from_nanos(1_000_000_000 * number / rate);
        sleep(due.saturating_duration_since(Instant::now()));
        let begun = Instant::now();
        for (_, sender) in &mut pairs {
            assert_eq!(sender.write(&LINE).unwrap(), LINE.len());
            latencies.push(begun.elapsed());
        }
        for (receiver, _) in &mut pairs {
            receiver.read_exact(&mut [0; LINE.len()]).unwrap();
        }
    }
    latencies.sort_unstable();
    let at =
        |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "sends rate:{rate} {receivers}: p50 {:.2} p99 {:.2} p99.9 {:.2} ms",
        at(0.5),
        at(0.99),
        at(0.999)
    );
}

fn accepted(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_nonblocking(true).unwrap();
    stream
}
