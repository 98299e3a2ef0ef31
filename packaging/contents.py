"""Prints what the binary is made of: contents.py sbom|licences ROOT TARGET.

`sbom` prints a CycloneDX 1.5 document: each crate that is linked, with version, licence, checksum and dependencies.
`licences` prints the texts of their licences, each once. Crates that only build or test rprof are in neither.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from pathlib import Path


def linked(metadata: dict, name: str) -> tuple[dict, dict[str, dict], dict[str, list[str]]]:
    """The package of this name, the packages that its binary links by id, and what each of them links."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    macros = {
        id for id, package in packages.items() if any("proc-macro" in target["kind"] for target in package["targets"])
    }
    (main,) = (id for id in metadata["workspace_members"] if packages[id]["name"] == name)
    links: dict[str, list[str]] = {}
    todo = [main]
    while todo:
        id = todo.pop()
        if id in links:
            continue
        # A kind of null is a dependency of the program; macros run in the compiler.
        found = (
            dependency["pkg"]
            for dependency in nodes[id]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
        links[id] = sorted(set(found) - macros)
        todo += links[id]
    return packages[main], {id: packages[id] for id in links}, links


def checksums(root: Path) -> dict[tuple[str, str], str]:
    """The SHA-256 of each crate's archive, by name and version."""
    lock = tomllib.loads((root / "Cargo.lock").read_text())
    return {(crate["name"], crate["version"]): crate["checksum"] for crate in lock["package"] if "checksum" in crate}


def purl(package: dict) -> str:
    """The package URL of a crate."""
    return f"pkg:cargo/{package['name']}@{package['version'].replace('+', '%2B')}"


def component(package: dict, sums: dict[tuple[str, str], str]) -> dict:
    """A crate as a component."""
    found: dict = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package.get("description"):
        found["description"] = " ".join(package["description"].split())
    if package.get("license"):
        # An old form of OR.
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ").replace("  ", " ")}]
    if checksum := sums.get((package["name"], package["version"])):
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


def sbom(root: Path, metadata: dict, target: str) -> str:
    """The document, the same for the same source."""
    main, packages, links = linked(metadata, "rprof-cli")
    sums = checksums(root)
    program = component(main, sums) | {"type": "application", "name": "rprof"}
    others = sorted((package for id, package in packages.items() if id != main["id"]), key=purl)
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    standard = {"name": "std", "version": compiler, "license": "MIT OR Apache-2.0", "description": "Rust standard library"}
    dependencies = [
        {"ref": purl(packages[id]), "dependsOn": sorted(purl(packages[other]) for other in links[id])} for id in links
    ]
    time = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": program | {"properties": [{"name": "rprof:target", "value": target}]},
        },
        "components": [component(package, sums) for package in others]
        + [component(standard, sums) | {"purl": f"pkg:generic/rust-std@{compiler}"}],
        "dependencies": sorted(dependencies, key=lambda entry: entry["ref"]),
    }
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))}"
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def licences(root: Path, metadata: dict) -> str:
    """Each text of a licence, and above it the crates that have it."""
    _, packages, _ = linked(metadata, "rprof-cli")
    texts: dict[str, list[str]] = {}
    missing: list[str] = []
    for package in sorted(packages.values(), key=purl):
        directory = Path(package["manifest_path"]).parent
        own = package["source"] is None
        names = sorted(path for path in directory.iterdir() if path.name.upper().startswith(("LICEN", "COPYING", "NOTICE", "UNLICENSE")))
        files = [path for path in names if path.is_file()] + [inner for path in names if path.is_dir() for inner in sorted(path.iterdir())]
        title = f"{package['name']} {package['version']} ({package['license'] or 'see the text'})"
        if own:
            continue
        if not files:
            missing.append(title)
        for file in files:
            text = "\n".join(line.rstrip() for line in file.read_text(errors="replace").strip().splitlines())
            texts.setdefault(text, []).append(title)
    fonts = root / "crates/rprof-plot/fonts/LICENSE"
    texts.setdefault(fonts.read_text().strip(), []).append("DejaVu Sans (a subset, in figures)")
    rule = "=" * 80
    parts = ["The program rprof contains the works below. Each text holds for the works above it.\n"]
    for text, titles in texts.items():
        parts.append(f"{rule}\n{chr(10).join(dict.fromkeys(titles))}\n{rule}\n\n{text}\n")
    if missing:
        parts.append(f"{rule}\nWithout a text in their archive, by the licence named:\n{chr(10).join(missing)}\n{rule}\n")
    return "\n".join(parts)


def main() -> None:
    """Prints one of the two."""
    what, root, target = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    command = ["cargo", "metadata", "--locked", "--format-version=1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, cwd=root, capture_output=True, check=True).stdout)
    print(sbom(root, metadata, target) if what == "sbom" else licences(root, metadata), end="")


if __name__ == "__main__":
    main()
