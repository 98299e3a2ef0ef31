"""Builds the pages of docs/ as a site and checks its links: book.py ROOT MDBOOK OUT.

Links that lead out of docs/ are those of the repository: pictures are copied, other files become links to the host of
the repository. mdbook writes the site. Then each link inside it must lead to a page, and each fragment to a heading.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINK = re.compile(r"(!?\[[^\]]*\]\()(\.\./[^)\s#]*)(#[^)\s]*)?(\))")
PICTURES = {".svg", ".png"}


def source(root: Path, place: Path) -> None:
    """Copies docs/ to the source of the book, with links that hold there."""
    repository = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]["repository"]
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(root / "docs", place / "src")
    for page in sorted((place / "src").rglob("*.md")):

        def lead(match: re.Match[str]) -> str:
            before, path, fragment, after = match[1], match[2], match[3] or "", match[4]
            target = (root / "docs" / page.relative_to(place / "src").parent / path).resolve()
            if not target.exists():
                sys.exit(f"book: docs/{page.name}: `{path}` does not exist")
            if target.suffix in PICTURES:
                shutil.copy(target, page.parent / target.name)
                return f"{before}{target.name}{after}"
            kind = "tree" if target.is_dir() else "blob"
            return f"{before}{repository}/{kind}/main/{target.relative_to(root)}{fragment}{after}"

        text = page.read_text()
        page.write_text(LINK.sub(lead, text))
    (place / "book.toml").write_text(
        f"""[book]
title = "rprof"
description = "The memory profiler for any command"
language = "en"
src = "src"

[output.html]
git-repository-url = "{repository}"
default-theme = "light"
preferred-dark-theme = "navy"
"""
    )


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects what a tag has."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def broken(site: Path) -> list[str]:
    """The links that lead nowhere. Those to other hosts are not asked for."""
    pages = {path: Page(path.read_text()) for path in site.rglob("*.html") if path.name not in ("print.html", "toc.html", "404.html")}
    found = []
    for path, page in sorted(pages.items()):
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            if not target.exists():
                found.append(f"{path.name}: `{link}` leads to no page")
            elif parts.fragment and target in pages and parts.fragment not in pages[target].anchors:
                found.append(f"{path.name}: `{link}` leads to no heading")
    return found


def unlisted(root: Path) -> list[str]:
    """The pages that SUMMARY.md lacks: mdbook drops them without a word."""
    listed = set(re.findall(r"\]\(([^)]+\.md)\)", (root / "docs/SUMMARY.md").read_text()))
    pages = {str(path.relative_to(root / "docs")) for path in (root / "docs").rglob("*.md")} - {"SUMMARY.md"}
    return [f"docs/SUMMARY.md does not list {name}" for name in sorted(pages - listed)]


def main() -> None:
    """Builds the book and checks it."""
    root, mdbook, out = Path(sys.argv[1]).resolve(), sys.argv[2], Path(sys.argv[3]).resolve()
    place = out.with_name(out.name + "-source")
    source(root, place)
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([mdbook, "build", "--dest-dir", str(out), str(place)], check=True)
    problems = unlisted(root) + broken(out)
    for problem in problems:
        print(f"book: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"book: {len(list(out.rglob('*.html')))} pages, all links lead somewhere: {out}/index.html")


if __name__ == "__main__":
    main()
