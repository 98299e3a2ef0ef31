/* The speed of memory and page cache on this machine, as the limit for the times of the workloads.
 * Usage: memory MIB FILE. Prints JSON, each value in seconds for MIB MiB:
 *   touch_huge_s  the first write to every page of fresh memory, with huge pages requested
 *   touch_s       the same with 4 KiB pages
 *   copy_s        memcpy of a 16 MB slice, larger than the CPU's cache, into memory that is touched already
 *   cache_s       write(2) of 16 MB slices to a new file: into the page cache, without waiting for the disk */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 16000000 };

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static char *map(size_t bytes, int advice) {
    char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) fail("mmap");
    madvise(at, bytes, advice);
    return at;
}

static double touch(char *at, size_t bytes) {
    const double start = now();
    for (size_t i = 0; i < bytes; i += 4096) ((volatile char *)at)[i] = 1;
    return now() - start;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: memory MIB FILE\n");
        return 2;
    }
    const size_t bytes = (size_t)atol(argv[1]) << 20;
    char *small = map(bytes, MADV_NOHUGEPAGE);
    const double touch_s = touch(small, bytes);
    munmap(small, bytes);
    char *huge = map(bytes, MADV_HUGEPAGE);
    const double touch_huge_s = touch(huge, bytes);
    char *slice = map(SLICE, MADV_HUGEPAGE);
    memset(slice, 1, SLICE);
    double start = now();
    size_t copied = 0;
    for (; copied + SLICE <= bytes; copied += SLICE) memcpy(huge + copied, slice, SLICE);
    const double copy_s = (now() - start) * bytes / copied;
    munmap(huge, bytes);
    const int out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) fail(argv[2]);
    start = now();
    for (size_t written = 0; written < copied; written += SLICE)
        if (write(out, slice, SLICE) != SLICE) fail("write");
    const double cache_s = (now() - start) * bytes / copied;
    close(out);
    unlink(argv[2]);
    printf("{\"touch_s\": %.4f, \"touch_huge_s\": %.4f, \"copy_s\": %.4f, \"cache_s\": %.4f}\n", touch_s, touch_huge_s,
           copy_s, cache_s);
    return 0;
}
