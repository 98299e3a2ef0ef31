// The packed blocks of the page: base64 of a zlib stream of JSON and numbers, as `src/page/curves.rs` writes them.
rprof.unpack = (() => {
  "use strict";

  /** The bytes of a block. The browser inflates them without a request. */
  async function bytesOf(id) {
    const text = atob(document.getElementById(id).textContent);
    const packed = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) packed[at] = text.charCodeAt(at);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function json(id) {
    return JSON.parse(new TextDecoder().decode(await bytesOf(id)));
  }

  /** Numbers of seven bits a byte, the lowest first. */
  class Numbers {
    constructor(bytes, at) {
      Object.assign(this, { bytes, at });
    }

    next() {
      let value = this.bytes[this.at++];
      if (value < 0x80) return value;
      value &= 0x7f;
      for (let scale = 128; ; scale *= 128) {
        const byte = this.bytes[this.at++];
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
    }

    signed() {
      const value = this.next();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }

    /** Numbers that were written as differences, each times a unit. */
    sums(count, unit) {
      const values = new Float64Array(count);
      let sum = 0;
      for (let at = 0; at < count; at++) {
        sum += this.signed();
        values[at] = sum * unit;
      }
      return values;
    }
  }

  /** The curves of a run: `times` and `values` of its ticks, the columns where they change, and the other curves. */
  async function curves(id) {
    const bytes = await bytesOf(id);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const layout = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const numbers = new Numbers(bytes, 4 + length);
    const seconds = (count) => {
      const times = numbers.sums(count, 1);
      // A unit below a second is the quotient of whole numbers: fewer digits are lost.
      const rate = Math.round(1 / layout.time_unit);
      const isExact = Math.abs(1 / rate - layout.time_unit) < 1e-12;
      for (let at = 0; at < count; at++) times[at] = isExact ? times[at] / rate : times[at] * layout.time_unit;
      return times;
    };
    const curve = ([count, unit]) => {
      const times = seconds(count);
      return { times, values: numbers.sums(count, unit) };
    };
    const times = seconds(layout.rows);
    const values = numbers.sums(layout.rows, layout.unit);
    const columns = layout.columns.map(([name, count, unit, minus]) => {
      const rows = new Uint32Array(count);
      for (let at = 0, row = 0; at < count; at++) rows[at] = row += numbers.next();
      const changes = new Float64Array(count);
      for (let at = 0, sum = 0; at < count; at++) {
        const code = numbers.next();
        if (code === 0) {
          changes[at] = NaN;
          continue;
        }
        sum += code % 2 === 1 ? (code - 1) / 2 : -code / 2;
        changes[at] = sum * unit;
      }
      return { name, rows, changes, minus };
    });
    const [pss, cgroup] = [curve(layout.pss), curve(layout.cgroup)];
    const processes = layout.processes.map(([life, count, unit]) => ({ life, ...curve([count, unit]) }));
    return { layout, times, values, columns, pss, cgroup, processes };
  }

  return { json, curves, isPossible: typeof DecompressionStream === "function" };
})();
