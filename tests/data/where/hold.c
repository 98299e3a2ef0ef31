// Functions that hold known bytes when the program stands still. Arguments: NAME=MIB, pause=MS, stand=MS; it prints nothing.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define MIB ((size_t)1 << 20)

static void *volatile kept[64];
static int count;

static void keep(void *memory) { kept[count++] = memory; }

NOINLINE void hold_small(size_t size) {
    // The allocator rounds 1000 bytes up to 1008, with its header.
    for (size_t done = 0; done < size; done += 1008) {
        char *chunk = malloc(1000);
        memset(chunk, 1, 1000);
    }
}

NOINLINE void hold_large(size_t size) {
    char *chunk = malloc(size);
    memset(chunk, 1, size);
    keep(chunk);
}

NOINLINE void hold_mapped(size_t size) {
    char *chunk = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = 0; at < size; at += 4096) chunk[at] = 1;
    keep(chunk);
}

NOINLINE void hold_huge(size_t size) {
    char *chunk = aligned_alloc(2 * MIB, size);
    madvise(chunk, size, MADV_HUGEPAGE);
    memset(chunk, 1, size);
    keep(chunk);
}

NOINLINE void hold_freed(size_t size) {
    // Volatile, so that the compiler keeps it.
    char *volatile kept = malloc(size);
    memset(kept, 1, size);
    free(kept);
    char *chunk;
    chunk = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(chunk, 1, size);
    munmap(chunk, size);
}

NOINLINE void hold_grown(size_t size) {
    char *chunk = 0;
    size_t step = MIB;
    for (size_t done = 0; done < size;) {
        size_t next = done + step > size ? size : done + step;
        chunk = realloc(chunk, next);
        memset(chunk + done, 1, next - done);
        done = next;
        step *= 2;
    }
    keep(chunk);
}

NOINLINE void hold_read(size_t size) {
    char *chunk = malloc(size);
    int file = open("/dev/zero", O_RDONLY);
    for (size_t done = 0; done < size;) {
        ssize_t got = read(file, chunk + done, size - done);
        if (got <= 0) exit(1);
        done += (size_t)got;
    }
    close(file);
    keep(chunk);
}


NOINLINE void *hold_in_thread(void *size) {
    char *chunk = malloc(*(size_t *)size);
    memset(chunk, 1, *(size_t *)size);
    keep(chunk);
    return 0;
}

NOINLINE void hold_threads(size_t size) {
    pthread_t threads[2];
    size_t half = size / 2;
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, hold_in_thread, &half);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
}

NOINLINE void hold_in_child(size_t size) {
    char *chunk = malloc(size);
    memset(chunk, 1, size);
    keep(chunk);
}

static int pipe_to_child[2];
static int pipe_from_child[2];

NOINLINE void start_child(size_t size) {
    char byte = 0;
    if (pipe(pipe_to_child) || pipe(pipe_from_child)) exit(1);
    if (fork() == 0) {
        close(pipe_to_child[1]);
        hold_in_child(size);
        if (write(pipe_from_child[1], "x", 1) != 1) exit(1);
        // Until the parent ends.
        if (read(pipe_to_child[0], &byte, 1) < 0) exit(1);
        _exit(0);
    }
    if (read(pipe_from_child[0], &byte, 1) != 1) exit(1);
}

// The parent is rprof: while it stands still, the kernel's buffers fill up and stacks are lost.
static void stop_parent(size_t size) {
    (void)size;
    kill(getppid(), SIGSTOP);
}

static void continue_parent(size_t size) {
    (void)size;
    kill(getppid(), SIGCONT);
}

int main(int argc, char **argv) {
    // The time for which the program stands still, in milliseconds.
    int stand = 1000;
    const struct {
        const char *name;
        void (*hold)(size_t);
    } all[] = {
        {"small", hold_small}, {"large", hold_large}, {"mapped", hold_mapped}, {"huge", hold_huge},
        {"freed", hold_freed}, {"grown", hold_grown}, {"read", hold_read},     {"threads", hold_threads},
        {"child", start_child}, {"stop", stop_parent},   {"go", continue_parent},
    };
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        for (size_t j = 0; value && j < sizeof all / sizeof *all; j++) {
            if (strlen(all[j].name) == (size_t)(value - argv[i]) && !strncmp(all[j].name, argv[i], (size_t)(value - argv[i])))
                all[j].hold((size_t)atoi(value + 1) * MIB);
        }
        if (value && !strncmp(argv[i], "stand", 5)) stand = atoi(value + 1);
        if (value && !strncmp(argv[i], "pause", 5)) usleep(1000 * (useconds_t)atoi(value + 1));
    }
    usleep(1000 * (useconds_t)stand);
    return 0;
}
