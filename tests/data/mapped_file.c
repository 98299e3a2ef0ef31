/* Maps a file of 64 MiB and reads every page of it, then touches 20 MiB of its own. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    size_t size = 64 << 20, own = 20 << 20;
    int file = open("big", O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, size)) {
        perror("big");
        return 9;
    }
    char *map = mmap(0, size, PROT_READ, MAP_SHARED, file, 0);
    char *heap = mmap(0, own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || heap == MAP_FAILED) {
        perror("mmap");
        return 9;
    }
    volatile char sum = 0;
    for (size_t at = 0; at < size; at += 4096) sum += map[at];
    memset(heap, 1, own);
    usleep(600000);
    return 0;
}
