//! Parameters: ranges of numbers in exact decimals, lists, their combinations, and the replacement of `{VAR}` in a text.

use anyhow::{Context, bail};

/// The largest number of values of a range.
const MOST_VALUES: i128 = 100_000;
/// The most digits of a number, so that no product overflows.
const MOST_DIGITS: usize = 18;

/// A parameter and one of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name, without braces.
    pub name: String,
    /// The value as it stands in the command.
    pub value: String,
}

/// All combinations of the values, the first parameter changing fastest. Without parameters there is one, which is empty.
///
/// # Errors
/// When a name occurs twice.
pub fn combinations(parameters: &[(String, Vec<String>)]) -> anyhow::Result<Vec<Vec<Parameter>>> {
    let mut all = vec![Vec::new()];
    for (at, (name, values)) in parameters.iter().enumerate() {
        if parameters[..at].iter().any(|(other, _)| other == name) {
            bail!("parameter `{name}` is given twice");
        }
        let mut longer = Vec::with_capacity(all.len() * values.len());
        for value in values {
            let parameter = Parameter { name: name.clone(), value: value.clone() };
            for before in &all {
                let mut one: Vec<Parameter> = before.clone();
                one.push(parameter.clone());
                longer.push(one);
            }
        }
        all = longer;
    }
    Ok(all)
}

/// The text with each `{VAR}` replaced. A replacement is not searched again.
pub fn replace(text: &str, parameters: &[Parameter]) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        replaced.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = parameters.iter().find_map(|parameter| {
            let after = rest[1..].strip_prefix(parameter.name.as_str())?.strip_prefix('}')?;
            Some((&parameter.value, after))
        });
        if let Some((value, after)) = found {
            replaced.push_str(value);
            rest = after;
        } else {
            replaced.push('{');
            rest = &rest[1..];
        }
    }
    replaced + rest
}

/// True if the text has `{VAR}` for this parameter.
pub fn is_used(text: &str, parameter: &Parameter) -> bool {
    text.contains(&format!("{{{}}}", parameter.name))
}

/// The values of a list, separated by commas. A backslash keeps a comma or another backslash in a value.
pub fn list(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let escaped = characters.next_if(|next| c == '\\' && matches!(next, ',' | '\\'));
        match (c, values.last_mut()) {
            (',', _) => values.push(String::new()),
            (c, Some(value)) => value.push(escaped.unwrap_or(c)),
            (_, None) => {}
        }
    }
    values
}

/// The numbers from `min` to `max`, both included if a step leads there.
///
/// # Errors
/// When one of the texts is no number, the range is empty or too long, or the step is missing or not above 0.
pub fn range(min: &str, max: &str, step: Option<&str>) -> anyhow::Result<Vec<String>> {
    let named = |what: &str, text: &str| format!("{what} `{text}` of the parameter is no number");
    let first = Decimal::parse(min).with_context(|| named("the minimum", min))?;
    let last = Decimal::parse(max).with_context(|| named("the maximum", max))?;
    let step = match step {
        Some(step) => Decimal::parse(step).with_context(|| named("the step", step))?,
        None if first.places == 0 && last.places == 0 => Decimal { units: 1, places: 0 },
        None => bail!("a range between decimals needs a step; give one with --parameter-step-size"),
    };
    let places = first.places.max(last.places).max(step.places);
    let (from, to, by) = (first.units_at(places), last.units_at(places), step.units_at(places));
    if to < from {
        bail!("the range from `{min}` to `{max}` is empty; give the smaller number first");
    }
    if by <= 0 {
        bail!("the step of a parameter must be above 0");
    }
    let count = (to - from) / by + 1;
    if count > MOST_VALUES {
        bail!("the range from `{min}` to `{max}` has {count} values; the most are {MOST_VALUES}");
    }
    // The first value keeps its own decimals, because nothing was added to it.
    let shown = first.places.max(step.places);
    let value = |at: i128| {
        let places_shown = if at == 0 { first.places } else { shown };
        let units = (from + at * by) / 10_i128.pow(places - places_shown);
        Decimal { units, places: places_shown }.text()
    };
    Ok((0..count).map(value).collect())
}

