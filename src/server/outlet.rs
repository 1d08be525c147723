//! Where a session's bytes leave, as the hub sees it: sockets here, paper in tests. Must not know: what the bytes mean.

use std::collections::VecDeque;
use std::io;

use bytes::Bytes;

use crate::net::FourTuple;

/// Where a session's bytes go.
pub(super) trait Outlet: Send + Sync {
    /// One attempt that never blocks: how many of these bytes were taken.
    fn send(&self, slices: &VecDeque<Bytes>) -> io::Result<usize>;

    /// The connection, for events.
    fn tuple(&self) -> FourTuple;
}
