"""Object types and properties of the sandbox portal: what HubSpot ships, and what a CS team added to it. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One CRM object type. ``changed`` and ``created`` are the names of its stamp properties."""

    name: str
    singular: str
    type_id: str
    defaults: tuple[str, ...]
    changed: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    required: tuple[str, ...] = ()
    read_only: bool = False
    engagement: bool = False
    searched: tuple[str, ...] = ()
    """Properties that the search's free ``query`` looks at."""


def _engagement(name: str, singular: str, type_id: str, text: str) -> ObjectType:
    return ObjectType(name, singular, type_id, (), required=("hs_timestamp",), engagement=True, searched=(text,))


TYPES: Final[tuple[ObjectType, ...]] = (
    ObjectType("companies", "company", "0-2", ("name", "domain"), created="createdate", searched=("name", "domain")),
    ObjectType(
        "contacts", "contact", "0-1", ("email", "firstname", "lastname"), changed="lastmodifieddate",
        created="createdate", searched=("email", "firstname", "lastname"),
    ),
    ObjectType(
        "deals", "deal", "0-3", ("amount", "closedate", "dealname", "dealstage", "pipeline"), created="createdate",
        required=("dealstage",), searched=("dealname",),
    ),
    ObjectType(
        "tickets", "ticket", "0-5",
        ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject"),
        created="createdate", required=("hs_pipeline_stage",), searched=("subject", "content"),
    ),
    _engagement("calls", "call", "0-48", "hs_call_title"),
    _engagement("emails", "email", "0-49", "hs_email_subject"),
    _engagement("meetings", "meeting", "0-47", "hs_meeting_title"),
    _engagement("notes", "note", "0-46", "hs_note_body"),
    _engagement("tasks", "task", "0-27", "hs_task_subject"),
    ObjectType(
        "feedback_submissions", "feedback_submission", "0-19", ("hs_survey_type", "hs_value", "hs_content"),
        read_only=True, searched=("hs_content",),
    ),
)  # fmt: skip

_NAMES: Final[Mapping[str, ObjectType]] = {
    key: kind for kind in TYPES for key in (kind.name, kind.singular, kind.type_id)
}


def object_type(word: str) -> ObjectType | None:
    """The type called ``word``: plural, singular or type id, in any case; None when there is none."""
    return _NAMES.get(word.lower())


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str
    order: int = -1
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One property of one object type. ``shipped``: HubSpot's own, cannot be removed."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    unique: bool = False
    read_only: bool = False
    calculated: bool = False
    shipped: bool = True
    created: int = 0
    updated: int = 0
    form_field: bool = False
    order: int = -1


FIELD_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("text", "textarea", "html", "file", "phonenumber", "calculation_equation"),
    "number": ("number", "calculation_equation"),
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "phone_number": ("phonenumber",),
}
_WIDGETS: Final = {
    "string": "text", "number": "number", "bool": "booleancheckbox", "enumeration": "select", "date": "date",
    "datetime": "date",
}  # fmt: skip
BOOL_OPTIONS: Final = (Option("True", "true", 0), Option("False", "false", 1))


@dataclass(frozen=True, slots=True)
class Words:
    """Shorthand for the tables below: property names by type, options, and which are read-only or custom."""

    string: str = ""
    number: str = ""
    date: str = ""
    datetime: str = ""
    bool: str = ""
    enumeration: Mapping[str, str] = field(default_factory=dict)
    read_only: str = ""
    custom: str = ""
    unique: str = ""

    def definitions(self, group: str) -> list[Definition]:
        options = {
            name: tuple(Option(v, v, i) for i, v in enumerate(v.split())) for name, v in self.enumeration.items()
        }
        types = {name: kind for kind in ("string", "number", "date", "datetime", "bool") for name in self._of(kind)}
        return [
            Definition(
                name=name,
                label=name.removeprefix("hs_").replace("_", " ").capitalize(),
                type=kind,
                field_type=_WIDGETS[kind],
                group=group,
                options=options.get(name, BOOL_OPTIONS if kind == "bool" else ()),
                unique=name in self.unique.split(),
                read_only=name in self.read_only.split(),
                shipped=name not in self.custom.split(),
            )
            for name, kind in (types | dict.fromkeys(options, "enumeration")).items()
        ]

    def _of(self, kind: str) -> list[str]:
        return str(getattr(self, kind)).split()


STAGES_DEALS = (
    "appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin contractsent closedwon closedlost"
)
INDUSTRIES: Final[Mapping[str, str]] = {
    "Manufacturing": "MACHINERY",
    "Software": "COMPUTER_SOFTWARE",
    "Retail": "RETAIL",
    "Logistics": "LOGISTICS_AND_SUPPLY_CHAIN",
    "Healthcare": "HOSPITAL_HEALTH_CARE",
    "Education": "EDUCATION_MANAGEMENT",
    "Banking": "BANKING",
    "Media": "ONLINE_MEDIA",
}
LIFECYCLE = "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other"

