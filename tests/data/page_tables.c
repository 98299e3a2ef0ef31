/* Reads one byte of each 2 MiB of 16 GiB: almost no RSS, and 32 MiB of page tables. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    size_t size = 16ull << 30;
    char *map = mmap(0, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        return 9;
    }
    madvise(map, size, MADV_NOHUGEPAGE);
    volatile char sum = 0;
    for (size_t at = 0; at < size; at += 2 << 20) sum += map[at];
    usleep(600000);
    return 0;
}
