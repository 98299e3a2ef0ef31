// The spans of a run below the chart: a lane for each name, or nested blocks as a flame.
rprof.spans = (() => {
  "use strict";
  const { theme, units, dom } = rprof;
  const LANE = 26,
    BAR = 9,
    ROW = 19,
    MOST_LANES = 8,
    MOST_ROWS = 16;
  const FONT = '11.5px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

  /** The number of lanes or levels, and of those that are shown. */
  function rows(run, state) {
    const { totals, level } = run.spans;
    const all = state.spans === "flame" ? level.reduce((most, at) => Math.max(most, at + 1), 0) : totals.length;
    const most = state.allSpans ? 400 : state.spans === "flame" ? MOST_ROWS : MOST_LANES;
    return { all, shown: Math.min(all, most) };
  }

  /** The lane of each name: names are ranked by their total time. */
  function laneOf(run) {
    const lanes = new Map();
    run.spans.totals.forEach((total, at) => lanes.set(total[1], at));
    return lanes;
  }

  const endOf = (run, at) => (run.spans.to[at] == null ? run.length : run.spans.to[at]);

  /** The blocks to draw between two times on a width in pixels: short ones in a row become one. */
  function blocks(run, state, width) {
    const { spans } = run,
      { from, to } = state;
    const { shown } = rows(run, state);
    const lanes = state.spans === "flame" ? null : laneOf(run);
    const x = (time) => ((time - from) / (to - from)) * width;
    const last = new Map(),
      found = [];
    for (let at = 0; at < spans.from.length; at++) {
      const end = endOf(run, at);
      if (end < from || spans.from[at] > to) continue;
      const row = lanes ? lanes.get(spans.rank[at]) : spans.level[at];
      if (row == null || row >= shown) continue;
      const [left, right] = [Math.max(-2, x(spans.from[at])), Math.min(width + 2, x(end))];
      const before = last.get(row);
      if (before && right - before.left < 1) continue;
      if (before && left - before.right < 0.4 && right - left < 1.5) {
        before.right = Math.max(before.right, right);
        continue;
      }
      const block = {
        at,
        row,
        left,
        right: Math.max(right, left + 0.6),
        rank: spans.rank[at],
        name: spans.names[spans.name[at]],
        isOpen: spans.to[at] == null,
      };
      last.set(row, block);
      found.push(block);
    }
    return found;
  }

  /** `load: 3 times, 1.20 s` */
  function laneLabel([name, , calls, time]) {
    return `${name}  ·  ${calls > 1 ? `${calls} times, ` : ""}${units.seconds(time)}`;
  }

  const colourOf = (rank) => `block${rank % 16}`;

  class Spans {
    constructor(app, element) {
      Object.assign(this, { app, element, left: 0, width: 0, drawn: [] });
      this.canvas = dom.h("canvas", { role: "img" });
      this.more = dom.h("button", { class: "more", onclick: () => app.set({ allSpans: !app.state.allSpans }) });
      this.about = dom.h("p", { class: "about" });
      this.line = dom.h("div", { class: "line", "aria-hidden": "true", hidden: true });
      element.append(this.canvas, this.line, this.about, this.more);
      this.canvas.addEventListener("pointermove", (event) => this.hovered(event));
      this.canvas.addEventListener("pointerleave", () => app.point(null));
      this.canvas.addEventListener("click", (event) => {
        const block = this.blockAt(event);
        app.chooseSpan(block ? block.at : null);
      });
      this.canvas.addEventListener("dblclick", (event) => {
        const block = this.blockAt(event);
        if (block) app.zoomToSpan(block.at);
      });
    }

    hovered(event) {
      const { app } = this,
        { from, to } = app.state;
      const x = event.clientX - this.canvas.getBoundingClientRect().left - this.left;
      const time = from + (x / this.width) * (to - from);
      app.point(time >= from && time <= to ? time : null);
      const block = this.blockAt(event);
      this.canvas.classList.toggle("over-block", Boolean(block));
      this.about.textContent = block ? words(app.state.run, block.at, app.state.unit) : this.hint();
    }

    hint() {
      return "A click chooses a span, a double click zooms to it.";
    }

    /** Shows the line of the cursor; null takes it away. */
    mark(time) {
      const { from, to } = this.app.state;
      this.line.hidden = time == null || time < from || time > to;
      if (this.line.hidden) return;
      this.line.style.height = this.canvas.style.height;
      this.line.style.transform = `translate(${this.left + ((time - from) / (to - from)) * this.width}px, 0)`;
    }

    blockAt(event) {
      const box = this.canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left - this.left, event.clientY - box.top];
      const height = this.app.state.spans === "flame" ? ROW : LANE;
      const row = Math.floor(y / height);
      const hits = this.drawn.filter((block) => block.row === row && x >= block.left - 2 && x <= block.right + 2);
      return hits.sort((a, b) => a.right - a.left - (b.right - b.left))[0];
    }

    draw({ left, width }) {
      const { state } = this.app,
        { run } = state;
      const isShown = Boolean(run) && state.spans !== "hidden" && run.spans.from.length > 0;
      this.element.hidden = !isShown;
      if (!isShown) return;
      Object.assign(this, { left, width });
      const isFlame = state.spans === "flame",
        { all, shown } = rows(run, state);
      const height = shown * (isFlame ? ROW : LANE) + 2,
        ratio = devicePixelRatio,
        full = this.element.clientWidth;
      const { canvas } = this;
      canvas.width = Math.round(full * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
      canvas.setAttribute(
        "aria-label",
        `Spans from ${units.seconds(state.from)} to ${units.seconds(state.to)}; the table of spans has their times and memory`,
      );
      const ctx = canvas.getContext("2d");
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.font = FONT;
      this.drawn = blocks(run, state, width);
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, 0, width, height);
      ctx.clip();
      if (!isFlame) this.drawLanes(ctx, run, shown);
      for (const block of this.drawn) this.drawBlock(ctx, block, isFlame);
      ctx.restore();
      this.more.hidden = all <= rows(run, { ...state, allSpans: false }).shown;
      this.more.textContent = state.allSpans ? "Show fewer" : `Show all ${all} ${isFlame ? "levels" : "names"}`;
      if (!this.about.textContent) this.about.textContent = this.hint();
    }

    drawLanes(ctx, run, shown) {
      const { left, width } = this;
      run.spans.totals.slice(0, shown).forEach((total, at) => {
        ctx.fillStyle = theme.colour("strip");
        ctx.fillRect(left, at * LANE + LANE - BAR - 2, width, BAR);
        ctx.fillStyle = theme.colour("text-2");
        ctx.fillText(laneLabel(total), left + 2, at * LANE + 12);
      });
    }

    drawBlock(ctx, block, isFlame) {
      const { left } = this;
      const [x, w] = [left + block.left, block.right - block.left];
      const [y, h] = isFlame ? [block.row * ROW + 1, ROW - 2] : [block.row * LANE + LANE - BAR - 2, BAR];
      ctx.fillStyle = theme.colour(colourOf(block.rank));
      ctx.fillRect(x, y, w, h);
      if (w > 3) {
        ctx.fillStyle = theme.colour("page");
        ctx.fillRect(x + w - 0.5, y, 0.5, h);
      }
      if (this.app.state.span === block.at) {
        ctx.strokeStyle = theme.colour("text");
        ctx.lineWidth = 2;
        ctx.strokeRect(x + 1, y + 1, Math.max(1, w - 2), h - 2);
      }
      if (!isFlame || w < 26) return;
      ctx.fillStyle = theme.colour("block-ink");
      const at = Math.max(x, left) + 4;
      ctx.fillText(fitted(ctx, block.name, Math.min(x + w, left + this.width) - at - 3), at, y + 12.5);
    }
  }

  /** The text, or as much of it as fits. */
  function fitted(ctx, text, width) {
    if (width < 12) return "";
    if (ctx.measureText(text).width <= width) return text;
    let count = Math.floor((text.length * width) / ctx.measureText(text).width);
    while (count > 0 && ctx.measureText(`${text.slice(0, count)}…`).width > width) count--;
    return count > 0 ? `${text.slice(0, count)}…` : "";
  }

  /** `load: 0.53 s, from 1.00 s to 1.53 s; 12.0 MiB at its begin, 80.1 MiB at its end` */
  function words(run, at, unit) {
    const { spans } = run,
      from = spans.from[at],
      to = endOf(run, at);
    const value = (time) => units.bytes(run.total.at(time), unit);
    const end = spans.to[at] == null ? "it never ended" : `to ${units.seconds(to)}`;
    const [, high] = run.total.range(from, to);
    return `${spans.names[spans.name[at]]}: ${units.seconds(to - from)}, from ${units.seconds(from)} ${end}; tree ${value(from)} at its begin, at most ${units.bytes(high, unit)}, ${value(to)} at its end`;
  }

  return { Spans, blocks, rows, words, endOf, laneLabel, colourOf, LANE, BAR, ROW };
})();
