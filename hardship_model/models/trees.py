"""The trees of a boosted model, read from the text in which LightGBM keeps them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

#: Bits of a node's `decision`: it asks for a category; what is missing goes left; and what
#: counts as missing: nothing (then the unknown counts as 0), nought, or the unknown.
CATEGORY, MISSING_LEFT, MISSING_NOUGHT, MISSING_UNKNOWN = 1, 2, 4, 8
#: Ours have twelve.
_MOST_LEAVES = 1024
#: What a tree lists by node, and by leaf (a tree of one leaf leaves some out).
_BY_NODE = (
    "split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child",
    "internal_value", "internal_weight", "internal_count",
)  # fmt: skip
_BY_LEAF = ("leaf_value", "leaf_weight", "leaf_count")


class TreeError(ValueError):
    """A text that is no boosted model, or one whose trees lead outside themselves."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """One tree; arrays by node, the root first. A child of −1 − i is leaf i, else a node."""

    feature: np.ndarray
    #: A number goes left when it is no larger; of a category, the place in `sets` of those that do.
    threshold: np.ndarray
    decision: np.ndarray
    left: np.ndarray
    right: np.ndarray
    #: Sets of category codes, as 32-bit words: code c is in when bit c % 32 of word c // 32 is 1.
    sets: tuple[np.ndarray, ...]


def read_trees(text: str) -> tuple[Tree, ...]:
    """The trees of this model. Raises TreeError when anything in them points where nothing is.

    LightGBM goes by these numbers without looking: a child that is no node, a feature that is
    no column or a size that is too large would have it read memory that is not its own.
    """
    head, _, body = text.partition("\n\n")
    trees, end, _ = body.partition("end of trees\n")
    try:
        about = _lines(head.splitlines()[1:])
        n_features = int(about["max_feature_idx"]) + 1
        of_one_answer = about["num_class"] == about["num_tree_per_iteration"] == "1"
        named = all(len(about[k].split()) == n_features for k in ("feature_names", "feature_infos"))
        if not (text.startswith("tree\nversion=v4\n") and end and of_one_answer and named):
            raise TreeError("it is no model of one answer, or its columns are not as many as told")
        sizes = [int(size) for size in about["tree_sizes"].split()]
        return tuple(_tree(one, n_features) for one in _cut(trees.encode(), sizes))
    except (KeyError, IndexError, OverflowError) as problem:
        raise TreeError(f"something is missing in it ({type(problem).__name__})") from None
    except ValueError as problem:
        if isinstance(problem, TreeError):
            raise
        raise TreeError("a number in it is none") from None


def _lines(lines: list[str]) -> dict[str, str]:
    named = [line.partition("=")[::2] for line in lines if line]
    if len({key for key, _ in named}) < len(named):
        raise TreeError("something is said twice in it")
    return dict(named)


def _cut(trees: bytes, sizes: list[int]) -> Iterator[Mapping[str, str]]:
    """The lines of each tree, from where the last one ended."""
    if min(sizes, default=0) < 0 or sum(sizes) != len(trees):
        raise TreeError("its trees are not as long as told")
    start = 0
    for i, size in enumerate(sizes):
        lines = trees[start : start + size].decode().splitlines()
        start += size
        if lines[0] != f"Tree={i}":
            raise TreeError("its trees do not follow one another")
        yield _lines(lines[1:])


def _tree(told: Mapping[str, str], n_features: int) -> Tree:
    n_leaves, n_sets = int(told["num_leaves"]), int(told["num_cat"])
    lengths = {key: len(told[key].split()) for key in (*_BY_NODE, *_BY_LEAF)}
    wrong = {k: n for k, n in lengths.items() if n != n_leaves - (k in _BY_NODE)}
    if not 1 <= n_leaves <= _MOST_LEAVES or told["is_linear"] != "0" or n_sets < 0:
        raise TreeError("a tree in it is none of ours")
    if wrong and not (n_leaves == 1 and set(wrong) <= {"leaf_weight", "leaf_count"}):
        raise TreeError(f"{min(wrong)} of a tree has not as many numbers as it has places")
    tree = Tree(
        feature=_whole(told["split_feature"]),
        threshold=np.array(told["threshold"].split(), dtype=float),
        decision=_whole(told["decision_type"]),
        left=_whole(told["left_child"]),
        right=_whole(told["right_child"]),
        sets=_sets(told, n_sets),
    )
    _check(tree, n_leaves, n_features)
    return tree


def _sets(told: Mapping[str, str], n_sets: int) -> tuple[np.ndarray, ...]:
    if not n_sets:
        return ()
    bounds, words = _whole(told["cat_boundaries"]), _whole(told["cat_threshold"])
    whole = len(bounds) == n_sets + 1 and bounds[0] == 0 and bounds[-1] == len(words)
    if not whole or (np.diff(bounds) < 0).any() or ((words < 0) | (words >= 2**32)).any():
        raise TreeError("categories of a tree lead outside it")
    return tuple(np.split(words, bounds[1:-1]))


def _check(tree: Tree, n_leaves: int, n_features: int) -> None:
    """Refuse a tree that leads outside itself, or back to where it has been."""
    n_nodes, node = n_leaves - 1, np.arange(n_leaves - 1)
    after = (tree.left < 0) | (tree.left > node), (tree.right < 0) | (tree.right > node)
    reached = np.sort(np.r_[tree.left, tree.right])
    of_category = (tree.decision & CATEGORY) > 0
    place = tree.threshold[of_category]
    sound = (
        all(a.all() for a in after)
        and np.array_equal(reached, np.r_[np.arange(-n_leaves, 0), np.arange(1, n_nodes)])
        if n_nodes
        else True
    )
    if not sound:
        raise TreeError("a branch of a tree leads outside it, or back")
    if ((tree.feature < 0) | (tree.feature >= n_features)).any():
        raise TreeError("a tree asks for a column that is not there")
    if ((tree.decision < 0) | (tree.decision > MISSING_UNKNOWN + MISSING_LEFT + CATEGORY)).any():
        raise TreeError("a tree decides in a way that nobody knows")
    if ((place < 0) | (place >= len(tree.sets)) | (place % 1 != 0)).any():
        raise TreeError("categories of a tree lead outside it")


def _whole(numbers: str) -> np.ndarray:
    return np.array(numbers.split(), dtype=np.int64)
