"""Draws every view of the traces in plots/gallery/ and writes plots/gallery.md: `gallery.py RPROF PLOTS`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAD = """# Figures of real programs

`make gallery` writes this file and its figures from the traces in [gallery/](gallery); changes by hand are lost.
[docs/figures.md](../docs/figures.md) describes the views and options.

| trace | what ran |
|---|---|
| [postgres.dat](gallery/postgres.dat) | a PostgreSQL server, the filling of its tables, and pgbench with four clients |
| [make.dat](gallery/make.dat) | `make -j4` of a C project with link-time optimisation |
| [chromium.dat](gallery/chromium.dat) | headless chromium, which takes a screenshot of a local page |
| [basic.dat](basic.dat) and four others | the article's programs, see [summary.md](summary.md) |

The article's figure is also drawn for a column of a paper ([column.pdf](column.pdf), `--size column --theme print`), for a
slide ([slide.png](slide.png), `--size slide --theme dark`) and for a README ([readme.svg](readme.svg), `--size readme`).
`make redraw` draws these three from the recorded traces. [where.md](where.md) shows where the memory of these programs came
from.
"""

ARTICLE = ["../basic.dat", "../float32.dat", "../hdf5.dat"]
ALL = [*ARTICLE, "../memmap.dat", "../zarr.dat"]

# Section, name of the figure, traces, options, and what a reader should see.
FIGURES = [
    ("A build", "make-overview", ["make.dat"], "", "Without an option: the tree, its PSS and its largest processes."),
    ("A build", "make-programs", ["make.dat"], "--view programs", "The compilers hold the memory, and after them the linker's jobs."),
    ("A build", "make-processes", ["make.dat"], "--view processes", "The same by process, each named by its file."),
    ("A build", "make-kinds", ["make.dat"], "--view kinds", "Most of it is the compiler itself: pages of files."),
    ("A build", "make-line", ["make.dat"], "--view line", "The tree, and what lay between ticks at most."),
    ("A build", "make-window", ["make.dat"], "--view programs --window 0,2", "The first two seconds."),
    ("A database", "postgres-overview", ["postgres.dat"], "", "Every client maps the shared buffers, so that RSS counts them once for each."),
    ("A database", "postgres-pss", ["postgres.dat"], "--view pss", "PSS divides them: the blue area above the green one is counted more than once."),
    ("A database", "postgres-kinds", ["postgres.dat"], "--view kinds", "The growth is shared memory."),
    ("A database", "postgres-processes", ["postgres.dat"], "--view processes", ""),
    ("A database", "postgres-line", ["postgres.dat"], "--view line", "The steps are the bounds of what lay between ticks."),
    ("A browser", "chromium-overview", ["chromium.dat"], "", ""),
    ("A browser", "chromium-processes", ["chromium.dat"], "--view processes --theme dark", "For a slide."),
    ("A browser", "chromium-kinds", ["chromium.dat"], "--view kinds --theme print", "For a paper in black and white."),
    ("A browser", "chromium-requested", ["chromium.dat"], "--view requested", "It reserves terabytes and uses a gigabyte; the axis is logarithmic by itself."),
    ("The article", "article", ARTICLE, "", "Three ways to fill an array."),
    ("The article", "article-log", ALL, "--yscale log", "Five ways, on a logarithmic axis: the two that write to files are no longer on the time axis."),
    ("The article", "article-facet", ALL, "--facet", "A panel for each, with shared axes."),
    ("The article", "article-facet-own", ALL, "--facet=own --theme dark", "With axes of their own."),
    ("The article", "article-facet-kinds", ALL, "--facet --view kinds --unit GB", "By kind: `memmap` has pages of its file, which the kernel can drop."),
    ("The article", "article-spans", ["../zarr.dat"], "--view spans", "The spans that the program wrote."),
    ("The article", "article-slope", ["../basic.dat"], "--slope --unit GB", ""),
]


def main() -> None:
    rprof, plots = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    place = plots / "gallery"
    text, last = HEAD, ""
    for section, name, traces, options, words in FIGURES:
        if section != last:
            text += f"\n## {section}\n"
            last = section
        title = [] if len(traces) == 1 else ["--title", "A 500 × 2000 × 2000 array, filled slice by slice"]
        command = [str(rprof), "plot", "--force", *options.split(), "--size", "readme", *title, *traces, "-o", f"{name}.svg"]
        subprocess.run(command, cwd=place, check=True)
        shown = " ".join(["rprof plot", *options.split(), *(trace.removeprefix("../") for trace in traces)])
        text += f"\n![{name}](gallery/{name}.svg)\n\n`{shown}`" + (f": {words}\n" if words else "\n")
    (plots / "gallery.md").write_text(text)


main()
