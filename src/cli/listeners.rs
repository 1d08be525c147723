//! Where the chat server listens: bound before privileges are dropped, and what the capture and the story must know of it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use super::{Failure, live, output};
use crate::capture::interfaces::{interface_for, interfaces};
use crate::server::{self, BindError, Config, EventSink};
use crate::tcp;
use crate::timeline::Settings;

/// Where netcat knocks.
const LINE_PORT: u16 = 7000;
/// Where browsers knock.
const WEB_PORT: u16 = 7080;

/// The listening sockets, bound before privileges are dropped.
pub(super) struct Listeners {
    line: Vec<TcpListener>,
    web: Vec<TcpListener>,
}

impl Listeners {
    /// Bound to the addresses given, for line text and for the web; where none is given, to both loopback addresses. Others
    /// than those of loopback are refused unless `public`.
    pub(super) fn bind(
        lines: &[SocketAddr],
        web: &[SocketAddr],
        public: bool,
    ) -> Result<Self, Failure> {
        let mut all = lines.iter().chain(web);
        let reachable = all.find(|address| !address.ip().is_loopback());
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
        let all = interfaces().map_err(live::failure)?;
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

/// Binds the addresses given, or both loopback addresses; a machine without IPv6 does with one.
fn bind(given: &[SocketAddr], port: u16) -> Result<Vec<TcpListener>, Failure> {
    if !given.is_empty() {
        return given
            .iter()
            .map(|address| server::bind(*address).map_err(Failure::from))
            .collect();
    }
    let mut listeners = vec![server::bind((Ipv4Addr::LOCALHOST, port).into())?];
    match server::bind((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(listener) => listeners.push(listener),
        Err(error @ (BindError::NoSuchAddress(_) | BindError::Other { .. })) => {
            output::note(format_args!("chatscope: warning: {error}; IPv4 only"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(listeners)
}
