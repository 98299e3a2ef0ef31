// Shapes as path data, which a canvas and an SVG both understand.
rprof.paths = (() => {
  "use strict";
  const number = (value) => (Math.round(value * 100) / 100).toString();

  /** For each point, true if a gap lies between it and the one before. */
  function breaks(times, gaps) {
    const found = new Uint8Array(times.length);
    let gap = 0;
    for (let at = 1; at < times.length && gap < gaps.length; at++) {
      while (gap < gaps.length && gaps[gap][1] <= times[at - 1]) gap++;
      if (gap < gaps.length && gaps[gap][0] < times[at]) found[at] = 1;
    }
    return found;
  }

  /** The pieces of a line: from one place up to before another, without gaps and unknown values. */
  function pieces(times, values, gaps) {
    const broken = breaks(times, gaps),
      found = [];
    let from = 0;
    for (let at = 0; at <= times.length; at++) {
      const ends = at === times.length || broken[at] || Number.isNaN(values[at]);
      if (!ends) continue;
      if (at > from) found.push([from, at]);
      from = at < times.length && Number.isNaN(values[at]) ? at + 1 : at;
    }
    return found;
  }

  /** A line. `x` and `y` turn times and values into positions. */
  function line(times, values, gaps, x, y) {
    let path = "";
    for (const [from, to] of pieces(times, values, gaps)) {
      for (let at = from; at < to; at++) {
        path += `${at === from ? "M" : "L"}${number(x(times[at]))} ${number(y(values[at]))}`;
      }
      // A point between two gaps is a dot.
      if (to - from === 1) path += "h0.01";
    }
    return path;
  }

  /** The area between two lines of the same times; `lower` is null for the time axis. */
  function area(times, lower, upper, gaps, x, y) {
    let path = "";
    for (const [from, to] of pieces(times, upper, gaps)) {
      for (let at = from; at < to; at++) {
        path += `${at === from ? "M" : "L"}${number(x(times[at]))} ${number(y(upper[at]))}`;
      }
      for (let at = to - 1; at >= from; at--) {
        path += `L${number(x(times[at]))} ${number(y(lower ? lower[at] : 0))}`;
      }
      path += "Z";
    }
    return path;
  }

  return { line, area };
})();
