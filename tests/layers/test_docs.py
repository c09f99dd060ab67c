"""Every Python block of README.md and docs/ runs, and what stands in the text block after it is what it says.

A page is one program: its blocks run in order, in an empty folder. A block may end in a
NetspecError only if the text block after it shows its message.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")

PLACES = ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "examples/**/*.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))

RUNNER = """
import contextlib, io, json, sys
from netspec.errors import NetspecError

namespace = {"__name__": "__main__"}
for number, (code, expected) in enumerate(json.load(open("page.json"))):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(code, f"block {number + 1}", "exec"), namespace)
        except NetspecError as error:
            if expected is None:
                raise
            print(error)
    output = "\\n".join(line.rstrip() for line in said.getvalue().splitlines())
    if expected is not None and expected.strip() not in output:
        sys.exit(f"block {number + 1} says\\n{output}\\nbut the page has\\n{expected}")
"""


def blocks(page: Path) -> list[tuple[str, str | None]]:
    """(code, expected output or None) of the Python blocks of a page."""
    text = page.read_text()
    pairs = []
    for match in FENCE.finditer(text):
        if match[1] == "python":
            following = FENCE.match(text[match.end() :].lstrip("\n"))
            pairs.append((match[2], following[2] if following and following[1] == "text" else None))
    return pairs


@pytest.mark.neuron
@pytest.mark.parametrize(
    "page", [p for p in PAGES if blocks(p)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_blocks_of_page_run(page, tmp_path):
    (tmp_path / "page.json").write_text(json.dumps(blocks(page)))
    (tmp_path / "run.py").write_text(RUNNER)
    ran = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:netspec", "run.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_navigation_has_every_page():
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert listed == pages
