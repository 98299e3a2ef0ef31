//! Bytes and seconds, the two quantities of a trace: their text for people, and the parsing of it.

use std::fmt;

use serde::{Deserialize, Serialize};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// A unit of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeUnit {
    /// Bytes.
    B,
    /// 2^10 bytes.
    KiB,
    /// 2^20 bytes.
    MiB,
    /// 2^30 bytes.
    GiB,
    /// 2^40 bytes.
    TiB,
    /// 10^3 bytes.
    Kilo,
    /// 10^6 bytes.
    Mega,
    /// 10^9 bytes.
    Giga,
    /// 10^12 bytes.
    Tera,
}

impl SizeUnit {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::B => "B",
            Self::KiB => "KiB",
            Self::MiB => "MiB",
            Self::GiB => "GiB",
            Self::TiB => "TiB",
            Self::Kilo => "kB",
            Self::Mega => "MB",
            Self::Giga => "GB",
            Self::Tera => "TB",
        }
    }

    /// Its size in bytes.
    pub const fn bytes(self) -> f64 {
        match self {
            Self::B => 1.0,
            Self::KiB => KIB as f64,
            Self::MiB => MIB as f64,
            Self::GiB => GIB as f64,
            Self::TiB => TIB as f64,
            Self::Kilo => 1e3,
            Self::Mega => 1e6,
            Self::Giga => 1e9,
            Self::Tera => 1e12,
        }
    }

    /// A size in this unit, with three digits or more.
    fn written(self, bytes: u64) -> String {
        let value = bytes as f64 / self.bytes();
        let decimals = match value {
            _ if bytes == 0 || self == Self::B => 0,
            100.0.. => 1,
            1.0.. => 2,
            _ => (2.0 - value.log10().floor()) as usize,
        };
        format!("{value:.decimals$} {}", self.name())
    }
}

/// The form of the sizes in a text: all in one unit, or each in the one that fits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes(pub Option<SizeUnit>);

impl Sizes {
    /// A size as text.
    pub fn text(self, size: Bytes) -> String {
        self.beside(size, size)
    }

    /// A size as text, beside another one: see [`Bytes::in_unit_of`].
    pub fn beside(self, size: Bytes, other: Bytes) -> String {
        self.0.map_or_else(|| size.in_unit_of(other), |unit| unit.written(size.0))
    }
}

/// An amount of memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// The size of this many KiB (2^10 bytes), the unit of the Linux kernel. Saturates.
    pub const fn from_kib(kib: u64) -> Self {
        Self(kib.saturating_mul(KIB))
    }

    /// The size in KiB (2^10 bytes), rounded to the nearest.
    pub const fn kib(self) -> u64 {
        self.0.saturating_add(KIB / 2) / KIB
    }

    /// The size in MiB (2^20 bytes), the unit of `.dat` traces.
    pub fn mib(self) -> f64 {
        self.0 as f64 / MIB as f64
    }

    /// The size in the unit in which `other` is printed, if that is the larger one: beside `1.21 GiB`, 980 MiB are
    /// `0.96 GiB`. Two sizes of one sentence are then easy to compare. A size below a tenth of that unit would lose its
    /// digits and keeps its own.
    pub fn in_unit_of(self, other: Self) -> String {
        let v = self.0 as f64;
        let unit = [TIB, GIB, MIB, KIB].into_iter().find(|unit| *unit <= other.0).unwrap_or(1);
        let shared = if self.0 < unit / 10 { 0 } else { other.0 };
        match self.0.max(shared) {
            0..KIB => format!("{} B", self.0),
            KIB..MIB => format!("{:.1} KiB", v / KIB as f64),
            MIB..GIB => format!("{:.1} MiB", v / MIB as f64),
            GIB..TIB => format!("{:.2} GiB", v / GIB as f64),
            TIB.. => format!("{:.2} TiB", v / TIB as f64),
        }
    }

    /// The size as a whole number of its unit, rounded down: `64 MiB`.
    pub fn whole(self) -> String {
        let (unit, name) = match self.0 {
            0..KIB => (1, "B"),
            KIB..MIB => (KIB, "KiB"),
            MIB..GIB => (MIB, "MiB"),
            GIB..TIB => (GIB, "GiB"),
            TIB.. => (TIB, "TiB"),
        };
        format!("{} {name}", self.0 / unit)
    }

    /// The sum. Saturates.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Three or four significant digits and a unit: `512 B`, `1.5 KiB`, `301.2 MiB`, `14.95 GiB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_unit_of(*self))
    }
}

/// A text that is not a size or a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {expected}")]
pub struct UnitError {
    found: String,
    expected: &'static str,
}

const A_SIZE: &str = "a size: a number with B, KiB, MiB, GiB, TiB (or K, M, G, T; 1 KiB = 1024 B) or kB, MB, GB, TB (powers of 1000)";
const A_TIME: &str = "a time: a number of seconds, or one with us, ms, s, min, h or d";

impl std::str::FromStr for Bytes {
    type Err = UnitError;

