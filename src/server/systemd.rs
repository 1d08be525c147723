//! Telling systemd that the server is ready or stopping (`sd_notify`), when it asks to be told.
//!
//! Owns: one datagram. Must not know: anything else about the service manager. A unit for a chat that captures:
//!
//! ```ini
//! [Unit]
//! Description=Chat that shows its own TCP
//! After=network.target
//!
//! [Service]
//! Type=notify
//! ExecStart=/usr/local/bin/chatscope serve --history /var/lib/chatscope/chat.db
//! DynamicUser=yes
//! StateDirectory=chatscope
//! AmbientCapabilities=CAP_NET_RAW
//! CapabilityBoundingSet=CAP_NET_RAW
//! NoNewPrivileges=yes
//! ProtectSystem=strict
//! ProtectHome=yes
//! LimitNOFILE=65536
//! # The server itself needs at most 5 s to end: every accepted line delivered, a farewell, FIN.
//! TimeoutStopSec=10
//! Restart=on-failure
//!
//! [Install]
//! WantedBy=multi-user.target
//! ```

use std::os::unix::net::UnixDatagram;

/// Sends a state such as `READY=1` to the socket in `NOTIFY_SOCKET`; without one, nothing.
pub(super) fn notify(state: &str) {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    if let Err(error) = send(&path, state) {
        tracing::warn!(%error, "systemd asked to be told, but could not be");
    }
}

fn send(path: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    if let Some(name) = path.as_encoded_bytes().strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt as _;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
        return socket.send_to_addr(state.as_bytes(), &address).map(drop);
    }
    socket.send_to(state.as_bytes(), path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_arrives() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("bound");
        send(path.as_os_str(), "READY=1").expect("sent");
        let mut buffer = [0; 64];
        let count = manager.recv(&mut buffer).expect("received");
        assert_eq!(&buffer[..count], b"READY=1");
    }
}
