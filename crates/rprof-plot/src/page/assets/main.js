// The page itself: one state, changed in one place, and everything drawn from it.
(() => {
  "use strict";
  const { chart, dom, downloads, figure, keys, minimap, model, readout, spans, tables, theme, units, views } = rprof;
  const { byId, h } = dom;
  /** The shortest stretch of time that can be shown, in seconds. */
  const SHORTEST = 1e-5;
  const VIEWS_OF_SPANS = ["lanes", "flame", "hidden"];

  class App {
    constructor(page) {
      this.page = page;
      const only = page.runs.length === 1 ? page.runs[0] : null;
      this.state = {
        runs: page.runs, run: only, view: "lines", unit: "auto", log: false, grouped: false, spans: page.spans, allSpans: false,
        from: 0, to: 1, time: null, chosen: new Set(), hidden: new Set(), span: null,
      };
      const [from, to] = page.window || [0, this.length];
      Object.assign(this.state, { from, to });
      if (page.dark) theme.choose("dark");
      this.view = views.build(this.state);
      this.chart = new chart.Chart(this, byId("chart"));
      this.minimap = new minimap.Minimap(this, byId("minimap"));
      this.spans = new spans.Spans(this, byId("spans"));
      this.readout = new readout.Readout(this, byId("readout"));
      this.controls();
      this.header();
      this.tables();
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
      if (isNew || Object.keys(changes).some((key) => !["from", "to", "time"].includes(key))) this.describe();
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
      byId("shown").textContent = `${units.instant(state.from, (state.to - state.from) / 100)} to ${units.instant(state.to, (state.to - state.from) / 100)}`;
      if (byId("values").open) tables.values(this, byId("values-table"));
    }

    /** Takes a time for the cursor; null for none. */
    hover(time) {
      this.state.time = time;
      this.readout.update(time);
      this.spans.mark(time);
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
      const { run, span } = this.state, { rank: ranks } = run.spans;
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

    controls() {
      const choose = (id, key, names) => {
        const select = byId(id);
        dom.set(select, names.map(([name, label]) => h("option", { value: name }, label)));
        select.addEventListener("change", () => this.set(key === "view" ? { view: select.value, hidden: new Set() } : { [key]: select.value }));
      };
      choose("unit", "unit", units.NAMES.map((name) => [name, name === "auto" ? "automatic" : name]));
      choose("span-view", "spans", [["lanes", "lanes"], ["flame", "flame"], ["hidden", "hidden"]]);
      byId("view").addEventListener("change", (event) => this.set({ view: event.target.value, hidden: new Set() }));
      byId("grouped").addEventListener("change", (event) => this.set({ grouped: event.target.checked, hidden: new Set() }));
      byId("log").addEventListener("change", (event) => this.set({ log: event.target.checked }));
      const runs = byId("run");
      const names = this.state.runs.map((run, at) => h("option", { value: String(at) }, run.label));
      dom.set(runs, h("option", { value: "" }, "all, compared"), names);
      runs.addEventListener("change", () => this.set({ run: runs.value === "" ? null : this.state.runs[Number(runs.value)], view: "lines", hidden: new Set() }, true));
      byId("run-choice").hidden = this.state.runs.length < 2;
      const click = (id, act) => byId(id).addEventListener("click", act);
      click("zoom-in", () => this.zoomBy(0.5));
      click("zoom-out", () => this.zoomBy(2));
      click("earlier", () => this.pan(-0.25));
      click("later", () => this.pan(0.25));
      click("reset", () => this.reset());
      click("csv", () => downloads.saveCsv(this));
      click("svg", () => downloads.saveSvg(this));
      click("theme", () => this.toggleTheme());
      click("show-keys", () => this.showKeys());
      keys.fill(byId("keys"));
      keys.listen(this);
      byId("values").addEventListener("toggle", () => this.draw());
      theme.onChange(() => this.set({}, true));
      const print = () => dom.set(byId("print-figure"), figure.build(this, false));
      addEventListener("beforeprint", print);
      matchMedia("print").addEventListener("change", (event) => event.matches && print());
    }

    header() {
      byId("title").textContent = this.page.title;
    }

    tables() {
      this.processTable = tables.processes(this, byId("processes-table"));
      this.spanTable = tables.spans(this, byId("spans-table"));
      this.traceTable = tables.traces(this, byId("traces-table"));
    }

    /** Shows what belongs to the run and the view: controls, summary, tables, words. */
    describe() {
      const { state } = this, { run, runs } = state;
      const offered = run ? views.available(run) : [["lines", "Lines"]];
      if (run && !offered.some(([name]) => name === state.view)) state.view = "lines";
      dom.set(byId("view"), offered.map(([name, label]) => h("option", { value: name, selected: name === state.view }, label)));
      byId("view").value = state.view;
      byId("unit").value = state.unit;
      byId("span-view").value = state.spans;
      byId("run").value = run ? String(run.index) : "";
      byId("grouped").checked = state.grouped;
      byId("log").checked = state.log;
      byId("log-choice").hidden = this.view.layers.length > 0;
      byId("grouped-choice").hidden = !run || state.view !== "processes";
      byId("view-choice").hidden = offered.length < 2;
      byId("span-choice").hidden = !run || !run.spans.from.length;
      byId("theme").textContent = theme.isDark() ? "Light" : "Dark";
      byId("subtitle").textContent = run ? (run.command === this.page.title ? "" : run.command) : [this.page.title.endsWith(" traces") ? "" : `${runs.length} traces`, this.page.more ? `${this.page.more} more are not in this page` : ""].filter(Boolean).join("; ");
      this.facts(run);
      this.method(run);
      byId("traces").hidden = runs.length < 2;
      if (runs.length > 1) this.traceTable.show(runs);
      byId("processes").hidden = !run || run.processes.length === 0;
      if (run) this.processTable.show(run.processes, run.moreProcesses ? `the page leaves out ${run.moreProcesses} smaller ones` : "");
      byId("span-names").hidden = !run || !run.spans.totals.length;
      if (run) this.spanTable.show(run.spans.totals, spanNote(run));
      this.marks(run);
      const peak = run && run.peak ? `, peak ${run.peak.words} at ${units.seconds(run.peak.time)}` : "";
      byId("chart").setAttribute("aria-label", `Memory over ${units.seconds(this.length)}${peak}`);
      byId("resolution").textContent = run ? resolution(run) : "";
    }

    facts(run) {
      const items = run ? run.summary : [];
      byId("facts").hidden = !items.length;
      dom.set(byId("facts"), items.map(([label, value, note]) => h("div", {}, h("dt", {}, label), h("dd", { class: "value" }, value), note ? h("dd", { class: "note" }, note) : null)));
    }

    method(run) {
      const items = run ? [...run.method, ["In this page", resolution(run), ""]] : [];
      byId("method").hidden = !run;
      dom.set(byId("method-list"), items.map(([label, value, note]) => h("div", {}, h("dt", {}, label), h("dd", {}, value, note ? h("span", { class: "note" }, ` ${note}`) : null))));
      const notes = run ? run.notes : [];
      byId("notes").hidden = !notes.length;
      dom.set(byId("notes-list"), notes.map(([key, text]) => h("li", {}, h("strong", {}, key), ` ${text}`)));
    }

    marks(run) {
      const marks = run ? [...run.marks, ...run.endings].sort((a, b) => a[0] - b[0]) : [];
      byId("marks").hidden = !marks.length;
      const item = ([time, words]) => h("li", {}, h("button", { class: "link", onclick: () => this.toTime(time) }, units.instant(time, 0.01)), ` ${words}`);
      dom.set(byId("marks-list"), marks.slice(0, 200).map(item));
      const rest = marks.length - 200 + (run ? run.moreMarks : 0);
      byId("marks-more").textContent = marks.length > 200 || (run && run.moreMarks) ? `and ${Math.max(rest, run.moreMarks)} more` : "";
    }
  }

  function spanNote(run) {
    const notes = [];
    if (run.spans.more_names) notes.push(`the page leaves out ${run.spans.more_names} names of shorter total time`);
    if (run.spans.more) notes.push(`${run.spans.more} short calls are counted but not drawn`);
    return notes.join("; ");
  }

  /** The words for the resolution: where zooming in ends. */
  function resolution(run) {
    if (!run.isReady) return unpacking;
    const { slice, time_unit, process_slice } = run.layout;
    const ticks = slice == null
      ? `all ${run.samples.toLocaleString("en")} ticks, times to ${units.seconds(time_unit)}`
      : `of each ${units.seconds(slice)} the first, last, lowest and highest values: ${run.samples.toLocaleString("en")} ticks are too many for a page`;
    return process_slice == null ? ticks : `${ticks}; of single processes those of each ${units.seconds(process_slice)}`;
  }

  let unpacking = "unpacking…";

  /** Draws the overview at once, then unpacks the runs one by one. */
  async function start() {
    const page = model.read();
    const app = new App(page);
    rprof.app = app;
    document.documentElement.dataset.drawn = "overview";
    if (!rprof.unpack.isPossible) {
      unpacking = "an overview only: this browser cannot unpack the details (it has no DecompressionStream)";
      app.describe();
      return;
    }
    // The overview is on the screen before the unpacking takes the processor.
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 0)); });
    for (const run of page.runs) {
      try {
        await model.unpack(run);
      } catch (error) {
        unpacking = `an overview only: the details cannot be unpacked (${error.message})`;
      }
    }
    app.set({}, true);
    document.documentElement.dataset.drawn = "all";
  }

  start();
})();
