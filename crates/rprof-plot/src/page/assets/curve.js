// A curve of many points, and the few of them that a number of pixels can show. No spike and no dip is lost: each
// column of pixels gets the first, the lowest, the highest and the last of its points.
rprof.curve = (() => {
  "use strict";
  /** Points for which the place of the lowest and the highest is known. */
  const BLOCK = 128;

  /** The number of times that are not after `time`. */
  function countUpTo(times, time) {
    let low = 0,
      high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  class Curve {
    /** Times in seconds, in order, and values in bytes. `outside` is the value before the first and after the last point. */
    constructor(times, values, outside = NaN) {
      Object.assign(this, { times, values, outside, lows: null, highs: null });
    }

    get length() {
      return this.times.length;
    }

    /** The place of the last point up to a time; -1 before the first. */
    before(time) {
      return countUpTo(this.times, time) - 1;
    }

    /** The value at a time, on the straight line between two points. */
    at(time) {
      const { times, values } = this;
      const left = this.before(time);
      if (left < 0 || times.length === 0) return this.outside;
      if (left === times.length - 1) return times[left] === time ? values[left] : this.outside;
      const share = (time - times[left]) / (times[left + 1] - times[left]);
      return values[left] + share * (values[left + 1] - values[left]);
    }

    index() {
      const blocks = Math.ceil(this.length / BLOCK);
      this.lows = new Uint32Array(blocks);
      this.highs = new Uint32Array(blocks);
      for (let block = 0; block < blocks; block++) {
        const to = Math.min(this.length, (block + 1) * BLOCK);
        const [low, high] = this.scan(block * BLOCK, to, block * BLOCK, block * BLOCK);
        this.lows[block] = low;
        this.highs[block] = high;
      }
    }

    scan(from, to, low, high) {
      const { values } = this;
      for (let at = from; at < to; at++) {
        if (values[at] < values[low]) low = at;
        if (values[at] > values[high]) high = at;
      }
      return [low, high];
    }

    /** The places of the lowest and of the highest point from one place up to before another. */
    extremes(from, to) {
      if (to - from < 2 * BLOCK) return this.scan(from, to, from, from);
      if (!this.lows) this.index();
      const first = Math.ceil(from / BLOCK),
        last = Math.floor(to / BLOCK);
      let [low, high] = this.scan(from, first * BLOCK, from, from);
      for (let block = first; block < last; block++) {
        if (this.values[this.lows[block]] < this.values[low]) low = this.lows[block];
        if (this.values[this.highs[block]] > this.values[high]) high = this.highs[block];
      }
      return this.scan(last * BLOCK, to, low, high);
    }

    /** The places of the points to draw between two times on this many columns of pixels, with one on either side. */
    places(from, to, columns) {
      const first = Math.max(0, this.before(from));
      const end = Math.min(this.length, countUpTo(this.times, to) + 1);
      if (end - first <= 4 * columns) return Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
      const places = [first];
      const width = (to - from) / columns;
      let at = first + 1;
      for (let column = 0; column < columns && at < end; column++) {
        const next = Math.min(end, countUpTo(this.times, from + (column + 1) * width));
        if (next <= at) continue;
        const [low, high] = this.extremes(at, next);
        for (const place of [at, Math.min(low, high), Math.max(low, high), next - 1]) {
          if (place > places[places.length - 1]) places.push(place);
        }
        at = next;
      }
      for (; at < end; at++) places.push(at);
      return places;
    }

    /** The lowest and the highest value between two times, with the values at both. */
    range(from, to) {
      const first = Math.max(0, this.before(from) + 1),
        end = countUpTo(this.times, to);
      let values = [this.at(from), this.at(to)];
      if (end > first) {
        const [low, high] = this.extremes(first, end);
        values.push(this.values[low], this.values[high]);
      }
      values = values.filter((value) => !Number.isNaN(value));
      return values.length ? [Math.min(...values), Math.max(...values)] : [NaN, NaN];
    }
  }

  /** The sum of curves that hold each value up to the next point, as a curve with steps. */
  function sum(curves) {
    const count = curves.reduce((all, curve) => all + curve.length, 0);
    const times = new Float64Array(count),
      changes = new Float64Array(count);
    let end = 0;
    for (const curve of curves) {
      for (let at = 0; at < curve.length; at++) {
        times[end] = curve.times[at];
        changes[end++] = curve.values[at] - (at > 0 ? curve.values[at - 1] : 0);
      }
    }
    const order = Uint32Array.from({ length: count }, (_, at) => at).sort((a, b) => times[a] - times[b]);
    const outTimes = [],
      outValues = [];
    let value = 0;
    for (let at = 0; at < count;) {
      const time = times[order[at]];
      const before = value;
      while (at < count && times[order[at]] === time) value += changes[order[at++]];
      if (value === before && at < count) continue;
      outTimes.push(time, time);
      outValues.push(before, Math.max(0, value));
    }
    return new Curve(Float64Array.from(outTimes), Float64Array.from(outValues), 0);
  }

  return { Curve, sum };
})();
