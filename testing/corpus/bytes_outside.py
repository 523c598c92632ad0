"""Compares the bytes of a file before and after an update, apart from the owned values."""

import re

import yaml

from readers import attempt, compose_ruamel


def owned_spans(text, owned):
    """Where a reader finds the value of `global` and those of the owned keys."""
    spans = {}
    for key, value in entries(compose(text)):
        if key.value != "global":
            continue
        if value.id == "scalar" and value.value:
            spans["global"] = value_span(text, key, value)
        for name, node in entries(value):
            if name.value in owned:
                spans[name.value] = value_span(text, name, node)
    return spans


def compose(text):
    """The nodes of a file with their positions, from the first reader that accepts it."""
    for read in (
        lambda: yaml.compose(text, yaml.CSafeLoader),
        lambda: yaml.compose(text, yaml.SafeLoader),
    ):
        node, error = attempt(read)
        if error is None:
            return node
    return next(iter(compose_ruamel(text)))


def entries(node):
    if getattr(node, "id", None) != "mapping":
        return []
    return [(key, value) for key, value in node.value if key.id == "scalar"]


def value_span(text, key, value):
    start, end = value.start_mark.index, value.end_mark.index
    if start < key.end_mark.index:
        # An alias has the position of what it refers to.
        alias = re.compile(r"\s*:?\s*(\*[^\s,\[\]{}]+)").match(text, key.end_mark.index)
        return (*alias.span(1), "alias")
    properties = re.compile(r"(?:[&!]\S*\s*)+").match(text, start, end)
    start = properties.end() if properties else start
    if value.style not in ("|", ">") and start == end:
        return (start, end, "empty")
    return (start, end, value.style)


def cut(text, spans, names):
    """Removes the values of these keys, with the blanks around those that were empty."""
    for name in sorted(names, key=lambda name: spans[name][0], reverse=True):
        start, end, style = spans[name]
        head, kept, tail = text[:start], "", text[end:]
        if style in ("|", ">"):
            header = re.compile(r"[|>][^\n#]*(#[^\n]*)?").match(text, start)
            kept = header.group(1) or ""
        if name == "global" or style == "empty":
            head = head.rstrip(" \t")
        text = head + kept + tail
    return text


def wrong_bytes(before, after, owned):
    """Compares what remains of both texts when the owned values are cut out."""
    old, new = owned_spans(before, owned), owned_spans(after, owned)
    for name, (start, end, style) in new.items():
        # Blanks around a value that was empty do not matter.
        if name in old and old[name][2] == "empty":
            new[name] = (start, end, "empty")
    one, other = cut(before, old, old), cut(after, new, new)
    if any(style in ("|", ">", "empty") for _, _, style in old.values()):
        one, other = re.sub(r"\s", "", one), re.sub(r"\s", "", other)
    limit = min(len(one), len(other))
    prefix = next((i for i in range(limit) if one[i] != other[i]), limit)
    inserted = other[prefix : len(other) - (len(one) - prefix)]
    if other != one[:prefix] + inserted + one[prefix:]:
        return f"bytes changed near {other[max(0, prefix - 20):prefix + 20]!r}"
    # The insertion may begin with what would also follow it.
    around = one[max(0, prefix - 20) : prefix] + inserted
    added = "|".join(name for name in new if name not in old) or "$."
    if inserted and not re.search(rf"(?:[\s,{{}}]|global:|(?:{added}):)*$", around):
        return f"inserted {inserted!r}"
    return None


def without_global(text):
    text = re.sub(r"global: \{[^{}]*\}(?:, )?", "", text)
    return re.sub(r"(?m)^( *)([\"']?)global\2\s*:.*\n(?:\1[ \t]+.*(?:\n|\Z)|[ \t\r]*\n)*", "", text)


def compare_without_global(before, after):
    """A coarse comparison, for files that no reader accepts."""
    one, other = (re.sub(r"\s", "", without_global(text)) for text in (before, after))
    return None if one == other else "bytes changed outside of global"


def judge_bytes(before, after, owned):
    try:
        one, other = before.decode(), after.decode()
    except UnicodeDecodeError:
        return "updated although it is not UTF-8"
    if one.startswith("\ufeff") != other.startswith("\ufeff"):
        return "the byte order mark differs"
    one, other = one.removeprefix("\ufeff"), other.removeprefix("\ufeff")
    result, error = attempt(wrong_bytes, one, other, owned)
    return compare_without_global(one, other) if error else result
