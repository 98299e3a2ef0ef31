//! Results as CSV: a row for each command, six columns for each metric, in base units. Columns are hyperfine's.

use csv::WriterBuilder;

use super::super::measurement::Metric;
use super::Results;

/// The columns of a metric.
const COLUMNS: [&str; 6] = ["unit", "mean", "stddev", "median", "min", "max"];
/// hyperfine's default metrics come first, at the places where its readers expect them.
const FIRST: [Metric; 2] = [Metric::Wall, Metric::Resident];

/// The results as CSV.
///
/// # Errors
/// When a row cannot be encoded.
pub fn text(results: &Results<'_>) -> anyhow::Result<String> {
    let is_known =
        |metric: &Metric| results.commands.iter().any(|result| metric.summary(&result.runs).is_some());
    let others = Metric::ALL.into_iter().filter(|metric| !FIRST.contains(metric));
    let metrics: Vec<Metric> = FIRST.into_iter().chain(others).filter(is_known).collect();
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let mut head = vec!["command".to_owned()];
    for metric in &metrics {
        head.extend(COLUMNS.map(|column| format!("{}_{column}", metric.name())));
    }
    if let Some(first) = results.commands.first() {
        head.extend(first.command.parameters.iter().map(|parameter| format!("parameter_{}", parameter.name)));
    }
    writer.write_record(head)?;
    for result in results.commands {
        let mut row = vec![result.command.name().to_owned()];
        for metric in &metrics {
            let found = metric.summary(&result.runs);
            row.push(metric.unit().symbol().to_owned());
            let values = [
                found.map(|found| found.mean),
                found.and_then(|found| found.stddev),
                found.map(|found| found.median),
                found.map(|found| found.min),
                found.map(|found| found.max),
            ];
            row.extend(values.map(|value| value.map(|value| value.to_string()).unwrap_or_default()));
        }
        row.extend(result.command.parameters.iter().map(|parameter| parameter.value.clone()));
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use csv::Reader;

    use super::super::samples::two;
    use super::*;

    #[test]
    fn each_command_has_a_row_with_all_metrics_and_its_parameters() {
        let commands = two();
        let text = text(&Results { commands: &commands, reference: 0, start: "" }).expect("text");
        let mut reader = Reader::from_reader(text.as_bytes());
        let head = reader.headers().expect("a head").clone();
        assert_eq!(head.get(0), Some("command"));
        assert_eq!(
            (head.get(1), head.get(7)),
            (Some("time_wall_clock_unit"), Some("memory_peak_resident_unit"))
        );
        let at = |name: &str| head.iter().position(|column| column == name).expect(name);
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!((&rows[0][0], &rows[1][0]), ("a|b `c`", "fast"));
        assert_eq!(&rows[0][at("memory_peak_tree_median")], "104857600");
        assert_eq!((&rows[0][at("memory_peak_pss_mean")], &rows[1][at("memory_peak_pss_unit")]), ("", "B"));
        assert_eq!(&rows[1][at("parameter_n")], "2");
    }
}
