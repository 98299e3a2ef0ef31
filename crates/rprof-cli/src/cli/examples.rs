//! The long help of each command: one sentence, then examples, which `definition` moves to the end of the page.
//! Lines are at most 80 characters wide.

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
  rprof run --memory-limit 2GiB make test     end the tests if they need more
  rprof run --where ./simulate                print the functions that hold most
  rprof run --max-peak 500MB ./simulate       fail at the end if it needed more
  mpirun -n 4 rprof run -o '{rank}.dat' ./sim record each rank
  rprof run script.py                         record the calls of @profile functions";

pub const RUN_EXIT_CODES: &str = "\
Exit code:
  the command's own; 3 if it succeeded but exceeded a budget; 128+n if signal n
  killed it; 127 if it was not found; 126 if it cannot be executed; 124 if a limit
  ended it; 125 if rprof failed or if its options are wrong";

pub const ATTACH: &str = "\
Record a process that is already running, with its descendants, until it ends.
Ctrl-C ends the recording; the process continues.

Examples:
  rprof attach 4711                    record process 4711
  rprof attach firefox                 record the only process named like this
  rprof attach --duration 30s 4711     record it for 30 seconds";

pub const WATCH: &str = "\
Show a run on the full screen: the curve, growth, the time to a limit, the process
tree, spans and marks. It follows a trace that another rprof writes, or starts a
recording of its own, which goes on when you leave. Press ? for the keys.

Examples:
  rprof watch                          follow the newest trace
  rprof watch t.dat                    follow a trace, or look at a finished one
  rprof watch 4711                     record process 4711 and show it
  rprof watch -o t.dat -- make -j8     run a command, record it and show it
  rprof watch --replay --speed 10 t.dat    replay a trace, ten times as fast
  rprof watch --max-peak 2GiB t.dat    show the time until 2 GiB are reached";

pub const WATCH_EXIT_CODES: &str = "\
Exit code:
  that of `rprof run` for a command that has ended; 0 if you left before, and for
  traces and processes; 1 if rprof failed, 2 if the options are wrong";

pub const BENCH: &str = "\
Run commands many times, and compare their time and the peak memory of their
process trees. It takes the options of hyperfine and writes its JSON.

Examples:
  rprof bench 'sleep 0.3'                          measure one command
  rprof bench 'sort a.txt' './sort2 a.txt'         compare two; they take turns
  rprof bench -w 2 -r 20 ./a ./b                   2 warm-up and 20 measured runs
  rprof bench -P jobs 1 8 'make -j {jobs}'         measure each value of jobs
  rprof bench -S 'grep x *.txt | sort'             use a shell
  rprof bench --export-json b.json -o b.svg ./a    write all runs, and a figure";

pub const BENCH_EXIT_CODES: &str = "\
Exit code:
  0; 1 if a command fails or rprof does; 2 if the options are wrong; 127 if a
  command is not found; 126 if it cannot be executed; 130 after Ctrl-C, which
  ends the present run and prints the results so far";

pub const PLOT: &str = "\
Draw memory over time. The figure of one trace also shows its spans and its
largest processes. The figure of several traces compares them.

Examples:
  rprof plot                                  draw the newest trace
  rprof plot t.dat -o t.pdf                   choose the format by the file name
  rprof plot t.dat -o t.html                  make a page to zoom and explore
  rprof plot before.dat after.dat -o x.png    compare two runs
  rprof plot -w 10,20 t.dat                   draw only the part from 10 s to 20 s
  rprof plot --by host --sum 'trace-*.dat'    draw the sums of a parallel job
  rprof plot --flame --span load t.dat        draw the first span \"load\", as a flame
  rprof plot --term t.dat                     draw in the terminal
  rprof plot --view programs t.dat            stack the memory by program
  rprof plot --facet a.dat b.dat c.dat        draw a panel for each run
  rprof plot --size slide --theme dark -o t.png t.dat    draw for a slide";

pub const PEAK: &str = "\
Print the peak of each trace and of its child processes, in mprof's format. If
there are more than ten children, only the ten largest are printed, each with its
share of the peak.

Examples:
  rprof peak                     print the peak of the newest trace
  rprof peak --all t.dat         print all children
  rprof peak --spans t.dat       print calls, time and peak of each span name
  rprof peak --json a.dat b.dat  print all results as JSON
  rprof peak --slurm t.dat       print the memory to request: #SBATCH --mem=...";

pub const TOP: &str = "\
Print the processes of a run by their memory: the peak of each, what it held at the
peak of the tree, its start, end, exit code, parent and command line. For compilers
and linkers, the column `file` has the file that the process worked on.

Examples:
  rprof top                      print the largest processes of the newest trace
  rprof top --by at-peak t.dat   print those that made up the peak of the tree
  rprof top --group -n 5         print the five largest kinds of programs
  rprof top --fit 16GiB t.dat    print how many such jobs fit into 16 GiB
  rprof top --json t.dat         print all processes as JSON";

