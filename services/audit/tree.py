"""The Merkle tree of a trail, after RFC 6962, section 2.1: pure.

Leaf n (from 0) is the digest of entry n + 1. A subtree is complete when its leaves fill a power of two; `subtree(level, number)` gives the
hash of the complete one with leaves number·2^level … (number + 1)·2^level - 1. Everything else is worked out from those, a few at a time,
so that a trail of a million entries is never read whole for a root or a proof.

Trap: a leaf and a node are hashed with different first bytes, without which an entry could pass for two. Invariant: the root, and what
proves anything against it, depend on nothing but the leaves and their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Subtree = Callable[[int, int], bytes]
EMPTY = hashlib.sha256().digest()


def leaf_hash(form: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + form).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of a complete subtree from the hashes of any one level of it."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def root(size: int, subtree: Subtree) -> bytes:
    return _hash_of(0, size, subtree) if size else EMPTY


def inclusion(number: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of leaf `number` in the tree of `size` leaves, from the leaf upwards (section 2.1.1)."""
    first, last, path = 0, size, []
    while last - first > 1:
        middle = first + _split(last - first)
        if number < middle:
            path.append(_hash_of(middle, last, subtree))
            last = middle
        else:
            path.append(_hash_of(first, middle, subtree))
            first = middle
    return path[::-1]


def consistency(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """The proof that the tree of `old` leaves, 1 ≤ old ≤ size, is the beginning of the tree of `size` (section 2.1.2)."""
    first, last, path = 0, size, []
    while last != old:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_hash_of(middle, last, subtree))
            last = middle
        else:
            path.append(_hash_of(first, middle, subtree))
            first = middle
    if first:
        path.append(_hash_of(first, last, subtree))
    return path[::-1]


def proves_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """RFC 9162, section 2.1.3.2, which checks the same paths."""
    if not 0 <= number < size:
        return False
    at, last, found = number, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(beside, found)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == expected


def proves_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree (size, root) `old` is the beginning of `new` (RFC 9162, section 2.1.4.2)."""
    (size, before), (_, after) = old, new
    if not 0 < size <= new[0]:
        return False
    if size == new[0]:
        return not path and before == after
    hashes = [before, *path] if size & (size - 1) == 0 else list(path)
    if not hashes:
        return False
    at, last = size - 1, new[0] - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    found_before = found_after = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            found_before, found_after = node_hash(beside, found_before), node_hash(beside, found_after)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            found_after = node_hash(found_after, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found_before == before and found_after == after


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash_of(first: int, last: int, subtree: Subtree) -> bytes:
    """Of the leaves first … last - 1, which begin where a subtree as large as they need begins."""
    count = last - first
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree(level, first >> level)
    middle = first + _split(count)
    return node_hash(_hash_of(first, middle, subtree), _hash_of(middle, last, subtree))
