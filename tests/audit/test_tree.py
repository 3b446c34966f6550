"""The tree against the roots that everybody's implementation of RFC 6962 gives, and against its definition in section 2.1."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit import tree

INPUTS = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [tree.leaf_hash(one) for one in INPUTS]
SIZES = st.integers(1, 300)
MANY = [tree.leaf_hash(str(number).encode()) for number in range(300)]


def subtree(leaves: list[bytes], level: int, number: int) -> bytes:
    return tree.fold(leaves[number << level : (number + 1) << level])


many = partial(subtree, MANY)


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else tree.EMPTY
    k = max(1 << power for power in range(20) if 1 << power < len(leaves))
    return tree.node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_one_of_the_reference(size):
    assert tree.root(size, partial(subtree, LEAVES)).hex() == ROOTS[size]


PATHS = {
    (0, 1): "",
    (2, 3): ROOTS[2],
    (0, 8): """96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
        5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
        6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (5, 8): f"""bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
        ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
        {ROOTS[4]}""",
}


@pytest.mark.parametrize("number, size", PATHS)
def test_an_audit_path_is_the_one_of_the_reference(number, size):
    assert [one.hex() for one in tree.inclusion(number, size, partial(subtree, LEAVES))] == PATHS[number, size].split()


@given(st.integers(0, 300))
def test_the_root_is_the_one_of_the_definition(size):
    assert tree.root(size, many) == defined_root(MANY[:size])


@given(SIZES, st.data())
def test_a_leaf_is_proved_and_no_other_in_its_place(size, data):
    number = data.draw(st.integers(0, size - 1))
    root, path = tree.root(size, many), tree.inclusion(number, size, many)
    assert tree.proves_inclusion(MANY[number], number, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != number)) if size > 1 else 1
    assert not tree.proves_inclusion(MANY[other], number, size, path, root)
    assert not tree.proves_inclusion(MANY[number], other, size, path, root)
    assert not tree.proves_inclusion(MANY[number], number, size, [*path, root], root)


@given(SIZES, st.data())
def test_a_beginning_is_proved_and_nothing_else(size, data):
    old = data.draw(st.integers(1, size))
    before, now, path = (old, tree.root(old, many)), (size, tree.root(size, many)), tree.consistency(old, size, many)
    assert tree.proves_consistency(before, now, path)
    assert not tree.proves_consistency((old, MANY[0][::-1]), now, path)
    assert not tree.proves_consistency(before, (size, MANY[0][::-1]), path)
    assert not tree.proves_consistency(before, now, [*path, MANY[0]])
    for dropped in range(len(path)):
        assert not tree.proves_consistency(before, now, path[:dropped] + path[dropped + 1 :])
