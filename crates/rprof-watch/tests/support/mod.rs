//! Traces in text for the tests of the screens.
#![allow(clippy::unwrap_used)]

use rprof_trace::Reader;
use rprof_watch::Run;

/// The state after all records of a trace.
pub fn read(trace: &str) -> Run {
    let mut run = Run::default();
    let mut reader = Reader::new(trace.as_bytes(), "t.dat");
    while let Some(entry) = reader.next_entry().unwrap() {
        run.add(&entry);
    }
    run
}

const START: f64 = 1_795_380_798.0;

fn header(command: &str) -> String {
    format!(
        "RPROF {{\"format\":1,\"writer\":\"rprof 0.1.0\",\"command\":[{command}],\"start_s\":{START},\"interval_s\":0.1,\
         \"metric\":\"rss\",\"tree\":true,\"memory_limit_bytes\":2147483648,\
         \"columns\":[\"anon\",\"file\",\"processes\"]}}\n"
    )
}

/// A build that is still running: a shell, make and some compilers, with spans, marks and steady growth.
pub fn build() -> String {
    let mut trace = header("\"make\",\"-j4\"") + "CMDLINE make -j4\n";
    let born = |pid: u32, ppid: u32, at: f64, args: &str| {
        let name = args.split('"').next().unwrap();
        format!(
            "PROC {pid}:{name} {at:.6} {{\"pid\":{pid},\"ppid\":{ppid},\"name\":\"{name}\",\"args\":[\"{args}\"]}}\n"
        )
    };
    trace += &born(100, 1, 0.0, "make\",\"-j4");
    for tick in 0..600_u32 {
        let at = f64::from(tick) * 0.1;
        let time = START + at;
        if tick % 100 == 5 {
            let number = tick / 100;
            trace += &born(200 + number, 100, at, &format!("cc1\",\"-O2\",\"src/file_{number}.c"));
            trace += &format!("MARK {time:.6} file {number}\n");
            trace += &format!("SPAN begin 200.1.{number} {time:.6} compile\n");
        }
        if tick % 100 == 95 {
            let number = tick / 100;
            if number < 4 {
                trace += &format!("EXIT {}:cc1 {at:.6} {{\"exit_code\":{}}}\n", 200 + number, number % 2);
                trace += &format!("SPAN end 200.1.{number} {time:.6}\n");
            }
        }
        if tick == 450 {
            trace += &born(300, 204, at, "ld\",\"-o\",\"program");
        }
        let compilers = if tick < 5 { 0 } else { 1 + u32::from(tick > 500) };
        let total = 20.0 + f64::from(tick) * 2.0 + f64::from(tick % 7);
        trace += &format!("CHLD 100:make 12 {time:.6} 4096 8192\n");
        if tick > 505 {
            trace += &format!("CHLD 205:cc1 {:.4} {time:.6} 4096 8192\n", f64::from(tick - 505));
        }
        if tick > 405 {
            trace += &format!("CHLD 204:cc1 {:.4} {time:.6} 4096 8192\n", total / 2.0);
        }
        trace += &format!("MEM {total} {time:.6} 40960 8192 {}\n", 1 + compilers);
    }
    trace += "NOTE seed 42\n";
    trace
}

/// The same build after its end.
pub fn ended() -> String {
    build()
        + "END {\"elapsed_s\":60.0,\"exit_code\":2,\"user_s\":50.0,\"system_s\":1.0,\"hwm_bytes\":900000000,\
           \"upper_bytes\":1400000000,\"exact\":false,\"ticks\":600,\"overruns\":0,\"processes\":8}\n"
}

/// A run whose names try to write to the terminal.
pub fn hostile() -> String {
    let evil = "\\u001b[31m\\u202eevil\\u0007\\u009b2J数え🦀";
    header(&format!("\"{evil}\""))
        + &format!(
            "PROC 5:x 0.000000 {{\"pid\":5,\"ppid\":5,\"name\":\"{evil}\",\"args\":[\"{evil}\",\"a\\nb\"]}}\n"
        )
        + &format!("MARK {START:.6} \u{1b}[2J\u{202e}mark\\nsecond\n")
        + &format!("SPAN begin 5.1.1 {START:.6} \u{1b}]0;title\u{7}span\n")
        + "NOTE key \u{1b}[31mnote\n"
        + &format!("MEM 10 {START:.6} 1024 512 1\nMEM 12 {:.6} 1024 512 1\n", START + 1.0)
}
