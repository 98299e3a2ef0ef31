//! The live view: the state of a run as its records arrive, the choices of the user, and the screen that shows both.
//! It draws into a buffer of cells, and knows no terminal, no file and no clock.

mod screen;
mod state;
mod view;

pub use screen::{Context, Status, draw};
pub use state::Run;
pub use state::limit::Limit;
pub use view::{Action, Key, Pane, View};
