// The view that is shown as a figure of its own, an SVG: for a file, and for paper. It has the colours of the light theme.
rprof.figure = (() => {
  "use strict";
  const { axis, dom, paths, spans, theme, units, views } = rprof;
  const { svg } = dom;
  const WIDTH = 960,
    HEIGHT = 420,
    LEFT = 70,
    TOP = 64,
    RIGHT = 22,
    LEGEND = 20;
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

  const text = (content, x, y, more = {}) => svg("text", { x, y, "font-size": 12, fill: theme.colour("text-2"), ...more }, content);

  /** The figure of the state, as an element; without its title on paper, where the page has it. */
  function build(app, hasTitle = true) {
    return theme.inLight(() => draw(app, hasTitle));
  }

  function draw(app, hasTitle) {
    const { state, view } = app,
      width = WIDTH - LEFT - RIGHT;
    const shapes = views.geometry(view, state, state.from, state.to, width * 2);
    const limits = views.limits(state, shapes.highest);
    const y = views.memoryAxis(shapes, state, Math.max(shapes.highest, ...limits.map(([, bytes]) => bytes)), HEIGHT);
    const x = axis.time(state.from, state.to, width);
    const place = {
      x: (time) => LEFT + ((time - state.from) / (state.to - state.from)) * width,
      y: (value) => TOP + HEIGHT - y.share(value) * HEIGHT,
    };
    const legend = entries(view, state);
    const legendTop = TOP + HEIGHT + 52;
    const lines = rowsOf(legend, width);
    const spanTop = legendTop + lines.length * LEGEND + (lines.length ? 8 : 0);
    const lanes = spanLanes(app, width, spanTop);
    const height = spanTop + lanes.height + 12;
    const title = app.title;
    return svg(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width: WIDTH,
        height,
        viewBox: `0 0 ${WIDTH} ${height}`,
        "font-family": FONT,
        role: "img",
        "aria-label": title,
      },
      svg("title", {}, title),
      svg("rect", { width: WIDTH, height, fill: theme.colour("page") }),
      hasTitle && text(clip(title, 110), 16, 26, { "font-size": 15, "font-weight": 600, fill: theme.colour("text") }),
      text(`${views.metric(state)} (${y.unit})`, 16, TOP - 12),
      text(`time since start (${x.form})`, WIDTH - RIGHT, TOP - 12, { "text-anchor": "end" }),
      svg("clipPath", { id: "plot" }, svg("rect", { x: LEFT, y: TOP - 4, width, height: HEIGHT + 4 })),
      svg(
        "g",
        { class: "axes" },
        y.ticks.map((tick, at) => [
          svg("line", { x1: LEFT, x2: LEFT + width, y1: place.y(tick), y2: place.y(tick), stroke: theme.colour("grid") }),
          text(y.labels[at], LEFT - 9, place.y(tick) + 4, { "text-anchor": "end" }),
        ]),
        x.ticks.map((tick, at) => [
          svg("line", { x1: place.x(tick), x2: place.x(tick), y1: TOP, y2: TOP + HEIGHT + 5, stroke: theme.colour("grid") }),
          text(x.labels[at], place.x(tick), TOP + HEIGHT + 20, { "text-anchor": "middle" }),
        ]),
      ),
      svg("g", { class: "curves", "clip-path": "url(#plot)" }, curves(state, shapes, place, width, limits)),
      svg(
        "g",
        { class: "legend" },
        lines.flatMap((line, at) => line.map((entry) => drawEntry(entry, legendTop + at * LEGEND))),
      ),
      lanes.elements,
    );
  }

  function curves(state, shapes, place, width, limits) {
    const gapsOf = (series) => (series.run || state.run || { gaps: [] }).gaps;
    const gaps = state.run ? state.run.gaps : [];
    const instants = state.run ? [...state.run.marks, ...state.run.endings] : [];
    const shown = instants.filter(([time]) => time >= state.from && time <= state.to).slice(0, 60);
    const peak = state.run && state.run.peak;
    const isPeakShown = peak && peak.time >= state.from && peak.time <= state.to && !state.hidden.has("total");
    return [
      gaps.map(([from, to]) =>
        svg("rect", {
          x: place.x(from),
          y: TOP,
          width: Math.max(0, place.x(to) - place.x(from)),
          height: HEIGHT,
          fill: theme.colour("gap"),
        }),
      ),
      shapes.areas.map(({ series, times, lower, upper }) =>
        svg("path", { d: paths.area(times, lower, upper, gaps, place.x, place.y), fill: theme.colour(series.colour) }),
      ),
      shapes.lines
        .filter(({ series }) => series.fill)
        .map(({ times, values }) =>
          svg("path", { d: paths.area(times, null, values, gaps, place.x, place.y), fill: theme.colour("tint") }),
        ),
      [...shapes.lines].reverse().map(({ series, times, values }) =>
        svg("path", {
          d: paths.line(times, values, gapsOf(series), place.x, place.y),
          fill: "none",
          stroke: theme.colour(series.colour),
          "stroke-width": series.width,
          "stroke-linejoin": "round",
          "stroke-dasharray": series.dash.length ? series.dash.join(" ") : null,
        }),
      ),
      limits.map(([kind, bytes]) => [
        svg("line", {
          x1: LEFT,
          x2: LEFT + width,
          y1: place.y(bytes),
          y2: place.y(bytes),
          stroke: theme.colour("text-2"),
          "stroke-dasharray": "10 3 2 3",
        }),
        text(`${kind} ${units.bytes(bytes, state.unit)}`, LEFT + width - 6, place.y(bytes) - 5, { "text-anchor": "end" }),
      ]),
      shown.map(([time, words]) => [
        svg("line", {
          x1: place.x(time),
          x2: place.x(time),
          y1: TOP,
          y2: TOP + HEIGHT,
          stroke: theme.colour("mark"),
          "stroke-dasharray": "3 2",
        }),
        text(clip(words, 30), place.x(time) + 4, TOP + 12, { "font-size": 11 }),
      ]),
      isPeakShown
        ? [
            svg("circle", { cx: place.x(peak.time), cy: place.y(peak.value), r: 3.5, fill: theme.colour("vermillion") }),
            peakLabel(state, peak, place, width),
          ]
        : [],
    ];
  }

  function peakLabel(state, peak, place, width) {
    const isRight = place.x(peak.time) > LEFT + width - 150;
    return text(
      `peak ${units.bytes(peak.value, state.unit)}`,
      place.x(peak.time) + (isRight ? -8 : 8),
      Math.max(TOP + 24, place.y(peak.value) - 6),
      { "text-anchor": isRight ? "end" : "start", fill: theme.colour("vermillion-text") },
    );
  }

  /** The entries of the legend. A lone curve has none: the axis names it. */
  function entries(view, state) {
    const all = [view.top, ...view.lines, ...view.layers].filter((series) => series && !state.hidden.has(series.key));
    return all.length > 1 ? all.map((series) => ({ series, isLine: !view.layers.includes(series), label: clip(series.label, 44) })) : [];
  }

  function rowsOf(legend, width) {
    const rows = [];
    let right = Infinity;
    for (const entry of legend) {
      const needed = entry.label.length * 6.8 + 44;
      if (right + needed > width) {
        rows.push([]);
        right = 0;
      }
      entry.x = LEFT + right;
      right += needed;
      rows[rows.length - 1].push(entry);
    }
    return rows;
  }

  function drawEntry({ series, isLine, label, x }, y) {
    const colour = theme.colour(series.colour);
    const sample = isLine
      ? svg("line", {
          x1: x,
          x2: x + 20,
          y1: y - 4,
          y2: y - 4,
          stroke: colour,
          "stroke-width": series.width,
          "stroke-dasharray": series.dash.length ? series.dash.join(" ") : null,
        })
      : svg("rect", { x, y: y - 10, width: 20, height: 11, fill: colour });
    return [sample, text(label, x + 26, y)];
  }

  function spanLanes(app, width, top) {
    const { state } = app,
      { run } = state;
    if (!run || state.spans === "hidden" || !run.spans.from.length) return { height: 0, elements: [] };
    const isFlame = state.spans === "flame",
      { shown } = spans.rows(run, state);
    const step = isFlame ? spans.ROW : spans.LANE;
    const labels = isFlame
      ? []
      : run.spans.totals
          .slice(0, shown)
          .map((total, at) => text(clip(spans.laneLabel(total), 120), LEFT + 2, top + at * step + 12, { "font-size": 11 }));
    const blocks = spans.blocks(run, state, width).map((block) => {
      const x = LEFT + Math.max(0, block.left),
        w = Math.max(0.5, Math.min(width, block.right) - Math.max(0, block.left));
      const [y, h] = isFlame ? [top + block.row * step + 1, step - 2] : [top + block.row * step + step - spans.BAR - 2, spans.BAR];
      const fits = isFlame && w > block.name.length * 6.6 + 8;
      return [
        svg("rect", { x: x.toFixed(1), y, width: w.toFixed(1), height: h, fill: theme.colour(spans.colourOf(block.rank)) }),
        fits ? text(block.name, x + 4, y + 12, { "font-size": 11, fill: theme.colour("block-ink") }) : null,
      ];
    });
    return { height: shown * step + 6, elements: svg("g", { class: "spans" }, labels, blocks.flat()) };
  }

  const clip = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

  return { build };
})();
