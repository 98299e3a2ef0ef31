// The panel of functions: what each held at the moment of the cursor, as a table that can be sorted and filtered.
rprof.functionPanel = (() => {
  "use strict";
  const { dom, functions, units } = rprof;
  const { h } = dom;
  const { Table } = rprof.table;

  class FunctionPanel {
    constructor(app, element) {
      Object.assign(this, { app, run: null, moment: -1, unit: "" });
      this.about = h("p", { class: "about" });
      const table = h("div", {});
      element.append(this.about, table);
      this.table = new Table(table, {
        caption: "Functions that hold memory",
        noun: ["row", "rows"],
        filter: "Filter by function, library or source",
        sort: 1,
        descending: true,
        look: (row) => (row.isAttributed ? "" : "dim"),
        columns: [
          {
            label: "Function",
            wide: true,
            value: (row) => row.name,
            text: (row) => row.name,
            hint: (row) => (row.isAttributed ? row.name : "not attributed: no page fault was recorded near this memory"),
          },
          {
            label: "Memory",
            numeric: true,
            title: "pages that it, or a library routine that it called, touched first",
            value: (row) => row.bytes,
            text: (row) => units.bytes(row.bytes, app.state.unit),
            notes: (row) => functions.bounds(row.bytes, row.own, app.state.unit),
          },
          {
            label: "Share",
            numeric: true,
            title: "of all memory at this moment",
            value: (row) => row.share,
            text: (row) => functions.percent(row.share),
            bar: (row) => row.share,
          },
          {
            label: "Total",
            numeric: true,
            title: "pages that it, or anything that it called, touched first",
            value: (row) => row.total,
            text: (row) => units.bytes(row.total, app.state.unit),
            notes: (row) => functions.bounds(row.total, row.all, app.state.unit),
          },
          { label: "Library", value: (row) => row.library, text: (row) => row.library },
          { label: "Source", wide: true, value: (row) => row.source, text: (row) => row.source, hint: (row) => row.source },
        ],
      });
    }

    /** Shows the moment of the state. The table is made anew only if it differs. */
    show() {
      const { run, unit } = this.app.state;
      if (!run || !run.functions) return;
      const { moment, words } = functions.shown(this.app.state);
      this.about.textContent = `${words}: ${functions.about(run.functions, moment, unit)}.`;
      if (run === this.run && moment === this.moment && unit === this.unit) return;
      Object.assign(this, { run, moment, unit });
      this.table.show(run.functions.rows(moment));
    }
  }

  return { FunctionPanel };
})();