#[cfg(feature = "where")]
pub const WHERE: &str = "\
Print the functions that the memory of a run came from: those that first touched
the pages which were present at its peak. `rprof run --where` records them.

Examples:
  rprof run --where ./simulate          record a run with its stacks
  rprof where                           print the functions of the newest trace
  rprof where --by line -n 10 t.dat     print the ten largest source lines
  rprof where -o flame.svg t.dat        draw an interactive flame graph
  rprof where -o t.firefox.json t.dat   write a profile for the Firefox Profiler
  rprof where --at 1.5s t.dat           show the memory at 1.5 s, not at the peak
  rprof where --diff old.dat new.dat    print what grew between two runs";

pub const CHECK: &str = "\
Check the memory of traces against limits, or against the runs of a baseline.
Each limit gives one line: within, beyond or not proven, by how much, and where.
In a job of GitHub Actions, annotations and a step summary are written too.

Examples:
  rprof check --max-peak 500MB t.dat          fail if the peak was higher
  rprof check --max-growth 1MB/min t.dat      fail if memory grew faster
  rprof check --max-span load=50MB t.dat      limit the peak during a span
  rprof check --max-function load=50MB t.dat  limit what a function held
  rprof check --save-baseline mem.json *.dat  write the peaks of several runs
  rprof check --baseline mem.json t.dat       fail if the peak rose by over 5 %
  rprof check --max-peak 1GB --junit mem.xml  report to a CI server, too";

pub const CHECK_EXIT_CODES: &str = "\
Exit code:
  0 if all limits are kept; 3 if one is exceeded; 2 if the options are wrong; 1 if a
  file cannot be read or written, or if the baseline or a span is missing";

pub const COMPARE: &str = "\
Compare the memory and the time of two or more runs. The first is the reference;
every other side gets its change in absolute and per cent. Several runs of one
command on each side, at least four, also give intervals and a verdict.

Examples:
  rprof compare                                  compare the newest two traces
  rprof compare a.dat b.dat c.dat                compare b and c with a
  rprof compare before/ after/                   compare all traces of two folders
  rprof compare old*.dat --vs new*.dat           compare two groups of traces
  rprof compare --by-span a.dat b.dat            compare spans by name too
  rprof compare --by rank 'trace-*.dat'          compare the ranks of one job
  rprof compare --markdown a.dat b.dat           print a table for a pull request
  rprof compare --json -o diff.svg a.dat b.dat   print JSON and draw a figure";

pub const CONVERT: &str = "\
Convert a trace to .dat, which mprof reads, or to .csv, which pandas, R and
spreadsheets read. Both formats hold the same records. The input may also be a
file of another memory profiler: psrecord, con-duct, denet, prmon, rizsotto's
rprof, or GNU time -v. Names that end in .gz or .zst are compressed.

Examples:
  rprof convert t.dat t.csv              write t.csv
  rprof convert --force t.csv t.dat      overwrite t.dat
  rprof convert t.dat t.dat.zst          compress a trace
  rprof import usage.jsonl -o trace.dat  import a file of con-duct";

pub const EXPORT: &str = "\
Export a trace in a format that other tools read:
  chrome        Perfetto and chrome://tracing
  firefox       the Firefox Profiler, beside a profile of samply
  openmetrics   Prometheus and tools that read its text
  jsonl         one JSON object for each record
  csv           a tidy table for pandas, polars and R, one value in each row
The name of the file selects the format, except that of a .json file. A name that
ends in .gz or .zst is compressed.

Examples:
  rprof export t.dat --format chrome -o t.json   open it in ui.perfetto.dev
  rprof export t.dat -o t.firefox.json.gz        open it in profiler.firefox.com
  rprof export t.dat -o t.csv                    read it with pandas
  rprof export --format jsonl                    print the newest trace";

pub const LIST: &str = "\
List the traces in the working directory, oldest first: index, name, time, date.
`plot`, `peak`, `compare` and `rm` take the index in place of the name.

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

pub const CONFIG: &str = "\
Print the defaults that apply, and where each is set: by an environment variable,
in the configuration file, or by rprof itself. `rprof help environment` lists the
variables and the keys of the file.

Examples:
  rprof config
  RPROF_INTERVAL=10ms rprof config";

pub const COMPLETIONS: &str = "\
Print the completions for a shell. The packages of rprof install those for bash,
zsh and fish.

Examples:
  rprof completions bash > ~/.local/share/bash-completion/completions/rprof
  rprof completions zsh > ~/.zfunc/_rprof
  rprof completions fish > ~/.config/fish/completions/rprof.fish
  rprof completions nushell > ~/.config/nushell/autoload/rprof.nu";

pub const MAN: &str = "\
Write the man pages of rprof and of each subcommand to a directory. The packages
of rprof install them.

Examples:
  rprof man ~/.local/share/man/man1";

pub const HELP: &str = "\
Print the page of a command, as --help of the command does, or of a topic: metrics,
exit-codes or environment.

Examples:
  rprof help run
  rprof help metrics
  rprof help exit-codes";
