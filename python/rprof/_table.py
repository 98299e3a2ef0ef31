"""A table: named columns of equal length, as lists; or a frame of pandas or polars, if one is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any


class Table:
    """Columns by name. `table["time_s"]` is a list, `len(table)` the number of rows. A value that is not known is None."""

    __slots__ = ("_columns",)

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def __getitem__(self, name: str) -> list[Any]:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column {name!r}; there are {', '.join(self._columns)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each as a dict."""
        names = self.columns
        for row in zip(*self._columns.values()):
            yield dict(zip(names, row))

    def __repr__(self) -> str:
        return f"<rprof.Table: {len(self)} rows of {', '.join(self._columns)}>"

    def to_dict(self) -> dict[str, list[Any]]:
        """Returns the columns in a new dict."""
        return dict(self._columns)

    def to_pandas(self) -> Any:
        """Returns a `pandas.DataFrame`. Raises ModuleNotFoundError if pandas is not installed."""
        return _library("pandas").DataFrame(self._columns)

    def to_polars(self) -> Any:
        """Returns a `polars.DataFrame`. Raises ModuleNotFoundError if polars is not installed."""
        return _library("polars").DataFrame(self._columns, strict=False, infer_schema_length=None)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ModuleNotFoundError(
            f"{name} is not installed; install it, or use the columns as lists: table['time_s']", name=name
        ) from None


class Columns:
    """Columns that grow by rows, in which any key may be missing."""

    __slots__ = ("columns", "rows")

    def __init__(self, names: Sequence[str]) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in names}
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        """Appends a row."""
        columns = self.columns
        for name, value in row.items():
            column = columns.get(name)
            if column is None:
                # A value that appears late is not known of the rows before.
                column = columns[name] = [None] * self.rows
            column.append(value)
        self.rows += 1
        if len(row) != len(columns):
            for column in columns.values():
                if len(column) < self.rows:
                    column.append(None)

    def table(self) -> Table:
        """Returns the table."""
        return Table(self.columns)
