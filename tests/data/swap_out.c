/* Moves 48 MiB out to swap (MADV_PAGEOUT) and touches 48 MiB more. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static long *touch(size_t size) {
    long *map = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        _exit(9);
    }
    for (size_t at = 0; at < size / sizeof(long); at++) map[at] = at * 2654435761l;
    return map;
}

int main(void) {
    size_t size = 48 << 20;
    long *first = touch(size);
    if (madvise(first, size, 21 /* MADV_PAGEOUT */)) {
        perror("madvise");
        return 9;
    }
    touch(size);
    usleep(600000);
    return 0;
}
