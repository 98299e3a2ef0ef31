/* Runs a command and stops all its processes again and again to add up their PSS.
 * usage: freeze OUT PID_FILE FREEZER|- MEMORY|- COMMAND...
 * FREEZER and MEMORY are directories of control groups, version 1 or 2. Without a freezer, SIGSTOP stops the processes.
 * OUT gets JSON: the largest PSS, the largest RSS at any stop and between the stops (`passed`), the number of stops, and
 * the largest sum of anonymous and mapped memory that the group was charged with. */
#include "tree.h"

/* A stop is made when RSS has grown by this share since the last one, at the latest after PAUSE seconds. After each
 * stop the command runs at least for LEAST seconds and for twice the time of the stop. */
#define GROWTH 1.02
#define PAUSE 0.05
#define LEAST 0.01
#define WAIT 5

static const char *freezer, *memory;

static void put(const char *directory, const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0) perror(path);
    if (file >= 0) close(file);
}

static char *get(const char *directory, const char *name) {
    static char text[16384];
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    slurp(path, text, sizeof text);
    return text;
}

static int has(const char *directory, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static int all_stopped(void) {
    for (int i = 0; i < count; i++) {
        const char *state = strstr(again(members[i].status), "State:");
        if (state && !strchr("TtZX", state[7])) return 0;
    }
    return 1;
}

/* Returns 1 once every process has stopped, 0 if that takes longer than WAIT seconds. */
static int stop(void) {
    const double end = now() + WAIT;
    const int v1 = freezer && has(freezer, "freezer.state");
    if (freezer) put(freezer, v1 ? "freezer.state" : "cgroup.freeze", v1 ? "FROZEN" : "1");
    while (now() < end) {
        if (!freezer) {
            look();
            for (int i = 0; i < count; i++) kill(members[i].pid, SIGSTOP);
            const int before = count;
            look();
            if (before == count && all_stopped()) return 1;
        } else if (v1 ? !strncmp(get(freezer, "freezer.state"), "FROZEN", 6)
                      : strstr(get(freezer, "cgroup.events"), "frozen 1") != NULL) {
            return 1;
        }
        usleep(200);
    }
    return 0;
}

static void go_on(void) {
    if (!freezer) {
        for (int i = 0; i < count; i++) kill(members[i].pid, SIGCONT);
    } else if (has(freezer, "freezer.state")) {
        put(freezer, "freezer.state", "THAWED");
    } else {
        put(freezer, "cgroup.freeze", "0");
    }
}

static long pss(void) {
    static char text[8192];
    char path[64];
    long sum = 0;
    for (int i = 0; i < count; i++) {
        if (members[i].borrows) continue;
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", members[i].pid);
        slurp(path, text, sizeof text);
        sum += field(text, "\nPss:");
    }
    return sum;
}

/* Returns the anonymous and mapped memory of the group, by the words of version 1 or 2. */
static long charged(void) {
    if (!memory) return 0;
    long sum = 0, value;
    char name[64];
    int length;
    for (const char *at = get(memory, "memory.stat"); sscanf(at, "%63s %ld\n%n", name, &value, &length) == 2; at += length)
        if (!strcmp(name, "rss") || !strcmp(name, "anon") || !strcmp(name, "mapped_file") || !strcmp(name, "file_mapped"))
            sum += value;
    return sum;
}

int main(int argc, char **argv) {
    char procs[512];
    if (argc < 6) return 125;
    pid_file = argv[2];
    freezer = strcmp(argv[3], "-") ? argv[3] : NULL;
    memory = strcmp(argv[4], "-") ? argv[4] : NULL;
    if (freezer) {
        snprintf(procs, sizeof procs, "%s/cgroup.procs", freezer);
        group_file = procs;
    }
    const pid_t child = start(argv + 5);
    long most = 0, sum = 0, passed = 0, group = 0, stops = 0, last = 0, reported = 0;
    double allowed = 0, due = 0;
    int code;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while ((code = reap(child, &reported)) < 0) {
        beat(&next);
        look();
        if (!count) continue;
        const double begin = now();
        const long moving = rss();
        if (moving > passed) passed = moving;
        if (begin < allowed || (begin < due && moving < last * GROWTH)) continue;
        if (stop()) {
            look();
            const long shared = pss();
            last = rss();
            if (shared > most) most = shared;
            if (last > sum) sum = last;
            const long now_charged = charged();
            if (now_charged > group) group = now_charged;
            stops++;
        }
        go_on();
        const double end = now(), took = end - begin;
        allowed = end + (2 * took > LEAST ? 2 * took : LEAST);
        due = end + (2 * took > PAUSE ? 2 * took : PAUSE);
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) return 125;
    fprintf(out, "{\"pss\": %ld, \"rss\": %ld, \"passed\": %ld, \"stops\": %ld, \"charged\": %ld}\n", most, sum, passed,
            stops, group);
    fclose(out);
    return code;
}
