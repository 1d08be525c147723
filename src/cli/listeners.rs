//! Where the chat server listens: bound before privileges are dropped, and what the capture and the story must know of it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::str::FromStr;

use super::{Failure, output};
use crate::capture::interfaces::{interface_for, interfaces};
use crate::server::{self, BindError, Config, EventSink};
use crate::tcp;
use crate::timeline::Settings;

/// Where netcat knocks.
const LINE_PORT: u16 = 7000;
/// Where browsers knock.
const WEB_PORT: u16 = 7080;

/// Where to listen, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One address.
    At(SocketAddr),
    /// Both loopback addresses; on a machine without IPv6 the one it has.
    Localhost(u16),
}

impl FromStr for Place {
    type Err = &'static str;

    /// A port alone is that of localhost: nobody is let in from elsewhere who was not asked for.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = text.strip_prefix("localhost:").unwrap_or(text);
        let local = port.parse().ok().map(Self::Localhost);
        local.or_else(|| text.parse().ok().map(Self::At)).ok_or(
            "an address and a port: 127.0.0.1:7000, [::1]:7000, or localhost:7000 (or only 7000) for both of these",
        )
    }
}

/// The listening sockets, bound before privileges are dropped.
pub(super) struct Listeners {
    line: Vec<TcpListener>,
    web: Vec<TcpListener>,
}

impl Listeners {
    /// Bound to the addresses given, for line text and for the web; where none is given, to both loopback addresses. Others
    /// than those of loopback are refused unless `public`.
    pub(super) fn bind(lines: &[Place], web: &[Place], public: bool) -> Result<Self, Failure> {
        let mut all = lines.iter().chain(web);
        let reachable = all.find_map(|place| match place {
            Place::At(address) if !address.ip().is_loopback() => Some(address),
            _ => None,
        });
        if let Some(address) = reachable.filter(|_| !public) {
            return Err(Failure::usage(format!(
                "{address} can be reached from other machines: add --public if you mean it"
            )));
        }
        Ok(Self {
            line: bind(lines, LINE_PORT)?,
            web: bind(web, WEB_PORT)?,
        })
    }

    /// The usual ports of 127.0.0.1, or any free ones where those are taken.
    pub(super) fn wherever() -> Result<Self, Failure> {
        let at = |port| server::bind((Ipv4Addr::LOCALHOST, port).into());
        let listen = |port| at(port).or_else(|_| at(0));
        Ok(Self {
            line: vec![listen(LINE_PORT)?],
            web: vec![listen(WEB_PORT)?],
        })
    }

    /// Addresses of the line text listeners and of the web listeners.
    pub(super) fn addresses(&self) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
        let of = |listeners: &[TcpListener]| {
            listeners
                .iter()
                .filter_map(|listener| listener.local_addr().ok())
                .collect()
        };
        (of(&self.line), of(&self.web))
    }

    /// All ports, each once.
    pub(super) fn ports(&self) -> Vec<u16> {
        let (line, web) = self.addresses();
        let mut ports: Vec<_> = line.iter().chain(&web).map(SocketAddr::port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// `--port` chooses what is shown, among these: who gives another one most likely wants to listen there.
    pub(super) fn check_shown(&self, shown: &[u16]) -> Result<(), Failure> {
        let ports = self.ports();
        let (Some(port), false) = (shown.first(), shown.iter().any(|port| ports.contains(port)))
        else {
            return Ok(());
        };
        let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
        Err(Failure::usage(format!(
            "--port {port} would show nothing: it chooses what is shown, and this server listens on {}. To listen on {port}: --listen {port}",
            ports.join(", ")
        )))
    }

    /// What the timeline should know of them: which ports make one room. That they listen is left to the packets, so that
    /// the saved capture tells the same story.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            room_ports: self.ports(),
            streams: tcp::Limits::live(),
            ..Settings::default()
        }
    }

    /// A plain server on them.
    pub(super) fn config(self, events: EventSink) -> Config {
        Config {
            line_listeners: self.line,
            web_listeners: self.web,
            events,
            ..Config::default()
        }
    }

    /// The interface that sees all of them.
    pub(super) fn interface(&self) -> Result<String, Failure> {
        let all = interfaces()?;
        let (line, web) = self.addresses();
        let mut names: Vec<_> = line
            .iter()
            .chain(&web)
            .filter_map(|address| Some(interface_for(address.ip(), &all)?.name.clone()))
            .collect();
        names.sort();
        names.dedup();
        match names.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Failure::usage(
                "no interface sees the listening addresses: choose one with -i (see `chatscope interfaces`)",
            )),
            _ => Ok("any".to_owned()),
        }
    }
}

/// Binds the places given, or the usual port of localhost.
fn bind(given: &[Place], port: u16) -> Result<Vec<TcpListener>, Failure> {
    let usual = [Place::Localhost(port)];
    let places = if given.is_empty() { &usual } else { given };
    let mut listeners = Vec::new();
    for place in places {
        match place {
            Place::At(address) => listeners.push(server::bind(*address)?),
            Place::Localhost(port) => listeners.extend(localhost(*port)?),
        }
    }
    Ok(listeners)
}

/// Both loopback addresses, with one port where any will do; a machine without IPv6 does with one.
fn localhost(port: u16) -> Result<Vec<TcpListener>, Failure> {
    let mut listeners = vec![server::bind((Ipv4Addr::LOCALHOST, port).into())?];
    let port = listeners[0].local_addr()?.port();
    match server::bind((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(listener) => listeners.push(listener),
        Err(error @ (BindError::NoSuchAddress(_) | BindError::Other { .. })) => {
            output::warn(format_args!("{error}; IPv4 only"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_listen() {
        let at = |text: &str| Place::At(text.parse().expect("an address"));
        assert_eq!("127.0.0.1:7000".parse(), Ok(at("127.0.0.1:7000")));
        assert_eq!("[::1]:0".parse(), Ok(at("[::1]:0")));
        assert_eq!("localhost:7001".parse(), Ok(Place::Localhost(7001)));
        assert_eq!("7001".parse(), Ok(Place::Localhost(7001)));
        for bad in [
            ":7000",
            "70000",
            "localhost",
            "localhost:x",
            "::1:7000",
            "example.org:1",
            "",
        ] {
            let told = bad.parse::<Place>().expect_err(bad);
            assert!(told.contains("127.0.0.1:7000, [::1]:7000"), "{told}");
        }
    }

    #[test]
    fn localhost_is_both_addresses() {
        let listeners = bind(&[Place::Localhost(0)], 1).expect("free ports");
        let addresses: Vec<_> = listeners
            .iter()
            .map(|listener| listener.local_addr().expect("bound"))
            .collect();
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
        assert!(
            addresses
                .iter()
                .all(|address| address.port() == addresses[0].port())
        );
        let v6 = TcpListener::bind("[::1]:0").is_ok();
        assert_eq!(addresses.len(), if v6 { 2 } else { 1 });
    }
}
