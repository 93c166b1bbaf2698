//! The data of what pages say to somebody who has lost every second factor.

use portreeve_domain::Timestamp;
use portreeve_issuer::LostFactors;
use portreeve_pages::RenderError;
use portreeve_pages::journey::{LostFactors as LostFactorsPage, LostFactorsState};

use super::View;
use crate::journey::page::LOST_FACTORS;
use crate::words;

impl View<'_> {
    /// The address of the page about it, where there is something to be done.
    pub(super) fn lost_href(&self) -> Option<String> {
        (self.stop.lost_factors != LostFactors::NoWay).then(|| self.page_href(LOST_FACTORS))
    }

    pub(super) fn lost_factors(self) -> Result<String, RenderError> {
        let state = match self.stop.lost_factors {
            LostFactors::MayAsk { hours } => LostFactorsState::MayAsk { hours: u64::from(hours) },
            LostFactors::Asked { due_at } => LostFactorsState::Asked { hours_left: self.hours_until(due_at) },
            // Such a page is not due.
            LostFactors::NoWay => LostFactorsState::Asked { hours_left: 0 },
        };
        let back_href = self.page_href(self.stop.step.segment().unwrap_or_default());
        LostFactorsPage { form: self.form, state, back_href }.render(&self.frame)
    }

    fn hours_until(&self, at: Timestamp) -> u64 {
        words::hours_until(at, self.door.issuer().ambient().now())
    }
}
