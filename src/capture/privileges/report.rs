//! What this process may do, what stands in the way of the usual fix, and the fixes that remain. Reads `/proc` and mounts.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// A container that restricts capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Docker or compatible.
    Docker,
    /// Podman.
    Podman,
    /// Another kind, by the variable `container`.
    Other,
}

/// A reason why `setcap` does not help, or not for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The process is root but without `cap_net_raw` (a container, a restricted service).
    RootWithoutCapability,
    /// It runs in a container.
    Container(Container),
    /// The file system of the program is mounted `nosuid`: file capabilities are ignored there.
    NosuidMount,
    /// The program is on a network file system, which keeps no capabilities.
    NetworkFileSystem,
    /// The program is in the Nix store, which cannot carry capabilities.
    NixStore,
    /// The program runs from an `AppImage`, mounted read-only.
    AppImage,
    /// The process was started with `no_new_privs`: file capabilities are ignored.
    NoNewPrivileges,
    /// `cap_net_raw` is outside the bounding set: nothing in this session can get it.
    OutsideBoundingSet,
    /// The program is in a build folder: the next build loses the capability.
    BuildFolder,
}

/// One way to get the permission; `PATH` stands for the real path of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Give the program the capability.
    Setcap {
        /// The command.
        command: String,
        /// The command that takes it away again.
        undo: String,
    },
    /// Copy the program to where capabilities work, then give it there.
    CopyThenSetcap {
        /// The command.
        command: String,
    },
    /// Run as root; privileges are dropped after opening.
    Sudo {
        /// The beginning of the command line; arguments follow.
        command: String,
    },
    /// Start the container with the capability.
    ContainerOption {
        /// The option of `docker run` or `podman run`.
        option: &'static str,
    },
    /// Declare a wrapper in the Nix configuration.
    NixWrapper,
    /// Let Wireshark's helper capture and read its output.
    Dumpcap {
        /// The beginning of the pipe; a `replay -` follows.
        command: String,
    },
    /// macOS: install Wireshark's `ChmodBPF` and join the group `access_bpf`.
    ChmodBpf,
    /// Windows: install Npcap (not in `WinPcap` mode).
    Npcap,
}

/// What this process may do about capturing, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionReport {
    /// The permission is there.
    pub may_capture: bool,
    /// The effective user is root.
    pub root: bool,
    /// The program file with all links resolved (setcap refuses links).
    pub executable: Option<PathBuf>,
    /// What stands in the way of the usual fix.
    pub obstacles: Vec<Obstacle>,
}

impl PermissionReport {
    /// Looks at the calling thread and its program.
    #[must_use]
    pub fn of_this_process() -> Self {
        let executable = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        let (may_capture, root) = (system::may_capture(), system::is_root());
        let mut obstacles = Vec::new();
        if root && !may_capture {
            obstacles.push(Obstacle::RootWithoutCapability);
        }
        obstacles.extend(container().map(Obstacle::Container));
        if let Some(path) = &executable {
            obstacles.extend(of_place(path));
            let mounted = std::env::var_os("APPIMAGE").and(std::env::var_os("APPDIR"));
            obstacles.extend(of_image(path, mounted));
            obstacles.extend(system::of_mount(path));
        }
        obstacles.extend(system::of_process());
        Self {
            may_capture,
            root,
            executable,
            obstacles,
        }
    }

    /// The permission is there.
    #[must_use]
    pub fn may_capture(&self) -> bool {
        self.may_capture
    }

    /// The ways that can work here, best first. Empty when the permission is there.
    #[must_use]
    pub fn fixes(&self) -> Vec<Fix> {
        if self.may_capture {
            return Vec::new();
        }
        if cfg!(target_os = "linux") {
            self.linux_fixes()
        } else if cfg!(windows) {
            vec![Fix::Npcap]
        } else if cfg!(target_os = "macos") {
            vec![Fix::ChmodBpf, self.sudo()]
        } else {
            vec![self.sudo()]
        }
    }

