//! The load: receivers that count bytes, a speaker that keeps a number of messages in flight or a steady rate.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{sleep, sleep_until};

use crate::protocol::Kind;

/// Bytes of a message.
const PAYLOAD: usize = 64;
/// Marks the time stamp in a message.
const MARK: &[u8] = b"T@";

#[derive(Default)]
struct Shared {
    bytes: Cell<u64>,
    news: Notify,
    latencies: RefCell<Vec<u32>>,
    timing: Cell<bool>,
    gone: Cell<usize>,
}

pub(crate) fn run(kind: &str, address: &str, pid: u32, receivers: usize, mode: &str, seconds: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (kind_name, kind) = (kind, Kind::parse(kind));
    LocalSet::new().block_on(&runtime, async move {
        let shared = Rc::new(Shared::default());
        let before = memory(pid);
        for number in 0..receivers {
            let stream = kind.join(address, number).await;
            spawn_local(receive(stream, Rc::clone(&shared)));
        }
        if mode == "idle" {
            sleep(Duration::from_millis(500)).await;
            let after = memory(pid);
            println!("{kind_name} idle {receivers}: {:.2} KiB each ({before} KiB before, {after} KiB after)", (after - before) as f64 / receivers as f64);
            return;
        }
        let (mut reader, mut writer) = kind.speaker(address).await.into_split();
        let echo = Rc::clone(&shared);
        let counts = kind.echoes();
        spawn_local(async move {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut buffer).await {
                if counts {
                    echo.bytes.set(echo.bytes.get() + count as u64);
                    echo.news.notify_one();
                }
            }
        });
        sleep(Duration::from_millis(800)).await;
        let unit = unit(kind, &mut writer, &shared).await;
        let copies = receivers + usize::from(counts);
        let (name, number) = mode.split_once(':').unwrap();
        let number: u64 = number.parse().unwrap();
        let cpu = cpu(pid);
        let start = Instant::now();
        let time = Duration::from_secs(seconds);
        let sent = if name == "rate" {
            steady(kind, &mut writer, &shared, number, time).await
        } else {
            flight(kind, &mut writer, &shared, unit, number, time).await
        };
        let took = start.elapsed().as_secs_f64();
        let delivered = sent * copies as u64;
        let used = cpu_since(pid, cpu);
        print!("{kind_name} {mode} {receivers}: {:.3} M/s, {:.2} us CPU each, {} KiB", delivered as f64 / took / 1e6, used * 1e6 / delivered as f64, memory(pid));
        let mut latencies = shared.latencies.borrow_mut();
        if !latencies.is_empty() {
            latencies.sort_unstable();
            let at = |share: f64| f64::from(latencies[((latencies.len() - 1) as f64 * share) as usize]) / 1e3;
            print!(", p50 {:.2} p99 {:.2} p99.9 {:.2} ms", at(0.5), at(0.99), at(0.999));
        }
        println!("{}", if shared.gone.get() > 0 { format!(", {} receivers lost", shared.gone.get()) } else { String::new() });
    });
}

async fn receive(mut stream: TcpStream, shared: Rc<Shared>) {
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        shared.bytes.set(shared.bytes.get() + count as u64);
        shared.news.notify_one();
        if shared.timing.get() {
            note_latencies(&buffer[..count], &shared);
        }
    }
    shared.gone.set(shared.gone.get() + 1);
}

fn note_latencies(data: &[u8], shared: &Shared) {
    let now = micros();
    let mut rest = data;
    while let Some(at) = rest.windows(2).position(|window| window == MARK) {
        rest = &rest[at + 2..];
        if let Some(then) = rest
            .get(..16)
            .and_then(|text| std::str::from_utf8(text).ok())
            .and_then(|text| u64::from_str_radix(text, 16).ok())
        {
            shared.latencies.borrow_mut().push((now - then) as u32);
        }
    }
}

/// Bytes that one message makes in all receivers together.
async fn unit(
    kind: Kind,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
    shared: &Shared,
) -> u64 {
    let before = shared.bytes.get();
    let mut out = Vec::new();
    kind.say(&"x".repeat(PAYLOAD), &mut out);
    writer.write_all(&out).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let unit = shared.bytes.get() - before;
    assert!(unit > 0, "nothing came back");
    unit
}

/// Keeps `most` messages in flight; returns how many were sent and delivered everywhere.
async fn flight(
    kind: Kind,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
    shared: &Shared,
    unit: u64,
    most: u64,
    time: Duration,
) -> u64 {
    let (mut sent, base, end) = (0, shared.bytes.get(), Instant::now() + time);
    let mut message = Vec::new();
    kind.say(&"x".repeat(PAYLOAD), &mut message);
    loop {
        let done = (shared.bytes.get() - base) / unit;
        if Instant::now() >= end {
            if done >= sent {
                return sent;
            }
        } else if sent - done < most {
            let room = most - (sent - done);
            writer
                .write_all(&message.repeat(room as usize))
                .await
                .unwrap();
            sent += room;
            continue;
        }
        shared.news.notified().await;
    }
}

/// Sends `rate` messages a second, each with its time.
async fn steady(
    kind: Kind,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
    shared: &Shared,
    rate: u64,
    time: Duration,
) -> u64 {
    shared.timing.set(true);
    let (start, count) = (tokio::time::Instant::now(), rate * time.as_secs());
    for number in 0..count {
        sleep_until(start + Duration::from_nanos(1_000_000_000 * number / rate)).await;
        let payload = format!("{:x<PAYLOAD$}", format!("T@{:016x}", micros()));
        let mut out = Vec::new();
        kind.say(&payload, &mut out);
        writer.write_all(&out).await.unwrap();
    }
    sleep(Duration::from_millis(500)).await;
    count
}

fn micros() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_micros() as u64
}

/// Nanoseconds of CPU that a process has used, from `schedstat` of its threads.
fn cpu(pid: u32) -> u64 {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    let text =
        |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("schedstat")).ok();
    tasks
        .flatten()
        .filter_map(text)
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

fn cpu_since(pid: u32, before: u64) -> f64 {
    (cpu(pid) - before) as f64 / 1e9
}

/// Resident memory in KiB.
fn memory(pid: u32) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
