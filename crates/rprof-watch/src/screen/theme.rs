//! The look of each role of text, with colours and without.

use ratatui_core::style::{Color, Modifier, Style};
use rprof_plot::Ink;

/// The role of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// Important text.
    Strong,
    /// Text that is always there: axes, labels, hints.
    Dim,
    /// The first line of the screen.
    Title,
    /// The selected list.
    Selected,
    /// The curve.
    Curve,
    /// Growth, peaks.
    Warm,
    /// Limits and failures.
    Alarm,
    /// A process or state that is well.
    Good,
    /// A mark.
    Mark,
}

impl From<Ink> for Role {
    fn from(ink: Ink) -> Self {
        match ink {
            Ink::Plain => Self::Plain,
            Ink::Axis => Self::Dim,
            Ink::Title => Self::Strong,
            Ink::Curve(_) => Self::Curve,
            Ink::Peak => Self::Warm,
            Ink::Limit => Self::Alarm,
            Ink::Mark => Self::Mark,
        }
    }
}

/// The looks.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// True if the terminal shows colours.
    pub has_colours: bool,
    /// True if only the characters of ASCII can be shown.
    pub is_ascii: bool,
}

impl Theme {
    /// The style of a role. The colours are those of the terminal's own palette, so that they fit its background.
    pub fn style(self, role: Role) -> Style {
        let style = Style::default();
        let (colour, modifier) = match role {
            Role::Plain => (None, Modifier::empty()),
            Role::Strong => (None, Modifier::BOLD),
            Role::Dim => (None, Modifier::DIM),
            Role::Title | Role::Selected => (None, Modifier::REVERSED),
            Role::Curve => (Some(Color::Cyan), Modifier::empty()),
            Role::Warm => (Some(Color::Yellow), Modifier::BOLD),
            Role::Alarm => (Some(Color::Red), Modifier::BOLD),
            Role::Good => (Some(Color::Green), Modifier::empty()),
            Role::Mark => (Some(Color::Magenta), Modifier::BOLD),
        };
        let style = style.add_modifier(modifier);
        match colour {
            Some(colour) if self.has_colours => style.fg(colour),
            _ => style,
        }
    }
}
