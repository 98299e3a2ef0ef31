// Traces for the tests, as rprof writes them. Their values are plain, so that a test knows what the page must show.

const START = 1795378398;
const MIB = 1 << 20;

/** A text that would become an element if a page took it as HTML. */
export const EVIL = "</script><script>document.title='taken'</script><img src=x onerror=document.title='taken'><!--";

const header = (more = {}) =>
  `RPROF ${JSON.stringify({
    format: 1,
    writer: "rprof 0.1.0",
    command: ["make", "-j2"],
    start: "2026-11-22T20:13:18.000000000+01:00",
    start_s: START,
    host: "here",
    os: "Linux 6.18 x86_64",
    page_size: 4096,
    interval_s: 0.1,
    metric: "rss",
    tree: true,
    exact: false,
    attached: false,
    columns: ["anon", "upper", "page_tables", "file", "vsz", "shmem", "swap", "processes"],
    ...more,
  })}`;

/** A tree of two processes over 10 s: `make` with 10 MiB, and compilers that grow from 0 to 40 MiB in each second. */
export function tree() {
  const lines = [
    header(),
    "CMDLINE make -j2",
    `PROC 100:make 0.000000 ${JSON.stringify({ pid: 100, ppid: 1, name: "make", args: ["make", "-j2"] })}`,
  ];
  for (let tick = 0; tick < 100; tick++) {
    const time = tick / 10,
      second = Math.floor(time),
      pid = 200 + second;
    const own = 10 * 1024,
      child = (tick % 10) * 4 * 1024;
    if (tick % 10 === 0) {
      if (second > 0) lines.push(`EXIT ${pid - 1}:cc1 ${(time - 0.05).toFixed(6)} {"hwm_bytes":${36 * MIB},"exit_code":0}`);
      lines.push(
        `PROC ${pid}:cc1 ${time.toFixed(6)} ${JSON.stringify({ pid, ppid: 100, name: "cc1", args: ["cc1", "-quiet", `file${second}.c`] })}`,
      );
    }
    const epoch = (START + time).toFixed(6);
    if (tick === 0) lines.push(`CHLD 100:make 10 ${epoch} ${own - 2048} - 20 2048 90000 0 0`);
    lines.push(`CHLD ${pid}:cc1 ${child / 1024} ${epoch} ${child} - 10 0 50000 0 0`);
    const total = own + child;
    lines.push(`MEM ${total / 1024} ${epoch} ${total - 2048} ${total + 1024} 30 2048 140000 0 0 2`);
    if (tick % 5 === 0) lines.push(`PSS ${total / 1024 - 1} ${epoch}`);
    if (tick === 20) lines.push(`SPAN begin 100.1.1 ${epoch} outer ${EVIL}`, `MARK ${epoch} half ${EVIL}`);
    if (tick === 30) lines.push(`SPAN begin 100.1.2 ${epoch} inner`);
    if (tick === 35) lines.push(`SPAN end 100.1.2 ${epoch}`);
    if (tick === 60) lines.push(`SPAN end 100.1.1 ${epoch}`);
  }
  lines.push(`NOTE ${"key"} ${EVIL}`);
  lines.push(
    `END ${JSON.stringify({ elapsed_s: 10, exit_code: 0, signal: null, user_s: 8, system_s: 1, hwm_bytes: 36 * MIB, upper_bytes: 50 * MIB, ticks: 100, overruns: 0, processes: 11 })}`,
  );
  return `${lines.join("\n")}\n`;
}

/** A run whose machine slept between 2 s and 8 s. */
export function gap() {
  const lines = [header({ command: ["sleeper"] }), "CMDLINE sleeper"];
  for (const tick of [...Array(20).keys(), ...Array.from({ length: 20 }, (_, at) => 80 + at)]) {
    if (tick === 80) lines.push("GAP 2.000000 8.000000");
    lines.push(`MEM ${100 + tick} ${(START + tick / 10).toFixed(6)} 1000 ${(100 + tick) * 1024} 1 0 9000 0 0 1`);
  }
  return `${lines.join("\n")}\nEND {"elapsed_s":10,"exit_code":0,"ticks":40,"processes":1}\n`;
}

/** A million ticks at 1 kHz, with one spike of one tick. */
export function long(ticks) {
  const lines = [header({ command: ["long"], interval_s: 0.001 }), "CMDLINE long"];
  for (let tick = 0; tick < ticks; tick++) {
    const pages = tick === 777777 ? 400000 : 20000 + (tick % 50000) + ((tick * 7919) % 512);
    const kib = pages * 4;
    lines.push(`MEM ${kib / 1024} ${(START + tick / 1000).toFixed(6)} ${kib - 2048} ${kib} 1 2048 9000000 0 0 1`);
  }
  return `${lines.join("\n")}\nEND {"elapsed_s":${ticks / 1000},"exit_code":0,"ticks":${ticks},"processes":1}\n`;
}
