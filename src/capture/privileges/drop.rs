//! Gives up everything that opening the handles needed (Linux): back to the invoking user, no capability, none to come.

/// What was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The user the process now is, when it was root for another user (sudo, a set-user-id file).
    pub user: Option<u32>,
}

/// Privileges could not be given up: do not go on with them.
#[derive(Debug, thiserror::Error)]
#[error("cannot give up privileges: {step} failed: {source}; nothing was captured")]
pub struct DropError {
    /// The call that failed.
    pub step: &'static str,
    /// The system's answer.
    pub source: std::io::Error,
}

/// Gives up privileges for good. Call when every handle and listener is open, **before** any thread or runtime is started
/// (`no_new_privs` and capabilities are per thread) and before files are created (they then belong to the invoking user).
///
/// Root by sudo becomes the user of `SUDO_UID` and `SUDO_GID` with that user's groups; root without a user behind it stays
/// user 0 without capabilities. Elsewhere than on Linux nothing is dropped.
#[cfg(target_os = "linux")]
pub fn drop_privileges() -> Result<Dropped, DropError> {
    let user = linux::become_invoking_user()?;
    linux::clear_capabilities()?;
    Ok(Dropped { user })
}

/// Nothing is dropped on this system: the safe calls for it exist on Linux only.
#[cfg(not(target_os = "linux"))]
pub fn drop_privileges() -> Result<Dropped, DropError> {
    Ok(Dropped { user: None })
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::CString;

    use nix::unistd::{
        Gid, Uid, User, getgid, getuid, initgroups, setgroups, setresgid, setresuid,
    };
    use rustix::thread::{
        CapabilitySet, CapabilitySets, clear_ambient_capability_set, set_capabilities,
        set_no_new_privs,
    };

    use super::DropError;

    /// From root to the user who called, groups first: afterwards they could not be changed.
    pub(super) fn become_invoking_user() -> Result<Option<u32>, DropError> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        let Some((user, group)) = invoking_user() else {
            return Ok(None);
        };
        set_groups(user, group).map_err(failed("setgroups"))?;
        setresgid(group, group, group).map_err(failed("setresgid"))?;
        setresuid(user, user, user).map_err(failed("setresuid"))?;
        Ok(Some(user.as_raw()))
    }

    /// The real user of a set-user-id program, else the user that sudo names.
    fn invoking_user() -> Option<(Uid, Gid)> {
        if !getuid().is_root() {
            return Some((getuid(), getgid()));
        }
        let number = |name| std::env::var(name).ok()?.parse::<u32>().ok();
        let user = number("SUDO_UID").filter(|user| *user != 0)?;
        Some((Uid::from_raw(user), Gid::from_raw(number("SUDO_GID")?)))
    }

    /// All groups of the user where it is known, else the one group alone; never root's.
    fn set_groups(user: Uid, group: Gid) -> nix::Result<()> {
        let known = User::from_uid(user).ok().flatten();
        match known.and_then(|known| CString::new(known.name).ok()) {
            Some(name) => initgroups(&name, group),
            None => setgroups(&[group]),
        }
    }

    /// Empties all capability sets of this thread and of those it will start.
    pub(super) fn clear_capabilities() -> Result<(), DropError> {
        // Kernels before 4.3 have no ambient set to clear.
        let _ = clear_ambient_capability_set();
        let none = CapabilitySets {
            effective: CapabilitySet::empty(),
            permitted: CapabilitySet::empty(),
            inheritable: CapabilitySet::empty(),
        };
        set_capabilities(None, none).map_err(|error| DropError {
            step: "capset",
            source: error.into(),
        })?;
        set_no_new_privs(true).map_err(|error| DropError {
            step: "PR_SET_NO_NEW_PRIVS",
            source: error.into(),
        })
    }

    fn failed(step: &'static str) -> impl Fn(nix::Error) -> DropError {
        move |error| DropError {
            step,
            source: error.into(),
        }
    }
}
