// What the canvas of the chart shows beside uPlot's axes: areas and gaps below the grid; lines, limits, marks and the peak
// above it.
rprof.painting = (() => {
  "use strict";
  const { paths, theme, units, views } = rprof;
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

  function positions(chart) {
    const { plot } = chart;
    const { left, top, width, height } = plot.bbox;
    const { from, to } = chart.app.state;
    return {
      left,
      top,
      width,
      height,
      x: (time) => left + ((time - from) / (to - from)) * width,
      y: (value) => top + height - chart.axes.y.share(value) * height,
    };
  }

  /** What lies below the grid: gaps, the chosen span, areas. */
  function below(chart) {
    if (!chart.shapes) return;
    const { ctx } = chart.plot,
      place = positions(chart),
      { state } = chart.app;
    ctx.save();
    ctx.beginPath();
    ctx.rect(place.left, place.top, place.width, place.height);
    ctx.clip();
    if (state.run) state.run.gaps.forEach((gap) => paintGap(chart, ctx, place, gap));
    const span = chart.app.chosenSpan();
    if (span) {
      ctx.fillStyle = theme.colour("span-tint");
      ctx.fillRect(place.x(span.from), place.top, Math.max(1, place.x(span.to) - place.x(span.from)), place.height);
    }
    const gaps = state.run ? state.run.gaps : [];
    const anyChosen = chart.view.layers.some((layer) => layer.isChosen);
    for (const { series, times, lower, upper } of chart.shapes.areas) {
      ctx.globalAlpha = anyChosen && !series.isChosen ? 0.3 : 1;
      ctx.fillStyle = theme.colour(series.colour);
      ctx.fill(new Path2D(paths.area(times, lower, upper, gaps, place.x, place.y)));
    }
    ctx.globalAlpha = 1;
    for (const { series, times, values } of chart.shapes.lines) {
      if (!series.fill) continue;
      ctx.fillStyle = theme.colour("tint");
      ctx.fill(new Path2D(paths.area(times, null, values, gaps, place.x, place.y)));
    }
    ctx.restore();
  }

  function paintGap(chart, ctx, place, [from, to]) {
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
  function above(chart) {
    if (!chart.shapes) return;
    const { ctx } = chart.plot,
      place = positions(chart),
      { state } = chart.app,
      ratio = uPlot.pxRatio;
    ctx.save();
    ctx.lineJoin = "round";
    ctx.font = FONT.replace("12px", `${12 * ratio}px`);
    paintNames(chart, ctx, place, ratio);
    ctx.beginPath();
    ctx.rect(place.left, place.top - 2 * ratio, place.width, place.height + 2 * ratio);
    ctx.clip();
    for (const { series, times, values } of [...chart.shapes.lines].reverse()) {
      const gaps = series.run ? series.run.gaps : state.run ? state.run.gaps : [];
      ctx.strokeStyle = theme.colour(series.colour);
      ctx.lineWidth = series.width * ratio;
      ctx.setLineDash(series.dash.map((length) => length * ratio));
      ctx.stroke(new Path2D(paths.line(times, values, gaps, place.x, place.y)));
    }
    ctx.setLineDash([]);
    paintLimits(chart, ctx, place, ratio);
    paintPeaks(chart, ctx, place, ratio);
    if (state.run) {
      paintInstants(chart, ctx, place, ratio, state.run.marks, "mark");
      paintInstants(chart, ctx, place, ratio, state.run.endings, "vermillion");
    }
    ctx.restore();
  }

  function paintNames(chart, ctx, place, ratio) {
    const { state } = chart.app;
    ctx.fillStyle = theme.colour("text-2");
    ctx.textBaseline = "alphabetic";
    ctx.textAlign = "left";
    const metric = views.metric(state);
    ctx.fillText(`${metric} (${chart.axes.y.unit})`, Math.max(2, place.left - 34 * ratio), place.top - 9 * ratio);
    ctx.textAlign = "right";
    ctx.fillText(`time since start (${chart.axes.x.form})`, place.left + place.width, place.top - 9 * ratio);
  }

  function paintLimits(chart, ctx, place, ratio) {
    ctx.strokeStyle = ctx.fillStyle = theme.colour("text-2");
    ctx.lineWidth = 1.3 * ratio;
    ctx.textAlign = "right";
    for (const [kind, bytes] of chart.limits) {
      const y = place.y(bytes);
      ctx.setLineDash([10, 3, 2, 3].map((length) => length * ratio));
      ctx.stroke(new Path2D(`M${place.left} ${y}H${place.left + place.width}`));
      ctx.fillText(`${kind} ${units.bytes(bytes, chart.app.state.unit)}`, place.left + place.width - 6 * ratio, y - 5 * ratio);
    }
    ctx.setLineDash([]);
  }

  /** Marks or ends: a line for each, and the words where they do not run into one another. */
  function paintInstants(chart, ctx, place, ratio, instants, colour) {
    ctx.strokeStyle = theme.colour(colour);
    ctx.fillStyle = theme.colour("text-2");
    ctx.lineWidth = ratio;
    ctx.textAlign = "left";
    ctx.setLineDash([3 * ratio, 2 * ratio]);
    let free = -Infinity,
      drawn = -Infinity;
    for (const [time, words] of instants) {
      const x = place.x(time);
      if (x < place.left || x > place.left + place.width || x - drawn < 1) continue;
      drawn = x;
      ctx.stroke(new Path2D(`M${x} ${place.top}v${place.height}`));
      const text = words.length > 40 ? `${words.slice(0, 39)}…` : words;
      const width = ctx.measureText(text).width;
      const isTaken = chart.peakLabel && x < chart.peakLabel[1] + 8 * ratio && x + width + 12 * ratio > chart.peakLabel[0];
      if (x > free && !isTaken && x + width + 8 * ratio < place.left + place.width) {
        ctx.fillText(text, x + 4 * ratio, place.top + 13 * ratio);
        free = x + width + 12 * ratio;
      }
    }
    ctx.setLineDash([]);
  }

  function paintPeaks(chart, ctx, place, ratio) {
    const { state } = chart.app;
    chart.peakLabel = null;
    const runs = state.run ? [[state.run, chart.view.top]] : chart.view.lines.map((line) => [line.run, line]);
    for (const [run, series] of runs) {
      const { peak } = run;
      if (!peak || !series || state.hidden.has(series.key) || peak.time < state.from || peak.time > state.to) continue;
      const [x, y] = [place.x(peak.time), place.y(peak.value)];
      ctx.fillStyle = theme.colour(state.run ? "vermillion" : series.colour);
      ctx.beginPath();
      ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      if (!state.run) continue;
      const words = peak.words.startsWith("at least")
        ? `at least ${units.bytes(peak.value, state.unit)}`
        : units.bytes(peak.value, state.unit);
      const text = `peak ${words}`;
      const toLeft = x + ctx.measureText(text).width + 14 * ratio > place.left + place.width;
      ctx.textAlign = toLeft ? "right" : "left";
      ctx.fillStyle = theme.colour("vermillion-text");
      ctx.strokeStyle = theme.colour("page");
      ctx.lineWidth = 3 * ratio;
      const [left, base] = [x + (toLeft ? -4 : 4) * ratio, Math.max(y - 9 * ratio, place.top + 10 * ratio)];
      const width = ctx.measureText(text).width;
      if (base < place.top + 30 * ratio) chart.peakLabel = toLeft ? [left - width, left] : [left, left + width];
      ctx.strokeText(text, left, base);
      ctx.fillText(text, left, base);
    }
  }

  return { FONT, below, above };
})();