    fn linux_fixes(&self) -> Vec<Fix> {
        let has = |obstacle| self.obstacles.contains(&obstacle);
        let contained = self
            .obstacles
            .iter()
            .any(|one| matches!(one, Obstacle::Container(_)));
        let mut fixes = Vec::new();
        if contained && (self.root || has(Obstacle::OutsideBoundingSet)) {
            fixes.push(Fix::ContainerOption {
                option: "--cap-add NET_RAW",
            });
        }
        if self.root || has(Obstacle::OutsideBoundingSet) || has(Obstacle::NoNewPrivileges) {
            // No file capability and no sudo can add what the session may not have.
            return fixes;
        }
        let path = self.quoted_path();
        if has(Obstacle::NixStore) {
            fixes.push(Fix::NixWrapper);
        } else if has(Obstacle::NosuidMount)
            || has(Obstacle::NetworkFileSystem)
            || has(Obstacle::AppImage)
        {
            fixes.push(Fix::CopyThenSetcap {
                command: format!(
                    "sudo install {path} /usr/local/bin/ && sudo setcap cap_net_raw=ep /usr/local/bin/{}",
                    self.name()
                ),
            });
        } else {
            fixes.push(Fix::Setcap {
                command: format!("sudo setcap cap_net_raw=ep {path}"),
                undo: format!("sudo setcap -r {path}"),
            });
        }
        fixes.push(self.sudo());
        fixes.push(Fix::Dumpcap {
            command: "dumpcap -q -i lo -w - |".to_owned(),
        });
        fixes
    }

    fn sudo(&self) -> Fix {
        Fix::Sudo {
            command: format!("sudo -E {}", self.quoted_path()),
        }
    }

    /// The path as a shell takes it.
    fn quoted_path(&self) -> String {
        let path = self.executable.as_deref().unwrap_or(Path::new("chatscope"));
        let text = path.display().to_string();
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
        if text.chars().all(plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    }

    fn name(&self) -> String {
        let name = self.executable.as_deref().and_then(Path::file_name);
        name.map_or_else(|| "chatscope".to_owned(), |name| name.display().to_string())
    }
}

impl fmt::Display for PermissionReport {
    /// One line for an error: the best fix, or why there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.may_capture {
            return f.write_str(
                "this process has the capability, so something else forbids it (a container, AppArmor, SELinux)",
            );
        }
        match self.fixes().first() {
            Some(Fix::Setcap { command, undo }) => {
                write!(f, "run `{command}` (undo: `{undo}`) and try again")?;
                if self.obstacles.contains(&Obstacle::BuildFolder) {
                    f.write_str("; the next build loses it")?;
                }
                Ok(())
            }
            Some(Fix::CopyThenSetcap { command }) => {
                write!(f, "capabilities do not work where the program is; run `{command}` and start that copy")
            }
            Some(Fix::Sudo { command }) => write!(f, "run it as root: `{command}` …"),
            Some(Fix::ContainerOption { option }) => {
                write!(f, "start the container with `{option}`")
            }
            Some(Fix::NixWrapper) => f.write_str("declare a security.wrappers entry with cap_net_raw"),
            Some(Fix::Dumpcap { command }) => write!(f, "use `{command}` …"),
            Some(Fix::ChmodBpf) => f.write_str("install ChmodBPF (comes with Wireshark) and join the group access_bpf"),
            Some(Fix::Npcap) => f.write_str("install Npcap, not in WinPcap mode"),
            None => f.write_str("this session may not have cap_net_raw (bounding set, no_new_privs, or root without it)"),
        }
    }
}

/// Obstacles that the path itself shows.
fn of_place(path: &Path) -> Vec<Obstacle> {
    let mut found = Vec::new();
    if path.starts_with("/nix/store") {
        found.push(Obstacle::NixStore);
    }
    let folder = path.parent().and_then(Path::file_name);
    let above = path.parent().and_then(Path::parent);
    let built = folder.is_some_and(|name| name == "debug" || name == "release")
        && above.is_some_and(|above| above.join("CACHEDIR.TAG").exists());
    if built {
        found.push(Obstacle::BuildFolder);
    }
    found
}

