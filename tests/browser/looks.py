"""A page as it looks light and dark, wide and narrow: what axe-core finds on it, and whether it is wider than a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Page

from tests.browser.visits import AXE, NARROW, WIDE

AXE_SOURCE: Final = AXE.read_text()
FIND: Final = """async (only) => {
  const found = await axe.run(document, { resultTypes: ["violations"], ...(only && { runOnly: { type: "rule", values: only } }) });
  const said = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`);
  return found.violations.flatMap(said);
}"""
# Which of the two schemes a page is shown in changes its colours and nothing else.
COLOURS: Final = ["color-contrast", "link-in-text-block"]
Look = tuple[str, dict[str, int], list[str] | None]
LOOKS: Final[tuple[Look, ...]] = (
    ("light", WIDE, None),
    ("dark", WIDE, COLOURS),
    ("light", NARROW, None),
    ("dark", NARROW, COLOURS),
)
MOST_UNLIKE: Final = (LOOKS[0], LOOKS[3])
WIDER: Final = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


def faults_of(page: Page, looks: Sequence[Look] = LOOKS) -> list[str]:
    """Everything that is wrong with the page as it stands, in each of these looks."""
    faults = []
    page.evaluate(AXE_SOURCE)
    for scheme, size, only in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        faults += [f"{scheme} {size['width']}: {fault}" for fault in page.evaluate(FIND, only)]
        if page.evaluate(WIDER) > 0:
            faults.append(f"{size['width']}: the page scrolls sideways by {page.evaluate(WIDER)} pixels")
    return faults
