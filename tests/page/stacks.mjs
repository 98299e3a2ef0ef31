// Stacks files for the tests, as rprof writes them beside a trace. A page of memory has 1 MiB in them, so that a test knows
// what the page must show.

const KIND = { header: 1, module: 2, frame: 3, node: 4, fault: 9, scan: 10, moment: 11, symbols: 12, end: 14, text: 15, place: 16 };
const MIB = 2 ** 20;
const PID = 100;

/** An integer, seven bits a byte. */
function integer(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  return [...bytes, value];
}

function text(words) {
  const bytes = [...new TextEncoder().encode(words)];
  return [...integer(bytes.length), ...bytes];
}

const integers = (...values) => values.flatMap(integer);
const record = (kind, ...payload) => [kind, ...integer(payload.flat().length), ...payload.flat()];

/**
 * The stacks of a run. `functions` have `name`, `library`, `file` and `line`; one without a name is memory without a fault.
 * `parent` is the number of an earlier one that calls it, and `lost` the number of its first pages whose stacks were lost.
 * Each of `looks` is a time in seconds and the MiB that each function holds then.
 */
export function stacks(functions, looks) {
  const start = (at) => (at + 1) * 2 ** 32;
  const found = [
    record(KIND.header, integers(1, 1, 1, MIB, 2 * MIB), text("rprof 0.1.0")),
    ...functions.map(({ library }) => record(KIND.module, text(`/lib/${library || "none"}`))),
    ...functions.map((_, at) => record(KIND.frame, integers(at, 64))),
    ...functions.map(({ parent }, at) => record(KIND.node, integers(parent === undefined ? 0 : parent + 1, at))),
    ...functions.map(({ name, file, line }, at) => record(KIND.symbols, integers(at, 1), text(name || ""), text(file || ""), integer(line || 0))),
    record(KIND.text, text("[heap]")),
  ];
  const touched = functions.map(() => 0);
  for (const [seconds, held] of looks) {
    const time = Math.round(seconds * 1e9);
    functions.forEach(({ name, lost = 0 }, at) => {
      for (; name && touched[at] < held[at]; touched[at]++) {
        const kind = touched[at] < lost ? KIND.place : KIND.fault;
        found.push(record(kind, integers(time, PID, PID, start(at) + touched[at] * MIB, MIB, at + 1, 1)));
      }
      touched[at] = Math.min(touched[at], held[at]);
    });
    const rss = held.reduce((all, own) => all + own, 0) * MIB;
    const present = held.map((own, at) => [start(at), own * MIB]).filter(([, length]) => length > 0);
    const ranges = (more) => {
      let end = 0;
      return present.flatMap(([from, length]) => {
        const gap = from - end;
        end = from + length;
        return [...integers(gap, length), ...more];
      });
    };
    found.push(
      record(KIND.scan, integers(time, PID, rss, present.length), ranges([0]), integer(present.length), ranges([0])),
      record(KIND.moment, integers(time, PID, 1, PID, rss)),
    );
  }
  found.push(record(KIND.end));
  return Uint8Array.from([...new TextEncoder().encode("rprof stacks\n"), ...found.flat()]);
}
