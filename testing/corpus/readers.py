"""The YAML readers that judge files; ruamel.yaml only if it is installed."""

import warnings

import yaml

try:
    import ruamel.yaml
except ImportError:
    ruamel = None  # The tests have PyYAML only.

warnings.simplefilter("ignore")


def load_ruamel(data):
    return ruamel.yaml.YAML(typ="safe", pure=True).load(data)


def compose_ruamel(data):
    return list(ruamel.yaml.YAML(typ="safe", pure=True).compose_all(data))


READERS = {
    "libyaml": (
        lambda data: yaml.load(data, yaml.CSafeLoader),
        lambda data: list(yaml.compose_all(data, yaml.CSafeLoader)),
    ),
    "PyYAML": (
        lambda data: yaml.load(data, yaml.SafeLoader),
        lambda data: list(yaml.compose_all(data, yaml.SafeLoader)),
    ),
}
if ruamel is not None:
    READERS["ruamel"] = (load_ruamel, compose_ruamel)


def attempt(function, *arguments):
    """The result and no error, or no result and the error."""
    try:
        return function(*arguments), None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
