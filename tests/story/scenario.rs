//! The language of the scenario files.
//!
//! ```text
//! # comment
//! 0 open 50001            SYN, SYN-ACK, ACK at 0, 10, 20 us (client port, server port 7000 unless `server N` came before)
//! 100 50001 < "hello\n"   data from the server, ACKed 10 us later; `>` from the client; `!` after the text: not ACKed
//! 200 50001 > S           a single segment with these flags (S F R A P), window 512; `w0`: window 0
//! 300 close 50001         three segments, client first; `closed 50001`: server first
//! 250 50001 < R+9000      the same, with a sequence number that is so much higher
//! 400 again               the last segment is sent again
//! 500 icmp 3 13 1          an ICMP error of this type and code quotes frame 1, or with `28` behind it so many of its bytes
//! 0 overtake              the last two segments come in the other order
//! 90000000 tick           a frame of another connection, so that time passes
//! ---
//! the entries, packets and capture left out; a line that begins with `?` may stand anywhere after its predecessor
//! ```

use chatscope::timeline::{Settings, Wants};

use crate::collect::{replay, verdicts};
use crate::scene::{ACK, FIN, PSH, RST, SYN, Scene};

/// Plays a scenario; the difference if it does not come out as written.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let (steps, expected) = text.split_once("\n---\n").ok_or("no line `---`")?;
    let mut scene = Scene::default();
    let mut server = 7000;
    for line in steps
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        step(&mut scene, &mut server, line).ok_or_else(|| format!("not understood: {line}"))?;
    }
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    // Neither batches nor drains may matter.
    for drain in [1, 7, usize::MAX] {
        let told: Vec<String> = replay(&scene.frames, Settings::default(), drain)
            .into_iter()
            .filter(|line| {
                !line.starts_with("packet")
                    && !line.starts_with("capture")
                    && !line.contains("#99 ")
            })
            .filter(|line| !line.starts_with("end "))
            .collect();
        if told != expected {
            return Err(format!(
                "(draining every {drain} frames)\nexpected:\n  {}\ntold:\n  {}",
                expected.join("\n  "),
                told.join("\n  ")
            ));
        }
    }
    // A table of the connections comes to the same verdicts as the story told in full.
    let (table, story) = (Wants::STREAMS, Wants::STORY);
    let [table, story] = [table, story].map(|wants| verdicts(&scene.frames, wants));
    if table != story {
        return Err(format!("table:\n  {table:#?}\nstory:\n  {story:#?}"));
    }
    Ok(())
}

fn step(scene: &mut Scene, server: &mut u16, line: &str) -> Option<()> {
    if let Some(port) = line.strip_prefix("server ") {
        *server = port.trim().parse().ok()?;
        return Some(());
    }
    let (time, rest) = line.split_once(' ')?;
    let micros: i64 = time.parse().ok()?;
    let (word, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let rest = rest.trim();
    let port = || rest.parse::<u16>().ok();
    match word {
        "open" => scene.open(micros, (port()?, *server)),
        "close" => scene.close(micros, (port()?, *server), true),
        "closed" => scene.close(micros, (port()?, *server), false),
        "again" => scene.again(micros),
        "overtake" => scene.overtake(),
        "icmp" => {
            let numbers: Option<Vec<usize>> = rest.split(' ').map(|n| n.parse().ok()).collect();
            let (kind, code, frame, bytes) = match numbers?[..] {
                [kind, code, frame] => (kind, code, frame, usize::MAX),
                [kind, code, frame, bytes] => (kind, code, frame, bytes),
                _ => return None,
            };
            let kind = [u8::try_from(kind).ok()?, u8::try_from(code).ok()?];
            scene.icmp(micros, kind, frame, bytes)?;
        }
        // A lone ACK of another connection, no data: nothing is told of it but packets and its stream.
        "tick" => scene.segment(micros, (9, 9), true, ACK, 1, b""),
        client => {
            let ports = (client.parse().ok()?, *server);
            let (direction, what) = rest.split_once(' ')?;
            let c2s = match direction {
                ">" => true,
                "<" => false,
                _ => return None,
            };
            say_or_signal(scene, micros, ports, c2s, what.trim())?;
        }
    }
    Some(())
}

fn say_or_signal(
    scene: &mut Scene,
    micros: i64,
    ports: (u16, u16),
    c2s: bool,
    what: &str,
) -> Option<()> {
    if let Some(text) = what.strip_prefix('"') {
        let (text, acked) = match text.strip_suffix("\"!") {
            Some(text) => (text, false),
            None => (text.strip_suffix('"')?, true),
        };
        let bytes = unescape(text);
        if acked {
            scene.say(micros, ports, c2s, &bytes);
        } else {
            scene.segment(micros, ports, c2s, PSH | ACK, 512, &bytes);
        }
        return Some(());
    }
    let (letters, window) = match what.strip_suffix(" w0") {
        Some(letters) => (letters, 0),
        None => (what, 512),
    };
    let (letters, shift) = match letters.split_once('+') {
        Some((letters, shift)) => (letters, shift.parse::<u32>().ok()?),
        None => (letters, 0),
    };
    let mut flags = 0;
    for letter in letters.chars() {
        flags |= match letter {
            'S' => SYN,
            'F' => FIN,
            'R' => RST,
            'A' => ACK,
            'P' => PSH,
            _ => return None,
        };
    }
    scene.shift(ports, c2s, shift);
    scene.segment(micros, ports, c2s, flags, window, b"");
    scene.shift(ports, c2s, shift.wrapping_neg());
    Some(())
}

/// `\n`, `\r`, `\\` and `\xNN`.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b'x') => {
                let digits = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
                let digits = std::str::from_utf8(&digits).unwrap_or("0");
                out.push(u8::from_str_radix(digits, 16).unwrap_or(0));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
