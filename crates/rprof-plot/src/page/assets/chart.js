// The chart: uPlot has the canvas, the axes, the cursor and the selection; the curves are painted from our own points.
rprof.chart = (() => {
  "use strict";
  const { axis, dom, painting, theme, views } = rprof;
  const HEIGHT = { wide: 400, narrow: 280 };

  class Chart {
    constructor(app, element) {
      Object.assign(this, { app, element, view: null, shapes: null, limits: [], isDrawing: true, top: 1, height: null });
      this.axes = { x: axis.time(0, 1, 600), y: axis.memory(1, "auto", 300) };
      this.plot = new uPlot(
        this.options(),
        [
          [0, 1],
          [0, 1],
        ],
        element,
      );
      this.tag = dom.h("div", { class: "tag", "aria-hidden": "true" });
      this.dots = [];
      this.plot.over.append(this.tag);
      this.listen();
      new ResizeObserver(() => this.resize()).observe(element);
    }

    options() {
      const grid = () => theme.colour("grid"),
        text = () => theme.colour("text-2");
      const common = { stroke: text, font: painting.FONT, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 5 } };
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
          {
            ...common,
            gap: 6,
            splits: () => this.axes.y.ticks.map(this.axes.y.share),
            values: () => this.axes.y.labels,
            size: (_, values) => (values ? 20 + 7.2 * Math.max(1, ...values.map((value) => value.length)) : 50),
          },
        ],
        series: [{}, { paths: () => null, points: { show: false } }],
        hooks: {
          drawClear: [() => painting.below(this)],
          draw: [() => painting.above(this)],
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
      if (this.isDrawing) return;
      this.height = plot.cursor.top < 0 ? null : (1 - plot.cursor.top / plot.over.clientHeight) * this.axes.y.to;
      this.app.hover(plot.cursor.left < 0 ? null : plot.posToVal(plot.cursor.left, "x"));
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
      over.addEventListener(
        "wheel",
        (event) => {
          const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
          if (!event.ctrlKey && !sideways) return;
          event.preventDefault();
          if (event.ctrlKey) this.app.zoomBy(1.0025 ** event.deltaY, this.plot.posToVal(event.offsetX, "x"));
          else this.app.pan(event.deltaX / over.clientWidth);
        },
        { passive: false },
      );
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
      this.limits = views.limits(state, this.shapes.highest);
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

    /** Moves the line of the cursor to a time, without a report that it has moved; null takes it away. */
    setLine(time) {
      this.height = null;
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

  return { Chart };
})();
