"""Generated sections of documents: Markdown between two marker lines."""

from __future__ import annotations

import re
from pathlib import Path


def write(document: Path, name: str, heading: str, body: str) -> None:
    """Replaces the section `name` of a document. Adds it with its heading if there is none."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = document.read_text() if document.exists() else ""
    block = f"{begin}\n{body}\n{end}"
    if begin in text and end in text:
        text = re.sub(f"{begin}.*{end}", lambda _: block, text, flags=re.DOTALL)
    else:
        text = f"{text.rstrip()}\n\n{heading}\n\n{block}\n".lstrip()
    document.write_text(text)
