//! A real process that ends between the search and the reading of the same tick.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use crate::Sink;
use crate::platform::{Process, Search, adopt_orphans};
use crate::tree::{TickResult, Tree, TreeOptions};
use rprof_trace::{Metric, Record, Seconds};

/// The variable that is set in a process of its own, whose only children are those of one test.
const ALONE: &str = "RPROF_TEST_ALONE";

/// Under load, 2 of 1,000 runs of a random tree had a bound of 164 MiB and needed 198: a process ended before rprof
/// read it, and its child was born after the search of that tick.
#[test]
fn a_child_that_the_search_came_too_early_for_counts_with_its_parent() {
    if std::env::var_os(ALONE).is_none() {
        let name = std::thread::current().name().expect("the name of the test").to_owned();
        let mut alone = Command::new(std::env::current_exe().expect("this program"));
        let done = alone.args(["--exact", &name]).env(ALONE, "1").output().expect("it runs again");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        return;
    }
    adopt_orphans().expect("a subreaper");
    let search = Search::new(false);
    let script =
        "a=$(head -c 8000000 /dev/zero | tr '\\0' x); exec 3<&0; echo; read go; (read end <&3)& echo";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut parent = shell.spawn().expect("a shell");
    let mut shown = BufReader::new(parent.stdout.take().expect("its output"));
    let mut line = String::new();
    shown.read_line(&mut line).expect("it holds its memory");
    let options = TreeOptions { metric: Metric::Rss, exact: false, joined: false, args: false };
    let mut tree = Tree::new(parent.id(), Process::open(parent.id()), Some(search), options);
    let (time, sink): (_, Sink<'_>) = (Seconds(0.0), &mut |_: &Record<'_>| ());
    let held = tree.measure(time, sink).sum.value;
    assert!(held.0 > 8_000_000, "{held:?}");

    tree.admit_newborns(time, sink);
    parent.stdin.as_mut().expect("its input").write_all(b"go\n").expect("it reads");
    shown.read_line(&mut line).expect("it has forked");
    let parent_pid = Pid::from_raw(parent.id().cast_signed());
    waitid(Id::Pid(parent_pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).expect("it has ended");
    tree.read_members(time, &mut TickResult::default(), sink);
    let bound = tree.bound_window(time, sink).expect("a bound");
    assert!(bound.most().0 > held.0 + 8_000_000, "{held:?} for each of two processes, {bound:?}");
    drop(parent.stdin.take());
    parent.wait().expect("it is reaped");
}
