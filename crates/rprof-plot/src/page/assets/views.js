// The views of a run: which curves are drawn, how they are called, and in which order they lie on one another. A view has
// `top`, the curve of the whole; `lines`, curves of their own; and `layers`, which add up from the time axis.
rprof.views = (() => {
  "use strict";
  const { axis } = rprof;
  const { Curve, sum } = rprof.curve;
  const LINES = ["orange", "purple", "sky", "brown"];
  const DASHES = [[], [5, 2], [1.5, 1.5], [7, 2, 1.5, 2], [4, 1.5, 1.5, 1.5, 1.5, 1.5]];
  const TRACES = ["blue", "vermillion", "green", "purple", "orange", "sky", "ink"];
  const TRACE_DASHES = [[], [7, 2.5], [2, 2], [9, 2.5, 2, 2.5], [5, 2, 1.5, 2, 1.5, 2]];
  /** The colours of chosen processes, apart from those of the others. */
  const CHOSEN = ["vermillion", "purple", "brown", "ink"];
  const MOST_LINES = 8,
    MOST_LAYERS = 12;
  /** A process with a smaller share of the peak would lie on the time axis. */
  const SMALL = 0.02;
  /** A limit above this many times the highest value is not drawn. */
  const NEAR = 2;
  const KINDS = [
    ["anon", "anonymous", "block0", "heap, stacks, private copies"],
    ["file", "file-backed", "block1", "pages of files, which the kernel can take back"],
    ["shmem", "shared memory", "block2", "shared memory and tmpfs that is mapped"],
    ["hugetlb", "huge pages", "block3", "beside RSS: reserved through hugetlbfs"],
    ["page_tables", "page tables", "block5", "beside RSS: the kernel's tables of the pages"],
    ["swap", "swap", "block4", "beside RSS: swapped out"],
  ];

  const line = (key, label, colour, curve, more = {}) => ({ key, label, colour, curve, width: 1.5, dash: [], ...more });
  const total = (run, more = {}) => line("total", run.metric, "blue", run.total, { width: 1.8, ...more });

  /** The processes with curves, the largest first; chosen ones before all others. */
  function largest(run, state) {
    const own = run.processes.filter((process) => process.curve);
    own.sort((a, b) => (b.peak || 0) - (a.peak || 0) || a.life - b.life);
    const isChosen = (process) => state.chosen.has(process.life);
    return [...own.filter(isChosen), ...own.filter((process) => !isChosen(process))];
  }

  /** The curves of programs: the sum of all processes of one name, the largest first. */
  function programs(run) {
    if (run.groups) return run.groups;
    const groups = new Map();
    for (const process of run.processes) {
      if (!process.curve) continue;
      if (!groups.has(process.name)) groups.set(process.name, []);
      groups.get(process.name).push(process);
    }
    run.groups = [...groups].map(([name, members]) => {
      const curve = members.length === 1 ? members[0].curve : sum(members.map((member) => member.curve));
      const [, peak] = curve.range(0, run.length);
      return { name, members, curve, peak };
    });
    run.groups.sort((a, b) => b.peak - a.peak);
    return run.groups;
  }

  /** The total, PSS, and the largest processes as lines. */
  function lines(run, state) {
    const own = [];
    if (run.pssCurve.length) own.push(pss(run));
    const swap = stepped(run, "swap");
    if (swap) own.push(line("swap", "swap", "dark", swap, { dash: [2, 2] }));
    const least = SMALL * (run.peak ? run.peak.value : 0);
    const all = largest(run, state);
    const several = all.length > 1 || (all.length === 1 && run.processes.length > 1) || state.chosen.size > 0;
    const shown = all.filter((process, at) => state.chosen.has(process.life) || (at < MOST_LINES && process.peak >= least));
    if (several) {
      shown.forEach((process, at) => {
        const isChosen = state.chosen.has(process.life);
        const look = { width: isChosen ? 2.6 : 1.3, dash: isChosen ? [] : DASHES[at % DASHES.length], isProcess: true };
        own.push(
          line(
            `process-${process.life}`,
            process.label,
            isChosen ? CHOSEN[at % CHOSEN.length] : LINES[at % LINES.length],
            process.curve,
            look,
          ),
        );
      });
    }
    return {
      top: total(run, { label: several ? `all processes (${run.metric})` : run.metric, fill: true }),
      lines: own,
      layers: [],
      note: others(run, several ? shown.length : 0),
    };
  }

  function others(run, shown) {
    const rest = run.processes.filter((process) => process.peak > 0).length + run.moreProcesses - shown;
    return shown > 0 && rest > 0 ? `${rest} more ${rest === 1 ? "process" : "processes"}: see the table` : "";
  }

  /** PSS is measured in rounds. Between two of them nothing is known, so a value holds for a short time only. */
  function pss(run) {
    const at = (time) => {
      const round = run.pssCurve.before(time);
      return round >= 0 && time - run.pssCurve.times[round] <= held(run, run.length) ? run.pssCurve.values[round] : NaN;
    };
    return line("pss", "PSS", "green", run.pssCurve, { dash: [6, 2.5], at, points: (...stretch) => rounds(run, ...stretch) });
  }

  /** The time for which a round counts, if a stretch of this width is shown. */
  const held = (run, width) => Math.max(5 * (run.interval || 0), width / 100);

  /** The rounds between two times as steps. None lies above the total: shared pages count once in it. */
  function rounds(run, from, to, columns) {
    const { times, values } = run.pssCurve,
      width = to - from;
    const places = run.pssCurve.places(from, to, columns);
    if (places.length > columns) return { times: places.map((at) => times[at]), values: places.map((at) => values[at]) };
    const steps = { times: [], values: [] };
    const push = (time, value) => {
      steps.times.push(time);
      steps.values.push(value);
    };
    for (const at of places) {
      const begin = times[at],
        next = at + 1 < times.length ? times[at + 1] : run.length;
      const bound = run.total.at(begin);
      const value = bound < values[at] ? bound : values[at];
      const end = fallsBelow(run.total, value, begin, Math.min(next, begin + held(run, width)));
      push(begin, value);
      push(end, value);
      if (next - end > width / 800) push(end, NaN);
    }
    return steps;
  }

  /** The time at which a curve falls below a value, at the latest `limit`. */
  function fallsBelow(curve, value, from, limit) {
    const { times, values } = curve;
    for (let at = curve.before(from) + 1; at < times.length && times[at] <= limit; at++) {
      if (values[at] < value) {
        const share = at > 0 && values[at - 1] > values[at] ? (values[at - 1] - value) / (values[at - 1] - values[at]) : 0;
        return Math.max(from, times[at - 1] + Math.min(1, Math.max(0, share)) * (times[at] - times[at - 1]));
      }
    }
    return limit;
  }

  /** A column of the ticks as a curve with a step at each change; null if the run does not have it. */
  function stepped(run, name) {
    const column = run.columns.get(name);
    if (!column) return null;
    const times = [],
      values = [];
    column.rows.forEach((row, at) => {
      const time = run.total.times[row];
      if (at > 0) {
        times.push(time);
        values.push(column.changes[at - 1]);
      }
      times.push(time);
      values.push(column.changes[at]);
    });
    times.push(run.total.times[run.rows - 1]);
    values.push(column.changes[column.changes.length - 1]);
    return new Curve(Float64Array.from(times), Float64Array.from(values));
  }

  /** The largest processes, or programs, on one another. What they leave of the total is the last layer. */
  function processes(run, state) {
    const parts = state.grouped
      ? programs(run).map((group) => ({
          key: `program-${group.name}`,
          label: group.members.length > 1 ? `${group.name} (${group.members.length})` : group.name,
          curve: group.curve,
          lives: group.members.map((member) => member.life),
        }))
      : largest(run, state).map((process) => ({
          key: `process-${process.life}`,
          label: process.label,
          curve: process.curve,
          lives: [process.life],
        }));
    // Of the stretch that is shown: a build has hundreds of compilers, a few at a time. Each keeps its colour.
    const within = (part) => part.curve.range(state.from, state.to)[1] || 0;
    const ranked = parts.map((part, rank) => ({
      ...part,
      rank,
      size: within(part),
      isChosen: part.lives.some((life) => state.chosen.has(life)),
    }));
    const shown = ranked
      .sort((a, b) => b.isChosen - a.isChosen || b.size - a.size || a.rank - b.rank)
      .slice(0, MOST_LAYERS)
      .filter((part) => part.size > 0);
    shown.sort((a, b) => b.isChosen - a.isChosen || a.rank - b.rank);
    const layers = shown.map((part) => ({ ...part, colour: `block${part.rank % 16}`, isProcess: true, at: (time) => part.curve.at(time) }));
    const rest = parts.length - shown.length;
    const own = [...layers];
    const known = (time) => own.reduce((all, layer) => all + (layer.at(time) || 0), 0);
    layers.push({
      key: "others",
      label: rest > 0 ? `${rest} others` : "rest",
      colour: "rest",
      at: (time, row) => Math.max(0, run.total.values[row] - known(time)),
    });
    return { top: total(run, { label: `all processes (${run.metric})` }), lines: [], layers, note: "" };
  }

  /** The kinds of memory on one another. Those beside RSS lie above its line. */
  function kinds(run) {
    const layers = KINDS.filter(([name]) => run.columns.has(name)).map(([name, label, colour, title]) => ({
      key: name,
      label,
      colour,
      title,
      at: (_, row) => run.part(name, row),
    }));
    return { top: total(run), lines: [], layers, note: "" };
  }

  function shared(run) {
    const own = [pss(run)];
    if (run.cgroupCurve.length) own.push(line("cgroup", "control group", "purple", run.cgroupCurve, { dash: [7, 2, 1.5, 2] }));
    return { top: total(run, { fill: true }), lines: run.pssCurve.length ? own : own.slice(1), layers: [], note: "" };
  }

  function requested(run) {
    const own = line("vsz", "address space", "purple", stepped(run, "vsz"), { dash: [5, 2] });
    return { top: total(run, { fill: true }), lines: [own], layers: [], note: "" };
  }

  function functions(run, state) {
    return { top: total(run), lines: [], layers: rprof.functions.layers(run, state), note: "" };
  }

  /** One curve for each of several runs. */
  function compare(runs) {
    const lines = runs.map((run, at) =>
      line(`run-${at}`, run.label, TRACES[at % TRACES.length], run.total, { width: 1.8, dash: TRACE_DASHES[at % 5], run }),
    );
    return { top: null, lines, layers: [], note: "" };
  }

  /** The views that a run has data for. */
  function available(run) {
    const has = (name) => run.columns.has(name);
    return [
      ["lines", "Lines", true],
      ["processes", "Processes stacked", run.processes.some((process) => process.curve) && run.processes.length > 1],
      ["kinds", "Kinds of memory", has("anon") || has("file")],
      ["shared", "RSS and PSS", run.pssCurve.length > 0 || run.cgroupCurve.length > 0],
      ["requested", "Used and requested", has("vsz")],
      ["functions", "Functions stacked", run.functions && run.metric === "RSS"],
    ].filter(([, , isThere]) => isThere);
  }

  const BUILDERS = { lines, processes, kinds, shared, requested, functions };

  /** The view of the state. */
  function build(state) {
    if (!state.run) return compare(state.runs);
    // The overview has no parts yet.
    return (state.run.isReady ? BUILDERS[state.view] : lines)(state.run, state);
  }

  function points(curve, from, to, columns) {
    const places = curve.places(from, to, columns);
    return { times: places.map((at) => curve.times[at]), values: places.map((at) => curve.values[at]) };
  }

  /** The lines and areas of a view between two times, as points for this many columns of pixels; and the highest value. */
  function geometry(view, state, from, to, columns) {
    const isShown = (series) => !state.hidden.has(series.key);
    const shapes = { areas: [], lines: [], highest: 0, lowest: Infinity };
    const see = (value) => {
      if (value > shapes.highest) shapes.highest = value;
    };
    const shown = view.lines.filter(isShown);
    if (view.top && isShown(view.top)) shown.unshift(view.top);
    for (const series of shown) {
      const [, high] = series.curve.range(from, to);
      see(high);
      const drawn = { series, ...(series.points ? series.points(from, to, columns) : points(series.curve, from, to, columns)) };
      for (const value of drawn.values) if (value > 0 && value < shapes.lowest) shapes.lowest = value;
      shapes.lines.push(drawn);
    }
    const layers = view.layers.filter(isShown);
    if (layers.length) {
      const run = state.run,
        places = run.total.places(from, to, columns);
      const times = places.map((at) => run.total.times[at]);
      let lower = new Float64Array(places.length);
      for (const series of layers) {
        const upper = lower.slice();
        places.forEach((row, at) => {
          upper[at] += series.at(times[at], row) || 0;
        });
        shapes.areas.push({ series, times, lower, upper });
        lower = upper;
      }
      times.forEach((time, at) => {
        if (time >= from && time <= to) see(lower[at]);
      });
    }
    return shapes;
  }

  /** The axis of memory for what is drawn. Areas that add up have no logarithmic one. */
  function memoryAxis(shapes, state, highest, height) {
    const isLog = state.log && shapes.areas.length === 0 && shapes.lowest < Infinity;
    return isLog ? axis.logarithmic(shapes.lowest, highest, state.unit) : axis.memory(highest, state.unit, height);
  }

  /** The limits that are near enough to the curves. */
  function limits(state, highest) {
    const runs = state.run ? [state.run] : state.runs;
    const all = new Map(runs.flatMap((run) => run.limits).map((limit) => [limit.join(), limit]));
    return [...all.values()].filter(([, bytes]) => bytes <= NEAR * highest).slice(0, 4);
  }

  /** The metric of the curves, or a word for several. */
  function metric(state) {
    const metrics = new Set((state.run ? [state.run] : state.runs).map((run) => run.metric));
    return metrics.size === 1 ? [...metrics][0] : "memory";
  }

  return { available, build, geometry, limits, memoryAxis, metric, KINDS };
})();
