//! May this process capture, what exactly would help, and how to give the permission back once the handles are open.
//!
//! Typed values; the sentences about them belong to the commands, except the one line of an error. Least privilege on Linux
//! is `cap_net_raw`: enough for `lo` and for `any`.

mod drop;
mod report;

pub use drop::{DropError, Dropped, drop_privileges};
pub use report::{Container, Fix, Obstacle, PermissionReport};

#[cfg(all(test, target_os = "linux"))]
mod tests;
