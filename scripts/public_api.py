"""Prints the public interface of a library, as rustdoc shows it: public_api.py DOC CRATE.

DOC is the directory that `cargo doc` writes. Each item has its declaration, the signatures of its methods and the traits
that it implements. `make lint` compares the result with crates/*/public-api.txt, and `make api` rewrites these files, so
that a change of the interface is seen in review.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

# Sections with what the compiler or other crates add.
OTHERS = {"synthetic-implementations", "blanket-implementations"}


class Item(HTMLParser):
    """The declaration, methods and traits of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.declaration = ""
        self.methods: list[str] = []
        self.traits: list[str] = []
        self.section = ""
        self.taking: str | None = None
        self.taken = ""
        self.hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins to take the text of a declaration or a header."""
        names = dict(attrs)
        classes = (names.get("class") or "").split()
        if tag == "h2" and names.get("id"):
            self.section = names["id"] or ""
        elif tag == "summary":
            self.hidden += 1
        elif self.taking is None and (tag == "pre" and "item-decl" in classes or "code-header" in classes):
            self.taking, self.taken = tag, ""
        elif tag == "br" and self.taking:
            self.taken += "\n"

    def handle_endtag(self, tag: str) -> None:
        """Files what was taken."""
        if tag == "summary":
            self.hidden -= 1
        if tag != self.taking:
            return
        self.taking = None
        if tag == "pre":
            self.declaration = "\n".join(line.rstrip() for line in self.taken.splitlines() if line.strip())
            return
        # The sign is a button of the page.
        line = " ".join(self.taken.replace("ⓘ", "").split())
        if self.section in OTHERS:
            return
        if self.section == "trait-implementations":
            # Derived together with PartialEq, by the compiler.
            if tag == "h3" and "StructuralPartialEq" not in line:
                self.traits.append(line)
        elif tag == "h4":
            self.methods.append(line)

    def handle_data(self, data: str) -> None:
        """Takes text, but not that of a button."""
        # Methods are inside a summary of their own, headers included.
        if self.taking == "pre" and self.hidden:
            return
        if self.taking:
            self.taken += data


def interface(doc: Path, crate: str) -> str:
    """All items, sorted by path."""
    name = crate.replace("-", "_")
    parts = []
    for page in sorted((doc / name).rglob("*.*.html")):
        kind, item = page.name.split(".")[:2]
        path = "::".join([*page.parent.relative_to(doc).parts, item])
        text = page.read_text()
        # The page of an item in a private module leads to that of its public name.
        if 'http-equiv="refresh"' in text:
            continue
        found = Item(text)
        if not found.declaration:
            sys.exit(f"public_api: `{page}` has no declaration: this rustdoc writes other pages than those of Rust 1.95")
        lines = [f"{kind} {path}", *found.declaration.splitlines(), *found.methods, *sorted(found.traits)]
        parts.append("\n    ".join(lines))
    if not parts:
        sys.exit(f"public_api: no pages of {crate} in `{doc}`; run `cargo doc`")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(interface(Path(sys.argv[1]), sys.argv[2]), end="")
