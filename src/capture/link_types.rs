//! Which link types an interface offers.

use super::dlt;
use super::filter::words;
use super::live::{LiveError, LiveSettings, activate};
use crate::net::LinkType;

/// A link type that an interface offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedLinkType {
    /// Its number in files.
    pub link_type: LinkType,
    /// libpcap's name, as `-y` takes it.
    pub name: Option<String>,
    /// libpcap's description.
    pub description: Option<String>,
}

/// The link types of an interface. Opening it needs permission to capture.
pub fn link_types(interface: &str) -> Result<Vec<OfferedLinkType>, LiveError> {
    let settings = LiveSettings::new(interface);
    let capture = activate(&settings)?;
    let offered = capture
        .list_datalinks()
        .map_err(|error| LiveError::Libpcap(words(error)))?;
    Ok(offered
        .into_iter()
        .map(|one| OfferedLinkType {
            link_type: dlt::from_dlt(one.0),
            name: one.get_name().ok(),
            description: one.get_description().ok(),
        })
        .collect())
}