    /// Reads `4096`, `512MiB`, `1.5 G`, `2GB`.
    ///
    /// # Errors
    /// If the text is not a number with a known unit, or if it is negative or beyond 2^63 bytes.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError { found: text.to_owned(), expected: A_SIZE };
        let (number, unit) = split_unit(text).ok_or_else(error)?;
        let scale = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kib" => KIB as f64,
            "m" | "mib" => MIB as f64,
            "g" | "gib" => GIB as f64,
            "t" | "tib" => TIB as f64,
            "kb" => 1e3,
            "mb" => 1e6,
            "gb" => 1e9,
            "tb" => 1e12,
            _ => return Err(error()),
        };
        let bytes = number * scale;
        if bytes < 9.2e18 { Ok(Self(bytes.round() as u64)) } else { Err(error()) }
    }
}

/// A time in seconds on the monotonic clock, counted from the start of the run unless stated otherwise; or a length of
/// time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

/// `20 ms`, `0.35 s`, `41.1 s`, `3 min 05 s`, `2 h 03 min`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0.abs();
        let sign = if self.0 < 0.0 { "-" } else { "" };
        match s {
            _ if s < 0.000_95 => write!(f, "{sign}{:.0} µs", s * 1e6),
            _ if s < 0.0995 => write!(f, "{sign}{:.0} ms", s * 1e3),
            _ if s < 9.995 => write!(f, "{sign}{s:.2} s"),
            _ if s < 99.95 => write!(f, "{sign}{s:.1} s"),
            _ if s < 3599.5 => {
                let whole = s.round() as u64;
                write!(f, "{sign}{} min {:02} s", whole / 60, whole % 60)
            }
            _ => {
                let minutes = (s / 60.0).round() as u64;
                write!(f, "{sign}{} h {:02} min", minutes / 60, minutes % 60)
            }
        }
    }
}

impl std::str::FromStr for Seconds {
    type Err = UnitError;

    /// Reads `0.1`, `10ms`, `2s`, `5 min`, `1h`.
    ///
    /// # Errors
    /// If the text is not a number with a known unit, or if it is negative.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError { found: text.to_owned(), expected: A_TIME };
        let (number, unit) = split_unit(text).ok_or_else(error)?;
        let scale = match unit {
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "" | "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return Err(error()),
        };
        Ok(Self(number * scale))
    }
}

/// A finite number >= 0, and the unit after it.
fn split_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some((number, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_with_a_fitting_unit() {
        let shown: Vec<String> =
            [0, 512, 1536, 315_831_091, 16_052_400_000].map(|b| Bytes(b).to_string()).into();
        assert_eq!(shown, ["0 B", "512 B", "1.5 KiB", "301.2 MiB", "14.95 GiB"]);
    }

    #[test]
    fn a_unit_of_the_user_is_that_of_all_sizes() {
        let size = Bytes(16_052_400_000);
        let written = |unit| Sizes(Some(unit)).text(size);
        assert_eq!(written(SizeUnit::Giga), "16.05 GB");
        assert_eq!(written(SizeUnit::MiB), "15308.8 MiB");
        assert_eq!(written(SizeUnit::Tera), "0.0161 TB");
        assert_eq!(written(SizeUnit::B), "16052400000 B");
        assert_eq!(Sizes(Some(SizeUnit::Mega)).beside(Bytes(1_500_000), size), "1.50 MB");
        assert_eq!(Sizes::default().beside(Bytes(9 << 29), size), Bytes(9 << 29).in_unit_of(size));
        assert_eq!(Sizes::default().text(size), size.to_string());
    }

    #[test]
    fn two_sizes_can_share_a_unit() {
        let mib = |size: u64| Bytes(size << 20);
        assert_eq!(mib(980).in_unit_of(mib(1240)), "0.96 GiB");
        assert_eq!(mib(1240).in_unit_of(mib(980)), "1.21 GiB");
        // It was "0.02 GiB".
        assert_eq!(mib(25).in_unit_of(mib(1240)), "25.0 MiB");
        assert_eq!(Bytes(1000).in_unit_of(Bytes(1 << 20)), "1000 B");
    }

    #[test]
    fn seconds_are_written_with_a_fitting_unit() {
        let shown: Vec<String> =
            [0.0, 0.00002, 0.02, 0.35, 41.1, 185.0, 7380.0, 99.96].map(|s| Seconds(s).to_string()).into();
        assert_eq!(
            shown,
            ["0 µs", "20 µs", "20 ms", "0.35 s", "41.1 s", "3 min 05 s", "2 h 03 min", "1 min 40 s"]
        );
    }

    #[test]
    fn sizes_and_times_are_read_with_units() {
        assert_eq!("1.5G".parse(), Ok(Bytes(3 << 29)));
        assert_eq!("2 GB".parse(), Ok(Bytes(2_000_000_000)));
        assert_eq!("10ms".parse(), Ok(Seconds(0.01)));
        assert_eq!("0.1".parse(), Ok(Seconds(0.1)));
        assert_eq!("5 min".parse(), Ok(Seconds(300.0)));
        for bad in ["", "-1", "NaN", "inf", "1e999", "3 parsecs", "1..2"] {
            assert!(bad.parse::<Seconds>().is_err(), "{bad}");
            assert!(bad.parse::<Bytes>().is_err(), "{bad}");
        }
    }
}
