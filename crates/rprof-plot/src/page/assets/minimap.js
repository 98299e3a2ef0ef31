// The strip below the chart: the whole run, and the part of it that is shown. A drag moves that part.
rprof.minimap = (() => {
  "use strict";
  const { paths, theme } = rprof;
  const HEIGHT = 40;

  class Minimap {
    constructor(app, canvas) {
      Object.assign(this, { app, canvas, left: 0, width: 0 });
      let grip = null;
      const timeAt = (event) => ((event.clientX - canvas.getBoundingClientRect().left - this.left) / this.width) * app.length;
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        const { from, to } = app.state,
          time = timeAt(event);
        grip = time >= from && time <= to ? time - from : (to - from) / 2;
        app.moveTo(time - grip);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (grip != null) app.moveTo(timeAt(event) - grip);
      });
      for (const name of ["pointerup", "pointercancel"])
        canvas.addEventListener(name, () => {
          grip = null;
        });
    }

    draw({ left, width }) {
      const { canvas, app } = this,
        ratio = devicePixelRatio;
      Object.assign(this, { left, width });
      const full = canvas.clientWidth;
      if (canvas.width !== Math.round(full * ratio)) canvas.width = Math.round(full * ratio);
      if (canvas.height !== HEIGHT * ratio) canvas.height = HEIGHT * ratio;
      const ctx = canvas.getContext("2d");
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, full, HEIGHT);
      const runs = app.state.run ? [app.state.run] : app.state.runs;
      const highest = Math.max(1, ...runs.map((run) => run.total.range(0, run.length)[1] || 0)) * 1.08;
      const x = (time) => left + (time / app.length) * width,
        y = (value) => HEIGHT - 1 - (value / highest) * (HEIGHT - 3);
      ctx.fillStyle = theme.colour("strip");
      ctx.fillRect(left, 0, width, HEIGHT);
      for (const run of runs) {
        const { times, values } = run.total;
        const places = run.total.places(0, app.length, Math.max(50, Math.round(width)));
        const [ts, vs] = [places.map((at) => times[at]), places.map((at) => values[at])];
        ctx.fillStyle = theme.colour("strip-area");
        if (app.state.run) ctx.fill(new Path2D(paths.area(ts, null, vs, run.gaps, x, y)));
        ctx.strokeStyle = theme.colour("strip-line");
        ctx.lineWidth = 1;
        ctx.stroke(new Path2D(paths.line(ts, vs, run.gaps, x, y)));
      }
      const { from, to } = app.state;
      const [a, b] = [x(from), Math.max(x(from) + 3, x(to))];
      ctx.fillStyle = theme.colour("veil");
      ctx.fillRect(left, 0, a - left, HEIGHT);
      ctx.fillRect(b, 0, left + width - b, HEIGHT);
      ctx.strokeStyle = theme.colour("blue");
      ctx.lineWidth = 1.5;
      ctx.strokeRect(a + 0.75, 0.75, Math.max(2, b - a - 1.5), HEIGHT - 1.5);
    }
  }

  return { Minimap };
})();
