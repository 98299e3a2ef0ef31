// Files that the page makes: the view that is shown, as CSV with its values and as SVG.
rprof.downloads = (() => {
  "use strict";
  const { dom, figure } = rprof;

  function save(name, type, parts) {
    const link = dom.h("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** A name for a file: the words of the title. */
  function nameOf(app, extension) {
    const words = app.title
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[-.]+|-+$/g, "")
      .slice(0, 40);
    return `${words || "memory"}.${extension}`;
  }

  /** A field that a spreadsheet takes as text, also if it begins like a formula. */
  function field(content) {
    const safe = /^[=+\-@\t]/.test(content) ? `'${content}` : content;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  const cell = (value) => (value == null || Number.isNaN(value) ? "" : String(Math.round(value)));

  /** The points of the shown part: a row for each tick of a run, or for each point of any of several runs. */
  function csv(app) {
    const { state, view } = app,
      { run, from, to } = state;
    const series = [view.top, ...view.lines, ...view.layers].filter((one) => one && !state.hidden.has(one.key));
    const lines = [["time_s", ...series.map((one) => field(`${one.label} (bytes)`))].join(",")];
    const row = (time, place) => {
      const values = series.map((one) => (one.at ? one.at(time, place) : one.curve.at(time)));
      lines.push([Number(time.toFixed(6)), ...values.map(cell)].join(","));
    };
    const within = (curve) => [curve.before(from - 1e-12) + 1, curve.before(to) + 1];
    if (run) {
      const [first, end] = within(run.total);
      for (let at = first; at < end; at++) row(run.total.times[at], at);
    } else {
      const times = new Set(series.flatMap((one) => Array.from(one.curve.times.subarray(...within(one.curve)))));
      [...times].sort((a, b) => a - b).forEach((time) => row(time, 0));
    }
    return `${lines.join("\n")}\n`;
  }

  const saveCsv = (app) => save(nameOf(app, "csv"), "text/csv", [csv(app)]);

  function saveSvg(app) {
    const text = new XMLSerializer().serializeToString(figure.build(app));
    save(nameOf(app, "svg"), "image/svg+xml", ['<?xml version="1.0" encoding="UTF-8"?>\n', text, "\n"]);
  }

  return { csv, saveCsv, saveSvg };
})();
