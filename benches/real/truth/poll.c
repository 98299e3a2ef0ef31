/* Runs a tool and adds up the RSS of the processes of the measured command, a thousand times a second.
 * usage: poll OUT PID_FILE CGROUP.PROCS|- TOOL...
 * OUT gets JSON: the largest sum, the largest high-water mark at a poll, the largest maximum that wait4 reports (the
 * tool is among these processes), the number of polls, and the longest time between two of them in seconds. */
#include "tree.h"

/* High-water marks take longer to read, so they are read at every eighth poll. */
#define MARKS 8

static long mark(void) {
    long largest = 0;
    for (int i = 0; i < count; i++) {
        const long own = members[i].borrows ? 0 : field(again(members[i].status), "VmHWM:");
        if (own > largest) largest = own;
    }
    return largest;
}

int main(int argc, char **argv) {
    if (argc < 5) return 125;
    pid_file = argv[2];
    group_file = strcmp(argv[3], "-") ? argv[3] : NULL;
    const pid_t child = start(argv + 4);
    long sum = 0, largest = 0, reported = 0, polls = 0;
    double widest = 0, before = 0;
    int code;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while ((code = reap(child, &reported)) < 0) {
        look();
        if (count) {
            const double at = now();
            const long one = rss(), own = polls % MARKS ? 0 : mark();
            if (one > sum) sum = one;
            if (own > largest) largest = own;
            if (before && at - before > widest) widest = at - before;
            before = at;
            polls++;
        } else {
            before = 0;
        }
        beat(&next);
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) return 125;
    fprintf(out, "{\"rss\": %ld, \"mark\": %ld, \"reported\": %ld, \"polls\": %ld, \"widest\": %.4f}\n", sum, largest,
            reported, polls, widest);
    fclose(out);
    return code;
}
