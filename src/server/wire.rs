//! A client's socket as its connection's task and the hub share it.
//!
//! Owns: the one attempt to send. Must not know: what the bytes mean, or whose turn it is.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::Bytes;
use socket2::SockRef;
use tokio::net::TcpStream;

use super::outlet::Outlet;
use crate::net::FourTuple;

/// Slices per system call: a reader at the tail needs one or two, one that lags a few chunks.
const SLICES: usize = 32;

/// The socket and both its ends.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) stream: TcpStream,
    pub(super) tuple: FourTuple,
}

impl Outlet for Wire {
    fn send(&self, slices: &VecDeque<Bytes>) -> io::Result<usize> {
        let socket = SockRef::from(&self.stream);
        match slices.len() {
            0 => Ok(0),
            1 => socket.send(&slices[0]),
            many => {
                let mut parts = [IoSlice::new(&[]); SLICES];
                for (part, slice) in parts.iter_mut().zip(slices) {
                    *part = IoSlice::new(slice);
                }
                socket.send_vectored(&parts[..many.min(SLICES)])
            }
        }
    }

    fn tuple(&self) -> FourTuple {
        self.tuple
    }
}
