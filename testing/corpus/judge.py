"""Reads files before and after an update with three YAML readers, and compares what they read.

One request per line, one response per line, both JSON. A request has `before` and `after` (Base64;
`after` is null if the file was not updated) and `owned`, the values that `global` should have.
The response has, for each reader, `reads` (whether it reads the file before the update) and
`problem` (what is wrong with the file after the update), and `bytes` (what is wrong with the bytes).
"""

import base64
import json
import math
import sys

from bytes_outside import judge_bytes
from readers import READERS, attempt

sys.setrecursionlimit(3000)


def same(one, other, seen):
    """Deep equality of loaded data, types and order of keys included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (dict, list)):
        if (id(one), id(other)) in seen:
            return True
        seen.add((id(one), id(other)))
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            same(a, b, seen) and same(one[a], other[b], seen) for a, b in zip(one, other)
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b, seen) for a, b in zip(one, other))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def without_owned(root, owned):
    """Removes the owned values, `global` if nothing else is in it, and what follows `global`."""
    if root is None:
        return {}
    root.pop("copyOfGlobal", None)
    values = root.get("global")
    if isinstance(values, dict):
        for key in owned:
            values.pop(key, None)
    if not values:
        root.pop("global", None)
    return root


def wrong_values(root, owned):
    values = root.get("global") if isinstance(root, dict) else None
    if not isinstance(values, dict):
        return "global is not a map"
    for key, wanted in owned.items():
        value = values.get(key)
        if wanted is None:
            if value not in (None, ""):
                return f"{key} is {value!r}"
        elif type(value) is not type(wanted) or value != wanted:
            # A short number may stay where a string would be written.
            if not (type(value) is int and type(wanted) is str and str(value) == wanted):
                return f"{key} is {value!r}"
    return None


def judge(reader, before, after, owned):
    load, compose_all = READERS[reader]
    if after is None:
        return {"reads": attempt(compose_all, before)[1] is None}
    old, error = attempt(load, before)
    if error is not None:
        return {"reads": attempt(compose_all, before)[1] is None}
    new, error = attempt(load, after)
    if error is not None:
        return {"reads": True, "problem": f"does not read the updated file: {error}"}
    problem = wrong_values(new, owned)
    if problem is None and not same(without_owned(old, owned), without_owned(new, owned), set()):
        problem = "other values differ"
    return {"reads": True, "problem": problem}


def respond(request):
    owned = request["owned"]
    before = base64.b64decode(request["before"])
    after = None if request["after"] is None else base64.b64decode(request["after"])
    response = {reader: judge(reader, before, after, owned) for reader in READERS}
    response["bytes"] = None if after is None or after == before else judge_bytes(before, after, owned)
    return response


for line in sys.stdin:
    print(json.dumps(respond(json.loads(line))), flush=True)
