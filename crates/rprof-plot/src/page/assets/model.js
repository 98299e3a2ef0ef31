// The runs of the page: what is known at once, and the rest once it is unpacked.
rprof.model = (() => {
  "use strict";
  const { Curve } = rprof.curve;

  /** A column of the ticks. It is known where it changes, perhaps only as the difference to others. */
  class Column {
    constructor(run, { name, rows, changes, minus }) {
      Object.assign(this, { run, name, rows, changes, minus });
    }

    /** The value in a row of the ticks; NaN if it is not known. */
    at(row) {
      const { rows, changes, minus, run } = this;
      let low = 0,
        high = rows.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle] <= row) low = middle + 1;
        else high = middle;
      }
      if (low === 0) return NaN;
      const change = changes[low - 1];
      if (!minus) return change;
      return minus.reduce((rest, name) => rest - (run.part(name, row) || 0), run.total.values[row] + change);
    }
  }

  const NO_CURVE = () => new Curve(new Float64Array(0), new Float64Array(0));

  class Run {
    constructor(head, index) {
      Object.assign(this, head, { index, isReady: false, progress: "unpacking…", layout: null });
      this.columns = new Map();
      this.processes = [];
      Object.assign(this, { moreProcesses: 0, marks: [], moreMarks: 0, gaps: [], notes: [], endings: [] });
      this.spans = { names: [], name: [], from: [], to: [], level: [], rank: [], totals: [], more: 0, more_names: 0 };
      this.pssCurve = NO_CURVE();
      this.cgroupCurve = NO_CURVE();
      this.groups = null;
      this.functions = null;
      this.setTotal(head.overview.times, head.overview.values);
    }

    /** The end of the axis of time. */
    get length() {
      const { times } = this.total;
      return Math.max(this.elapsed, times.length ? times[times.length - 1] : 0, 1e-6);
    }

    /** Takes the values of the ticks. The last one holds until the end of the run, and falls to 0 there. */
    setTotal(times, values) {
      this.rows = times.length;
      const last = times.length - 1;
      const gap = this.gaps[this.gaps.length - 1];
      const holds = this.end && last >= 0 && this.end.time >= times[last] && values[last] > 0 && !(gap && gap[1] > times[last]);
      const more = !holds ? [] : this.end.detached ? [values[last]] : [values[last], 0];
      const all = [new Float64Array(times.length + more.length), new Float64Array(times.length + more.length)];
      all[0].set(times);
      all[1].set(values);
      all[0].fill(holds ? this.end.time : 0, times.length);
      all[1].set(more, times.length);
      this.total = new Curve(...all);
    }

    /** Takes what was unpacked. */
    fill(texts, curves) {
      Object.assign(this, { marks: texts.marks, moreMarks: texts.more_marks, gaps: texts.gaps, notes: texts.notes });
      Object.assign(this, { endings: texts.endings, spans: texts.spans, moreProcesses: texts.processes.more });
      this.layout = curves.layout;
      this.setTotal(curves.times, curves.values);
      for (const column of curves.columns) this.columns.set(column.name, new Column(this, column));
      this.pssCurve = new Curve(curves.pss.times, curves.pss.values);
      this.cgroupCurve = new Curve(curves.cgroup.times, curves.cgroup.values);
      const packed = new Map(curves.processes.map((curve) => [curve.life, curve]));
      const isAlone = texts.processes.rows.length === 1 && texts.processes.more === 0;
      this.processes = texts.processes.rows.map((row) => this.process(row, packed.get(row[0]), isAlone));
      this.isReady = true;
    }

    process([life, pid, parent, name, command, label, start, end, code, signal, peak, isExact, atPeak], packed, isAlone) {
      // The page has no curve of its own for the only process.
      let curve = isAlone && !packed ? this.total : null;
      if (packed) {
        let { times, values } = packed;
        const last = times.length - 1;
        if (end == null && this.has_ticks && times[last] < this.elapsed) {
          times = Float64Array.from([...times, this.elapsed]);
          values = Float64Array.from([...values, values[last]]);
        }
        curve = new Curve(times, values, 0);
      }
      return { life, pid, parent, name, command, label, start, end, code, signal, peak, isExact, atPeak, curve };
    }

    /** The value of a part of memory in a row of the ticks; NaN if it is not known. Beyond the last tick it holds up to the end. */
    part(name, row) {
      const column = this.columns.get(name);
      if (!column) return NaN;
      return row > this.rows ? 0 : column.at(Math.min(row, this.rows - 1));
    }

    /** The row to describe at a time: the highest of those within `reach` seconds, else the nearest. */
    rowNear(time, reach) {
      const { times } = this.total;
      if (times.length === 0) return -1;
      const first = this.total.before(time - reach) + 1,
        end = this.total.before(time + reach) + 1;
      if (end - first > 1) return this.total.extremes(first, end)[1];
      const left = Math.max(0, this.total.before(time)),
        right = Math.min(times.length - 1, left + 1);
      return time - times[left] <= times[right] - time ? left : right;
    }

    /** True if nothing was measured at a time. */
    isInGap(time) {
      return this.gaps.some(([from, to]) => time > from && time < to);
    }
  }

  /** The runs of the page, not yet unpacked. */
  function read() {
    const head = JSON.parse(document.getElementById("data").textContent);
    return { ...head, runs: head.runs.map((run, index) => new Run(run, index)) };
  }

  /** Unpacks a run. */
  async function unpack(run) {
    const { json, curves } = rprof.unpack;
    const functions = `functions-${run.index}`;
    const [texts, packed, found] = await Promise.all([
      json(`text-${run.index}`),
      curves(`curves-${run.index}`),
      document.getElementById(functions) ? json(functions) : null,
    ]);
    if (found) run.functions = new rprof.functions.Functions(found);
    run.fill(texts, packed);
  }

  return { Run, read, unpack };
})();
