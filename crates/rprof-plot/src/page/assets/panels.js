// The panels around the chart: controls, summary, tables, marks, and how the run was measured.
rprof.panels = (() => {
  "use strict";
  const { dom, downloads, figure, keys, theme, units, views } = rprof;
  const { byId, h } = dom;

  /** Connects the controls with what they do. */
  function controls(app) {
    const choose = (id, key, names) => {
      const select = byId(id);
      dom.set(
        select,
        names.map(([name, label]) => h("option", { value: name }, label)),
      );
      select.addEventListener("change", () =>
        app.set(key === "view" ? { view: select.value, hidden: new Set() } : { [key]: select.value }),
      );
    };
    choose(
      "unit",
      "unit",
      units.NAMES.map((name) => [name, name === "auto" ? "automatic" : name]),
    );
    choose("span-view", "spans", [
      ["lanes", "lanes"],
      ["flame", "flame"],
      ["hidden", "hidden"],
    ]);
    byId("view").addEventListener("change", (event) => app.set({ view: event.target.value, hidden: new Set() }));
    byId("grouped").addEventListener("change", (event) => app.set({ grouped: event.target.checked, hidden: new Set() }));
    byId("log").addEventListener("change", (event) => app.set({ log: event.target.checked }));
    const runs = byId("run");
    const names = app.state.runs.map((run, at) => h("option", { value: String(at) }, run.label));
    dom.set(runs, h("option", { value: "" }, "all, compared"), names);
    runs.addEventListener("change", () =>
      app.set({ run: runs.value === "" ? null : app.state.runs[Number(runs.value)], view: "lines", hidden: new Set() }, true),
    );
    byId("run-choice").hidden = app.state.runs.length < 2;
    const click = (id, act) => byId(id).addEventListener("click", act);
    click("zoom-in", () => app.zoomBy(0.5));
    click("zoom-out", () => app.zoomBy(2));
    click("earlier", () => app.pan(-0.25));
    click("later", () => app.pan(0.25));
    click("reset", () => app.reset());
    click("csv", () => downloads.saveCsv(app));
    click("svg", () => downloads.saveSvg(app));
    click("theme", () => app.toggleTheme());
    click("show-keys", () => app.showKeys());
    keys.fill(byId("keys"));
    keys.listen(app);
    byId("values").addEventListener("toggle", () => app.draw());
    theme.onChange(() => app.set({}, true));
    const print = () => dom.set(byId("print-figure"), figure.build(app, false));
    addEventListener("beforeprint", print);
    matchMedia("print").addEventListener("change", (event) => event.matches && print());
  }

  /** Shows what belongs to the run and the view: controls, summary, tables, words. */
  function describe(app) {
    const { state } = app,
      { run, runs } = state;
    const offered = run ? views.available(run) : [["lines", "Lines"]];
    if (run && run.isReady && !offered.some(([name]) => name === state.view)) state.view = "lines";
    dom.set(
      byId("view"),
      offered.map(([name, label]) => h("option", { value: name, selected: name === state.view }, label)),
    );
    byId("view").value = state.view;
    byId("unit").value = state.unit;
    byId("span-view").value = state.spans;
    byId("run").value = run ? String(run.index) : "";
    byId("grouped").checked = state.grouped;
    byId("log").checked = state.log;
    byId("log-choice").hidden = app.view.layers.length > 0;
    byId("grouped-choice").hidden = !run || state.view !== "processes";
    byId("view-choice").hidden = offered.length < 2;
    byId("span-choice").hidden = !run || !run.spans.from.length;
    byId("theme").textContent = theme.isDark() ? "Light" : "Dark";
    byId("subtitle").textContent = run
      ? run.command === app.page.title
        ? ""
        : run.command
      : [
          app.page.title.endsWith(" traces") ? "" : `${runs.length} traces`,
          app.page.more ? `${app.page.more} more are not in this page` : "",
        ]
          .filter(Boolean)
          .join("; ");
    facts(app, run);
    method(app, run);
    byId("traces").hidden = runs.length < 2;
    if (runs.length > 1) app.traceTable.show(runs);
    byId("processes").hidden = !run || run.processes.length === 0;
    if (run) app.processTable.show(run.processes, run.moreProcesses ? `the page leaves out ${run.moreProcesses} smaller ones` : "");
    byId("functions").hidden = !run || !run.functions;
    byId("span-names").hidden = !run || !run.spans.totals.length;
    if (run) app.spanTable.show(run.spans.totals, spanNote(run));
    marks(app, run);
    const peak = run && run.peak ? `, peak ${run.peak.words} at ${units.seconds(run.peak.time)}` : "";
    byId("chart").setAttribute("aria-label", `Memory over ${units.seconds(app.length)}${peak}`);
    byId("resolution").textContent = run ? resolution(run) : "";
  }

  function facts(app, run) {
    const items = run ? run.summary : [];
    byId("facts").hidden = !items.length;
    dom.set(
      byId("facts"),
      items.map(([label, value, note]) =>
        h("div", {}, h("dt", {}, label), h("dd", { class: "value" }, value), note ? h("dd", { class: "note" }, note) : null),
      ),
    );
  }

  function method(app, run) {
    const items = run ? [...run.method, ...functions(run), ["In this page", resolution(run), ""]] : [];
    byId("method").hidden = !run;
    dom.set(
      byId("method-list"),
      items.map(([label, value, note]) =>
        h("div", {}, h("dt", {}, label), h("dd", {}, value, note ? h("span", { class: "note" }, ` ${note}`) : null)),
      ),
    );
    const notes = run ? run.notes : [];
    byId("notes").hidden = !notes.length;
    dom.set(
      byId("notes-list"),
      notes.map(([key, text]) => h("li", {}, h("strong", {}, key), ` ${text}`)),
    );
  }

  /** How the functions of a run were found. */
  function functions(run) {
    if (!run.functions) return [];
    const { times, more } = run.functions;
    const looks = times.length === 1 ? "1 look" : `${times.length} looks`;
    const rest = more ? `; ${more} smaller functions are in the page as a sum` : "";
    const how = "a page belongs to the function that touched it first; the table has bounds at the moment with most memory";
    return [["Functions", `from page faults, at ${looks} at the pages`, how + rest]];
  }

  function marks(app, run) {
    const marks = run ? [...run.marks, ...run.endings].sort((a, b) => a[0] - b[0]) : [];
    byId("marks").hidden = !marks.length;
    const item = ([time, words]) =>
      h("li", {}, h("button", { class: "link", onclick: () => app.toTime(time) }, units.instant(time, 0.01)), ` ${words}`);
    dom.set(byId("marks-list"), marks.slice(0, 200).map(item));
    const rest = marks.length - 200 + (run ? run.moreMarks : 0);
    byId("marks-more").textContent = marks.length > 200 || (run && run.moreMarks) ? `and ${Math.max(rest, run.moreMarks)} more` : "";
  }

  function spanNote(run) {
    const notes = [];
    if (run.spans.more_names) notes.push(`the page leaves out ${run.spans.more_names} names of shorter total time`);
    if (run.spans.more) notes.push(`${run.spans.more} short calls are counted but not drawn`);
    return notes.join("; ");
  }

  /** The words for the resolution: where zooming in ends. */
  function resolution(run) {
    if (!run.isReady) return run.progress;
    const { slice, time_unit, process_slice } = run.layout;
    const ticks =
      slice == null
        ? `all ${run.samples.toLocaleString("en")} ticks, times to ${units.seconds(time_unit)}`
        : `of each ${units.seconds(slice)} the first, last, lowest and highest values: ${run.samples.toLocaleString("en")} ticks are too many for a page`;
    return process_slice == null ? ticks : `${ticks}; of single processes those of each ${units.seconds(process_slice)}`;
  }

  return { controls, describe };
})();
