// The keyboard: what each key does, and the list of keys.
rprof.keys = (() => {
  "use strict";
  const { dom } = rprof;
  const { h } = dom;

  /** The keys of one action, their names, what they do. */
  const ACTIONS = [
    [["+", "=", "w"], "+ or W", "zoom in", (app) => app.zoomBy(0.5)],
    [["-", "_", "s"], "− or S", "zoom out", (app) => app.zoomBy(2)],
    [["ArrowLeft", "a"], "← or A", "move to earlier", (app) => app.pan(-0.2)],
    [["ArrowRight", "d"], "→ or D", "move to later", (app) => app.pan(0.2)],
    [["0", "Home"], "0 or Home", "show the whole run", (app) => app.reset()],
    [[",", "shift ArrowLeft"], ", or Shift ←", "cursor to the sample before", (app) => app.step(-1)],
    [[".", "shift ArrowRight"], ". or Shift →", "cursor to the next sample", (app) => app.step(1)],
    [["p"], "P", "cursor to the peak", (app) => app.toPeak()],
    [["n"], "N", "next span", (app) => app.nextSpan(1)],
    [["N", "shift n", "shift N"], "Shift N", "span before", (app) => app.nextSpan(-1)],
    [["Enter"], "Enter", "zoom to the chosen span", (app) => app.zoomToSpan(app.state.span)],
    [["m"], "M", "cursor to the next mark", (app) => app.nextMark(1)],
    [["M", "shift m", "shift M"], "Shift M", "cursor to the mark before", (app) => app.nextMark(-1)],
    [["v"], "V", "next view", (app) => app.nextView()],
    [["u"], "U", "next unit", (app) => app.nextUnit()],
    [["l"], "L", "logarithmic axis of memory", (app) => app.set({ log: !app.state.log })],
    [["f"], "F", "spans as lanes, flame or not at all", (app) => app.nextSpans()],
    [["/"], "/", "filter processes", (app) => app.focusFilter()],
    [["t"], "T", "light or dark", (app) => app.toggleTheme()],
    [["?"], "?", "this list", (app) => app.showKeys()],
    [["Escape"], "Esc", "choose nothing, and take the cursor away", (app) => app.clear()],
  ];

  function listen(app) {
    const byKey = new Map(ACTIONS.flatMap(([keys, , , act]) => keys.map((key) => [key, act])));
    document.addEventListener("keydown", (event) => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog[open]")) return;
      if (target.closest("input[type=search]")) {
        if (event.key === "Escape") target.blur();
        return;
      }
      // Keys that a control of its own needs are left to it.
      if (target.closest("select, summary, input") && ["Enter", " ", "ArrowLeft", "ArrowRight"].includes(event.key)) return;
      if (target.closest("select") && event.key.length === 1) return;
      if (target.closest("button, a") && ["Enter", " "].includes(event.key)) return;
      if (target.closest(".scroll") && event.key.startsWith("Arrow")) return;
      const act = byKey.get(event.shiftKey ? `shift ${event.key}` : event.key) || byKey.get(event.key);
      if (!act) return;
      event.preventDefault();
      act(app);
    });
  }

  function fill(dialog) {
    const rows = ACTIONS.map(([, names, what]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, names)), h("td", {}, what)));
    const mouse = [
      ["drag", "zoom into a stretch"],
      ["double click", "show the whole run; on a span: zoom to it"],
      ["Ctrl wheel, pinch", "zoom"],
      ["wheel sideways, one finger", "move"],
    ];
    dom.set(
      dialog,
      h("h2", { id: "keys-title" }, "Keys"),
      h("table", {}, h("tbody", {}, rows)),
      h("h2", {}, "Mouse and touch"),
      h(
        "table",
        {},
        h(
          "tbody",
          {},
          mouse.map(([name, what]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, what))),
        ),
      ),
      h("form", { method: "dialog" }, h("button", { class: "button" }, "Close")),
    );
    dialog.setAttribute("aria-labelledby", "keys-title");
  }

  return { listen, fill, ACTIONS };
})();
