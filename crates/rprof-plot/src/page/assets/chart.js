// The chart: uPlot has the canvas, the axes, the cursor and the selection; the curves are drawn from our own points.
rprof.chart = (() => {
  "use strict";
  const { axis, paths, theme, units, views, dom } = rprof;
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
  const HEIGHT = { wide: 400, narrow: 280 };
  /** A limit above this many times the highest value is not drawn. */
  const NEAR = 2;

  class Chart {
    constructor(app, element) {
      Object.assign(this, { app, element, view: null, shapes: null, limits: [], isDrawing: true, top: 1 });
      this.axes = { x: axis.time(0, 1, 600), y: axis.memory(1, "auto", 300) };
      this.plot = new uPlot(this.options(), [[0, 1], [0, 1]], element);
      this.tag = dom.h("div", { class: "tag", "aria-hidden": "true" });
      this.dots = [];
      this.plot.over.append(this.tag);
      this.listen();
      new ResizeObserver(() => this.resize()).observe(element);
    }

    options() {
      const grid = () => theme.colour("grid"), text = () => theme.colour("text-2");
      const common = { stroke: text, font: FONT, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 5 } };
      return {
        ...this.size(),
        padding: [24, 16, 0, 4],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 4 },
          bind: { dblclick: () => () => this.app.reset() },
        },
        scales: {
          x: { time: false, range: (_, min, max) => [min, max] },
          // Shares of the height: the axis may be logarithmic.
          y: { range: () => [0, this.top] },
        },
        axes: [
          { ...common, size: 34, gap: 6, splits: () => this.axes.x.ticks, values: () => this.axes.x.labels },
          { ...common, gap: 6, splits: () => this.axes.y.ticks.map(this.axes.y.share), values: () => this.axes.y.labels, size: (_, values) => (values ? 20 + 7.2 * Math.max(1, ...values.map((value) => value.length)) : 50) },
        ],
        series: [{}, { paths: () => null, points: { show: false } }],
        hooks: {
          drawClear: [() => this.drawBelow()],
          draw: [() => this.drawAbove()],
          setCursor: [(plot) => this.moved(plot)],
          setSelect: [(plot) => this.selected(plot)],
        },
      };
    }

    size() {
      const width = Math.max(240, this.element.clientWidth);
      return { width, height: width < 560 ? HEIGHT.narrow : HEIGHT.wide };
    }

    resize() {
      const { width, height } = this.size();
      if (width === this.plot.width && height === this.plot.height) return;
      this.plot.setSize({ width, height });
      this.app.draw();
    }

    /** The left edge and the width of the plot area in CSS pixels, seen from the element. */
    get area() {
      const ratio = uPlot.pxRatio;
      return { left: this.plot.bbox.left / ratio, width: this.plot.bbox.width / ratio };
    }

    /** The cursor has moved. uPlot also says so when it draws, which moves nothing. */
    moved(plot) {
      if (!this.isDrawing) this.app.hover(plot.cursor.left < 0 ? null : plot.posToVal(plot.cursor.left, "x"));
    }

    selected(plot) {
      const { left, width } = plot.select;
      if (width < 4) return;
      const [from, to] = [left, left + width].map((at) => plot.posToVal(at, "x"));
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      this.app.zoom(from, to);
    }

    /** Wheel with Ctrl zooms, sideways it moves; one finger moves, two zoom. A wheel without Ctrl scrolls the page. */
    listen() {
      const { over } = this.plot;
      over.addEventListener("wheel", (event) => {
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (!event.ctrlKey && !sideways) return;
        event.preventDefault();
        if (event.ctrlKey) this.app.zoomBy(1.0025 ** event.deltaY, this.plot.posToVal(event.offsetX, "x"));
        else this.app.pan(event.deltaX / over.clientWidth);
      }, { passive: false });
      const fingers = new Map();
      const center = () => [...fingers.values()].reduce((all, x) => all + x, 0) / fingers.size;
      const spread = () => Math.max(...fingers.values()) - Math.min(...fingers.values());
      over.addEventListener("pointerdown", (event) => {
        if (event.pointerType === "touch") fingers.set(event.pointerId, event.clientX);
      });
      over.addEventListener("pointermove", (event) => {
        if (!fingers.has(event.pointerId)) return;
        const [was, width] = [center(), spread()];
        fingers.set(event.pointerId, event.clientX);
        if (fingers.size === 1) this.app.pan((was - center()) / over.clientWidth);
        else if (spread() > 8 && width > 8) {
          const left = over.getBoundingClientRect().left;
          this.app.zoomBy(width / spread(), this.plot.posToVal(center() - left, "x"));
        }
      });
      for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
        over.addEventListener(name, (event) => {
          if (fingers.delete(event.pointerId) && name === "pointerup") {
            this.app.hover(this.plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x"));
          }
        });
      }
    }

    /** Draws a view of the state. */
    draw(view) {
      const { state } = this.app;
      const { width } = this.area;
      const columns = Math.max(100, Math.round(width * Math.min(2, uPlot.pxRatio)));
      this.view = view;
      this.shapes = views.geometry(view, state, state.from, state.to, columns);
      this.limits = near(state, this.shapes.highest);
      const highest = Math.max(this.shapes.highest, ...this.limits.map(([, bytes]) => bytes));
      this.axes = {
        x: axis.time(state.from, state.to, width || 600),
        y: views.memoryAxis(this.shapes, state, highest, this.plot.bbox.height / uPlot.pxRatio || 300),
      };
      // uPlot asks for ticks again only if a scale changes; another unit changes none.
      this.top = this.top === 1 ? 1 + 1e-9 : 1;
      this.isDrawing = true;
      this.plot.batch(() => {
        this.plot.setScale("x", { min: state.from, max: state.to });
        this.plot.setScale("y", { min: 0, max: this.top });
      });
      const { time } = state;
      this.setLine(time != null && time >= state.from && time <= state.to ? time : null);
      this.isDrawing = false;
    }

    positions() {
      const { plot } = this;
      const { left, top, width, height } = plot.bbox;
      const { from, to } = this.app.state;
      return {
        left, top, width, height,
        x: (time) => left + ((time - from) / (to - from)) * width,
        y: (value) => top + height - this.axes.y.share(value) * height,
      };
    }

    /** What lies below the grid: gaps, the chosen span, areas. */
    drawBelow() {
      if (!this.shapes) return;
      const { ctx } = this.plot, place = this.positions(), { state } = this.app;
      ctx.save();
      ctx.beginPath();
      ctx.rect(place.left, place.top, place.width, place.height);
      ctx.clip();
      if (state.run) state.run.gaps.forEach((gap) => this.drawGap(ctx, place, gap));
      const span = this.app.chosenSpan();
      if (span) {
        ctx.fillStyle = theme.colour("span-tint");
        ctx.fillRect(place.x(span.from), place.top, Math.max(1, place.x(span.to) - place.x(span.from)), place.height);
      }
      const gaps = state.run ? state.run.gaps : [];
      const anyChosen = this.view.layers.some((layer) => layer.isChosen);
      for (const { series, times, lower, upper } of this.shapes.areas) {
        ctx.globalAlpha = anyChosen && !series.isChosen ? 0.3 : 1;
        ctx.fillStyle = theme.colour(series.colour);
        ctx.fill(new Path2D(paths.area(times, lower, upper, gaps, place.x, place.y)));
      }
      ctx.globalAlpha = 1;
      for (const { series, times, values } of this.shapes.lines) {
        if (!series.fill) continue;
        ctx.fillStyle = theme.colour("tint");
        ctx.fill(new Path2D(paths.area(times, null, values, gaps, place.x, place.y)));
      }
      ctx.restore();
    }

    drawGap(ctx, place, [from, to]) {
      const [left, right] = [Math.max(place.left, place.x(from)), Math.min(place.left + place.width, place.x(to))];
      if (right <= left) return;
      ctx.fillStyle = theme.colour("gap");
      ctx.fillRect(left, place.top, right - left, place.height);
      ctx.strokeStyle = theme.colour("hatch");
      ctx.lineWidth = uPlot.pxRatio;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, place.top, right - left, place.height);
      ctx.clip();
      ctx.beginPath();
      for (let x = left - place.height; x < right; x += 10 * uPlot.pxRatio) {
        ctx.moveTo(x, place.top + place.height);
        ctx.lineTo(x + place.height, place.top);
      }
      ctx.stroke();
      ctx.restore();
    }

    /** What lies above the grid: lines, limits, marks, ends, the peak, and the names of the axes. */
    drawAbove() {
      if (!this.shapes) return;
      const { ctx } = this.plot, place = this.positions(), { state } = this.app, ratio = uPlot.pxRatio;
      ctx.save();
      ctx.lineJoin = "round";
      ctx.font = FONT.replace("12px", `${12 * ratio}px`);
      this.drawNames(ctx, place, ratio);
      ctx.beginPath();
      ctx.rect(place.left, place.top - 2 * ratio, place.width, place.height + 2 * ratio);
      ctx.clip();
      for (const { series, times, values } of [...this.shapes.lines].reverse()) {
        const gaps = series.run ? series.run.gaps : state.run ? state.run.gaps : [];
        ctx.strokeStyle = theme.colour(series.colour);
        ctx.lineWidth = series.width * ratio;
        ctx.setLineDash(series.dash.map((length) => length * ratio));
        ctx.stroke(new Path2D(paths.line(times, values, gaps, place.x, place.y)));
      }
      ctx.setLineDash([]);
      this.drawLimits(ctx, place, ratio);
      this.drawPeaks(ctx, place, ratio);
      if (state.run) {
        this.drawInstants(ctx, place, ratio, state.run.marks, "mark");
        this.drawInstants(ctx, place, ratio, state.run.endings, "vermillion");
      }
      ctx.restore();
    }

    drawNames(ctx, place, ratio) {
      const { state } = this.app;
      ctx.fillStyle = theme.colour("text-2");
      ctx.textBaseline = "alphabetic";
      ctx.textAlign = "left";
      const metric = state.run ? state.run.metric : commonMetric(state.runs);
      ctx.fillText(`${metric} (${this.axes.y.unit})`, Math.max(2, place.left - 34 * ratio), place.top - 9 * ratio);
      ctx.textAlign = "right";
      ctx.fillText(`time since start (${this.axes.x.form})`, place.left + place.width, place.top - 9 * ratio);
    }

    drawLimits(ctx, place, ratio) {
      ctx.strokeStyle = ctx.fillStyle = theme.colour("text-2");
      ctx.lineWidth = 1.3 * ratio;
      ctx.textAlign = "right";
      for (const [kind, bytes] of this.limits) {
        const y = place.y(bytes);
        ctx.setLineDash([10, 3, 2, 3].map((length) => length * ratio));
        ctx.stroke(new Path2D(`M${place.left} ${y}H${place.left + place.width}`));
        ctx.fillText(`${kind} ${units.bytes(bytes, this.app.state.unit)}`, place.left + place.width - 6 * ratio, y - 5 * ratio);
      }
      ctx.setLineDash([]);
    }

    /** Marks or ends: a line for each, and the words where they do not run into one another. */
    drawInstants(ctx, place, ratio, instants, colour) {
      ctx.strokeStyle = theme.colour(colour);
      ctx.fillStyle = theme.colour("text-2");
      ctx.lineWidth = ratio;
      ctx.textAlign = "left";
      ctx.setLineDash([3 * ratio, 2 * ratio]);
      let free = -Infinity, drawn = -Infinity;
      for (const [time, words] of instants) {
        const x = place.x(time);
        if (x < place.left || x > place.left + place.width || x - drawn < 1) continue;
        drawn = x;
        ctx.stroke(new Path2D(`M${x} ${place.top}v${place.height}`));
        const text = words.length > 40 ? `${words.slice(0, 39)}…` : words;
        const width = ctx.measureText(text).width;
        const isTaken = this.peakLabel && x < this.peakLabel[1] + 8 * ratio && x + width + 12 * ratio > this.peakLabel[0];
        if (x > free && !isTaken && x + width + 8 * ratio < place.left + place.width) {
          ctx.fillText(text, x + 4 * ratio, place.top + 13 * ratio);
          free = x + width + 12 * ratio;
        }
      }
      ctx.setLineDash([]);
    }

    drawPeaks(ctx, place, ratio) {
      const { state } = this.app;
      this.peakLabel = null;
      const runs = state.run ? [[state.run, this.view.top]] : this.view.lines.map((line) => [line.run, line]);
      for (const [run, series] of runs) {
        const { peak } = run;
        if (!peak || !series || state.hidden.has(series.key) || peak.time < state.from || peak.time > state.to) continue;
        const [x, y] = [place.x(peak.time), place.y(peak.value)];
        ctx.fillStyle = theme.colour(state.run ? "vermillion" : series.colour);
        ctx.beginPath();
        ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
        ctx.fill();
        if (!state.run) continue;
        const words = peak.words.startsWith("at least") ? `at least ${units.bytes(peak.value, state.unit)}` : units.bytes(peak.value, state.unit);
        const text = `peak ${words}`;
        const toLeft = x + ctx.measureText(text).width + 14 * ratio > place.left + place.width;
        ctx.textAlign = toLeft ? "right" : "left";
        ctx.fillStyle = theme.colour("vermillion-text");
        ctx.strokeStyle = theme.colour("page");
        ctx.lineWidth = 3 * ratio;
        const [left, base] = [x + (toLeft ? -4 : 4) * ratio, Math.max(y - 9 * ratio, place.top + 10 * ratio)];
        const width = ctx.measureText(text).width;
        if (base < place.top + 30 * ratio) this.peakLabel = toLeft ? [left - width, left] : [left, left + width];
        ctx.strokeText(text, left, base);
        ctx.fillText(text, left, base);
      }
    }

    /** Moves the line of the cursor to a time, without a report that it has moved; null takes it away. */
    setLine(time) {
      const was = this.isDrawing;
      this.isDrawing = true;
      const left = time == null ? -10 : this.plot.valToPos(time, "x");
      this.plot.setCursor({ left, top: time == null ? -10 : 10 });
      this.isDrawing = was;
    }

    /** Shows dots at the values of the cursor, and its time in a tag. */
    mark(time, text, values) {
      const { over } = this.plot;
      const x = time == null ? 0 : this.plot.valToPos(time, "x");
      this.tag.hidden = time == null;
      this.tag.textContent = text;
      const toLeft = x > over.clientWidth / 2;
      this.tag.style.transform = `translate(${x}px, 0) translateX(${toLeft ? "calc(-100% - 8px)" : "8px"})`;
      while (this.dots.length < values.length) {
        const dot = dom.h("div", { class: "dot", "aria-hidden": "true" });
        this.dots.push(dot);
        over.append(dot);
      }
      this.dots.forEach((dot, at) => {
        const shown = values[at];
        dot.hidden = !shown || time == null;
        if (dot.hidden) return;
        dot.style.backgroundColor = theme.colour(shown.colour);
        dot.style.transform = `translate(${x}px, ${this.plot.valToPos(this.axes.y.share(shown.value), "y")}px)`;
      });
    }
  }

  /** The limits that are near enough to the curves. */
  function near(state, highest) {
    const runs = state.run ? [state.run] : state.runs;
    const all = new Map(runs.flatMap((run) => run.limits).map((limit) => [limit.join(), limit]));
    return [...all.values()].filter(([, bytes]) => bytes <= NEAR * highest).slice(0, 4);
  }

  function commonMetric(runs) {
    const metrics = new Set(runs.map((run) => run.metric));
    return metrics.size === 1 ? [...metrics][0] : "memory";
  }

  return { Chart, commonMetric, near };
})();
