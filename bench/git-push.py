"""Writes a values file for each registered model version and pushes them, as a cron job would."""

import os
import subprocess
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from mlflow import MlflowClient
from ruamel.yaml import YAML

checkout = Path(tempfile.mkdtemp())
directory = checkout / os.environ["DIRECTORY"]
client = MlflowClient()
yaml = YAML()
yaml.preserve_quotes = True
yaml.width = 4096
template = Path(os.environ["TEMPLATE"]).read_text()


def git(*arguments):
    subprocess.run(["git", "-C", str(checkout), *arguments], check=True)


def versions():
    token = None
    while token != "":
        page = client.search_model_versions(
            max_results=10000, order_by=["creation_timestamp ASC"], page_token=token
        )
        yield from (version for version in page if version.run_id)
        token = page.token or ""


def write(version):
    path = directory / f"{version.run_id}.yaml"
    values = yaml.load(path.read_text() if path.exists() else template)
    owned = values.get("global", {})
    deployed = owned.get("modelName"), owned.get("modelVersion")
    if deployed == (version.name, str(version.version)):
        return
    run = client.get_run(version.run_id)
    if run.info.lifecycle_stage != "active":
        return
    created = datetime.fromtimestamp(version.creation_timestamp / 1000, timezone.utc)
    owned.update(
        experimentId=run.info.experiment_id,
        runid=version.run_id,
        modelid=version.source.removeprefix("models:/"),
        timestamp=int(created.strftime("%Y%m%d")),
        modelName=version.name,
        modelVersion=str(version.version),
    )
    if not path.exists():
        vllm, name = values["vllm"], f"vllm-{version.name}-{version.run_id[:8]}"
        vllm["vllm"]["model"] = os.environ["ARTIFACTS"]
        vllm["vllm"]["served_model_name"] = version.name
        vllm["fullnameOverride"], vllm["serviceAccount"]["name"] = name, f"{name}-sa"
        values.insert(0, "global", owned)
    with path.open("w") as file:
        yaml.dump(values, file)


git("clone", "--quiet", "--depth=1", os.environ["GIT_URL"], ".")
directory.mkdir(exist_ok=True)
newest = {version.run_id: version for version in versions()}
for version in newest.values():
    if version.name.startswith(os.environ.get("MODELS", "")):
        write(version)
git("add", "--all")
if subprocess.run(["git", "-C", str(checkout), "diff", "--cached", "--quiet"]).returncode != 0:
    author = ["-c", "user.name=bot", "-c", "user.email=bot@example.com"]
    git(*author, "commit", "--quiet", "--message=Sync MLflow models")
    git("push", "--quiet")
