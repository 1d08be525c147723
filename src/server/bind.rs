//! Listening sockets, made before privileges are dropped.
//!
//! Owns: socket options of listeners and of accepted connections. Must not know: what is spoken on them.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::TcpStream;

/// Connections that may wait for `accept`; the kernel cuts it to `net.core.somaxconn` (4,096 by default).
const BACKLOG: i32 = 4_096;
/// Time after which a peer that acknowledges nothing is given up; its session can be resumed.
///
/// With data on the way it is what Linux calls `TCP_USER_TIMEOUT` (RFC 5482), which counts a zero window too, so that this
/// is also how long a reader may stop. Without, keep-alive probes (RFC 9293 section 3.8.4) ask from the first fifth on.
pub const PEER_TIMEOUT: Duration = Duration::from_mins(5);
/// Keep-alive probes begin after this share of the time, and there are so many of them.
const SILENT_SHARE: u32 = 5;
const PROBES: u32 = 24;
/// The longest time before the first probe and between two that Linux takes: nine hours.
const PROBE_MOST: Duration = Duration::from_secs(32_767);
/// The longest `TCP_USER_TIMEOUT`, in milliseconds an `int`: 24 days.
const USER_TIMEOUT_MOST: Duration = Duration::from_millis(i32::MAX as u64);

/// Bytes that may wait in the kernel beyond what the peer's window lets it send (`TCP_NOTSENT_LOWAT`). More would not be
/// faster: without a bound a client that has stopped reading takes up to four megabytes of lines there, where nobody can
/// take them back, be it to another connection or at the end of the server.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;

/// A listening socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("cannot listen on {0}: the port is in use. Choose another one (--listen for netcat, --web for browsers), or find its user: {look}", look = user_of(.0.port()))]
    InUse(SocketAddr),
    /// A port below 1024 without the right to it, as a rule.
    #[error(
        "cannot listen on {0}: permission denied. Ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one"
    )]
    Denied(SocketAddr),
    /// No interface of this machine has the address.
    #[error(
        "cannot listen on {0}: this machine does not have that address: ip addr lists those it has"
    )]
    NoSuchAddress(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// How to find the program that has a port.
fn user_of(port: u16) -> String {
    if cfg!(target_os = "macos") {
        format!("lsof -nP -iTCP:{port} -sTCP:LISTEN")
    } else {
        format!("ss -ltnp 'sport = :{port}'")
    }
}

/// Listens on an address; port 0 = any free one. An IPv6 address takes IPv6 connections only.
pub fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    listen(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse(address),
        io::ErrorKind::PermissionDenied => BindError::Denied(address),
        io::ErrorKind::AddrNotAvailable => BindError::NoSuchAddress(address),
        _ => BindError::Other { address, source },
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A restart must not wait for the old connections' TIME-WAIT (RFC 9293 section 3.6.1).
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Options of an accepted connection: no delay (we batch ourselves), and peers that vanished are noticed in that time.
fn prepare(stream: &TcpStream, peer_timeout: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    // Whole seconds, at least one each. Linux counts the time, other systems the probes: both come to the same.
    let second = Duration::from_secs(1);
    let after = (peer_timeout / SILENT_SHARE).clamp(second, PROBE_MOST);
    let every = (peer_timeout.saturating_sub(after) / PROBES).clamp(second, PROBE_MOST);
    let keepalive = TcpKeepalive::new().with_time(after).with_interval(every);
    socket.set_tcp_keepalive(&keepalive.with_retries(PROBES))?;
    #[cfg(target_os = "linux")]
    {
        socket.set_tcp_user_timeout(Some(peer_timeout.min(USER_TIMEOUT_MOST)))?;
        socket.set_tcp_notsent_lowat(UNSENT_BYTES)?;
    }
    Ok(())
}

/// [`prepare`]; an option that the system refuses keeps nobody out.
///
/// Called beside a connection's future, not from one around it: that would keep the whole connection once more.
pub(super) fn prepare_as_far_as_may_be(stream: &TcpStream, peer_timeout: Duration) {
    if let Err(error) = prepare(stream, peer_timeout) {
        tracing::debug!(%error, "socket options");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn accepted() -> (TcpStream, std::net::TcpStream) {
        let listener = bind("127.0.0.1:0".parse().expect("address")).expect("bound");
        let address = listener.local_addr().expect("address");
        let client = std::net::TcpStream::connect(address).expect("connected");
        let listener = tokio::net::TcpListener::from_std(listener).expect("listener");
        let (stream, _) = listener.accept().await.expect("accepted");
        (stream, client)
    }

    #[tokio::test]
    async fn accepted_connections_notice_vanished_peers() {
        let (stream, _client) = accepted().await;
        prepare(&stream, PEER_TIMEOUT).expect("options");
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("option") && stream.nodelay().expect("option"));
        #[cfg(target_os = "linux")]
        {
            assert_eq!(
                socket.tcp_user_timeout().expect("option"),
                Some(PEER_TIMEOUT)
            );
            assert_eq!(socket.tcp_notsent_lowat().expect("option"), UNSENT_BYTES);
        }
    }

    #[tokio::test]
    async fn any_time_is_as_long_as_the_system_can() {
        let (stream, _client) = accepted().await;
        for seconds in [1, 1_000_000, u64::MAX] {
            prepare(&stream, Duration::from_secs(seconds)).expect("options");
        }
    }
}
