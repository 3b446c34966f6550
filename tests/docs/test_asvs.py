"""`docs/asvs.md` names tests that exist, and no requirement is left out or told twice."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROWS = [line.strip("| ").split(" | ") for line in (TESTS.parent / "docs" / "asvs.md").read_text().splitlines() if re.match(r"\| \d", line)]
# How many requirements each section of ASVS 5.0.0 has from level 1 to 2, and to 3 in V8, V11, V13.3 and V16.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3
6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:4 8.2:4 8.3:3 8.4:2 9.1:3 9.2:4
10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:4 11.2:5 11.3:5 11.4:4 11.5:2 11.6:2 11.7:2 12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:4 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:4 17.1:1 17.2:4 17.3:2
"""


def test_every_requirement_of_these_levels_is_told_once():
    sections = (section.split(":") for section in SECTIONS.split())
    wanted = [f"{section}.{number}" for section, most in sections for number in range(1, int(most) + 1)]
    told = [number for row in ROWS for number in row[0].split(", ")]
    assert sorted(told) == sorted(wanted)


def test_every_test_that_is_named_exists():
    named = [name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])]
    modules = {path: (TESTS / path).read_text() if (TESTS / path).is_file() else "" for path in (name.partition("::")[0] for name in named)}
    missing = [name for name in named if not is_in(modules[name.partition("::")[0]], name.partition("::")[2])]
    assert named and missing == []


def is_in(module: str, test: str) -> bool:
    return (f"def {test}(" if test else "def test_") in module
