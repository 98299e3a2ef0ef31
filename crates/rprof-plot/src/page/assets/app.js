// The page: one state, changed in one place, and everything drawn from it.
rprof.app = (() => {
  "use strict";
  const { chart, dom, functionPanel, minimap, panels, readout, spans, tables, theme, units, views } = rprof;
  const { byId } = dom;
  /** The shortest stretch of time that can be shown, in seconds. */
  const SHORTEST = 1e-5;
  /** The views by their names on the command line. */
  const VIEWS = { kinds: "kinds", processes: "processes", programs: "processes", pss: "shared", requested: "requested", where: "functions" };
  const VIEWS_OF_SPANS = ["lanes", "flame", "hidden"];

  class App {
    constructor(page) {
      this.page = page;
      const only = page.runs.length === 1 ? page.runs[0] : null;
      this.state = {
        runs: page.runs,
        run: only,
        view: VIEWS[page.view] || "lines",
        unit: page.unit || "auto",
        log: page.log,
        grouped: page.view === "programs",
        spans: page.spans,
        allSpans: page.view === "spans",
        from: 0,
        to: 1,
        time: null,
        chosen: new Set(),
        hidden: new Set(),
        span: null,
      };
      const [from, to] = page.window || [0, this.length];
      Object.assign(this.state, { from, to });
      if (page.dark) theme.choose("dark");
      this.view = views.build(this.state);
      this.chart = new chart.Chart(this, byId("chart"));
      this.minimap = new minimap.Minimap(this, byId("minimap"));
      this.spans = new spans.Spans(this, byId("spans"));
      this.readout = new readout.Readout(this, byId("readout"));
      panels.controls(this);
      byId("title").textContent = page.title;
      this.processTable = tables.processes(this, byId("processes-table"));
      this.spanTable = tables.spans(this, byId("spans-table"));
      this.traceTable = tables.traces(this, byId("traces-table"));
      this.functionPanel = new functionPanel.FunctionPanel(this, byId("functions-table"));
      this.set({}, true);
    }

    get length() {
      return Math.max(...(this.state.run ? [this.state.run] : this.state.runs).map((run) => run.length));
    }

    get width() {
      return this.chart.area.width;
    }

    get title() {
      const { run, runs } = this.state;
      return run && runs.length > 1 ? run.label : this.page.title;
    }

    /** Changes the state. `isNew` says that other curves are shown, not only another part of them. */
    set(changes, isNew = false) {
      const before = this.state.run;
      Object.assign(this.state, changes);
      if (this.state.run !== before) Object.assign(this.state, { from: 0, to: this.length, time: null, span: null, chosen: new Set() });
      this.draw();
      if (isNew || Object.keys(changes).some((key) => !["from", "to", "time"].includes(key))) panels.describe(this);
    }

    /** Draws the chart and what lies on its axis of time. */
    draw() {
      const { state } = this;
      this.view = views.build(state);
      this.chart.draw(this.view);
      this.minimap.draw(this.chart.area);
      this.spans.draw(this.chart.area);
      this.readout.show(this.view);
      this.hover(state.time);
      byId("reset").disabled = state.from <= 0 && state.to >= this.length;
      byId("shown").textContent =
        `${units.instant(state.from, (state.to - state.from) / 100)} to ${units.instant(state.to, (state.to - state.from) / 100)}`;
      if (byId("values").open) tables.values(this, byId("values-table"));
    }

    /** Takes a time for the cursor; null for none. */
    hover(time) {
      this.state.time = time;
      this.readout.update(time);
      this.spans.mark(time);
      this.functionPanel.show();
    }

    /** Moves the cursor to a time; null takes it away. */
    point(time) {
      this.chart.setLine(time);
      this.hover(time);
    }

    /** Shows a stretch of time. */
    zoom(from, to) {
      const length = this.length;
      const width = Math.min(length, Math.max(SHORTEST, to - from));
      const start = Math.min(Math.max(0, from + (to - from - width) / 2), length - width);
      this.set({ from: start, to: start + width });
    }

    zoomBy(factor, around = this.state.time) {
      const { from, to } = this.state;
      const center = around == null || around < from || around > to ? (from + to) / 2 : around;
      this.zoom(center - (center - from) * factor, center + (to - center) * factor);
      dom.say(`${units.seconds(this.state.from)} to ${units.seconds(this.state.to)}`);
    }

    moveTo(from) {
      const width = this.state.to - this.state.from;
      const start = Math.min(Math.max(0, from), this.length - width);
      this.set({ from: start, to: start + width });
    }

    pan(share) {
      const { from, to } = this.state;
      this.moveTo(from + share * (to - from));
    }

    reset() {
      this.zoom(0, this.length);
    }

    /** Moves the cursor to a time, and the shown part along with it. */
    toTime(time) {
      const { from, to } = this.state;
      if (time < from || time > to) this.moveTo(time - (to - from) / 2);
      this.point(time);
      dom.say(this.readout.sentence());
    }

    step(by) {
      const { run, runs, from, to, time } = this.state;
      const { times } = (run || runs[0]).total;
      if (!times.length) return;
      const now = time == null ? (from + to) / 2 : time;
      // Samples closer than a column of pixels are one step.
      const least = (to - from) / Math.max(100, this.width);
      const curve = (run || runs[0]).total;
      const at = by > 0 ? curve.before(now + least) + 1 : curve.before(now - least);
      this.toTime(times[Math.min(Math.max(0, at), times.length - 1)]);
    }

    toPeak() {
      const run = this.state.run || this.state.runs[0];
      if (run.peak) this.toTime(run.peak.time);
    }

    nextMark(by) {
      const { run, time, from } = this.state;
      if (!run || !run.marks.length) return;
      const now = time == null ? from - 1e-9 : time;
      const marks = run.marks.filter(([at]) => (by > 0 ? at > now + 1e-9 : at < now - 1e-9));
      const next = by > 0 ? marks[0] : marks[marks.length - 1];
      if (!next) return;
      this.toTime(next[0]);
      dom.say(`${next[1]}; ${this.readout.sentence()}`);
    }

    chosenSpan() {
      const { run, span } = this.state;
      if (!run || span == null || span >= run.spans.from.length) return null;
      return { from: run.spans.from[span], to: spans.endOf(run, span) };
    }

    chooseSpan(at) {
      this.set({ span: at });
      if (at == null) return;
      const words = spans.words(this.state.run, at, this.state.unit);
      this.spans.about.textContent = words;
      dom.say(words);
    }

    nextSpan(by) {
      const { run, span, from, to } = this.state;
      const count = run ? run.spans.from.length : 0;
      if (!count) return;
      const first = run.spans.from.findIndex((begin) => begin >= from);
      const next = span == null ? (first < 0 ? 0 : first) : span + by;
      if (next < 0 || next >= count) return;
      const chosen = { from: run.spans.from[next], to: spans.endOf(run, next) };
      if (chosen.to < from || chosen.from > to) this.moveTo((chosen.from + Math.min(chosen.to, chosen.from + to - from) - (to - from)) / 2);
      this.chooseSpan(next);
    }

    /** Zooms to the next span of a rank of names, after the shown one. */
    nextSpanOf(rank) {
      const { run, span } = this.state,
        { rank: ranks } = run.spans;
      let next = ranks.indexOf(rank, span == null ? 0 : span + 1);
      if (next < 0) next = ranks.indexOf(rank);
      if (next >= 0) this.zoomToSpan(next);
    }

    zoomToSpan(at) {
      if (at == null || !this.state.run) return;
      this.state.span = at;
      const { from, to } = this.chosenSpan();
      const room = Math.max((to - from) * 0.08, SHORTEST);
      this.zoom(from - room, to + room);
      this.chooseSpan(at);
    }

    /** Highlights a process, or no longer. */
    choose(life) {
      const chosen = new Set(this.state.chosen);
      if (!chosen.delete(life)) chosen.add(life);
      this.set({ chosen });
    }

    toggle(key) {
      const hidden = new Set(this.state.hidden);
      if (!hidden.delete(key)) hidden.add(key);
      this.set({ hidden });
    }

    nextView() {
      const { run, view } = this.state;
      if (!run) return;
      const names = views.available(run).map(([name]) => name);
      this.set({ view: names[(names.indexOf(view) + 1) % names.length], hidden: new Set() });
      dom.say(byId("view").selectedOptions[0].textContent);
    }

    nextUnit() {
      const { NAMES } = units;
      this.set({ unit: NAMES[(NAMES.indexOf(this.state.unit) + 1) % NAMES.length] });
    }

    nextSpans() {
      this.set({ spans: VIEWS_OF_SPANS[(VIEWS_OF_SPANS.indexOf(this.state.spans) + 1) % 3] });
    }

    clear() {
      this.chart.setLine(null);
      this.set({ span: null, time: null, chosen: new Set() });
    }

    toggleTheme() {
      theme.toggle();
      this.set({}, true);
    }

    focusFilter() {
      const input = document.querySelector("#processes:not([hidden]) input[type=search]");
      if (input) {
        input.focus();
        input.select();
      }
    }

    showKeys() {
      byId("keys").showModal();
    }
  }

  return { App };
})();
