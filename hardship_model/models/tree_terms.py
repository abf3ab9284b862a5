"""What each feature adds to the scores of a boosted model, for many households at once.

What a tree tells of a household (Lundberg and others 2020) depends only on which of its nodes
send the household left. There are few ways in which they do: each tree is asked about one
household of each way, and the others get the same answer.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier

from hardship_model.models.trees import (
    CATEGORY,
    MISSING_LEFT,
    MISSING_NOUGHT,
    MISSING_UNKNOWN,
    Tree,
    read_trees,
)

#: Below this size nought counts as missing, where a model says that nought is.
_NOUGHT = 1e-35
#: A tree with more nodes is asked about everybody: there may be too many ways to count.
_MOST_NODES = 16


def tree_terms(model: LGBMClassifier, X: pd.DataFrame) -> np.ndarray:
    """LightGBM's own contributions (`pred_contrib`), up to rounding; shape (n, features + 1).

    The last column is the base, the same for everybody.
    """
    if X.empty:
        return np.zeros((0, X.shape[1] + 1))
    trees = read_trees(model.booster_.model_to_string())
    table = _as_numbers(model, X)
    total = np.zeros((table.shape[1] + 1, len(table)))
    columns = table.T.copy()
    for i, tree in enumerate(trees):
        way, first = _ways(tree, columns)
        told = np.asarray(
            model.booster_.predict(
                table[first], start_iteration=i, num_iteration=1, pred_contrib=True
            )
        )
        for feature in [*np.unique(tree.feature), table.shape[1]]:
            total[feature] += told[way, feature]
    return total.T


def _as_numbers(model: LGBMClassifier, X: pd.DataFrame) -> np.ndarray:
    """The table as LightGBM sees it: categories by their code in the training, NaN if unknown."""
    levels = iter(model.booster_.pandas_categorical or [])
    columns = []
    for name in X:
        values = X[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes = values.cat.set_categories(next(levels)).cat.codes.to_numpy()
            columns.append(np.where(codes < 0, np.nan, codes))
        else:
            columns.append(values.to_numpy(dtype=float, na_value=np.nan))
    return np.column_stack(columns)


def _ways(tree: Tree, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which way does each household go (shape (n,)), and who is the first to go each way?"""
    n_nodes = len(tree.feature)
    if n_nodes > _MOST_NODES:
        everybody = np.arange(columns.shape[1])
        return everybody, everybody
    code = np.zeros(columns.shape[1], dtype=np.int32)
    for k, left in enumerate(_sides(tree, columns)):
        code += left.astype(np.int32) << k
    places = np.full(2**n_nodes, -1)
    places[code[::-1]] = np.arange(len(code))[::-1]
    taken = np.flatnonzero(places >= 0)
    number = np.zeros(2**n_nodes, dtype=np.int32)
    number[taken] = np.arange(len(taken))
    return number[code], places[taken]


def _sides(tree: Tree, columns: np.ndarray) -> Iterator[np.ndarray]:
    """Whom does each node send left? One array of shape (n,) per node."""
    for feature, threshold, decision in zip(
        tree.feature, tree.threshold, tree.decision, strict=True
    ):
        values = columns[feature]
        unknown = np.isnan(values)
        if decision & CATEGORY:
            yield _is_in(tree.sets[int(threshold)], values, unknown)
            continue
        left = values <= threshold
        missing = unknown if decision & MISSING_UNKNOWN else np.zeros_like(unknown)
        if not decision & MISSING_UNKNOWN:
            left = np.where(unknown, threshold >= 0, left)
        if decision & MISSING_NOUGHT:
            missing = unknown | (np.abs(values) <= _NOUGHT)
        yield np.where(missing, bool(decision & MISSING_LEFT), left)


def _is_in(words: np.ndarray, codes: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Are these codes of categories in the set? What is unknown is not."""
    code = np.where(unknown, -1, codes).astype(np.int64)
    inside = (code >= 0) & (code < 32 * len(words))
    at = np.where(inside, code, 0)
    return inside & ((words[at // 32] >> (at % 32)) & 1).astype(bool)
