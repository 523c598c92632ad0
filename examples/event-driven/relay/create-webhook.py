# Creates or updates the webhook in MLflow, and sends a first event through the relay to GitHub:
#
#   pip install mlflow-skinny
#   export MLFLOW_TRACKING_URI=https://mlflow.example.com  # and MLflow's variables for credentials
#   export RELAY_URL=https://relay.example.com/mlflow
#   read -rs MLFLOW_WEBHOOK_SECRET && export MLFLOW_WEBHOOK_SECRET  # the relay's
#   python create-webhook.py
#
# Before that, the server needs MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY in its environment. Without it, each
# of its processes invents a key of its own, and after a restart none can read the secret:
#
#   openssl rand -base64 32 | tr +/ _-
#
# Each process notices a new webhook within a minute.
import os
import sys

from mlflow import MlflowClient

client = MlflowClient()
webhook = {
    "name": "mlflow-sync",
    "url": os.environ["RELAY_URL"],
    "secret": os.environ["MLFLOW_WEBHOOK_SECRET"],
    # Add model_version_tag.set and .deleted only if tags select your versions.
    "events": [
        "model_version.created",
        "model_version_alias.created",
        "model_version_alias.deleted",
    ],
    # MLflow also sends the event below, which is a test, for a webhook that somebody has disabled.
    "status": "ACTIVE",
}
page = client.list_webhooks()
known = list(page)
while page.token:
    page = client.list_webhooks(page_token=page.token)
    known += page
ids = [each.webhook_id for each in known if each.name == webhook["name"]]
if ids:
    created = client.update_webhook(ids[0], **webhook)
else:
    created = client.create_webhook(**webhook)

result = client.test_webhook(created.webhook_id)
if not result.success:
    sys.exit(f"The relay did not accept it: {result.response_body or result.error_message}")
print(result.response_body.strip())
