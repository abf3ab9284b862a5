"""Boosted trees: contributions as LightGBM gives them, and texts that lead outside themselves."""

import numpy as np
import pandas as pd
import pytest
from kept_models import served
from lightgbm import LGBMClassifier

from hardship_model.models.tree_terms import tree_terms
from hardship_model.models.trees import TreeError, read_trees


def random_rows(seed, n=600):
    """Numbers with noughts and gaps, and two categories with values that were never seen."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 4)).astype(np.float32), columns=list("abcd"))
    X["b"] = np.where(rng.random(n) < 0.4, 0, X["b"])
    X = X.mask(rng.random(X.shape) < 0.2)
    X["full"] = rng.normal(size=n).astype(np.float32)
    names = [f"town {i}" for i in range(40)]
    X["town"] = pd.Categorical(rng.choice([*names, None], n), categories=names)
    X["side"] = pd.Categorical(rng.choice(["east", "west"], n))
    odds = X["a"].fillna(1) + (X["town"].cat.codes % 3) + X["full"] * X["b"].fillna(-1)
    return X, (odds + rng.logistic(size=n) > 1).astype(int)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "settings",
    [{}, {"num_leaves": 5}, {"zero_as_missing": True}, {"use_missing": False},
     {"num_leaves": 31, "min_child_samples": 2}, {"max_cat_to_onehot": 1, "cat_smooth": 1}],
)  # fmt: skip
def test_terms_are_those_that_lightgbm_gives_one_by_one(seed, settings):
    X, y = random_rows(seed)
    model = LGBMClassifier(
        **{"n_estimators": 20, "num_leaves": 12, "min_child_samples": 10, "verbosity": -1,
           "n_jobs": 1} | settings
    ).fit(X, y)  # fmt: skip
    asked, _ = random_rows(seed + 100)
    asked.loc[asked.index[:5], "full"] = np.nan  # never missing in the training
    asked["town"] = asked["town"].cat.rename_categories({"town 3": "a new town"})

    theirs = np.asarray(model.predict(asked, pred_contrib=True))
    np.testing.assert_allclose(tree_terms(model, asked), theirs, rtol=0, atol=1e-12)


def test_nobody_gets_no_terms():
    X, y = random_rows(1)
    model = LGBMClassifier(n_estimators=2, verbosity=-1).fit(X, y)

    assert tree_terms(model, X.iloc[:0]).shape == (0, 8)


def text_of(model):
    return model.booster_.model_to_string()


def test_the_trees_are_those_of_the_model():
    X, y = random_rows(2)
    model = LGBMClassifier(n_estimators=15, verbosity=-1).fit(X, y)
    trees = read_trees(text_of(model))
    table = model.booster_.trees_to_dataframe()
    nodes = table[table["split_feature"].notna()]

    assert len(trees) == 15
    assert [X.columns[f] for t in trees for f in np.sort(t.feature)] == [
        X.columns[f]
        for _, tree in nodes.groupby("tree_index")
        for f in np.sort(X.columns.get_indexer(tree["split_feature"]))
    ]


def test_a_tree_of_one_leaf_is_a_tree():
    X = np.zeros((50, 2))
    model = LGBMClassifier(n_estimators=1, verbosity=-1).fit(X, np.arange(50) % 2)

    assert [len(t.feature) for t in read_trees(text_of(model))] == [0]


def spoilt(text, tree, **lines):
    """The model with other lines in one tree, its sizes put right."""
    head, _, body = text.partition("\n\n")
    blocks = body.partition("end of trees")[0].split("Tree=")[1:]
    of_tree = blocks[tree].split("\n")
    for i, line in enumerate(of_tree):
        key = line.partition("=")[0]
        if key in lines:
            of_tree[i] = f"{key}={lines[key]}"
    blocks[tree] = "\n".join(of_tree)
    blocks = [f"Tree={block}" for block in blocks]
    sizes = " ".join(str(len(block.encode())) for block in blocks)
    head = "\n".join(
        f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line
        for line in head.split("\n")
    )
    return f"{head}\n\n{''.join(blocks)}end of trees{body.partition('end of trees')[2]}"


@pytest.fixture(scope="module")
def text():
    return text_of(served("boosting").calibrated.model)


def test_spoiling_nothing_changes_nothing(text):
    assert spoilt(text, 0) == text
    assert len(read_trees(text)) == 300


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"left_child": "99 -2 -1"}, "leads outside"),
        ({"left_child": "2 -99 -1"}, "leads outside"),
        ({"left_child": "0 -2 -1"}, "leads outside it, or back"),
        ({"left_child": "1 -2 -1"}, "leads outside it, or back"),  # both sides of the root meet
        ({"left_child": "2 -2"}, "left_child of a tree has not as many"),
        ({"split_feature": "2 2 32"}, "a column that is not there"),
        ({"split_feature": "2 2 -1"}, "a column that is not there"),
        ({"split_feature": "2 2 x"}, "a number in it is none"),
        ({"leaf_value": "0 0 0 0 0"}, "leaf_value of a tree has not as many"),
        ({"internal_count": "1"}, "internal_count of a tree has not as many"),
        ({"num_leaves": "4000000000"}, "none of ours"),
        ({"num_leaves": "0"}, "none of ours"),
        ({"num_leaves": "3"}, "has not as many"),
        ({"num_cat": "-1"}, "none of ours"),
        ({"num_cat": "1"}, "something is missing"),
        ({"is_linear": "1"}, "none of ours"),
        ({"decision_type": "3 2 2", "threshold": "7 1 1"}, "categories of a tree lead outside"),
        ({"decision_type": "99 2 2"}, "decides in a way that nobody knows"),
    ],
)
def test_a_tree_that_leads_outside_itself_is_refused(text, lines, said):
    with pytest.raises(TreeError, match=said):
        read_trees(spoilt(text, 0, **lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_feature_idx=31", "max_feature_idx=3100"),
        ("num_class=1", "num_class=1000"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=7"),
        ("tree_sizes=", "tree_sizes=99999999999 "),
        ("tree_sizes=", "tree_sizes=-500 500 "),
        ("end of trees", ""),
        ("version=v4", "version=v3"),
        ("Tree=1\n", "Tree=2\n"),
        ("feature_infos=", "feature_infos=none "),
        ("num_class=1", "num_class=1\nnum_class=1"),
    ],
)
def test_a_model_that_is_not_what_it_says_is_refused(text, old, new):
    with pytest.raises(TreeError):
        read_trees(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "lines", [{"cat_boundaries": "0 9"}, {"cat_threshold": "1 2"}, {"cat_threshold": "-1"},
              {"cat_boundaries": "1 1"}]
)  # fmt: skip
def test_categories_that_lead_outside_are_refused(text, lines):
    with_sets = next(i for i, t in enumerate(read_trees(text)) if t.sets)

    with pytest.raises(TreeError, match="categories"):
        read_trees(spoilt(text, with_sets, **lines))


def test_cut_off_texts_are_refused(text):
    end = text.index("end of trees")
    for at in [*range(0, 3000, 97), *range(3000, end, 9973)]:
        with pytest.raises(TreeError):
            read_trees(text[:at])
