"""Model files as bytes that run nothing when they are opened.

A model file is a skops file: a ZIP of arrays and of a JSON that says which objects to make of
them. It is read only when its seal holds, when it is laid out as `pack` lays it out, when every
object in it is one of those that models of this package are made of, and when the trees of its
boosted models lead nowhere outside themselves. Nothing is imported or made before that is
known. The seal tells accidents; whoever can write to a store can also seal, which is why the
others are checked.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from hardship_model.models.trees import TreeError, read_trees
from hardship_model.store.folder import StoreError

_SCHEMA = "schema.json"
_MEMBER = re.compile(r"[0-9a-f-]+[.](?:npy|bin)")
_SEAL_LETTERS = 64

_BOOSTER = "lightgbm.basic.Booster"
#: What a model may be made of, by the way in which skops makes it. The list is fixed here and
#: never taken from a file; a new kind of model adds its line. A file names functions and classes
#: by these paths, so that moving one of ours makes older files unreadable.
_MADE_OF = {
    "ObjectNode": {
        "hardship_model.features.declared.Feature",
        "hardship_model.models.alerts.SingleTriggerAlerts",
        "hardship_model.models.bins.Bins",
        "hardship_model.models.by_hand.IncomeOverLine",
        "hardship_model.models.by_hand.RuleInForce",
        "hardship_model.models.explainable.ExplainableBoosting",
        "hardship_model.models.hazard.DiscreteHazard",
        "hardship_model.models.learned.MeanOfModels",
        "hardship_model.models.scorecard.Scorecard",
        "hardship_model.models.shrunk.Shrunk",
        "hardship_model.models.signed.SignedLogistic",
        "hardship_model.models.tuning.Tuned",
        "interpret.glassbox._ebm._ebm.ExplainableBoostingClassifier",
        _BOOSTER,
        "lightgbm.sklearn.LGBMClassifier",
        "sklearn.compose._column_transformer.ColumnTransformer",
        "sklearn.impute._base.MissingIndicator",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._encoders.OneHotEncoder",
        "sklearn.preprocessing._function_transformer.FunctionTransformer",
        "sklearn.preprocessing._label.LabelEncoder",
    },
    "FunctionNode": {"hardship_model.models.learned._signed_log"},
    "TypeNode": {
        "builtins.float", "builtins.int", "builtins.str", "collections.OrderedDict",
        "numpy.float32", "numpy.float64", "numpy.int64",
    },
    "DictNode": {"builtins.dict", "collections.OrderedDict"},
    "DefaultDictNode": {"collections.defaultdict"},
    "ListNode": {"builtins.list"},
    "TupleNode": {"builtins.tuple"},
    "SliceNode": {"builtins.slice"},
    "JsonNode": {"builtins.str"},
    "NdArrayNode": {
        "numpy.bool", "numpy.float32", "numpy.float64", "numpy.int32", "numpy.int64",
        "numpy.ndarray",
    },
    "DTypeNode": {"numpy.dtype"},
}  # fmt: skip
_TRUSTED = sorted(set().union(*_MADE_OF.values()))


def pack(content: Any) -> bytes:
    """Plain data and models as a sealed skops file. Raises StoreError for any other object."""
    import skops.io  # loads all of scikit-learn, which most commands do without

    try:
        buffer = io.BytesIO(skops.io.dumps(content))
    except (TypeError, ValueError) as problem:
        raise StoreError(f"This model cannot be stored: {problem}.") from None
    with zipfile.ZipFile(buffer, "a") as file:
        _check_objects(json.loads(file.read(_SCHEMA)))
        file.comment = b"0" * _SEAL_LETTERS
    body = buffer.getvalue()[:-_SEAL_LETTERS]
    return body + sha256(body).hexdigest().encode()


def unpack(data: bytes) -> Any:
    """What was packed, the same to the bit. Raises StoreError for anything else.

    Of content that was made to deceive, only what `_MADE_OF` names is ever made.
    """
    import skops.io  # as above

    body, seal = data[:-_SEAL_LETTERS], data[-_SEAL_LETTERS:]
    if sha256(body).hexdigest().encode() != seal:
        raise _refused("its seal does not hold: it was changed or cut off, or is no model file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            _check_layout(file, len(data))
            _check_objects(json.loads(file.read(_SCHEMA)))
        return skops.io.loads(data, trusted=_TRUSTED)
    except StoreError:
        raise
    except Exception as problem:  # a sealed file that was never packed: it may fail in any way
        raise _refused(f"it cannot be read ({type(problem).__name__})") from None


def _check_layout(file: zipfile.ZipFile, size: int) -> None:
    """Refuse members that unfold to more than they are, or whose names lead elsewhere."""
    members = file.infolist()
    names = [m.filename for m in members]
    if any(n != _SCHEMA and not _MEMBER.fullmatch(n) for n in names) or len({*names}) < len(names):
        raise _refused("it holds files that no model has")
    unfolds = any(m.compress_type != zipfile.ZIP_STORED for m in members)
    if unfolds or sum(m.file_size for m in members) > size:
        raise _refused("it would unfold to more than it is")


def _check_objects(schema: Any) -> None:
    """Refuse whatever would make an object that models are not made of."""
    nodes = list(_nodes(schema))
    for node in nodes:
        way = str(node["__loader__"])
        path = f"{node.get('__module__')}.{node.get('__class__')}"
        if path not in _MADE_OF.get(way, ()):
            raise _refused(f"it holds {path!r} (as {way}), which no model of ours is made of")
    boosters = [node for node in nodes if node["__class__"] == "Booster"]
    parts = [part for booster in boosters for part in _checked_parts(booster)]
    # Of objects that share a number the first is made, and stands for the others.
    checked, numbers = {id(part) for part in parts}, {part["__id__"] for part in parts}
    if any(node.get("__id__") in numbers and id(node) not in checked for node in nodes):
        raise _refused("another object in it has the number of a boosted model")


def _checked_parts(booster: dict[str, Any]) -> list[dict[str, Any]]:
    """A boosted model, its state and its text; refused when that would lead LightGBM astray."""
    state = booster["content"]
    texts = [state["content"][key] for key in ("_handle", "handle") if key in state["content"]]
    if len(texts) != 1:
        raise _refused("a boosted model in it has no text, or two")
    try:
        read_trees(str(json.loads(texts[0]["content"])))
    except TreeError as problem:
        raise _refused(f"of a boosted model in it: {problem}") from None
    return [booster, state, texts[0]]


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Everything in a skops schema that says how to make an object."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "__loader__" in one:
                yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _refused(why: str) -> StoreError:
    return StoreError(
        f"The model file is refused, and nothing in it was run: {why}. Take the file from a copy"
        " of the store, or use another version."
    )
