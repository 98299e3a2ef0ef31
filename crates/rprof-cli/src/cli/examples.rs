//! The long help of each command: one sentence, then examples. Lines are at most 80 characters wide.

pub const RPROF: &str = "\
The memory profiler for any command: runs a program, records the memory of its
whole process tree in a trace, and draws traces as figures.

Examples:
  rprof run ./simulate --steps 1000    run a program and record its memory
  rprof plot                           draw the newest trace as an SVG figure
  rprof peak                           print the peak of the newest trace
  rprof attach 4711                    record a process that is already running
  rprof run script.py                  record Python, with the spans of @profile";

pub const RUN: &str = "\
Run a command and record the memory of its whole process tree in a trace. The
command's arguments, streams and exit code stay its own.

Examples:
  rprof run make -j8                          write mprofile_<time>.dat
  rprof run -o t.dat -T 10ms ./simulate       name the trace, tick every 10 ms
  rprof run --metric pss -- ./server -p 80    count shared pages once
  rprof run --memory-limit 2GiB make test     fail if the tests need more
  rprof run script.py                         record the spans of @profile";

pub const RUN_EXIT_CODES: &str = "\
Exit code:
  the command's own; 128+n if signal n killed it; 127 if it was not found; 126 if
  it cannot be executed; 124 if a limit ended it; 125 if rprof itself failed";

pub const ATTACH: &str = "\
Record a process that is already running, with its descendants, until it ends.
Ctrl-C ends the recording; the process goes on.

Examples:
  rprof attach 4711                    record process 4711
  rprof attach firefox                 record the only process with this name
  rprof attach --duration 30s 4711     record it for 30 seconds";

pub const PLOT: &str = "\
Draw memory over time as a figure: of one trace with its spans and its largest
processes, or of several traces for comparison.

Examples:
  rprof plot                                  draw the newest trace
  rprof plot t.dat -o t.pdf                   choose the format by the file name
  rprof plot before.dat after.dat -o x.png    compare two runs
  rprof plot -w 10,20 t.dat                   draw the time from 10 s to 20 s
  rprof plot --flame --span load t.dat        draw the spans within a span";

pub const PEAK: &str = "\
Print the peak of each trace, and of its child processes, in mprof's format. Of
more than ten children the largest ten are printed, with their share of the peak.

Examples:
  rprof peak                     print the peak of the newest trace
  rprof peak --all t.dat         print all children
  rprof peak --spans t.dat       print calls, time and peak of each span name
  rprof peak --json a.dat b.dat  print all results for a program to read";

pub const CONVERT: &str = "\
Write a trace in the other format. mprof reads .dat; pandas, R and spreadsheets
read .csv.

Examples:
  rprof convert t.dat t.csv
  rprof convert --force t.csv t.dat";

pub const LIST: &str = "\
List the traces in the working directory, oldest first: index, name, time, date.
`plot`, `peak` and `rm` take the index in place of the name.

Examples:
  rprof list";

pub const RM: &str = "\
Delete traces. Nothing is deleted if one of the names is not a trace.

Examples:
  rprof rm t.dat                delete a trace
  rprof rm 0 -1                 delete the oldest and the newest trace
  rprof rm --dry-run 0          print what would be deleted";

pub const CLEAN: &str = "\
Delete all traces that `rprof list` shows.

Examples:
  rprof clean --dry-run         print what would be deleted
  rprof clean";

pub const MARK: &str = "\
Record an instant in the trace of the surrounding `rprof run`. Outside a run it
prints a message and does nothing. docs/marks.md shows other languages.

Examples:
  rprof mark loaded
  rprof mark -- --odd label";

pub const NOTE: &str = "\
Record a value in the trace of the surrounding `rprof run`. Outside a run it
prints a message and does nothing.

Examples:
  rprof note seed 42
  rprof note compiler gcc 12.2";

pub const SPAN: &str = "\
Run a command as a span in the trace of the surrounding `rprof run`. Outside a
run the command runs without a span. The exit code is the command's own.

Examples:
  rprof span load -- ./load.sh
  rprof span 'the tests' make test";
