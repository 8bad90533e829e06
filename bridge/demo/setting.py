"""The demo's workspace: two sandbox CRMs, the settings that lead to them, and the secrets in the environment."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bridge.demo.processes import free_ports, server

SECRET: Final = "demo-path-secret"

SETTINGS: Final = """\
# The demo's workspace. Secrets come from the environment; the maps name what these two orgs call things.
public_url: http://127.0.0.1:{port}
connections:
  - name: sf
    crm: salesforce
    login_url: {salesforce}
    auth: {{flow: client_credentials, client_id: "${{SF_CLIENT_ID}}", client_secret: "${{SF_CLIENT_SECRET}}"}}
    webhook_secret: "${{SF_HOOK}}"
    map:
      account:
        fields:
          arr: ARR__c
          renewal_date: Renewal_Date__c
          plan: Plan__c
          seats_bought: Seats__c
          customer_since: Customer_Since__c
          churned_on: Churned_On__c
          status: CS_Status__c
        values: {{status: {{Prospect: prospect, Customer: customer, Churned: churned}}}}
      person: {{fields: {{role: CS_Role__c, left_on: Left_On__c}}}}
      invoice:
        object: Invoice__c
        fields: {{account: Account__c, due_on: Due__c, paid_on: Paid__c, amount: Amount__c, currency: CurrencyIsoCode}}
  - name: hs
    crm: hubspot
    base_url: {hubspot}
    auth: {{flow: private_app, token: "${{HS_TOKEN}}"}}
    webhook_secret: "${{HS_CLIENT_SECRET}}"
    map:
      account:
        fields:
          arr: arr
          renewal_date: renewal_date
          plan: plan
          seats_bought: seats
          customer_since: customer_since
          churned_on: churned_on
          status: cs_status
      person: {{fields: {{role: cs_role}}}}
      ticket: {{fields: {{escalated: escalated}}}}
scope: status = customer
usage:
  - {{file: usage-sf.csv, account_key: sf.id}}
  - {{file: usage-hs.csv, account_key: hs.id}}
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """A workspace folder that is ready for the ordinary commands, and what the two CRMs announced."""

    folder: Path
    environ: Mapping[str, str]
    port: int
    admin_port: int
    salesforce: Mapping[str, Any]
    hubspot: Mapping[str, Any]


@contextmanager
def stage(folder: Path, environ: Mapping[str, str], accounts: int, seed: int) -> Iterator[Setting]:
    """Start the two CRMs, write the workspace; all ends with the block."""
    port, admin_port = free_ports(2)
    with ExitStack() as running:
        salesforce, hubspot = (
            running.enter_context(server(_sandbox(crm, port, accounts, seed + shift), folder, environ))
            for shift, crm in enumerate(("salesforce", "hubspot"))
        )
        text = SETTINGS.format(port=port, salesforce=salesforce["url"], hubspot=hubspot["url"])
        (folder / "csbridge.yml").write_text(text, "utf-8")
        secrets = {
            "SF_CLIENT_ID": salesforce["client_id"],
            "SF_CLIENT_SECRET": salesforce["client_secret"],
            "SF_HOOK": SECRET,
            "HS_TOKEN": hubspot["token"],
            "HS_CLIENT_SECRET": hubspot["client_secret"],
        }
        yield Setting(folder, {**environ, **secrets}, port, admin_port, salesforce, hubspot)


def _sandbox(crm: str, port: int, accounts: int, seed: int) -> list[str]:
    name = {"salesforce": "sf", "hubspot": "hs"}[crm]
    path = f"{name}/{SECRET}" if crm == "salesforce" else name
    return [
        "sandbox", crm, "--port", "0", "--accounts", str(accounts), "--seed", str(seed),
        "--usage", f"usage-{name}.csv", "--notify", f"http://127.0.0.1:{port}/webhooks/{path}",
    ]  # fmt: skip
