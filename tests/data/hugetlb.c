/* Touches 32 MiB of reserved huge pages. With an argument they are shared, and three children map them too. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    (void)arguments;
    size_t size = 32 << 20;
    int sharing = count > 1 ? MAP_SHARED : MAP_PRIVATE;
    char *map = mmap(0, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        return 9;
    }
    memset(map, 1, size);
    for (int child = 0; count > 1 && child < 3; child++) {
        if (!fork()) {
            volatile char sum = 0;
            for (size_t at = 0; at < size; at += 4096) sum += map[at];
            usleep(600000);
            _exit(0);
        }
    }
    if (count == 1) usleep(600000);
    while (wait(0) > 0) {}
    return 0;
}
