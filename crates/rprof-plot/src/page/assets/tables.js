// Tables that can be sorted, filtered and chosen from: processes, spans, traces; and the chart as a table.
rprof.tables = (() => {
  "use strict";
  const { dom, units } = rprof;
  const { h } = dom;
  const FIRST_ROWS = 50;

  /** A table. A column has `label`, `value` to sort by, `text` to show, and `numeric` if it is a number. */
  class Table {
    constructor(element, { columns, sort, descending, caption, noun, chosen, onChoose, onOpen, filter }) {
      Object.assign(this, { columns, sort, descending: Boolean(descending), noun, chosen, onChoose, onOpen, rows: [], word: "", most: FIRST_ROWS });
      this.heads = columns.map((column, at) => h("th", { scope: "col", class: column.numeric ? "number" : "" },
        h("button", { title: column.title, onclick: () => this.sortBy(at) }, column.label)));
      this.body = h("tbody", {});
      this.count = h("p", { class: "note", role: "status" });
      this.more = h("button", { class: "more", onclick: () => { this.most = Infinity; this.draw(); } }, "Show all");
      this.input = filter ? h("input", { type: "search", placeholder: filter, "aria-label": filter, spellcheck: "false", autocomplete: "off" }) : null;
      if (this.input) this.input.addEventListener("input", () => { this.word = this.input.value.toLowerCase(); this.draw(); });
      const pick = onChoose ? h("th", { scope: "col" }, h("span", { class: "hidden-text" }, "Highlight")) : null;
      dom.set(element,
        h("div", { class: "table-tools" }, this.input, this.count),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
          h("table", {}, h("caption", { class: "hidden-text" }, caption), h("thead", {}, h("tr", {}, pick, this.heads)), this.body)),
        this.more);
    }

    sortBy(at) {
      this.descending = this.sort === at ? !this.descending : this.columns[at].numeric;
      this.sort = at;
      this.draw();
    }

    /** Takes other rows. */
    show(rows, more = "") {
      this.rows = rows;
      this.rest = more;
      this.draw();
    }

    draw() {
      const { columns, sort, descending, word } = this;
      const texts = (row) => columns.map((column) => column.text(row));
      const found = this.rows.filter((row) => !word || texts(row).join(" ").toLowerCase().includes(word));
      const of = columns[sort].value;
      const missing = (value) => value == null || value !== value || value === "";
      found.sort((a, b) => {
        const [x, y] = [of(a), of(b)];
        if (missing(x) || missing(y)) return missing(x) - missing(y);
        const order = typeof x === "string" ? x.localeCompare(y) : x - y;
        return descending ? -order : order;
      });
      this.heads.forEach((head, at) => {
        if (at === sort) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      dom.set(this.body, found.slice(0, this.most).map((row) => this.row(row)));
      this.more.hidden = found.length <= this.most;
      this.more.textContent = `Show all ${found.length}`;
      const counted = `${word ? `${found.length} of ` : ""}${this.rows.length} ${this.rows.length === 1 ? this.noun[0] : this.noun[1]}`;
      this.count.textContent = this.rest ? `${counted}; ${this.rest}` : counted;
    }

    row(row) {
      const cells = this.columns.map((column, at) => {
        const text = column.text(row), title = column.hint ? column.hint(row) : null;
        const content = this.onOpen && at === 0 ? h("button", { class: "link", onclick: () => this.onOpen(row) }, text) : text;
        return h(at === 0 ? "th" : "td", { class: column.numeric ? "number" : column.wide ? "wide" : "", scope: at === 0 ? "row" : null, title }, content);
      });
      if (!this.onChoose) return h("tr", {}, cells);
      const isChosen = this.chosen(row);
      const box = h("input", { type: "checkbox", "aria-label": `Highlight ${this.columns[0].text(row)}`, checked: isChosen });
      const flip = () => { this.onChoose(row); };
      box.addEventListener("change", flip);
      const line = h("tr", { class: isChosen ? "chosen" : "" }, h("td", {}, box), cells);
      line.addEventListener("click", (event) => {
        if (event.target.tagName === "INPUT" || String(getSelection())) return;
        flip();
      });
      return line;
    }
  }

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
        { label: "Peak", numeric: true, title: "largest memory of the process", value: (row) => row.peak, text: (row) => bytes(row.peak), hint: (row) => (row.isExact ? "exact: reported by the kernel" : "at least") },
        { label: "At the peak", numeric: true, title: "memory when the tree was largest", value: (row) => row.atPeak, text: (row) => bytes(row.atPeak) },
        { label: "Start", numeric: true, value: (row) => row.start, text: (row) => units.seconds(row.start) },
        { label: "Lived", numeric: true, value: (row) => (row.end == null ? Infinity : row.end - row.start), text: (row) => (row.end == null ? "to the end" : units.seconds(row.end - row.start)) },
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
    const growth = (value) => (value == null ? "–" : (value > 0 ? "+" : value < 0 ? "−" : "") + units.bytes(Math.abs(value), app.state.unit));
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
        { label: "Growth", numeric: true, title: "memory at the end minus memory at the begin, summed", value: (row) => row[6], text: (row) => growth(row[6]) },
        { label: "Open", numeric: true, title: "calls that never ended", value: (row) => row[7], text: (row) => (row[7] ? String(row[7]) : "") },
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
        { label: "Change", numeric: true, title: "against the first trace", value: change, text: (run) => (run.index === 0 || change(run) == null ? "" : `${change(run) < 0 ? "−" : "+"}${Math.abs(change(run) * 100).toFixed(1)} %`) },
        { label: "At", numeric: true, value: (run) => (run.peak ? run.peak.time : null), text: (run) => (run.peak ? units.seconds(run.peak.time) : "–") },
        { label: "At most", numeric: true, title: "upper bound of the peak", value: (run) => run.peak && run.peak.upper, text: (run) => bytes(run.peak && run.peak.upper) },
        { label: "PSS", numeric: true, title: "peak of PSS", value: (run) => run.pss_peak && run.pss_peak.value, text: (run) => bytes(run.pss_peak && run.pss_peak.value) },
        { label: "Duration", numeric: true, value: (run) => run.elapsed, text: (run) => units.seconds(run.elapsed) },
        { label: "Processes", numeric: true, value: (run) => run.process_count, text: (run) => String(run.process_count) },
        { label: "Command", wide: true, value: (run) => run.command, text: (run) => run.command, hint: (run) => run.command },
      ],
    });
  }

  /** The shown part of the chart as a table: lowest and highest value of each of some slices of time. */
  function values(app, element) {
    const { state, view } = app, slices = 24, width = (state.to - state.from) / slices;
    const series = [view.top, ...view.lines].filter((one) => one && !state.hidden.has(one.key)).slice(0, 8);
    const head = h("tr", {}, h("th", { scope: "col" }, "From"), series.map((one) => h("th", { scope: "col", class: "number" }, one.label)));
    const rows = Array.from({ length: slices }, (_, at) => {
      const from = state.from + at * width;
      const cells = series.map((one) => {
        const [low, high] = one.curve.range(from, from + width);
        const text = low === high ? units.bytes(low, state.unit) : `${units.bytes(low, state.unit)} – ${units.bytes(high, state.unit)}`;
        return h("td", { class: "number" }, text);
      });
      return h("tr", {}, h("th", { scope: "row" }, units.instant(from, width / 10)), cells);
    });
    dom.set(element, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Values of the chart" },
      h("table", {}, h("caption", {}, "Lowest and highest value in each slice of the time shown"), h("thead", {}, head), h("tbody", {}, rows))));
  }

  return { processes, spans, traces, values };
})();
