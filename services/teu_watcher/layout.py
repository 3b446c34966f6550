"""Pieces of a page with their boxes → the page as text that keeps its table: pure geometry, no PDF library.

A page's text has one line a row; TAB parts the cells of a row, VT (`\\v`) the lines inside one cell. So "1234567\\v8Z" is one tax
id that wrapped in a narrow cell, and "12345678\\tZ" are two neighbouring cells that must never be joined.

Traps: a table set without space between its rows looks like one row of tall cells. It is told by being full (nearly each
line has each column; a row with wrapped cells has gaps) and is given back a line a row. Upright text stands apart, after the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

CELL, WRAP, ROW = "\t", "\v", "\n"

# In units of the height of a line. Lines of one cell are set about 1.2 apart; the rules and padding of a table add more than this.
_GAP_IN_CELL = 0.55
_LINES_MAY_OVERLAP = 0.5
_INDENT = 3.0
_UPRIGHT = 3.0
_SAME_LINE = 0.4
_FULL = 0.8


class Piece(NamedTuple):
    """A run of text on one line, inside one cell. Coordinates in points, y grows upwards; `height` is that of one line."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    height: float


Block = list[Piece]  # The lines of one cell or paragraph, from the top.


def page_text(pieces: Iterable[Piece]) -> str:
    """The page in reading order, in the form the module describes."""
    level: list[Piece] = []
    upright: list[Piece] = []
    for piece in pieces:
        (upright if piece.top - piece.bottom > _UPRIGHT * piece.height else level).append(piece)
    lines = [line for row in _rows(_blocks(level)) for line in _lines_of(row)]
    return ROW.join(lines + [piece.text for piece in upright])


def _blocks(pieces: list[Piece]) -> list[Block]:
    """Each piece goes under the nearest line of its own column, or begins a block."""
    blocks: list[Block] = []
    open_blocks: list[Block] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.top, piece.left)):
        open_blocks = [block for block in open_blocks if block[-1].bottom - piece.top <= _GAP_IN_CELL * block[-1].height]
        above = [block for block in open_blocks if _continues(block[-1], piece)]
        if above:
            min(above, key=lambda block: block[-1].bottom).append(piece)
        else:
            blocks.append([piece])
            open_blocks.append(blocks[-1])
    return blocks


def _continues(line: Piece, below: Piece) -> bool:
    height = max(line.height, below.height)
    gap = line.bottom - below.top
    if not -_LINES_MAY_OVERLAP * height <= gap <= _GAP_IN_CELL * height:
        return False
    shared = min(line.right, below.right) - max(line.left, below.left)
    if shared < 0.5 * min(line.right - line.left, below.right - below.left):
        return False
    off_left, off_right = abs(line.left - below.left), abs(line.right - below.right)
    off_centre = abs(line.left + line.right - below.left - below.right) / 2
    return off_left < _INDENT * height or min(off_right, off_centre) < height


def _rows(blocks: list[Block]) -> list[list[Block]]:
    """Blocks that stand side by side, from the top of the page."""
    rows: list[list[Block]] = []
    top = bottom = 0.0
    for block in sorted(blocks, key=lambda block: -block[0].top):
        shared = min(top, block[0].top) - max(bottom, block[-1].bottom)
        if rows and shared > 0.5 * min(top - bottom, block[0].top - block[-1].bottom):
            rows[-1].append(block)
            bottom = min(bottom, block[-1].bottom)
        else:
            rows.append([block])
            top, bottom = block[0].top, block[-1].bottom
    return rows


def _lines_of(row: list[Block]) -> list[str]:
    if len(row) > 2 and (tight := _tight_rows(row)):
        return [CELL.join(piece.text for piece in line) for line in tight]
    row = sorted(row, key=lambda block: min(piece.left for piece in block))
    return [CELL.join(WRAP.join(piece.text for piece in block) for block in row)]


def _tight_rows(row: list[Block]) -> list[list[Piece]]:
    """The rows of a table set without space between them; empty when this is one row with wrapped cells."""
    lines: list[list[Piece]] = []
    for piece in sorted((piece for block in row for piece in block), key=lambda piece: -piece.bottom):
        if lines and lines[-1][0].bottom - piece.bottom < _SAME_LINE * piece.height:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    columns = max(len(line) for line in lines)
    if len(lines) < 3 or columns < 3 or sum(len(line) for line in lines) < _FULL * columns * len(lines):
        return []
    return [sorted(line, key=lambda piece: piece.left) for line in lines]
