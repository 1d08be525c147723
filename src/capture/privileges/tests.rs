//! Dropping is for the whole process and for good: it is tried in a child, which is this test program again.

use std::process::Command;

use super::*;
use crate::capture::live::{LiveSettings, OpenCapture};

const CHILD: &str = "CHATSCOPE_TEST_DROP";

/// Runs in the child only: opens, drops, and reports what it then is.
#[test]
fn child_opens_then_drops() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let open = OpenCapture::open(&LiveSettings::new("lo")).expect("opened before the drop");
    // libtest runs this on a thread of its own: capabilities and no_new_privs are this thread's.
    let dropped = drop_privileges().expect("dropped");
    let path = "/proc/thread-self/status";
    println!(
        "{dropped:?}\n{}",
        std::fs::read_to_string(path).expect("proc")
    );
    let refused = OpenCapture::open(&LiveSettings::new("lo")).expect_err("no permission left");
    println!("refused: {refused}");
    let running = open
        .start::<Vec<u8>>(None)
        .expect("the open handle works on");
    let ending = running.finish();
    println!("ended: {:?} {:?}", ending.reason, ending.statistics);
    let file = std::env::var(CHILD).expect("set");
    std::fs::write(&file, "mine").expect("the user's own folder");
}

#[test]
fn the_invoking_user_gets_the_process_and_its_files() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let report = PermissionReport::of_this_process();
    if !report.root || !report.may_capture {
        eprintln!("skipped: needs root with cap_net_raw");
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let open_to_all = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open_to_all).expect("mode");
    let file = folder.path().join("capture");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("capture::privileges::tests::child_opens_then_drops")
        .env(CHILD, &file)
        .env("SUDO_UID", "12345")
        .env("SUDO_GID", "12346")
        .output()
        .expect("started");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    for expected in [
        "user: Some(12345)",
        "Uid:\t12345\t12345\t12345\t12345",
        "Gid:\t12346\t12346\t12346\t12346",
        "Groups:\t12346",
        "CapEff:\t0000000000000000",
        "CapPrm:\t0000000000000000",
        "NoNewPrivs:\t1",
        "refused: no permission to capture on lo",
        "ended: Stopped",
    ] {
        assert!(shown.contains(expected), "{expected} missing in:\n{shown}");
    }
    let owner = std::fs::metadata(&file).expect("written").uid();
    assert_eq!(owner, 12345);
}

fn report(obstacles: &[Obstacle]) -> PermissionReport {
    PermissionReport {
        may_capture: false,
        root: false,
        executable: Some("/home/ana/My Tools/chatscope".into()),
        obstacles: obstacles.to_vec(),
    }
}

#[test]
fn the_fix_fits_the_place() {
    assert_eq!(
        report(&[]).to_string(),
        "run `sudo setcap cap_net_raw=ep '/home/ana/My Tools/chatscope'` (undo: `sudo setcap -r '/home/ana/My Tools/chatscope'`) and try again"
    );
    assert!(
        report(&[Obstacle::BuildFolder])
            .to_string()
            .ends_with("the next build loses it")
    );
    assert!(matches!(
        report(&[Obstacle::NosuidMount]).fixes()[..],
        [
            Fix::CopyThenSetcap { .. },
            Fix::Sudo { .. },
            Fix::Dumpcap { .. }
        ]
    ));
    assert!(matches!(
        report(&[Obstacle::NixStore]).fixes()[0],
        Fix::NixWrapper
    ));
    let contained = PermissionReport {
        root: true,
        ..report(&[
            Obstacle::RootWithoutCapability,
            Obstacle::Container(Container::Docker),
        ])
    };
    assert_eq!(
        contained.to_string(),
        "start the container with `--cap-add NET_RAW`"
    );
    assert!(report(&[Obstacle::NoNewPrivileges]).fixes().is_empty());
}
