//! A response body that grows while the client listens: the page's live feed.
//!
//! Owns: a bounded queue of pieces. Must not know: what the pieces hold.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

/// Pieces that may wait for one client.
pub const FEED_PIECES: usize = 256;

/// The reading half, given to the server as a body.
#[derive(Debug)]
pub struct Feed(mpsc::Receiver<Bytes>);

/// The writing half, usable from any thread.
#[derive(Clone, Debug)]
pub struct FeedSender(mpsc::Sender<Bytes>);

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// It will be sent.
    Queued,
    /// The client is slow: it was dropped.
    Full,
    /// The client is gone: forget this sender.
    Gone,
}

impl Feed {
    /// Both halves, with room for [`FEED_PIECES`].
    #[must_use]
    pub fn channel() -> (FeedSender, Self) {
        let (sender, receiver) = mpsc::channel(FEED_PIECES);
        (FeedSender(sender), Self(receiver))
    }
}

impl FeedSender {
    /// Queues a piece; never blocks.
    pub fn send(&self, piece: Bytes) -> Fed {
        match self.0.try_send(piece) {
            Ok(()) => Fed::Queued,
            Err(mpsc::error::TrySendError::Full(_)) => Fed::Full,
            Err(mpsc::error::TrySendError::Closed(_)) => Fed::Gone,
        }
    }
}

/// The body that sends a feed.
pub(super) fn body(feed: Feed) -> impl Body<Data = Bytes, Error = Infallible> + Send + Sync {
    StreamBody::new(futures_util::stream::unfold(feed, |mut feed| async {
        let piece = feed.0.recv().await?;
        Some((Ok(Frame::data(piece)), feed))
    }))
}
