//! The command name of a process in the raw bytes that the kernel keeps.

/// A command name: at most 15 bytes on Linux and 31 on macOS, in any encoding.
///
/// It has a fixed size, so that a reading allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandName {
    bytes: [u8; 32],
    len: u8,
}

impl CommandName {
    /// Copies the raw bytes, up to 32 of them.
    pub fn new(raw: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let len = raw.len().min(bytes.len());
        bytes[..len].copy_from_slice(&raw[..len]);
        Self { bytes, len: len as u8 }
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The name as text, with U+FFFD in place of invalid bytes.
    pub fn to_text(self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }
}
