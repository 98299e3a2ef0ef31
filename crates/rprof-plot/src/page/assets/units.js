// Sizes and times as text, in the same words as the rest of rprof.
var rprof = {};

rprof.units = (() => {
  "use strict";
  const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"];
  /** The units that a reader can choose, each with its size in bytes. */
  const SIZES = {
    B: 1,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
    kB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
  };
  const NAMES = ["auto", "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB", "B"];

  /** The unit for a size if the reader has chosen none. */
  function unitOf(bytes) {
    const size = Math.abs(bytes);
    let at = 0;
    while (at < 4 && size >= 2 ** (10 * (at + 1))) at++;
    return BINARY[at];
  }

  /** `301.2 MiB`. A byte that is not known is a dash. */
  function bytes(value, chosen = "auto") {
    if (value == null || Number.isNaN(value)) return "–";
    const unit = chosen === "auto" ? unitOf(value) : chosen;
    const number = value / SIZES[unit];
    const digits = unit === "B" || number >= 1e4 ? 0 : "GiB TiB GB TB".includes(unit) ? 2 : 1;
    return `${number.toFixed(digits)} ${unit}`;
  }

  const two = (number) => String(number).padStart(2, "0");

  /** `20 ms`, `0.35 s`, `41.1 s`, `3 min 05 s`, `2 h 03 min`: a length of time in few digits. */
  function seconds(value) {
    const s = Math.abs(value),
      sign = value < 0 ? "-" : "";
    if (s === 0) return "0 s";
    if (s < 0.00095) return `${sign}${(s * 1e6).toFixed(0)} µs`;
    if (s < 0.0995) return `${sign}${(s * 1e3).toFixed(0)} ms`;
    if (s < 9.995) return `${sign}${s.toFixed(2)} s`;
    if (s < 99.95) return `${sign}${s.toFixed(1)} s`;
    if (s < 3599.5) return `${sign}${Math.floor(Math.round(s) / 60)} min ${two(Math.round(s) % 60)} s`;
    const minutes = Math.round(s / 60);
    return `${sign}${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  }

  /** An instant since the start, with the digits that a step of this many seconds needs: `12.345 s`, `1:02:03.4`. */
  function instant(time, step) {
    const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) + 1e-9)));
    if (time < 120) return `${time.toFixed(digits)} s`;
    return clock(time, digits);
  }

  /** `2:03.4`, `1:02:03`. */
  function clock(time, digits) {
    const scale = 10 ** digits;
    const rounded = Math.round(time * scale) / scale;
    const whole = Math.floor(rounded);
    const rest = digits > 0 ? (rounded - whole).toFixed(digits).slice(1) : "";
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return (h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`) + rest;
  }

  /** The wall-clock time of an instant of a run: `14:03:27.1`; empty if the trace does not have it. */
  function wallClock(run, time) {
    if (run.start == null) return "";
    const zone = run.zone == null ? 0 : run.zone;
    const text = new Date((run.start + time + zone * 60) * 1000).toISOString();
    return text.slice(11, 21) + (run.zone == null ? " UTC" : "");
  }

  return { SIZES, NAMES, unitOf, bytes, seconds, instant, clock, wallClock };
})();
