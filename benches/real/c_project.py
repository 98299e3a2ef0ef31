"""A generated C project with link-time optimisation, for `make -j4`."""

from __future__ import annotations

from pathlib import Path

FILES, FUNCTIONS = 12, 40

_FUNCTION = """
static double step_{n}(const double *in, double *out, int length) {{
    double sum = 0;
    for (int i = 0; i < length; i++) {{
        out[i] = in[i] * {n} + (i % {m} ? in[length - 1 - i] : sum);
        sum += out[i] > {n} ? out[i] / (1 + i) : out[i] * in[i];
    }}
    return sum;
}}
"""


def write(directory: Path) -> None:
    """Writes a project of `FILES` sources into a directory. The Makefile builds `program`."""
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        (directory / f"part{number}.c").write_text(_part(number))
    calls = "".join(f"    sum += part{number}(in, out, 64);\n" for number in range(FILES))
    heads = "".join(f"double part{number}(const double *, double *, int);\n" for number in range(FILES))
    (directory / "main.c").write_text(
        f"#include <stdio.h>\n{heads}\nint main(void) {{\n    static double in[64], out[64];\n    double sum = 0;\n"
        f'{calls}    printf("%f\\n", sum);\n    return 0;\n}}\n'
    )
    objects = " ".join(["main.o", *(f"part{number}.o" for number in range(FILES))])
    (directory / "Makefile").write_text(
        f"CC ?= cc\nCFLAGS := -O2 -flto\nprogram: {objects}\n\t+$(CC) $(CFLAGS) -flto=jobserver -o $@ $^\n"
    )


def _part(number: int) -> str:
    first = number * FUNCTIONS
    functions = "".join(_FUNCTION.format(n=first + i, m=2 + i % 7) for i in range(FUNCTIONS))
    calls = "".join(f"    sum += step_{first + i}(in, out, length);\n" for i in range(FUNCTIONS))
    return (
        f"#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n{functions}\n"
        f"double part{number}(const double *in, double *out, int length) {{\n    double sum = 0;\n{calls}"
        "    return sum;\n}\n"
    )
