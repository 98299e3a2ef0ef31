//! macOS: to be written.
