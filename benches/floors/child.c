/* A program to be profiled. Each mode does one kind of work, to measure the cost of a profiler to that work.
 * Every mode but swarm can hold MIB MiB of memory in 4 KiB pages as well.
 *   faults N [MIB]   N times: map 16 MiB, touch every page, unmap
 *   compute N [MIB]  N million iterations of a loop without memory access and system calls
 *   forks N [MIB]    N times: fork a child that exits at once, and wait for it
 *   serve N [MIB]    N times: fork a child that writes 1 MiB of the parent's memory and computes; four live at once
 *   rest MS [MIB]    sleep for MS milliseconds
 *   grow MS [MIB]    touch one more 4 KiB page every 200 us, for MS milliseconds
 *   swarm MS N       start N idle children and keep them for MS milliseconds
 * A third number, for every mode but swarm and serve, is a count of idle children that hold no memory of their own.
 * The first four modes print the time of the work in seconds, without start-up: the wall clock, and the CPU time of
 * the process and its children. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static double cpu(void) {
    double sum = 0;
    for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
        struct rusage usage;
        getrusage(who, &usage);
        sum += usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return sum;
}

static volatile char *pages(size_t bytes) {
    char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    madvise(at, bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < bytes; i += 4096) ((volatile char *)at)[i] = 1;
    return at;
}

static void spin(long millions) {
    volatile unsigned long sink;
    unsigned long x = 88172645463325252UL;
    for (long i = 0; i < millions * 1000000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    sink = x;
    (void)sink;
}

/* A server that forks a child for each request. */
static void serve(long n, volatile char *memory, size_t bytes) {
    for (long i = 0; i < n; i++) {
        if (i >= 4) wait(NULL);
        const pid_t child = fork();
        if (child < 0) {
            perror("fork");
            exit(1);
        }
        if (child == 0) {
            for (size_t at = 0; at < bytes && at < 1 << 20; at += 4096) memory[at] = 2;
            spin(2);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {}
}

static void work(const char *kind, long n, volatile char *memory, size_t bytes) {
    if (!strcmp(kind, "faults")) {
        for (long i = 0; i < n; i++) munmap((void *)pages(16 << 20), 16 << 20);
    } else if (!strcmp(kind, "compute")) {
        spin(n);
    } else if (!strcmp(kind, "serve")) {
        serve(n, memory, bytes);
    } else {
        for (long i = 0; i < n; i++) {
            const pid_t child = fork();
            if (child < 0) {
                perror("fork");
                exit(1);
            }
            if (child == 0) _exit(0);
            waitpid(child, NULL, 0);
        }
    }
}

static void grow(double end) {
    volatile char *at = mmap(NULL, (size_t)64 << 30, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t i = 0; now() < end; i++) {
        at[i * 4096] = 1;
        usleep(200);
    }
}

/* Starts an idle child, which dies with its parent. */
static pid_t idle(void) {
    const pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(1);
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    return child;
}

static void swarm(long ms, long n) {
    pid_t *children = calloc(n, sizeof *children);
    for (long i = 0; i < n; i++) children[i] = idle();
    usleep(ms * 1000);
    for (long i = 0; i < n; i++) kill(children[i], SIGKILL);
    while (wait(NULL) > 0) {}
}

int main(int argc, char **argv) {
    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: child faults|compute|forks|serve|rest|grow N [MIB [CHILDREN]], child swarm MS N\n");
        return 2;
    }
    const long n = atol(argv[2]), more = argc > 3 ? atol(argv[3]) : 0;
    if (!strcmp(argv[1], "swarm")) {
        swarm(n, more);
        return 0;
    }
    for (long i = argc > 4 ? atol(argv[4]) : 0; i > 0; i--) idle();
    volatile char *memory = more ? pages((size_t)more << 20) : NULL;
    if (!strcmp(argv[1], "rest")) {
        usleep(n * 1000);
    } else if (!strcmp(argv[1], "grow")) {
        grow(now() + n / 1e3);
    } else {
        const double start = now(), start_cpu = cpu();
        work(argv[1], n, memory, (size_t)more << 20);
        const double wall = now() - start;
        printf("%.6f %.6f\n", wall, cpu() - start_cpu);
    }
    return 0;
}
