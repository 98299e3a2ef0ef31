"""Why goals are missed, by what profiles (`perf record` of a build with symbols) showed. Each is printed only where a
goal that begins so is missed. Edited by hand: look again when the code has changed."""

REASONS: dict[str, str] = {
    "a sample": (
        "A sample: nearly all of it is the kernel's, which writes out the status text. Beside the floor's three calls "
        "there are a pread of /proc/loadavg, whose last number tells that there are new processes, and a getpid; "
        "taking the text apart is some 4 %."
    ),
    "reading": (
        "Reading: the profile is flat, no line of the code has more than 6 %. Taking a line apart into numbers and "
        "columns is some 55 %, finding the ends of lines and copying 15 %, adding to the peak and the curve the rest."
    ),
    "png of": (
        "PNG: reading the trace is more than half of it; compressing, filtering and filling the pixels are the rest, "
        "and cost the same however short the trace."
    ),
    "svg of": "SVG: reading the trace is nearly all of it.",
    "pdf of": "PDF: reading the trace is most of it; the rest is the font.",
    "system calls of a tick": (
        "System calls: a getpid is the one too many. The second read is of /proc/loadavg, which spares looking through "
        "/proc for new processes."
    ),
}
