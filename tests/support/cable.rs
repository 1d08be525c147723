//! Two network namespaces with a cable between them, for peers that are not on this machine and links that go down.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::process::Command;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::Client;
use super::process::{Options, Process};

/// Two namespaces with a cable between them; dropped, they are gone.
pub struct Cable {
    server: String,
    client: String,
}

impl Cable {
    /// `None`, with a word, where this cannot be had.
    pub fn new(test: &str) -> Option<Self> {
        let name = |side: &str| format!("chatscope-{test}-{}-{side}", std::process::id());
        let cable = Self {
            server: name("server"),
            client: name("client"),
        };
        let (server, client) = (cable.server.as_str(), cable.client.as_str());
        let steps: [&[&str]; 7] = [
            &["netns", "add", server],
            &["netns", "add", client],
            &[
                "-n", server, "link", "add", "here", "type", "veth", "peer", "name", "there",
                "netns", client,
            ],
            &[
                "-n",
                server,
                "address",
                "add",
                "10.77.0.1/24",
                "dev",
                "here",
            ],
            &[
                "-n",
                client,
                "address",
                "add",
                "10.77.0.2/24",
                "dev",
                "there",
            ],
            &["-n", server, "link", "set", "here", "up"],
            &["-n", client, "link", "set", "there", "up"],
        ];
        for step in steps {
            if let Err(error) = ip(step) {
                eprintln!(
                    "skipped: network namespaces need root and iproute2: ip {}: {error}",
                    step.join(" ")
                );
                return None;
            }
        }
        ip(&["-n", server, "link", "set", "lo", "up"]).unwrap();
        Some(cable)
    }

    /// A server at its end.
    pub fn serve(&self, options: Options) -> Process {
        let within = ["ip", "netns", "exec", &self.server];
        let public: Options = &[&"--public"];
        Process::within(&within, "10.77.0.1", &[public, options].concat())
    }

    /// A client at the far end, or beside the server.
    pub fn client(&self, to: SocketAddr, far: bool) -> Client {
        Client::on(self.connect(to, far))
    }

    pub fn connect(&self, to: SocketAddr, far: bool) -> TcpStream {
        let name = if far { &self.client } else { &self.server };
        let namespace = File::open(format!("/run/netns/{name}")).unwrap();
        // The socket stays where it was made; the thread that moved ends.
        let stream = std::thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            TcpStream::connect(to).unwrap()
        });
        stream.join().unwrap()
    }

    pub fn link(&self, state: &str) {
        ip(&["-n", &self.client, "link", "set", "there", state]).unwrap();
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in [&self.server, &self.client] {
            let _ = ip(&["netns", "delete", name]);
        }
    }
}

fn ip(words: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(words).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
