//! What the kernel knows about a connection: bytes the peer acknowledged (RFC 4898 `HCThruOctetsAcked`).
//!
//! Owns: the Linux structure. Must not know: what the figure is used for. Elsewhere than on Linux the answer is "unknown".

use tokio::net::TcpStream;

/// The start of Linux's `struct tcp_info` up to `tcpi_bytes_received`; a kernel that returns less leaves zeros.
#[cfg(target_os = "linux")]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TcpInfo {
    bytes: [u8; 8],
    words: [u32; 24],
    rates: [u64; 2],
    bytes_acked: u64,
    bytes_received: u64,
}

#[cfg(target_os = "linux")]
mod option {
    use nix::libc;
    use nix::sys::socket::sockopt::GetStruct;

    #[derive(Clone, Copy, Debug)]
    pub(super) struct Info;

    nix::getsockopt_impl!(
        Info,
        libc::IPPROTO_TCP,
        libc::TCP_INFO,
        super::TcpInfo,
        GetStruct<super::TcpInfo>
    );
}

/// Bytes of our direction that the peer's TCP acknowledged; readable after a reset too. Our own FIN counts one.
#[cfg(target_os = "linux")]
pub(super) fn bytes_acknowledged(stream: &TcpStream) -> Option<u64> {
    use nix::sys::socket::GetSockOpt as _;
    option::Info.get(stream).ok().map(|info| info.bytes_acked)
}

/// Unknown on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn bytes_acknowledged(_stream: &TcpStream) -> Option<u64> {
    None
}
