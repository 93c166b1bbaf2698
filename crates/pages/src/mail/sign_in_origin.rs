//! From where and with what a sign-in came, as mails tell of it.

use super::MailFrame;
use crate::Whereabouts;
use crate::account::device_in_words;

/// Device, place and network.
#[derive(Debug, Clone)]
pub struct SignInOrigin {
    /// The browser, by a name of ours.
    pub program: Option<String>,
    /// The system, by a name of ours.
    pub system: Option<String>,
    /// The network it came from.
    pub network: String,
    /// About where that is.
    pub whereabouts: Whereabouts,
}

impl SignInOrigin {
    /// A paragraph for each that is known.
    pub(super) fn in_words(&self, frame: &MailFrame) -> Vec<String> {
        let device = device_in_words(frame.locale, self.program.as_deref(), self.system.as_deref());
        let device = Some(frame.text_with("mail-sign-in-device", "device", &device));
        let place = self.whereabouts.in_words(frame.locale);
        let place = place.map(|place| frame.text_with("mail-sign-in-place", "place", &place));
        let network = Some(frame.text_with("mail-sign-in-network", "network", &self.network));
        [device, place, network].into_iter().flatten().collect()
    }
}
