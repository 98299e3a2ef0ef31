//! The number of processes that were born and ended between two ticks. Only a bound of it can be known.

/// The count so far.
#[derive(Debug)]
pub struct Unseen {
    /// The sum over the windows; `None` when that of one is not known.
    count: Option<u64>,
    /// The most of the current window; `None` when not known.
    in_window: Option<u64>,
}

impl Default for Unseen {
    fn default() -> Self {
        Self { count: Some(0), in_window: None }
    }
}

impl Unseen {
    /// The most of the windows so far; `None` when not known.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// Sets the most of the current window.
    pub fn set_window(&mut self, most: u32) {
        self.in_window = Some(most.into());
    }

    /// Ends the window. `gone` bounds the window if nothing better was set; `None` when not known.
    pub fn end_window(&mut self, gone: Option<u32>) {
        let most = self.in_window.take().or(gone.map(u64::from));
        self.count = self.count.zip(most).map(|(count, most)| count.saturating_add(most));
    }

    /// Adds a process that only wait4 has shown.
    pub fn add_reaped(&mut self) {
        self.count = self.count.map(|count| count.saturating_add(1));
    }
}
