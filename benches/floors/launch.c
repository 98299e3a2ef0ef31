/* Runs a command and writes its time and memory to a file as JSON. The kernel's maximum RSS of a process includes the
 * time before exec (see getrusage(2)), so a program that a large process starts appears large. This launcher is small.
 * The CPU time is that of the command and of all its descendants: the launcher adopts orphans and waits for them.
 * `own` is the CPU time of the main thread of the command alone, null if the kernel does not report it.
 * Usage: launch FILE COMMAND [ARGUMENT...] */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

/* Returns the CPU time in nanoseconds of a process that has ended and was not waited for, or -1. */
static long long own(pid_t pid) {
    siginfo_t ended;
    char path[64];
    long long time = -1;
    if (waitid(P_PID, pid, &ended, WEXITED | WNOWAIT) != 0) return -1;
    snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    if (fscanf(file, "%lld", &time) != 1) time = -1;
    fclose(file);
    return time;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: launch FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const double start = now();
    const pid_t child = vfork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    struct rusage usage;
    const long long alone = child < 0 ? -1 : own(child);
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror(argv[2]);
        return 1;
    }
    const double wall = now() - start;
    const long peak = usage.ru_maxrss * 1024;
    while (wait(NULL) > 0) {}
    getrusage(RUSAGE_CHILDREN, &usage);
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    fprintf(out, "{\"wall\": %.6f, \"user\": %ld.%06ld, \"system\": %ld.%06ld, \"peak\": %ld, ", wall,
            (long)usage.ru_utime.tv_sec, (long)usage.ru_utime.tv_usec, (long)usage.ru_stime.tv_sec,
            (long)usage.ru_stime.tv_usec, peak);
    fprintf(out, alone < 0 ? "\"own\": null}\n" : "\"own\": %.9f}\n", alone / 1e9);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
