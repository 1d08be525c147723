//! What several views ask of an entry alike.

use crate::chat::SessionEventKind;
use crate::packet::TcpFlags;
use crate::tcp::{Fin, Step, Teardown};
use crate::text::visible;

/// The control bits that open or close a connection.
pub(super) const LIFECYCLE: TcpFlags =
    TcpFlags(TcpFlags::SYN.0 | TcpFlags::FIN.0 | TcpFlags::RST.0);

/// The segments that closed a connection: both FINs with their ACKs, the RST.
pub(super) fn steps_of(teardown: &Teardown) -> impl Iterator<Item = Step> {
    let of = |fin: Option<Fin>| [fin.map(|fin| fin.step), fin.and_then(|fin| fin.acked)];
    let [first, first_ack] = of(teardown.first_fin);
    let [second, second_ack] = of(teardown.second_fin);
    let reset = teardown.reset.map(|reset| reset.step);
    [first, first_ack, second, second_ack, reset]
        .into_iter()
        .flatten()
}

/// The name that somebody has from now on, safe to show; empty where the event gives none.
pub(super) fn name_given(event: &SessionEventKind) -> String {
    match event {
        SessionEventKind::Renamed { to: name, .. } | SessionEventKind::Resumed { name, .. } => {
            visible(name.as_bytes())
        }
        _ => String::new(),
    }
}
