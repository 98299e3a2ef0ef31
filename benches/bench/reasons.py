"""Why goals are missed, by what profiles (`perf record` of a build with symbols) showed. Each is printed only where a
goal that begins so is missed. Edited by hand: look again when the code has changed."""

REASONS: dict[str, str] = {
    "a sample": (
        "A sample: nearly all of it is the kernel's, which writes out the status text. Beside the floor's three calls "
        "there is a pread of /proc/loadavg, whose last number tells that there are new processes, and the sleep waits "
        "for signals too; what rprof itself does is some 15 %, taking the text apart 3 %."
    ),
    "memory while sampling": (
        "Memory: most of it is the binary's own pages and the C library's; of a tree some 0.7 KiB are kept for each "
        "process, its last reading and what its last line said."
    ),
    "reading": (
        "Reading: every column is read, where mprof takes the value and the time. Taking a line apart into numbers is "
        "some 55 %, adding to the curve's envelope 13 %, copying from the page cache 10 %, the peak and the counts 8 %."
    ),
    "png of": (
        "PNG: reading the trace is more than half of it; painting and compressing two million pixels are the rest, "
        "and cost the same however short the trace."
    ),
    "size of the binary": (
        "The binary: a fifth of its code is fonts and text for figures, 7 % the writing of PDF, 5 % the reading of "
        "pictures in an SVG, which ours never have; 207 kB are the fonts themselves."
    ),
    "svg of": "SVG: reading the trace is nearly all of it.",
    "pdf of": "PDF: reading the trace is most of it; the rest is the font.",
}