/// An `AppImage` tells its programs where it is mounted, and they tell theirs: a terminal that came in one says so to every
/// program started there. Only what lies below `mounted` is in the image.
fn of_image(path: &Path, mounted: Option<OsString>) -> Option<Obstacle> {
    let root = std::fs::canonicalize(mounted?).ok()?;
    path.starts_with(root).then_some(Obstacle::AppImage)
}

/// The container this process is in, by the marks that its manager leaves.
fn container() -> Option<Container> {
    if Path::new("/run/.containerenv").exists() {
        return Some(Container::Podman);
    }
    if Path::new("/.dockerenv").exists() {
        return Some(Container::Docker);
    }
    std::env::var_os("container").map(|_| Container::Other)
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::Path;

    use nix::sys::statfs::{NFS_SUPER_MAGIC, statfs};
    use nix::sys::statvfs::{FsFlags, statvfs};
    use rustix::thread::{
        CapabilitySet, capabilities, capability_is_in_bounding_set, no_new_privs,
    };

    use super::Obstacle;

    /// `cap_net_raw` is effective in this thread.
    pub(super) fn may_capture() -> bool {
        capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_RAW))
    }

    pub(super) fn is_root() -> bool {
        nix::unistd::Uid::effective().is_root()
    }

    pub(super) fn of_mount(path: &Path) -> Vec<Obstacle> {
        let mut found = Vec::new();
        if statvfs(path).is_ok_and(|stat| stat.flags().contains(FsFlags::ST_NOSUID)) {
            found.push(Obstacle::NosuidMount);
        }
        if statfs(path).is_ok_and(|stat| stat.filesystem_type() == NFS_SUPER_MAGIC) {
            found.push(Obstacle::NetworkFileSystem);
        }
        found
    }

    pub(super) fn of_process() -> Vec<Obstacle> {
        let mut found = Vec::new();
        if no_new_privs().unwrap_or(false) {
            found.push(Obstacle::NoNewPrivileges);
        }
        if !capability_is_in_bounding_set(CapabilitySet::NET_RAW).unwrap_or(true) {
            found.push(Obstacle::OutsideBoundingSet);
        }
        found
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod system {
    use std::path::Path;

    use nix::unistd::{AccessFlags, Uid, access};

    use super::Obstacle;

    /// The BPF devices may be opened.
    pub(super) fn may_capture() -> bool {
        is_root() || access("/dev/bpf0", AccessFlags::R_OK).is_ok()
    }

    pub(super) fn is_root() -> bool {
        Uid::effective().is_root()
    }

    pub(super) fn of_mount(_path: &Path) -> Vec<Obstacle> {
        Vec::new()
    }

    pub(super) fn of_process() -> Vec<Obstacle> {
        Vec::new()
    }
}

#[cfg(not(unix))]
mod system {
    use std::path::Path;

    use super::Obstacle;

    /// Only opening tells (Npcap may restrict itself to administrators).
    pub(super) fn may_capture() -> bool {
        true
    }

    pub(super) fn is_root() -> bool {
        false
    }

    pub(super) fn of_mount(_path: &Path) -> Vec<Obstacle> {
        Vec::new()
    }

    pub(super) fn of_process() -> Vec<Obstacle> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variable is inherited by everything that a program of an image starts.
    #[test]
    fn only_a_program_below_the_mount_is_in_an_image() {
        let mount = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(mount.path()).expect("there");
        let inside = root.join("usr/bin/chatscope");
        let mounted = || Some(mount.path().into());
        assert_eq!(of_image(&inside, mounted()), Some(Obstacle::AppImage));
        assert_eq!(of_image(Path::new("/usr/bin/chatscope"), mounted()), None);
        assert_eq!(of_image(&inside, None), None);
        assert_eq!(of_image(&inside, Some(OsString::new())), None);
    }
}
