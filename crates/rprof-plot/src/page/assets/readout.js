// The values at the cursor: one for each curve of the view, the kinds of memory, and the spans that are open. Each part is
// a section of its own; another one is a function in `sections` that returns a title and rows, or null.
rprof.readout = (() => {
  "use strict";
  const { dom, units, views } = rprof;
  const { h } = dom;

  /** What else is shown at a time: functions of the run, the time, the row of the ticks, and the state. */
  const sections = [kinds, tree, openSpans, functions];

  function kinds(run, time, row, { unit, view }) {
    if (view === "kinds") return null;
    const rows = views.KINDS.filter(([name]) => run.columns.has(name)).map(([name, label, colour, title]) => ({
      label,
      title,
      colour,
      value: units.bytes(run.part(name, row), unit),
    }));
    return rows.length ? { title: "Kinds of memory", rows } : null;
  }

  function tree(run, time, row, { unit }) {
    const rows = [];
    const add = (name, label, title, text) => {
      const value = run.part(name, row);
      if (!Number.isNaN(value)) rows.push({ label, title, value: text(value) });
    };
    add("processes", "processes", "in the tree at this tick", (value) => String(value));
    add("upper", "at most", "upper bound of the sum since the tick before", (value) => units.bytes(value, unit));
    add("vsz", "address space", "requested, used or not", (value) => units.bytes(value, unit));
    return rows.length ? { title: "Process tree", rows } : null;
  }

  function openSpans(run, time) {
    const { spans } = run,
      open = [];
    for (let at = 0; at < spans.from.length && spans.from[at] <= time; at++) {
      if (rprof.spans.endOf(run, at) >= time) open.push(at);
    }
    if (!open.length) return null;
    const rows = open.slice(-6).map((at) => ({
      label: spans.names[spans.name[at]],
      colour: rprof.spans.colourOf(spans.rank[at]),
      value: `since ${units.seconds(time - spans.from[at])}`,
    }));
    if (open.length > 6) rows.unshift({ label: `${open.length - 6} more`, value: "" });
    return { title: "Open spans", rows };
  }

  /** The functions that hold most, at the last look at the pages. */
  function functions(run, time, row, state) {
    if (!run.functions || state.view === "functions") return null;
    const { moment } = rprof.functions.shown(state);
    const at = units.instant(run.functions.times[moment], Math.min(0.01, (state.to - state.from) / 1000));
    return { title: `Functions at ${at}`, rows: rprof.functions.largest(run.functions, moment, state.unit) };
  }

  class Readout {
    constructor(app, element) {
      Object.assign(this, { app, element, view: null, values: new Map() });
      this.time = h("p", { class: "time" });
      this.list = h("ul", { class: "series" });
      this.note = h("p", { class: "note" });
      this.more = h("div", {});
      element.append(this.time, this.list, this.note, this.more);
    }

    /** Takes a view: its curves become buttons that show and hide them. */
    show(view) {
      this.view = view;
      this.values.clear();
      const { state } = this.app;
      const items = [view.top, ...[...view.layers].reverse(), ...view.lines].filter(Boolean);
      dom.set(
        this.list,
        items.map((series) => {
          const value = h("span", { class: "value" });
          this.values.set(series.key, value);
          const isLine = !view.layers.includes(series);
          const isShown = !state.hidden.has(series.key);
          return h(
            "li",
            {},
            h(
              "button",
              {
                "aria-pressed": String(isShown),
                title: series.title || "show or hide",
                onclick: () => this.app.toggle(series.key),
                class: series.isChosen ? "chosen" : "",
              },
              dom.swatch(series.colour, isLine),
              h("span", { class: "name" }, series.label),
              value,
            ),
          );
        }),
      );
      this.note.textContent = view.note;
    }

    /** Shows the values at a time; null for that of the peak. */
    update(time) {
      const { state } = this.app;
      if (state.run) this.ofRun(state.run, time);
      else this.ofRuns(state.runs, time);
    }

    ofRun(run, time) {
      const { unit, from, to } = this.app.state;
      const isPeak = time == null;
      const wanted = isPeak ? (run.peak ? run.peak.time : 0) : time;
      const reach = isPeak ? 0 : (to - from) / Math.max(200, this.app.width);
      const row = run.rowNear(wanted, reach);
      if (row < 0) {
        this.time.textContent = "No tick was recorded";
        return;
      }
      const isIdle = isLevel(run, wanted);
      const at = isIdle || run.isInGap(wanted) ? wanted : run.total.times[row];
      const clock = units.wallClock(run, at);
      const step = Math.min(0.01, (to - from) / 1000);
      const isUnknown = run.isInGap(at);
      dom.set(
        this.time,
        h("strong", {}, isPeak ? `At the peak, ${units.instant(at, step)}` : units.instant(at, step)),
        clock ? h("span", {}, clock) : null,
      );
      const dots = [];
      for (const series of this.series()) {
        const value = isUnknown ? NaN : series.at ? series.at(at, row) : series.curve.at(at);
        const isAbsent = series.isProcess && value === 0;
        this.values.get(series.key).textContent = isUnknown ? "not measured" : units.bytes(isAbsent ? NaN : value, unit);
        if (!isAbsent && value >= 0 && !this.view.layers.includes(series) && !this.app.state.hidden.has(series.key))
          dots.push({ colour: series.colour, value });
      }
      const parts = isUnknown ? [] : sections.map((section) => section(run, at, row, this.app.state)).filter(Boolean);
      dom.set(this.more, parts.map(block));
      const layer = isPeak || isUnknown ? null : this.layerAt(at, row, this.app.chart.height);
      const words = layer ? ` · ${layer.label} · ${this.values.get(layer.key).textContent}` : "";
      this.app.chart.mark(isPeak ? null : at, `${units.instant(at, step)}${words}`, dots);
      return at;
    }

    ofRuns(runs, time) {
      const { unit, from, to } = this.app.state;
      const step = Math.min(0.01, (to - from) / 1000);
      dom.set(this.time, h("strong", {}, time == null ? "Peaks" : units.instant(time, step)));
      const dots = [];
      for (const series of this.series()) {
        const { run } = series;
        const value = time == null ? (run.peak ? run.peak.value : NaN) : run.isInGap(time) ? NaN : series.curve.at(time);
        this.values.get(series.key).textContent = units.bytes(value, unit);
        if (value >= 0 && !this.app.state.hidden.has(series.key)) dots.push({ colour: series.colour, value });
      }
      dom.set(this.more);
      this.app.chart.mark(time, units.instant(time || 0, step), dots);
      return time;
    }

    series() {
      const { top, layers, lines } = this.view;
      return [top, ...layers, ...lines].filter(Boolean);
    }

    /** The layer that has this height at a time; null if there is none. */
    layerAt(time, row, height) {
      let below = 0;
      if (height == null) return null;
      for (const layer of this.view.layers) {
        if (this.app.state.hidden.has(layer.key)) continue;
        const value = layer.at(time, row) || 0;
        if (height >= below && height < below + value) return layer;
        below += value;
      }
      return null;
    }

    /** The function that holds most, for a sentence. */
    largest() {
      const { run, unit } = this.app.state;
      if (!run || !run.functions) return [];
      const { moment } = rprof.functions.shown(this.app.state);
      const first = run.functions.rows(moment).find((row) => row.isAttributed && !row.isRest && row.bytes > 0);
      return first ? [`most in function ${first.name}, ${units.bytes(first.bytes, unit)}`] : [];
    }

    /** The values as one sentence for a screen reader. */
    sentence() {
      const values = this.series()
        .slice(0, 6)
        .map((series) => `${series.label} ${this.values.get(series.key).textContent}`);
      return `${this.time.firstChild ? this.time.firstChild.textContent : ""}: ${[...values, ...this.largest()].join(", ")}`;
    }
  }

  /** True if nothing changes around a time, so that the time itself can be shown. */
  function isLevel(run, time) {
    const { times, values } = run.total,
      left = run.total.before(time);
    return left >= 0 && left + 1 < times.length && values[left] === values[left + 1];
  }

  function block({ title, rows }) {
    return h(
      "section",
      {},
      h("h3", {}, title),
      h(
        "dl",
        {},
        rows.map(({ label, title: about, colour, value }) =>
          h("div", { title: about }, h("dt", {}, colour ? dom.swatch(colour, false) : null, label), h("dd", {}, value)),
        ),
      ),
    );
  }

  return { Readout, sections };
})();
