//! End-to-end tests: the built binary with real commands, signals and process trees.
#![allow(unsafe_code, clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

#[path = "end_to_end/attach.rs"]
mod attach;
#[path = "end_to_end/bench.rs"]
mod bench;
#[path = "end_to_end/beside_rss.rs"]
mod beside_rss;
#[cfg(target_os = "linux")]
#[path = "end_to_end/bounds.rs"]
mod bounds;
#[path = "end_to_end/cgroup.rs"]
mod cgroup;
#[path = "end_to_end/check.rs"]
mod check;
#[path = "end_to_end/check_reports.rs"]
mod check_reports;
#[path = "end_to_end/ci_recipes.rs"]
mod ci_recipes;
#[path = "end_to_end/compare.rs"]
mod compare;
#[path = "end_to_end/completions.rs"]
mod completions;
#[path = "end_to_end/crash_safety.rs"]
mod crash_safety;
#[path = "end_to_end/defects.rs"]
mod defects;
#[path = "end_to_end/evidence.rs"]
mod evidence;
#[path = "end_to_end/exchange.rs"]
mod exchange;
#[cfg(target_os = "linux")]
#[path = "end_to_end/families.rs"]
mod families;
#[path = "end_to_end/figures.rs"]
mod figures;
#[cfg(target_os = "linux")]
#[path = "end_to_end/gpu.rs"]
mod gpu;
#[path = "end_to_end/help.rs"]
mod help;
#[path = "end_to_end/languages.rs"]
mod languages;
#[path = "end_to_end/launchers.rs"]
mod launchers;
#[path = "end_to_end/limits.rs"]
mod limits;
#[path = "end_to_end/man_pages.rs"]
mod man_pages;
#[path = "end_to_end/marks.rs"]
mod marks;
#[path = "end_to_end/memory_profiler.rs"]
mod memory_profiler;
#[path = "end_to_end/messages.rs"]
mod messages;
#[path = "end_to_end/mprof_cli.rs"]
mod mprof_cli;
#[path = "end_to_end/mprof_examples.rs"]
mod mprof_examples;
#[path = "end_to_end/mprof_plot.rs"]
mod mprof_plot;
#[path = "end_to_end/mprof_table.rs"]
mod mprof_table;
#[path = "end_to_end/noise.rs"]
mod noise;
#[cfg(all(target_os = "linux", feature = "where"))]
#[path = "end_to_end/origins.rs"]
mod origins;
#[path = "end_to_end/page.rs"]
mod page;
#[path = "end_to_end/pages.rs"]
mod pages;
#[path = "end_to_end/peak_json.rs"]
mod peak_json;
#[path = "end_to_end/peaks.rs"]
mod peaks;
#[path = "end_to_end/peers.rs"]
mod peers;
#[path = "end_to_end/permissions.rs"]
mod permissions;
#[path = "end_to_end/plot_term.rs"]
mod plot_term;
#[path = "end_to_end/process_ids.rs"]
mod process_ids;
#[path = "end_to_end/pss.rs"]
mod pss;
#[path = "end_to_end/python.rs"]
mod python;
#[path = "end_to_end/python_spans.rs"]
mod python_spans;
#[path = "end_to_end/ranks.rs"]
mod ranks;
#[path = "end_to_end/requests.rs"]
mod requests;
#[path = "end_to_end/run.rs"]
mod run;
#[path = "end_to_end/settings.rs"]
mod settings;
#[path = "end_to_end/signals.rs"]
mod signals;
#[path = "end_to_end/system_errors.rs"]
mod system_errors;
#[path = "end_to_end/terminal.rs"]
mod terminal;
#[path = "end_to_end/top.rs"]
mod top;
#[path = "end_to_end/traces.rs"]
mod traces;
#[path = "end_to_end/transparency.rs"]
mod transparency;
#[path = "end_to_end/tree.rs"]
mod tree;
#[path = "end_to_end/trust.rs"]
mod trust;
#[path = "end_to_end/views.rs"]
mod views;
#[path = "end_to_end/watch.rs"]
mod watch;
#[path = "end_to_end/watch_signals.rs"]
mod watch_signals;
