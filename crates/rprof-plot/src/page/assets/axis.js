// The ticks of axes: round numbers in the unit that the axis shows.
rprof.axis = (() => {
  "use strict";
  const { units } = rprof;
  const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

  /** The step of 1, 2 or 5 times a power of ten for at most this many steps in a length. */
  function round(length, most) {
    const least = length / Math.max(1, most);
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999999);
  }

  function multiples(from, to, step) {
    const ticks = [];
    for (let at = Math.ceil(from / step - 1e-9); at * step <= to * (1 + 1e-12); at++) ticks.push(at * step);
    return ticks;
  }

  /**
   * The axis of memory from 0 up to at least `highest` bytes: `to`, the ticks in bytes, their labels, the unit, and
   * `share`, from bytes to the share of the height.
   */
  function memory(highest, chosen, height) {
    const top = Math.max(highest, 1) * 1.09;
    const unit = chosen === "auto" ? units.unitOf(top) : chosen;
    const size = units.SIZES[unit];
    let step = round(top / size, Math.max(2, Math.floor(height / 46)));
    if (unit === "B") step = Math.max(1, step);
    const ticks = multiples(0, top / size, step).map((tick) => tick * size);
    const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
    return { to: top, ticks, labels: ticks.map((tick) => (tick / size).toFixed(digits)), unit, share: (value) => value / top };
  }

  /** A logarithmic axis of memory. It begins below the lowest value, but spans at most five powers of ten. */
  function logarithmic(lowest, highest, chosen) {
    const top = Math.max(highest, 1) * 1.25;
    const from = Math.min(Math.max(lowest, top / 1e5, 1) * 0.8, top / 2);
    const unit = chosen === "auto" ? units.unitOf(top) : chosen;
    const size = units.SIZES[unit];
    const share = (value) => (value <= from ? 0 : Math.log(value / from) / Math.log(top / from));
    const factors = Math.log10(top / from) > 2.5 ? [1] : [1, 2, 5];
    const ticks = [];
    for (let power = Math.floor(Math.log10(from / size)); 10 ** power * size <= top; power++) {
      ticks.push(...factors.map((factor) => factor * 10 ** power * size).filter((tick) => tick >= from && tick <= top));
    }
    const labels = ticks.map((tick) => String(Number((tick / size).toPrecision(2))));
    return { to: top, ticks, labels, unit: `${unit}, log`, share };
  }

  /** The axis of time from one instant to another: ticks in seconds, labels, and the name of their form. */
  function time(from, to, width) {
    const most = Math.max(2, Math.floor(width / 78));
    const length = to - from;
    let step = round(length, most);
    if (to >= 120 && step >= 1) step = TIMES.find((candidate) => candidate >= length / most) || round(length / 86400, most) * 86400;
    const ticks = multiples(from, to, step);
    const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
    if (to < 120) return { ticks, labels: ticks.map((tick) => tick.toFixed(digits)), form: "s", step };
    const form = to >= 3600 ? "h:min:s" : "min:s";
    return { ticks, labels: ticks.map((tick) => units.clock(tick, digits)), form, step };
  }

  return { memory, logarithmic, time };
})();
