//! Words of the chat's notices that are written in one place and read in another: by the timeline, which learns names from
//! the payload, and by whoever pastes a line of the welcome.
//!
//! Owns: those words. Must not know: who is told them, or when.

/// How both welcomes begin: the newcomer's and that of who comes back.
pub const WELCOME: &str = "welcome";
/// What a welcome says before the name, behind the room or the word `back`.
pub const YOU_ARE: &str = ": you are ";
/// What a welcome says between the name and the number of the session.
pub const SESSION: &str = ", session ";
/// What stands between the old name and the new one.
pub const IS_NOW: &str = " is now ";
/// What the welcome says before the command with which one comes back.
pub(super) const COME_BACK: &str = "to come back after a break: ";
