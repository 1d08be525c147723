//! The locks and atomics of the hub: those of the standard library; in unit tests those of shuttle, which decides who runs
//! next and so explores interleavings.
//!
//! Owns: the choice. A unit test that uses the hub outside shuttle panics; tests of whole servers live in `tests/`.

#[cfg(test)]
pub(super) use shuttle::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
#[cfg(not(test))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
