"""Model files: what was kept comes back to the bit, and a file made to deceive runs nothing."""

import io
import json
import os
import pickle
import zipfile
from hashlib import sha256
from importlib.util import find_spec

import numpy as np
import pytest
import skops.io
from kept_models import DECLARED, PANEL, rows, served
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import FunctionTransformer

from hardship_model.models import LEARNED, OF_EVERYBODY
from hardship_model.models.contributions import contributions
from hardship_model.store import StoreError, fits_of, from_bytes, to_bytes
from hardship_model.store.safe_bytes import pack, unpack

KEPT = ("rule_in_force", "income_over_line", *LEARNED, f"boosting{OF_EVERYBODY}")


@pytest.mark.parametrize("name", KEPT)
def test_every_model_gives_the_same_risks_to_the_bit_when_it_comes_back(name):
    if name == "explainable" and find_spec("interpret") is None:
        pytest.skip("needs the extra: pip install hardship-model[explain]")
    X, kept = rows()[0], served(name)
    back = from_bytes(to_bytes(kept))

    assert back.calibrated.risk(X).tobytes() == kept.calibrated.risk(X).tobytes()
    assert back.calibrated.score(X).tobytes() == kept.calibrated.score(X).tobytes()


@pytest.mark.parametrize("name", ["logistic", "boosting", "scorecard", "shrunk"])
def test_a_model_that_came_back_gives_the_same_reasons(name):
    X, kept = rows()[0], served(name)
    back = from_bytes(to_bytes(kept))

    ours, theirs = (contributions(s.calibrated.model, X) for s in (kept, back))
    assert (ours.terms.to_numpy() == theirs.terms.to_numpy()).all()


def test_what_is_kept_beside_the_model_comes_back():
    kept = served("scorecard")
    back = from_bytes(to_bytes(kept))

    told = ("name", "declared", "task", "fits", "trained_from", "trained_until")
    assert all(getattr(back, name) == getattr(kept, name) for name in told)
    assert back.training == json.loads(json.dumps(kept.training))
    assert back.calibrated.shifts == kept.calibrated.shifts


def test_a_model_fits_panels_with_the_columns_that_it_reads():
    some = [f for f in DECLARED if f.column in ("income_over_line", "ill")]
    fits = fits_of(PANEL, some)

    assert [c.name for c in fits.columns] == ["ill"]
    assert (fits.step_months, fits.currency, fits.line_median) == (1, "yuan", 100.0)


def test_a_model_of_a_kind_that_cannot_come_back_is_not_kept():
    with pytest.raises(StoreError, match="no model of ours"):
        pack({"model": RandomForestClassifier(n_estimators=2).fit(np.eye(4), [0, 1, 0, 1])})


class Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def sealed(members):
    """A ZIP of these members with a seal that holds, as an attacker would make it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members:
            file.writestr(name, content)
        file.comment = b"0" * 64
    return resealed(buffer.getvalue())


def resealed(data):
    return data[:-64] + sha256(data[:-64]).hexdigest().encode()


def schema_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return json.loads(file.read("schema.json"))


@pytest.fixture
def trap(tmp_path):
    """A command that leaves a file, and the file."""
    sprung = tmp_path / "sprung"
    return f"{'type nul >' if os.name == 'nt' else 'touch'} {sprung}", sprung


def test_the_trap_works(trap):
    pickle.loads(pickle.dumps(Trap(trap[0])))

    assert trap[1].exists()


@pytest.mark.parametrize("wrapped", ["bare", "sealed", "member", "array"])
def test_a_pickle_is_refused_and_does_not_run(trap, wrapped):
    payload = pickle.dumps(Trap(trap[0]))
    array = io.BytesIO()
    np.save(array, np.array([Trap(trap[0])], dtype=object), allow_pickle=True)
    schema = schema_of(pack({"array": np.zeros(3)}))
    [name] = [n["file"] for n in schema["content"].values() if "file" in n]
    hostile = {
        "bare": payload,
        "sealed": resealed(payload + b"0" * 64),
        "member": sealed([("schema.json", json.dumps(schema)), (name, payload)]),
        "array": sealed([("schema.json", json.dumps(schema)), (name, array.getvalue())]),
    }[wrapped]

    with pytest.raises(StoreError, match="nothing in it was run"):
        unpack(hostile)
    assert not trap[1].exists()


@pytest.mark.parametrize(
    ("way", "module", "name"),
    [
        ("FunctionNode", "os", "system"),
        ("TypeNode", "builtins", "eval"),
        ("ObjectNode", "subprocess", "Popen"),
        ("ConstructorFromReduceNode", "lightgbm.basic", "Booster"),
        ("ObjectNode", "sklearn.ensemble._forest", "RandomForestClassifier"),
        ("OperatorFuncNode", "operator", "attrgetter"),
        ("MethodNode", "hardship_model.models.learned", "MeanOfModels"),
    ],
)
def test_a_schema_that_names_anything_else_is_refused_wherever_it_hides(trap, way, module, name):
    hostile = {"__class__": name, "__module__": module, "__loader__": way, "__id__": 77,
               "content": {}}  # fmt: skip
    schema = schema_of(pack({"model": FunctionTransformer(None), "args": [trap[0], 1]}))
    transformer = schema["content"]["model"]["content"]["content"]
    for place in (schema["content"], schema, transformer, schema["key_types"]):
        key = "func" if place is transformer else "x"
        whole = json.loads(json.dumps(schema))
        place[key], before = hostile, place.get(key)
        with pytest.raises(StoreError, match=f"holds '{module}.{name}'"):
            unpack(sealed([("schema.json", json.dumps(schema))]))
        place.pop(key) if before is None else place.update({key: before})
        assert schema == whole
    assert not trap[1].exists()


def boosted_schema():
    """What a file of a boosted model says, and the node that holds the text of its trees."""
    with zipfile.ZipFile(io.BytesIO(to_bytes(served("boosting")))) as file:
        members = {name: file.read(name) for name in file.namelist()}
    schema = json.loads(members.pop("schema.json"))
    model = schema["content"]["model"]["content"]["content"]
    booster = model["_Booster"]["content"]
    return schema, members, booster


@pytest.mark.parametrize("way", ["text", "both", "number"])
def test_trees_that_lead_outside_themselves_are_refused_before_lightgbm_reads_them(way):
    schema, members, booster = boosted_schema()
    handle = booster["content"]["_handle"]
    hostile = json.dumps(json.loads(handle["content"]).replace("left_child=2", "left_child=9", 1))
    if way == "text":
        handle["content"] = hostile
    elif way == "both":
        booster["content"]["handle"] = {**handle, "__id__": 1, "content": hostile}
    else:  # an earlier object of the same number is the one that would be made
        schema["content"] = {"x": {**handle, "content": hostile}, **schema["content"]}

    said = {"text": "branch of a tree", "both": "no text, or two", "number": "the number of"}[way]
    with pytest.raises(StoreError, match=said):
        unpack(sealed([*members.items(), ("schema.json", json.dumps(schema))]))


def test_a_function_that_scikit_learn_would_call_is_refused(trap):
    hostile = {"model": FunctionTransformer(os.system)}

    with pytest.raises(StoreError, match=r"holds '(posix|nt)\.system'"):
        pack(hostile)
    with pytest.raises(StoreError, match=r"holds '(posix|nt)\.system'"):
        unpack(resealed(skops.io.dumps(hostile)[:-2] + b"\x40\x00" + b"0" * 64))


@pytest.mark.parametrize("name", ["../outside.npy", "/outside.npy", "a/b.npy", "model.pkl"])
def test_a_member_whose_name_leads_elsewhere_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = sealed([("schema.json", json.dumps(schema_of(pack({"n": 1})))), (name, b"0")])

    with pytest.raises(StoreError, match="files that no model has"):
        unpack(hostile)
    assert list(tmp_path.parent.glob("outside*")) == []


def test_a_file_that_unfolds_to_more_than_it_is_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("schema.json", " " * 50_000_000 + json.dumps(schema_of(pack({"n": 1}))))
        file.comment = b"0" * 64

    with pytest.raises(StoreError, match="unfold to more"):
        unpack(resealed(buffer.getvalue()))


def test_a_member_that_stands_for_many_is_refused():
    # Every entry of the directory points at the same bytes.
    one = sealed([(f"{i}.npy", b"0" * 100_000 if i == 1 else b"") for i in range(1, 40)])
    data = bytearray(one)
    first = data.index(b"PK\x01\x02")
    for _ in range(39):
        data[first + 20 : first + 28] = (100_000).to_bytes(4, "little") * 2
        data[first + 42 : first + 46] = (0).to_bytes(4, "little")
        first = data.find(b"PK\x01\x02", first + 4)

    with pytest.raises(StoreError, match="unfold to more"):
        unpack(resealed(bytes(data)))


def test_a_schema_that_is_too_deep_is_refused():
    deep = '{"__loader__":' * 1 + "[" * 200_000 + "]" * 200_000 + "}"

    with pytest.raises(StoreError, match="cannot be read"):
        unpack(sealed([("schema.json", deep)]))


def test_a_file_that_was_cut_off_is_refused_wherever_it_ends():
    data = to_bytes(served("scorecard"))
    for end in [*range(0, 200), *range(200, len(data), 4999), len(data) - 1]:
        with pytest.raises(StoreError, match="seal"):
            from_bytes(data[:end])


def test_every_changed_byte_is_refused():
    data = to_bytes(served("scorecard"))
    places = np.random.default_rng(1).integers(0, len(data), 300)
    for place in [*places, 0, len(data) - 1, len(data) - 65]:
        changed = bytearray(data)
        changed[place] ^= 1 + place % 255
        with pytest.raises(StoreError, match="seal"):
            from_bytes(bytes(changed))


def test_a_sealed_file_with_another_content_is_refused_in_one_sentence():
    for content in ({}, {"about": "[]"}, {"about": "{}"}, {"about": 3}, {"about": '{"format": 1}'}):
        with pytest.raises(StoreError, match="does not say what a model says"):
            from_bytes(pack(content))
    with pytest.raises(StoreError, match="format 2"):
        from_bytes(pack({"about": '{"format": 2}'}))
