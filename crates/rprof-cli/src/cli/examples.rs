//! The long help of each command: one sentence, then examples. Lines are at most 80 characters wide.

pub const RPROF: &str = "\
The memory profiler for any command: runs a program, records the memory of its
whole process tree in a trace, and draws traces as figures.

Examples:
  rprof run ./simulate --steps 1000    run a program and record its memory
  rprof plot                           draw the newest trace as an SVG figure
  rprof peak                           print the peak of the newest trace
  rprof attach 4711                    record a process that is already running
  rprof run script.py                  record a script and its @profile functions";

pub const RUN: &str = "\
Run a command and record the memory of the command and all its descendants (its
process tree) in a trace. rprof does not change the command's arguments, streams
or exit code.

Examples:
  rprof run make -j8                          write mprofile_<time>.dat
  rprof run -o t.dat -T 10ms ./simulate       name the trace, measure every 10 ms
  rprof run --metric pss -- ./server -p 80    divide shared pages among sharers
  rprof run --memory-limit 2GiB make test     fail if the tests need more
  rprof run script.py                         record the calls of @profile functions";

pub const RUN_EXIT_CODES: &str = "\
Exit code:
  the command's own; 128+n if signal n killed it; 127 if it was not found; 126 if
  it cannot be executed; 124 if a limit ended it; 125 if rprof failed or if its
  options are wrong";

pub const ATTACH: &str = "\
Record a process that is already running, with its descendants, until it ends.
Ctrl-C ends the recording; the process continues.

Examples:
  rprof attach 4711                    record process 4711
  rprof attach firefox                 record the only process named like this
  rprof attach --duration 30s 4711     record it for 30 seconds";

pub const PLOT: &str = "\
Draw memory over time. The figure of one trace also shows its spans and its
largest processes. The figure of several traces compares them.

Examples:
  rprof plot                                  draw the newest trace
  rprof plot t.dat -o t.pdf                   choose the format by the file name
  rprof plot before.dat after.dat -o x.png    compare two runs
  rprof plot -w 10,20 t.dat                   draw only the part from 10 s to 20 s
  rprof plot --flame --span load t.dat        draw the first span \"load\", as a flame
  rprof plot --size slide --theme dark -o t.png t.dat    draw for a slide";

pub const PEAK: &str = "\
Print the peak of each trace and of its child processes, in mprof's format. If
there are more than ten children, only the ten largest are printed, each with its
share of the peak.

Examples:
  rprof peak                     print the peak of the newest trace
  rprof peak --all t.dat         print all children
  rprof peak --spans t.dat       print calls, time and peak of each span name
  rprof peak --json a.dat b.dat  print all results as JSON";

pub const CONVERT: &str = "\
Convert a trace from .dat to .csv or from .csv to .dat. mprof reads .dat; pandas,
R and spreadsheets read .csv. Both formats hold the same records.

Examples:
  rprof convert t.dat t.csv           write t.csv
  rprof convert --force t.csv t.dat   overwrite t.dat";

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
Record a mark, a named moment, in the trace of the `rprof run` that started this
program. Outside `rprof run` it only prints a message. docs/marks.md shows how
programs in other languages do this.

Examples:
  rprof mark loaded
  rprof mark -- --odd label     a label that begins with dashes";

pub const NOTE: &str = "\
Record a note, a named value, in the trace of the `rprof run` that started this
program. Outside `rprof run` it only prints a message.

Examples:
  rprof note seed 42
  rprof note compiler gcc 12.2";

pub const SPAN: &str = "\
Run a command and record it as a span, a named interval, in the trace of the
`rprof run` that started this program. Outside `rprof run` it prints a message
and runs the command without a span. The exit code is the command's own.

Examples:
  rprof span load -- ./load.sh
  rprof span 'the tests' make test";