/// A decimal number: `units` divided by ten to the power of `places`.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    units: i128,
    places: u32,
}

impl Decimal {
    /// Reads an optional sign, digits, and an optional point with digits.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = [whole, fraction].concat();
        let is_number =
            !all.is_empty() && all.len() <= MOST_DIGITS && all.bytes().all(|b| b.is_ascii_digit());
        let units: i128 = all.parse().ok().filter(|_| is_number)?;
        let units = if text.starts_with('-') { -units } else { units };
        Some(Self { units, places: u32::try_from(fraction.len()).ok()? })
    }

    /// The units with more places.
    fn units_at(self, places: u32) -> i128 {
        self.units * 10_i128.pow(places - self.places)
    }

    fn text(self) -> String {
        let scale = 10_u128.pow(self.places);
        let (units, sign) = (self.units.unsigned_abs(), if self.units < 0 { "-" } else { "" });
        let fraction = match self.places {
            0 => String::new(),
            places => format!(".{:0places$}", units % scale, places = places as usize),
        };
        format!("{sign}{}{fraction}", units / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(min: &str, max: &str, step: Option<&str>) -> String {
        range(min, max, step).expect("a range").join(" ")
    }

    #[test]
    fn a_range_is_exact_also_in_decimals() {
        assert_eq!(values("1", "4", None), "1 2 3 4");
        assert_eq!(values("-1", "9", Some("4")), "-1 3 7");
        assert_eq!(values("0.3", "0.7", Some("0.2")), "0.3 0.5 0.7");
        assert_eq!(values("0", "1", Some("0.33")), "0 0.33 0.66 0.99");
        assert_eq!(values("-0.5", "0.55", Some("0.5")), "-0.5 0.0 0.5");
        assert_eq!(values("1", "1.0", Some("1")), "1");
        assert_eq!(range("0", "1", Some("0.0001")).expect("a range").len(), 10_001);
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused_with_its_reason() {
        for (min, max, step, reason) in [
            ("a", "2", None, "`a`"),
            ("1", "1e3", None, "`1e3`"),
            ("1", "2", Some(""), "step"),
            ("1", "", None, "maximum"),
            ("2", "1", None, "empty"),
            ("1", "2", Some("0"), "above 0"),
            ("1", "2", Some("-1"), "above 0"),
            ("0.5", "2", None, "--parameter-step-size"),
            ("0", "100000", None, "100001 values"),
            ("0", "99999999999999999999", None, "no number"),
        ] {
            let error = range(min, max, step).expect_err(reason).to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_list_is_split_at_commas_without_a_backslash() {
        assert_eq!(list("a,b c,"), ["a", "b c", ""]);
        assert_eq!(list(r"hello\, world,\\,\n"), ["hello, world", r"\", r"\n"]);
        assert_eq!(list(""), [""]);
    }

    #[test]
    fn a_replacement_is_not_searched_again() {
        let parameter =
            |name: &str, value: &str| Parameter { name: name.to_owned(), value: value.to_owned() };
        let parameters = [parameter("foo", "{bar} baz"), parameter("bar", "quux")];
        assert_eq!(replace("echo {foo} {bar}", &parameters), "echo {bar} baz quux");
        assert_eq!(replace("{{foo}} {fo} {", &[parameter("foo", "1")]), "{1} {fo} {");
        assert!(is_used("a{foo}", &parameters[0]) && !is_used("foo", &parameters[0]));
    }

    #[test]
    fn the_first_parameter_changes_fastest_and_a_name_occurs_once() {
        let lists =
            |names: [&str; 2]| names.map(|name| (name.to_owned(), vec!["1".to_owned(), "2".to_owned()]));
        let all = combinations(&lists(["a", "b"])).expect("names differ");
        let shown: Vec<String> = all.iter().map(|one| replace("{a}{b}", one)).collect();
        assert_eq!(shown, ["11", "21", "12", "22"]);
        assert!(combinations(&lists(["a", "a"])).is_err());
        assert_eq!(combinations(&[]).expect("no name").len(), 1);
    }
}