_WORDS: Final[Mapping[str, Words]] = {
    "companies": Words(
        string="name domain website country city phone description hubspot_owner_id hs_merged_object_ids plan",
        number="numberofemployees annualrevenue hs_object_id hs_num_open_deals hs_parent_company_id arr seats",
        date="renewal_date customer_since churned_on",
        datetime="createdate hs_createdate hs_lastmodifieddate closedate notes_last_contacted",
        enumeration={
            "industry": " ".join(INDUSTRIES.values()),
            "lifecyclestage": LIFECYCLE,
            "cs_status": "prospect customer churned",
            "type": "PROSPECT PARTNER RESELLER VENDOR OTHER",
        },
        read_only="hs_object_id createdate hs_createdate hs_lastmodifieddate hs_merged_object_ids hs_num_open_deals "
        "hs_parent_company_id notes_last_contacted",
        custom="plan arr seats renewal_date customer_since churned_on cs_status",
    ),
    "contacts": Words(
        string="email firstname lastname jobtitle phone company hubspot_owner_id hs_additional_emails "
        "hs_merged_object_ids hs_calculated_merged_vids",
        number="hs_object_id associatedcompanyid",
        date="left_on",
        datetime="createdate lastmodifieddate notes_last_contacted",
        enumeration={
            "lifecyclestage": LIFECYCLE,
            "hs_buying_role": "BLOCKER BUDGET_HOLDER CHAMPION DECISION_MAKER END_USER EXECUTIVE_SPONSOR INFLUENCER "
            "LEGAL_AND_COMPLIANCE OTHER",
            "cs_role": "champion executive user other",
        },
        read_only="hs_object_id createdate lastmodifieddate hs_merged_object_ids hs_calculated_merged_vids "
        "notes_last_contacted",
        custom="cs_role left_on",
        unique="email",
    ),
    "deals": Words(
        string="dealname hubspot_owner_id hs_primary_associated_company hs_merged_object_ids description",
        number="amount amount_in_home_currency hs_object_id hs_arr hs_mrr hs_deal_stage_probability",
        datetime="closedate createdate hs_createdate hs_lastmodifieddate",
        bool="hs_is_closed hs_is_closed_won",
        enumeration={
            "dealstage": STAGES_DEALS,
            "pipeline": "default",
            "dealtype": "newbusiness existingbusiness renewal",
            "deal_currency_code": "EUR USD GBP SEK CZK JPY",
        },
        read_only="hs_object_id hs_lastmodifieddate hs_createdate hs_is_closed hs_is_closed_won "
        "amount_in_home_currency hs_primary_associated_company hs_merged_object_ids hs_deal_stage_probability",
    ),
    "tickets": Words(
        string="subject content hubspot_owner_id hs_primary_associated_company hs_merged_object_ids",
        number="hs_object_id time_to_close times_reopened",
        datetime="createdate hs_createdate hs_lastmodifieddate closed_date first_agent_reply_date",
        bool="escalated hs_is_closed",
        enumeration={
            "hs_pipeline": "0",
            "hs_pipeline_stage": "1 2 3 4",
            "hs_ticket_priority": "LOW MEDIUM HIGH URGENT",
            "hs_ticket_category": "PRODUCT_ISSUE BILLING_ISSUE FEATURE_REQUEST GENERAL_INQUIRY",
            "source_type": "CHAT EMAIL FORM PHONE",
        },
        read_only="hs_object_id hs_lastmodifieddate hs_createdate hs_primary_associated_company hs_merged_object_ids "
        "time_to_close hs_is_closed",
        custom="escalated times_reopened",
    ),
    "calls": Words(
        string="hs_call_title hs_call_body hs_call_disposition hs_call_from_number hs_call_to_number",
        number="hs_call_duration",
        enumeration={
            "hs_call_direction": "INBOUND OUTBOUND",
            "hs_call_status": "BUSY CANCELED COMPLETED CONNECTING FAILED IN_PROGRESS NO_ANSWER QUEUED RINGING",
        },
    ),
    "emails": Words(
        string="hs_email_subject hs_email_text hs_email_html hs_email_headers",
        enumeration={
            "hs_email_direction": "EMAIL INCOMING_EMAIL FORWARDED_EMAIL",
            "hs_email_status": "BOUNCED FAILED SCHEDULED SENDING SENT",
        },
    ),
    "meetings": Words(
        string="hs_meeting_title hs_meeting_body hs_meeting_location",
        datetime="hs_meeting_start_time hs_meeting_end_time",
        enumeration={"hs_meeting_outcome": "SCHEDULED COMPLETED RESCHEDULED NO_SHOW CANCELED"},
    ),
    "notes": Words(string="hs_note_body"),
    "tasks": Words(
        string="hs_task_subject hs_task_body",
        datetime="hs_task_completion_date",
        enumeration={
            "hs_task_status": "NOT_STARTED IN_PROGRESS WAITING DEFERRED COMPLETED",
            "hs_task_priority": "NONE LOW MEDIUM HIGH",
            "hs_task_type": "TODO EMAIL CALL",
        },
        read_only="hs_task_completion_date",
    ),
    "feedback_submissions": Words(
        string="hs_survey_id hs_survey_name hs_content hs_contact_email_rollup",
        number="hs_value hs_contact_id hs_object_id",
        datetime="hs_submission_timestamp hs_createdate hs_lastmodifieddate",
        enumeration={
            "hs_survey_type": "NPS CSAT CES CUSTOM",
            "hs_survey_channel": "EMAIL WEB",
            "hs_response_group": "PROMOTER PASSIVE DETRACTOR POSITIVE NEUTRAL NEGATIVE",
            "hs_sentiment": "POSITIVE NEUTRAL NEGATIVE",
        },
        read_only="hs_object_id hs_createdate hs_lastmodifieddate",
    ),
}  # fmt: skip
_ENGAGEMENT: Final = Words(
    string="hubspot_owner_id hs_attachment_ids",
    number="hs_object_id",
    datetime="hs_timestamp hs_createdate hs_lastmodifieddate",
    read_only="hs_object_id hs_createdate hs_lastmodifieddate",
)


def group_name(kind: ObjectType) -> str:
    return "engagement" if kind.engagement else f"{kind.singular}information"


def shipped_definitions(kind: ObjectType) -> dict[str, Definition]:
    """The properties a new sandbox portal has for this type, by name."""
    found = list(_WORDS[kind.name].definitions(group_name(kind)))
    if kind.engagement:
        found += _ENGAGEMENT.definitions(group_name(kind))
    return {definition.name: definition for definition in found}
