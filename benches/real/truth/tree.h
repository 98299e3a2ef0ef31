/* The processes of a command and their memory. The command writes its pid to a file and, where control groups are
 * available, enters one; then the group lists its members. Without a group, members are found by their parents. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 4096
#define KCMP_VM 1

struct member {
    pid_t pid, parent;
    int statm, status;
    int seen;
    /* True while a child of vfork uses the memory of its parent. */
    int borrows;
};

static struct member members[MOST];
static int count;
static pid_t root;
static const char *pid_file, *group_file;
static long page;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

/* Reads a file into `text` and returns the length, or 0. */
static int slurp(const char *path, char *text, int size) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    int length = 0, got;
    while (length < size - 1 && (got = read(file, text + length, size - 1 - length)) > 0) length += got;
    close(file);
    text[length] = 0;
    return length;
}

static int open_of(pid_t pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Returns the text of a file that stays open, or an empty text. */
static char *again(int file) {
    static char text[8192];
    const int got = file < 0 ? 0 : pread(file, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = 0;
    return text;
}

static pid_t parent_of(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    slurp(path, text, sizeof text);
    const char *end = strrchr(text, ')');
    return end ? atoi(end + 4) : 0;
}

/* Returns the value of a line such as `VmHWM: 123 kB` in bytes. */
static long field(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? atol(at + strlen(name)) * 1024 : 0;
}

static struct member *find(pid_t pid) {
    for (int i = 0; i < count; i++)
        if (members[i].pid == pid) return &members[i];
    return NULL;
}

static int shares_memory(pid_t one, pid_t other) {
    return syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0) == 0;
}

static void saw(pid_t pid) {
    struct member *known = find(pid);
    if (!known) {
        if (count == MOST) return;
        known = &members[count++];
        *known = (struct member){.pid = pid, .parent = parent_of(pid)};
        known->statm = open_of(pid, "statm");
        known->status = open_of(pid, "status");
        known->borrows = 1;
    }
    known->seen = 1;
    if (known->borrows) known->borrows = shares_memory(pid, known->parent);
}

static void look_in_group(void) {
    static char text[MOST * 8];
    slurp(group_file, text, sizeof text);
    for (char *at = text, *end; *at; at = end) {
        const pid_t pid = strtol(at, &end, 10);
        if (end == at) break;
        saw(pid);
        while (isspace((unsigned char)*end)) end++;
    }
}

static void look_in_proc(void) {
    DIR *all = opendir("/proc");
    for (struct dirent *entry; all && (entry = readdir(all));) {
        const pid_t pid = atoi(entry->d_name);
        if (pid <= 0) continue;
        if (pid == root || find(pid) || find(parent_of(pid))) saw(pid);
    }
    if (all) closedir(all);
}

/* Updates the list of members. */
static void look(void) {
    char text[32];
    if (!root && slurp(pid_file, text, sizeof text) && strchr(text, '\n')) root = atoi(text);
    if (!root) return;
    for (int i = 0; i < count; i++) members[i].seen = 0;
    if (group_file) look_in_group();
    else look_in_proc();
    for (int i = count; i-- > 0;) {
        if (members[i].seen) continue;
        close(members[i].statm);
        close(members[i].status);
        members[i] = members[--count];
    }
}

/* Returns the sum of RSS in bytes. */
static long rss(void) {
    long sum = 0, size, resident;
    for (int i = 0; i < count; i++) {
        if (members[i].borrows) continue;
        if (sscanf(again(members[i].statm), "%ld %ld", &size, &resident) == 2) sum += resident * page;
    }
    return sum;
}

/* Starts the command. The caller runs at a higher priority where that is allowed. */
static pid_t start(char **argv) {
    struct rlimit files = {.rlim_cur = 0};
    page = sysconf(_SC_PAGESIZE);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(125);
    }
    if (child == 0) {
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    setpriority(PRIO_PROCESS, 0, -10);
    return child;
}

/* Reaps what has ended. Returns the exit code once `child` is among it, otherwise -1. Raises `*largest`. */
static int reap(pid_t child, long *largest) {
    int status, code = -1;
    struct rusage usage;
    for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
        if (usage.ru_maxrss * 1024 > *largest) *largest = usage.ru_maxrss * 1024;
        if (pid == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return code;
}

/* Sleeps until the next millisecond of a fixed beat; beats that have passed are skipped. */
static void beat(struct timespec *next) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    do {
        next->tv_nsec += 1000000;
        if (next->tv_nsec >= 1000000000) next->tv_nsec -= 1000000000, next->tv_sec++;
    } while (next->tv_sec < at.tv_sec || (next->tv_sec == at.tv_sec && next->tv_nsec < at.tv_nsec));
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}
