//! GPU memory, with a library in the place of NVIDIA's. No test has a GPU.

use crate::support::{Done, MIB, Place, done, skip, truth};

/// Five functions of NVML. The processes that use the device are the children of the process that loads the library, each
/// with 256 MiB; one of them is in both lists, as a process with both kinds of contexts is. The first call of each list is
/// answered that the buffer is too small, and a stranger uses the device too.
const LIBRARY: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
typedef struct { unsigned pid; unsigned long long used; unsigned instance, compute; } info;
static int ready;
int nvmlInit_v2(void) { ready = open("/dev/zero", O_RDONLY) >= 0; return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 1; return ready ? 0 : 1; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = &ready; return index; }
static int list(unsigned *count, info *infos, int is_compute) {
    unsigned room = *count, found = 0, pid;
    static int asked[2];
    if (!asked[is_compute]) { asked[is_compute] = 1; *count = room + 100; return 7; }
    FILE *file = fopen("/proc/thread-self/children", "r");
    if (!file) return 999;
    while (fscanf(file, "%u", &pid) == 1 && found + 2 < room) {
        info one = { pid, 256ull << 20, 0, 0 };
        infos[found++] = one;
    }
    fclose(file);
    info stranger = { 1, 999ull << 20, 0, 0 }, unknown = { 1, ~0ull, 0, 0 };
    infos[found++] = stranger;
    infos[found++] = unknown;
    *count = found;
    return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, info *infos) {
    return device == &ready ? list(count, infos, 1) : 2;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, info *infos) {
    return device == &ready ? list(count, infos, 0) : 2;
}
"#;

fn record(place: &Place, library: Option<&str>, script: &str) -> Done {
    let mut command = place.rprof(["run", "--force", "-o", "t.dat", "-T", "20ms", "--"]);
    command.arg(truth()).args(script.split(' ')).env_remove("RPROF_NVML_LIBRARY");
    if let Some(library) = library {
        command.env("RPROF_NVML_LIBRARY", place.path(library));
    }
    done(command.output().unwrap())
}

fn has_column(place: &Place) -> bool {
    place.trace().lines().next().unwrap().contains("\"gpu\"")
}

#[test]
fn the_memory_of_a_gpu_is_a_column_and_is_named() {
    let place = Place::new();
    if !place.preload("libnvidia-ml.so.1", LIBRARY) {
        return skip("the GPU memory of NVML: no C compiler");
    }
    let ran = record(&place, Some("libnvidia-ml.so.1"), "touch 20MiB hold 500ms");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    if !std::path::Path::new("/proc/thread-self/children").exists() {
        return skip("the GPU memory of NVML: the kernel does not list children");
    }
    assert!(has_column(&place), "{}", place.trace());
    assert_eq!(place.peak()["largest_parts"]["gpu_bytes"], 256 * MIB, "{}", place.trace());
    assert!(ran.stderr.contains("+ 256.0 MiB GPU memory"), "{}", ran.stderr);
    let printed = place.run("peak t.dat").stdout;
    assert!(printed.contains("+ GPU memory\t\t\t256.000 MiB"), "{printed}");
    // The other format has it too.
    assert_eq!(place.run("convert t.dat t.csv").code, Some(0));
    assert_eq!(place.peak_of("t.csv")["largest_parts"]["gpu_bytes"], 256 * MIB);
}

#[test]
fn the_members_of_a_tree_have_their_own() {
    let place = Place::new();
    if !place.preload("libnvidia-ml.so.1", LIBRARY) {
        return skip("the GPU memory of a tree: no C compiler");
    }
    let ran = record(&place, Some("libnvidia-ml.so.1"), "touch 5MiB fork 2 [ hold 600ms ] wait");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    if !std::path::Path::new("/proc/thread-self/children").exists() {
        return skip("the GPU memory of a tree: the kernel does not list children");
    }
    // The library knows the child of rprof only: its children hold none, and the stranger is no member.
    assert_eq!(place.peak()["largest_parts"]["gpu_bytes"], 256 * MIB);
}

/// The library opens the devices of the driver, which are none of the command's.
#[test]
fn the_command_does_not_inherit_what_the_library_opens() {
    let place = Place::new();
    if !place.preload("libnvidia-ml.so.1", LIBRARY) {
        return skip("the descriptors of NVML: no C compiler");
    }
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "--", "sh", "-c", "ls -l /proc/self/fd"]);
    let ran = done(command.env("RPROF_NVML_LIBRARY", place.path("libnvidia-ml.so.1")).output().unwrap());
    assert!(ran.stdout.contains("-> /dev/null") && !ran.stdout.contains("/dev/zero"), "{}", ran.stdout);
    assert!(has_column(&place), "the library was not loaded");
}

#[test]
fn a_machine_without_a_gpu_has_no_column() {
    let place = Place::new();
    if ["/dev/dri", "/dev/nvidiactl"].iter().any(|path| std::path::Path::new(path).exists()) {
        return skip("a trace without GPU memory: this machine has a GPU");
    }
    assert_eq!(record(&place, None, "touch 1MiB").code, Some(0));
    assert!(!has_column(&place), "{}", place.trace());
    assert!(place.peak()["largest_parts"]["gpu_bytes"].is_null());
}

/// A library that is missing, is none, or lacks functions is no reason to fail.
#[test]
fn a_library_that_does_not_work_is_ignored() {
    let place = Place::new();
    std::fs::write(place.path("text.so"), "no library").unwrap();
    let mut names = vec!["missing.so", "text.so"];
    if place.preload("old.so", "int nvmlInit_v2(void) { return 0; }") {
        names.push("old.so");
    }
    for name in names {
        let ran = record(&place, Some(name), "touch 5MiB hold 100ms");
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(place.peak()["largest_parts"]["gpu_bytes"].is_null(), "{name}");
    }
}
