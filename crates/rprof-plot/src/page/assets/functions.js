// The functions that held memory at some moments of a run, as `src/page/functions.rs` packs them. Between two moments the
// earlier one counts, as in `rprof where --at`.
rprof.functions = (() => {
  "use strict";
  const { units } = rprof;
  const { Curve } = rprof.curve;
  const MOST_LAYERS = 12,
    COLOURS = 16,
    MOST_NAMED = 5;
  /** A layer with a smaller share of the highest look is not seen. */
  const THIN = 0.005;

  class Functions {
    constructor({ times, rss, sums, unit, functions, more }) {
      Object.assign(this, { times, rss, sums, more, rowsOf: new Map() });
      this.curve = new Curve(Float64Array.from(times), Float64Array.from(rss));
      // The bounds in the page are those of this moment.
      this.peak = this.curve.extremes(0, times.length)[1];
      const levels = (steps) => {
        let sum = 0;
        return Float64Array.from(steps, (step) => (sum += step) * unit);
      };
      this.all = functions.map(([name, library, source, isAttributed, steps, totalSteps, distances], rank) => {
        const values = levels(steps);
        const totals = totalSteps ? levels(totalSteps) : values;
        const bounds = distances && distances.map((distance) => distance * unit);
        return { rank, name, library, source, isAttributed: Boolean(isAttributed), values, totals, bounds };
      });
    }

    /** The number of the moment that counts at a time: the last one up to it, or the first of all. */
    at(time) {
      return Math.max(0, this.curve.before(time));
    }

    /** The number of the highest moment between two times; the one that counts at the first time if there is none. */
    highest(from, to) {
      const first = this.curve.before(from - 1e-9) + 1,
        end = this.curve.before(to) + 1;
      return end > first ? this.curve.extremes(first, end)[1] : this.at(from);
    }

    /**
     * What held memory at a moment, or called what did, the largest first, with the functions that the page does not have as
     * one row. At the peak a row also has the bounds of its `bytes`, `own`, and of its `total`, `all`.
     */
    rows(moment) {
      if (this.rowsOf.has(moment)) return this.rowsOf.get(moment);
      const whole = this.sums[moment];
      const rows = this.all.map((one) => this.row(one, moment));
      const shown = rows.filter((row) => row.total > 0);
      shown.sort((a, b) => b.bytes - a.bytes || b.total - a.total || a.rank - b.rank);
      const rest = whole - shown.reduce((all, row) => all + row.bytes, 0);
      if (rest > 0)
        shown.push({
          rank: this.all.length,
          name: this.more === 1 ? "1 smaller function" : `${this.more} smaller functions`,
          library: "",
          source: "",
          isAttributed: true,
          isRest: true,
          bytes: rest,
          share: rest / whole,
          total: NaN,
        });
      this.rowsOf.set(moment, shown);
      return shown;
    }

    row(one, moment) {
      const bytes = one.values[moment],
        total = one.totals[moment];
      const row = { ...one, bytes, total, share: bytes / this.sums[moment] };
      if (moment !== this.peak || !one.bounds) return row;
      const [less, more, lessInAll, moreInAll] = one.bounds;
      return { ...row, own: [bytes - less, bytes + more], all: [total - lessInAll, total + moreInAll] };
    }

    /** The bytes at a moment that have no function. */
    unattributed(moment) {
      return this.rows(moment).reduce((all, row) => all + (row.isAttributed ? 0 : row.bytes), 0);
    }
  }

  /** The moment that a state shows, `moment`, and in `words` why. The cursor comes first, then a chosen span, then the part shown. */
  function shown({ run, time, from, to, span }) {
    const functions = run.functions;
    const step = Math.min(0.01, (to - from) / 1000);
    const instant = (at) => units.instant(at, step);
    const has = (moment, [begin, end]) => functions.times[moment] >= begin && functions.times[moment] <= end;
    if (time != null) {
      const moment = functions.at(time),
        seen = functions.times[moment];
      const when = seen > time ? "looked at the pages first at" : "last looked at the pages at";
      return { moment, words: `At the cursor, ${instant(time)}: rprof ${when} ${instant(seen)}` };
    }
    const isWhole = from <= 0 && to >= run.length && span == null;
    const stretch = span == null ? [from, to] : [run.spans.from[span], rprof.spans.endOf(run, span)];
    const place = span == null ? "part shown" : `span \`${run.spans.names[run.spans.name[span]]}\``;
    const moment = functions.highest(...stretch);
    const at = instant(functions.times[moment]);
    if (isWhole) return { moment, words: `At the moment with most memory, ${at}` };
    if (has(moment, stretch)) return { moment, words: `At the moment with most memory in the ${place}, ${at}` };
    const when = functions.times[moment] > stretch[1] ? "first did at" : "last did before, at";
    return { moment, words: `rprof did not look at the pages in the ${place}; it ${when} ${at}` };
  }

  /** The memory of a moment in words: `208.2 MiB RSS, of which 12.1 MiB (5.8 %) have no function`. */
  function about(functions, moment, unit) {
    const missing = functions.unattributed(moment);
    const share = percent(missing / functions.sums[moment]);
    return `${units.bytes(functions.rss[moment], unit)} RSS, of which ${units.bytes(missing, unit)} (${share}) are not attributed`;
  }

  /** `12.3 %` */
  const percent = (share) => (share >= 0 ? `${(share * 100).toFixed(1)} %` : "–");

  /** `at least 28.1 MiB` and `at most 33.0 MiB`: the bounds of a value that differ visibly from it, by more than 1 %. */
  function bounds(value, limits, unit) {
    if (!limits) return [];
    const text = (bytes) => units.bytes(bytes, unit);
    const differs = (bytes) => Math.abs(bytes - value) > value / 100 && text(bytes) !== text(value);
    return ["at least", "at most"].map((word, at) => differs(limits[at]) && `${word} ${text(limits[at])}`).filter(Boolean);
  }

  /** The largest functions of a moment as rows of the values at the cursor. */
  function largest(functions, moment, unit) {
    const own = functions.rows(moment).filter((row) => row.isAttributed && !row.isRest && row.bytes > 0);
    const rows = own.slice(0, MOST_NAMED).map((row) => ({
      label: row.name,
      title: [row.name, row.library, row.source].filter(Boolean).join(" · "),
      value: units.bytes(row.bytes, unit),
    }));
    const missing = functions.unattributed(moment);
    const others = functions.sums[moment] - missing - own.slice(0, MOST_NAMED).reduce((all, row) => all + row.bytes, 0);
    if (others > 0) rows.push({ label: "other functions", value: units.bytes(others, unit) });
    rows.push({ label: "not attributed", title: "no page fault was recorded near this memory", value: units.bytes(missing, unit) });
    return rows;
  }

  /** The functions on one another: those that hold most in the part shown, and all other memory. No layer is above the run. */
  function layers(run, { from, to }) {
    const { functions } = run;
    const first = functions.at(from),
      end = Math.max(first + 1, functions.curve.before(to) + 1);
    const within = ({ values }) => values.subarray(first, end).reduce((most, value) => Math.max(most, value), 0);
    const least = Math.max(1, THIN * within({ values: functions.curve.values }));
    const found = functions.all.map((one) => ({ one, size: within(one) })).filter(({ size }) => size >= least);
    found.sort((a, b) => b.size - a.size || a.one.rank - b.one.rank);
    const shown = found.slice(0, MOST_LAYERS).map(({ one }) => one);
    shown.sort((a, b) => a.rank - b.rank);
    // The sums of the layers up to each, at each moment.
    const sums = [new Float64Array(functions.times.length)];
    for (const { values } of shown) sums.push(sums[sums.length - 1].map((sum, moment) => sum + values[moment]));
    const upTo = (number, time, row) => {
      const moment = functions.curve.before(time);
      return moment < 0 ? 0 : Math.min(sums[number][moment], run.total.values[row]);
    };
    const own = shown.map((one, number) => ({
      key: `function-${one.rank}`,
      label: one.name,
      title: [one.name, one.library, one.source].filter(Boolean).join(" · "),
      colour: `block${one.rank % COLOURS}`,
      at: (time, row) => upTo(number + 1, time, row) - upTo(number, time, row),
    }));
    const rest = {
      key: "others",
      label: "all other memory",
      colour: "rest",
      at: (time, row) => run.total.values[row] - upTo(shown.length, time, row),
    };
    return [...own, rest];
  }

  return { Functions, shown, about, percent, bounds, largest, layers };
})();
