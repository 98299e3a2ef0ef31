// Light and dark. The page follows the system until its reader chooses. Colours are those of the style sheet.
rprof.theme = (() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let cache = new Map();

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  /** A colour by its name in the style sheet: `blue` is `--blue`. */
  function colour(name) {
    if (!cache.has(name)) cache.set(name, getComputedStyle(root).getPropertyValue(`--${name}`).trim() || "#888");
    return cache.get(name);
  }

  /** Takes a theme, `light` or `dark`, or "" for that of the system. */
  function choose(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    cache = new Map();
  }

  const toggle = () => choose(isDark() ? "light" : "dark");

  /** Runs something with the colours of the light theme, which paper and files have. */
  function inLight(run) {
    const before = root.dataset.theme || "";
    choose("light");
    try {
      return run();
    } finally {
      choose(before);
    }
  }

  /** Calls back when the theme of the system changes. */
  function onChange(changed) {
    system.addEventListener("change", () => {
      cache = new Map();
      changed();
    });
  }

  return { colour, choose, toggle, isDark, inLight, onChange };
})();
