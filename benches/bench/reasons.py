"""Why goals are missed, by what profiles showed; printed only where a goal that begins so is missed. Edited by hand."""

REASONS: dict[str, str] = {
    "system calls of a tick": (
        "System calls: besides status, the write and the sleep there are a getpid and a pread of /proc/loadavg, "
        "whose last number tells that there are new processes; without it the whole of /proc would have to be "
        "looked through."
    ),
    "a minute of a long trace": (
        "A window: the trace has no index, and its lines leave out what is as before, so it is read from its start."
    ),
}
