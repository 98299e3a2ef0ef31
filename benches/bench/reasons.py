"""The reasons for missed goals, found with `perf record` on a build with symbols.

A reason is printed only if a goal whose name begins with its key is missed. The texts are written by hand: check them
when the code has changed.
"""

REASONS: dict[str, str] = {
    "slow-down, forks": (
        "Forks: at 1 kHz nearly every tick finds processes that came and went. rprof searches for them, reads their "
        "page faults, and reads /proc/vmstat for the upper bound, which alone takes a sixth of rprof's time. The CPU "
        "time of the program itself hardly changes."
    ),
    "a tick of 1000 processes, mostly idle": (
        "Idle processes: for each one, rprof reads `schedstat` and `statm` to prove that nothing has changed. Right "
        "after each other these two reads take 1 µs. Ticks are 100 ms apart, and then the kernel's data of a process "
        "is no longer in the processor's caches."
    ),
    "start-up": (
        "Start-up: loading the binary takes a fifth of the instructions, reading the command line a quarter. The rest "
        "is the search for the control group, the trace, and the start of the command itself."
    ),
    "overhead of a run": (
        "A run of `rprof bench`: rprof forks, because a child of `vfork` would inherit the maximum RSS of rprof, as "
        "hyperfine's does. It also reads the process once while it runs, and the machine's counters of huge pages "
        "for the bounds."
    ),
    "a sample": (
        "A sample: the kernel needs nearly all of the time to format the status text. rprof makes one system call "
        "more than the floor's three: a pread of /proc/loadavg, whose last number shows whether there are new "
        "processes. rprof's sleep also waits for signals. rprof's own code takes about 15 %, parsing the text 3 %."
    ),
    "memory while sampling": (
        "Memory: most of it is pages of the binary and of the C library. For each process of a tree, rprof keeps about "
        "0.7 KiB: the last reading and the content of the last line."
    ),
    "reading": (
        "Reading: rprof reads every column; mprof reads only the value and the time. Parsing lines into numbers takes "
        "about 55 %, adding to the curve's envelope 13 %, copying from the page cache 10 %, the peak and the counts "
        "8 %."
    ),
    "png of": (
        "PNG: reading the trace takes more than half of the time. The rest is painting and compressing two million "
        "pixels, which costs the same for a short trace."
    ),
    "svg of": "SVG: reading the trace takes nearly all of the time.",
    "pdf of": "PDF: reading the trace takes most of the time; the font takes the rest.",
}
