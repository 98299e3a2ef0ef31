/* Spans, marks and notes for the trace of a program that runs under `rprof run`. Without rprof they do nothing.
 * C99 or C++11 with POSIX: compile C as -std=gnu99 or with _POSIX_C_SOURCE >= 200809L. There is no library to link.
 * Any number of threads may write at once.
 *
 *     rprof_span load = rprof_span_begin("load");
 *     rprof_mark("half of it");
 *     rprof_note("rows", "1000000");
 *     rprof_span_end(&load);                          C++: { rprof::span load("load"); ... }
 *
 * docs/marks.md describes the records. SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef RPROF_H
#define RPROF_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* An open span. The id is empty if the span is not recorded. A longer name is cut. */
typedef struct rprof_span {
    char id[64], name[256], begin[32];
    double mib;
    unsigned level;
    pid_t pid;
} rprof_span;

/* The symbols are weak, so that all files of a program that include this header share one copy. */
/* The state of the trace: 0 before the first use, -1 without a trace, else the descriptor + 1. */
__attribute__((weak)) int rprof_state_;
/* The number of spans begun so far. */
__attribute__((weak)) unsigned long rprof_count_;
/* The number of open spans in this thread. Its address is different in each thread and serves as the thread's id. */
__attribute__((weak)) __thread unsigned rprof_depth_;

/* Opens the trace on the first call. Returns its descriptor + 1, or -1 without a trace. */
static inline int rprof_trace_(void) {
    int known = __atomic_load_n(&rprof_state_, __ATOMIC_ACQUIRE), none = 0;
    if (known) return known;
    const char *path = getenv("RPROF_TRACE");
    int fd = path && *path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    int found = fd < 0 ? -1 : fd + 1;
    if (__atomic_compare_exchange_n(&rprof_state_, &none, found, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return found;
    if (fd >= 0) close(fd); /* another thread opened it first */
    return none;
}

/* Copies `from` unchanged (RAW), escaped to one line (LINE) or as one word (WORD). A long text is cut, but never in the
 * middle of a character. */
enum rprof_form_ { RPROF_RAW_, RPROF_LINE_, RPROF_WORD_ };
static inline void rprof_text_(char *to, size_t size, const char *from, enum rprof_form_ form) {
    size_t at = 0;
    for (; *from; from++) {
        unsigned char c = (unsigned char)*from;
        char part[16] = {(char)c, 0};
        int control = c < ' ' || c == 127;
        if (form == RPROF_WORD_ && (control || c == ' ')) part[0] = '_';
        else if (form == RPROF_LINE_ && c == '\\') strcpy(part, "\\\\");
        else if (form == RPROF_LINE_ && c == '\n') strcpy(part, "\\n");
        else if (form == RPROF_LINE_ && control) snprintf(part, sizeof part, "\\u{%x}", c);
        size_t length = strlen(part), whole = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : length;
        if (at + whole >= size) break;
        memcpy(to + at, part, length);
        at += length;
    }
    if (form == RPROF_WORD_ && at == 0 && size > 1) to[at++] = '?';
    to[at] = 0;
}

/* Appends one whole line with one write, so that the line of another writer cannot land inside it. */
static inline void rprof_write_(const char *line, int length) {
    int fd = rprof_trace_() - 1;
    if (fd >= 0 && length > 0 && write(fd, line, (size_t)length) < 0) { /* a program must not fail because of rprof */ }
}

/* Writes the seconds since 1970 with six digits after the point. */
static inline void rprof_now_(char *to, size_t size) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(to, size, "%lld.%06ld", (long long)now.tv_sec, now.tv_nsec / 1000);
}

/* Returns the resident memory of this process in MiB, or 0 without /proc. */
static inline double rprof_mib_(void) {
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm && fscanf(statm, "%*d %ld", &pages) != 1) pages = 0;
    if (statm) fclose(statm);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

/* Records an instant. */
static inline void rprof_mark(const char *label) {
    char line[4096], text[4000], now[32];
    if (rprof_trace_() < 0) return;
    rprof_now_(now, sizeof now);
    rprof_text_(text, sizeof text, label, RPROF_LINE_);
    rprof_write_(line, snprintf(line, sizeof line, "MARK %s %s\n", now, text));
}

/* Records a value under a key. Blanks in the key become `_`. */
static inline void rprof_note(const char *key, const char *value) {
    char line[4096], word[256], text[3800];
    if (rprof_trace_() < 0) return;
    rprof_text_(word, sizeof word, key, RPROF_WORD_);
    rprof_text_(text, sizeof text, value, RPROF_LINE_);
    rprof_write_(line, snprintf(line, sizeof line, "NOTE %s %s\n", word, text));
}

/* Begins a span. */
static inline rprof_span rprof_span_begin(const char *name) {
    char line[2048], text[1600];
    rprof_span span;
    memset(&span, 0, sizeof span);
    if (rprof_trace_() < 0) return span;
    span.pid = getpid();
    span.level = rprof_depth_++;
    span.mib = rprof_mib_();
    snprintf(span.id, sizeof span.id, "%ld.%lx.%lu", (long)span.pid, (unsigned long)(uintptr_t)&rprof_depth_,
             __atomic_add_fetch(&rprof_count_, 1, __ATOMIC_RELAXED));
    rprof_text_(span.name, sizeof span.name, name, RPROF_RAW_);
    rprof_text_(text, sizeof text, span.name, RPROF_LINE_);
    rprof_now_(span.begin, sizeof span.begin);
    rprof_write_(line, snprintf(line, sizeof line, "SPAN begin %s %s %s\n", span.id, span.begin, text));
    return span;
}

/* Ends a span. Call it on the thread that began the span. The FUNC line is for mprof. */
static inline void rprof_span_end(rprof_span *span) {
    char line[1024], word[256], now[32];
    if (!span->id[0] || span->pid != getpid()) return; /* a forked child holds a copy of its parent's span */
    rprof_now_(now, sizeof now);
    rprof_write_(line, snprintf(line, sizeof line, "SPAN end %s %s\n", span->id, now));
    rprof_text_(word, sizeof word, span->name, RPROF_WORD_);
    rprof_write_(line, snprintf(line, sizeof line, "FUNC %s %.6f %s %.6f %s %u\n", word, span->mib, span->begin,
                                rprof_mib_(), now, span->level));
    rprof_depth_--;
    span->id[0] = 0;
}

#ifdef __cplusplus
namespace rprof {
/* A span that lasts to the end of its scope. */
class span {
    rprof_span span_;

public:
    explicit span(const char *name) : span_(rprof_span_begin(name)) {}
    ~span() { rprof_span_end(&span_); }
    span(const span &) = delete;
    span &operator=(const span &) = delete;
};
} // namespace rprof
#endif

#endif
