//! JSON that is written piece by piece, so that a file of any length needs no memory.

use serde::Serialize;

/// An object that is written key by key.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Begins an object.
    pub fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Adds a value.
    pub fn add(&mut self, key: &str, value: impl Serialize) -> &mut Self {
        self.key(key);
        push(self.out, &value);
        self
    }

    /// Adds a value if there is one.
    pub fn add_some(&mut self, key: &str, value: Option<impl Serialize>) -> &mut Self {
        if let Some(value) = value {
            self.add(key, value);
        }
        self
    }

    /// Adds an object, which the function fills.
    pub fn add_object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.key(key);
        let mut inner = Object::begin(self.out);
        fill(&mut inner);
        inner.end();
        self
    }

    /// Ends the object.
    pub fn end(self) {
        self.out.push(b'}');
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        push(self.out, &key);
        self.out.push(b':');
    }
}

/// Appends a value. A number that is not finite becomes `null`.
fn push(out: &mut Vec<u8>, value: &impl Serialize) {
    // This cannot fail: a Vec accepts every byte, and all keys are text.
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok(), "{written:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_written_in_pieces_is_json() {
        let mut out = Vec::new();
        let mut object = Object::begin(&mut out);
        object.add("a", 1).add_some("b", None::<u8>).add_object("c", |inner| {
            inner.add("d\"", "\u{1b}\n").add("e", f64::NAN);
        });
        object.end();
        assert_eq!(String::from_utf8_lossy(&out), r#"{"a":1,"c":{"d\"":"\u001b\n","e":null}}"#);
    }
}
