// The start of the page: the overview at once, then the runs in detail.
(() => {
  "use strict";
  const { model } = rprof;

  /** Draws the overview at once, then unpacks the runs one by one. */
  async function start() {
    const page = model.read();
    const app = new rprof.app.App(page);
    rprof.page = app;
    document.documentElement.dataset.drawn = "overview";
    if (!rprof.unpack.isPossible) {
      const words = "an overview only: this browser cannot unpack the details (it has no DecompressionStream)";
      page.runs.forEach((run) => {
        run.progress = words;
      });
      app.set({}, true);
      return;
    }
    // The overview is on the screen before the unpacking takes the processor.
    await new Promise((resolve) => {
      requestAnimationFrame(() => setTimeout(resolve, 0));
    });
    for (const run of page.runs) {
      try {
        await model.unpack(run);
      } catch (error) {
        run.progress = `an overview only: the details cannot be unpacked (${error.message})`;
      }
    }
    app.set({}, true);
    document.documentElement.dataset.drawn = "all";
  }

  start();
})();
