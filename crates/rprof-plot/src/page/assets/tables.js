// The tables of the page: processes, spans, traces; and the chart as a table.
rprof.tables = (() => {
  "use strict";
  const { dom, units } = rprof;
  const { h } = dom;
  const { Table } = rprof.table;

  const size = (app) => (value) => (value == null ? "–" : units.bytes(value, app.state.unit));

  function processes(app, element) {
    const bytes = size(app);
    return new Table(element, {
      caption: "Processes",
      noun: ["process", "processes"],
      filter: "Filter by name, process id or command",
      sort: 2,
      descending: true,
      chosen: (row) => app.state.chosen.has(row.life),
      onChoose: (row) => app.choose(row.life),
      columns: [
        { label: "Process", value: (row) => row.name, text: (row) => row.name },
        { label: "Id", numeric: true, value: (row) => row.pid, text: (row) => (row.pid == null ? "–" : String(row.pid)) },
        {
          label: "Peak",
          numeric: true,
          title: "largest memory of the process",
          value: (row) => row.peak,
          text: (row) => bytes(row.peak),
          hint: (row) => (row.isExact ? "exact: reported by the kernel" : "at least"),
        },
        {
          label: "At the peak",
          numeric: true,
          title: "memory when the tree was largest",
          value: (row) => row.atPeak,
          text: (row) => bytes(row.atPeak),
        },
        { label: "Start", numeric: true, value: (row) => row.start, text: (row) => units.seconds(row.start) },
        {
          label: "Lived",
          numeric: true,
          value: (row) => (row.end == null ? Infinity : row.end - row.start),
          text: (row) => (row.end == null ? "to the end" : units.seconds(row.end - row.start)),
        },
        { label: "Exit", value: (row) => exit(row), text: (row) => exit(row) },
        { label: "Parent", numeric: true, value: (row) => row.parent, text: (row) => (row.parent == null ? "–" : String(row.parent)) },
        { label: "Command", wide: true, value: (row) => row.command, text: (row) => row.command, hint: (row) => row.command },
      ],
    });
  }

  function exit(row) {
    if (row.signal != null) return `signal ${row.signal}`;
    return row.code == null ? "" : String(row.code);
  }

  function spans(app, element) {
    const bytes = size(app);
    const growth = (value) =>
      value == null ? "–" : (value > 0 ? "+" : value < 0 ? "−" : "") + units.bytes(Math.abs(value), app.state.unit);
    return new Table(element, {
      caption: "Spans by name",
      noun: ["name", "names"],
      filter: "Filter spans",
      sort: 2,
      descending: true,
      onOpen: (row) => app.nextSpanOf(row[1]),
      columns: [
        { label: "Span", value: (row) => row[0], text: (row) => row[0] },
        { label: "Calls", numeric: true, value: (row) => row[2], text: (row) => String(row[2]) },
        { label: "Time", numeric: true, title: "sum of all calls", value: (row) => row[3], text: (row) => units.seconds(row[3]) },
        { label: "Peak", numeric: true, title: "largest memory inside", value: (row) => row[4], text: (row) => bytes(row[4]) },
        { label: "At most", numeric: true, title: "upper bound of the peak", value: (row) => row[5], text: (row) => bytes(row[5]) },
        {
          label: "Growth",
          numeric: true,
          title: "memory at the end minus memory at the begin, summed",
          value: (row) => row[6],
          text: (row) => growth(row[6]),
        },
        {
          label: "Open",
          numeric: true,
          title: "calls that never ended",
          value: (row) => row[7],
          text: (row) => (row[7] ? String(row[7]) : ""),
        },
      ],
    });
  }

  function traces(app, element) {
    const bytes = size(app);
    const peak = (run) => (run.peak ? run.peak.value : null);
    const change = (run) => (peak(run) == null || !peak(app.state.runs[0]) ? null : peak(run) / peak(app.state.runs[0]) - 1);
    return new Table(element, {
      caption: "Traces",
      noun: ["trace", "traces"],
      sort: 0,
      onOpen: (run) => app.set({ run, view: "lines", hidden: new Set() }, true),
      columns: [
        { label: "Trace", value: (run) => run.index, text: (run) => run.label },
        { label: "Peak", numeric: true, value: peak, text: (run) => bytes(peak(run)), hint: (run) => (run.peak ? run.peak.words : "") },
        {
          label: "Change",
          numeric: true,
          title: "against the first trace",
          value: change,
          text: (run) =>
            run.index === 0 || change(run) == null ? "" : `${change(run) < 0 ? "−" : "+"}${Math.abs(change(run) * 100).toFixed(1)} %`,
        },
        {
          label: "At",
          numeric: true,
          value: (run) => (run.peak ? run.peak.time : null),
          text: (run) => (run.peak ? units.seconds(run.peak.time) : "–"),
        },
        {
          label: "At most",
          numeric: true,
          title: "upper bound of the peak",
          value: (run) => run.peak && run.peak.upper,
          text: (run) => bytes(run.peak && run.peak.upper),
        },
        {
          label: "PSS",
          numeric: true,
          title: "peak of PSS",
          value: (run) => run.pss_peak && run.pss_peak.value,
          text: (run) => bytes(run.pss_peak && run.pss_peak.value),
        },
        { label: "Duration", numeric: true, value: (run) => run.elapsed, text: (run) => units.seconds(run.elapsed) },
        { label: "Processes", numeric: true, value: (run) => run.process_count, text: (run) => String(run.process_count) },
        { label: "Command", wide: true, value: (run) => run.command, text: (run) => run.command, hint: (run) => run.command },
      ],
    });
  }

  /**
   * The shown part of the chart as a table: lowest and highest value of each of some slices of time, of layers the value at
   * the highest tick.
   */
  function values(app, element) {
    const { state, view } = app,
      slices = 24,
      width = (state.to - state.from) / slices;
    const isShown = (one) => one && !state.hidden.has(one.key);
    const series = [...[view.top, ...view.lines].filter(isShown).slice(0, 8), ...view.layers.filter(isShown)];
    const head = h(
      "tr",
      {},
      h("th", { scope: "col" }, "From"),
      series.map((one) => h("th", { scope: "col", class: "number" }, one.label)),
    );
    const rows = Array.from({ length: slices }, (_, at) => {
      const from = state.from + at * width;
      const row = state.run ? state.run.rowNear(from + width / 2, width / 2) : -1;
      const cells = series.map((one) => {
        if (!one.curve || view.layers.includes(one)) {
          const value = row < 0 || state.run.isInGap(from + width / 2) ? NaN : one.at(state.run.total.times[row], row);
          return h("td", { class: "number" }, units.bytes(value, state.unit));
        }
        const [low, high] = one.curve.range(from, from + width);
        const text = low === high ? units.bytes(low, state.unit) : `${units.bytes(low, state.unit)} – ${units.bytes(high, state.unit)}`;
        return h("td", { class: "number" }, text);
      });
      return h("tr", {}, h("th", { scope: "row" }, units.instant(from, width / 10)), cells);
    });
    dom.set(
      element,
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Values of the chart" },
        h(
          "table",
          {},
          h("caption", {}, view.layers.length
            ? "Lowest and highest value in each slice of the time shown; of layers, the value at its highest tick"
            : "Lowest and highest value in each slice of the time shown"),
          h("thead", {}, head),
          h("tbody", {}, rows),
        ),
      ),
    );
  }

  return { processes, spans, traces, values };
})();
