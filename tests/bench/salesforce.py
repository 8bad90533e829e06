"""The sandbox Salesforce as anybody may use it, without csbridge: a login, and what to ask for."""

from collections.abc import Mapping, Sequence
from typing import Any

import requests

COLUMNS: Mapping[str, Sequence[str]] = {
    "Account": (
        "Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "Name", "Website", "ParentId", "OwnerId", "Industry",
        "NumberOfEmployees", "BillingCountry", "CurrencyIsoCode", "Type", "ARR__c", "Renewal_Date__c", "Plan__c",
        "Seats__c", "Customer_Since__c", "Churned_On__c", "CS_Status__c",
    ),
    "Task": (
        "Id", "SystemModstamp", "IsDeleted", "WhatId", "ActivityDate", "AccountId", "WhoId", "OwnerId", "TaskSubtype",
        "CallType", "CompletedDateTime", "IsClosed",
    ),
    "Event": (
        "Id", "SystemModstamp", "IsDeleted", "WhatId", "ActivityDate", "IsAllDayEvent", "IsChild", "AccountId", "WhoId",
        "OwnerId", "StartDateTime",
    ),
}  # fmt: skip
"""What csbridge reads of these objects by the map of ``crm``: whoever is compared with it reads the same."""


def login(announced: Mapping[str, Any]) -> requests.Session:
    """Somebody else's session in the sandbox Salesforce."""
    http = requests.Session()
    said = {"grant_type": "client_credentials", **{name: announced[name] for name in ("client_id", "client_secret")}}
    token = http.post(f"{announced['url']}/services/oauth2/token", data=said, timeout=30).json()
    http.headers["Authorization"] = f"Bearer {token['access_token']}"
    return http


def query(name: str) -> str:
    """All rows of an object."""
    return f"SELECT {', '.join(COLUMNS[name])} FROM {name}"
