"""The objects a sandbox org is born with: standard fields, and the few custom ones that the made-up company added.

A line of a table reads ``Name type(size) flags -> Relation: targets = option | option``. Flags: ``!`` required,
``ro`` read-only, ``c`` writable on create only, ``closed`` restricted to its options, ``formula`` calculated (by
nobody: a person's edit says what comes out, and moves no stamp).
"""

import re
from typing import Final, cast, get_args

from adapters.sandbox.salesforce.fields import Field, FieldType, ObjectType, Option

SYSTEM: Final = """
Id                id(18) ro
IsDeleted         boolean ro
CreatedDate       datetime ro
CreatedById       reference(18) ro -> CreatedBy: User
LastModifiedDate  datetime ro
LastModifiedById  reference(18) ro -> LastModifiedBy: User
SystemModstamp    datetime ro
"""
OWNED: Final = "OwnerId reference(18) -> Owner: User\n"
CURRENCY: Final = (
    "CurrencyIsoCode picklist(3) closed = EUR | USD | GBP | CHF | SEK | JPY | INR | BRL | CAD | AUD | PLN\n"
)
ACTIVITY: Final = (
    OWNED
    + CURRENCY
    + """
WhoId             reference(18) -> Who: Contact, Lead
WhatId            reference(18) -> What: Account, Opportunity, Case
AccountId         reference(18) ro -> Account: Account
Subject           string(255)
Description       textarea(32000)
ActivityDate      date
IsArchived        boolean ro
"""
)
TABLES: Final = {
    ("Account", "001"): OWNED
    + CURRENCY
    + """
Name              string(255) !
ParentId          reference(18) -> Parent: Account
Type              picklist(255) = Prospect | Customer | Former Customer | Partner | Other
Industry          picklist(255) = Agriculture | Banking | Consulting | Education | Energy | Finance | Healthcare | Other
AnnualRevenue     currency(18,0)
NumberOfEmployees int(8)
Website           url(255)
Phone             phone(40)
Description       textarea(32000)
AccountNumber     string(40)
BillingStreet     textarea(255)
BillingCity       string(40)
BillingState      string(80)
BillingPostalCode string(20)
BillingCountry    string(80)
BillingAddress    address ro
LastActivityDate  date ro formula
MasterRecordId    reference(18) ro -> MasterRecord: Account
ARR__c            currency(18,2)
Renewal_Date__c   date
Plan__c           string(80)
Seats__c          double(18,0)
Customer_Since__c date
Churned_On__c     date
CS_Status__c      picklist(255) closed = Prospect | Customer | Churned
Open_Amount__c    currency(18,2) ro formula
""",
    ("Contact", "003"): OWNED
    + CURRENCY
    + """
AccountId         reference(18) -> Account: Account
FirstName         string(40)
LastName          string(80) !
Name              string(121) ro
Email             email(80)
Title             string(128)
Phone             phone(40)
ReportsToId       reference(18) -> ReportsTo: Contact
HasOptedOutOfEmail boolean
IsEmailBounced    boolean ro
MasterRecordId    reference(18) ro -> MasterRecord: Contact
CS_Role__c        picklist(255) closed = Champion | Executive | User | Other
Left_On__c        date
""",
    ("Opportunity", "006"): OWNED
    + CURRENCY
    + """
AccountId         reference(18) -> Account: Account
Name              string(120) !
StageName         picklist(255) ! = Prospecting | Qualification | Negotiation/Review | Closed Won | Closed Lost
Amount            currency(18,2)
Probability       percent(3,0)
CloseDate         date !
Type              picklist(255) = New Customer | Renewal | Existing Customer - Upgrade | Existing Customer - Downgrade
IsClosed          boolean ro
IsWon             boolean ro
ForecastCategoryName picklist(40) = Pipeline | Best Case | Commit | Omitted | Closed
HasOpportunityLineItem boolean ro
Description       textarea(32000)
""",
    ("Case", "500"): CURRENCY
    + """
OwnerId           reference(18) -> Owner: User, Group
CaseNumber        string(30) ro
AccountId         reference(18) -> Account: Account
ContactId         reference(18) -> Contact: Contact
ParentId          reference(18) -> Parent: Case
Subject           string(255)
Description       textarea(32000)
Status            picklist(255) = New | Working | On Hold | Escalated | Closed
Priority          picklist(255) = Low | Medium | High | Critical
Origin            picklist(255) = Phone | Email | Web
Type              picklist(255) = Problem | Question | Feature Request
Reason            picklist(255)
IsClosed          boolean ro
IsEscalated       boolean
ClosedDate        datetime ro
MasterRecordId    reference(18) ro -> MasterRecord: Case
""",
    ("Contract", "800"): OWNED
    + CURRENCY
    + """
AccountId         reference(18) ! -> Account: Account
ContractNumber    string(30) ro
Status            picklist(40) ! = Draft | In Approval Process | Activated | Expired
StatusCode        picklist(40) ro = Draft | InApproval | Activated
StartDate         date
EndDate           date ro
ContractTerm      int(4)
ActivatedDate     datetime ro
Description       textarea(32000)
""",
    ("Invoice__c", "a00"): OWNED
    + CURRENCY
    + """
Name              string(80) ro
Account__c        reference(18) -> Account__r: Account
Due__c            date
Paid__c           date
Amount__c         currency(18,2)
""",
    ("Task", "00T"): ACTIVITY
    + """
Status            picklist(255) ! = Not Started | In Progress | Completed | Waiting on someone else | Deferred
Priority          picklist(255) ! = High | Normal | Low
IsClosed          boolean ro
IsHighPriority    boolean ro
TaskSubtype       picklist(40) c closed = Task | Email | Call | ListEmail | LinkedIn | Cadence
CallType          picklist(40) = Internal | Inbound | Outbound
CallDurationInSeconds int(8)
CompletedDateTime datetime ro
""",
    ("Event", "00U"): ACTIVITY
    + """
StartDateTime     datetime
EndDateTime       datetime
DurationInMinutes int(8)
ActivityDateTime  datetime
IsAllDayEvent     boolean
IsChild           boolean ro
IsGroupEvent      boolean ro
IsRecurrence      boolean c
Location          string(255)
EventSubtype      picklist(40) c = Event
""",
}
SETUP_TABLES: Final = {
    ("User", "005"): """
Username          string(80) !
Email             email(128) !
FirstName         string(40)
LastName          string(80) !
Name              string(121) ro
Alias             string(8)
Title             string(80)
IsActive          boolean
UserType          picklist(40) ro = Standard | AutomatedProcess
ProfileId         reference(18) -> Profile: Profile
ManagerId         reference(18) -> Manager: User
TimeZoneSidKey    picklist(40) = UTC | Europe/Berlin | America/New_York
""",
    ("Organization", "00D"): """
Name              string(80) ro
OrganizationType  picklist(40) ro = Enterprise Edition | Developer Edition
IsSandbox         boolean ro
InstanceName      string(5) ro
DefaultLocaleSidKey picklist(40) ro
DefaultCurrencyIsoCode picklist(3) ro
TimeZoneSidKey    picklist(40) ro
NamespacePrefix   string(15) ro
""",
    ("Profile", "00e"): """
Name              string(255) ro
UserType          picklist(40) ro = Standard
""",
    ("PermissionSet", "0PS"): """
Name              string(80) !
Label             string(80) !
Description       string(255)
ProfileId         reference(18) ro -> Profile: Profile
IsOwnedByProfile  boolean ro
IsCustom          boolean ro
NamespacePrefix   string(15) ro
""",
    ("UserPermissionAccess", "0uP"): """
PermissionsCustomizeApplication boolean ro
PermissionsManageProfilesPermissionsets boolean ro
PermissionsAssignPermissionSets boolean ro
PermissionsApiEnabled boolean ro
""",
    ("FieldPermissions", "01k"): """
ParentId          reference(18) ! c -> Parent: PermissionSet
SobjectType       picklist(40) ! c
Field             picklist(255) ! c
PermissionsRead   boolean
PermissionsEdit   boolean
""",
    ("ObjectPermissions", "110"): """
ParentId          reference(18) ! c -> Parent: PermissionSet
SobjectType       picklist(40) ! c
PermissionsCreate boolean
PermissionsRead   boolean
PermissionsEdit   boolean
PermissionsDelete boolean
PermissionsViewAllRecords boolean
PermissionsModifyAllRecords boolean
""",
    ("PermissionSetAssignment", "0Pa"): """
AssigneeId        reference(18) ! c -> Assignee: User
PermissionSetId   reference(18) ! c -> PermissionSet: PermissionSet
IsActive          boolean ro
""",
}
PERSON_ACCOUNTS: Final = {
    "Account": """
IsPersonAccount   boolean c
PersonEmail       email(80)
PersonContactId   reference(18) ro -> PersonContact: Contact
""",
    "Contact": "IsPersonAccount boolean ro\n",
}
"""What an org with person accounts has besides."""
SHARED: Final = {
    ("TaskWhoRelation", "0RT"): """
TaskId            reference(18) ! c -> Task: Task
RelationId        reference(18) ! c -> Relation: Contact, Lead
""",
    ("EventWhoRelation", "0RE"): """
EventId           reference(18) ! c -> Event: Event
RelationId        reference(18) ! c -> Relation: Contact, Lead
""",
}
"""What an org with Shared Activities has besides."""
CHILDREN: Final = {
    ("Task", "TaskWhoRelations"): ("TaskWhoRelation", "TaskId"),
    ("Event", "EventWhoRelations"): ("EventWhoRelation", "EventId"),
}
"""(object, relationship) → (child object, its reference to the parent)."""
CUSTOM_FIELD: Final = """
DeveloperName     string(80) ro
TableEnumOrId     picklist(40) ro
FullName          string(255) ro
Metadata          textarea(32000) ro
NamespacePrefix   string(15) ro
ManageableState   picklist(40) ro
"""
_LINE: Final = re.compile(
    r"(?P<name>\w+)\s+(?P<type>[a-z]+)(?:\((?P<size>[\d,]+)\))?(?P<flags>(?: +(?:!|ro|c|closed|formula))*)"
    r"(?: *-> (?P<relation>\w+): (?P<targets>[\w, ]+?))?(?: *= (?P<options>.+))?"
)
_TYPES: Final = get_args(FieldType)


def objects() -> list[ObjectType]:
    """Fresh objects of a new org; custom fields added to one org do not show in another."""
    system = fields(SYSTEM)
    ordinary = [ObjectType(name, prefix, system + fields(table)) for (name, prefix), table in TABLES.items()]
    bare = [field for field in system if field.name != "IsDeleted"]
    setup = [
        ObjectType(name, prefix, bare + fields(table), setup=True) for (name, prefix), table in SETUP_TABLES.items()
    ]
    setup += [_history(name) for name in TRACKED]
    tooling = ObjectType("CustomField", "00N", bare + fields(CUSTOM_FIELD), setup=True, tooling=True)
    return [*ordinary, *setup, tooling]


TRACKED: Final = {
    "Account": ("Type", "OwnerId", "ARR__c", "Renewal_Date__c", "CS_Status__c", "Plan__c"),
    "Contact": ("AccountId", "Title"),
    "Opportunity": ("StageName", "Amount", "CloseDate", "OwnerId"),
    "Case": ("Status", "Priority", "OwnerId"),
}
"""Fields whose history is kept."""


def history_of(name: str) -> str:
    return f"{name}FieldHistory" if name == "Opportunity" else f"{name}History"


def _history(name: str) -> ObjectType:
    table = f"""
{name}Id          reference(18) ro -> {name}: {name}
Field             picklist(255) ro
OldValue          string(255) ro
NewValue          string(255) ro
"""
    kept = [field for field in fields(SYSTEM) if field.name in ("Id", "IsDeleted", "CreatedDate", "CreatedById")]
    return ObjectType(history_of(name), "017", kept + fields(table), setup=True)


def shared_activities() -> list[ObjectType]:
    return [ObjectType(name, prefix, fields(SYSTEM) + fields(table)) for (name, prefix), table in SHARED.items()]


def fields(table: str) -> list[Field]:
    """The fields that the lines of ``table`` declare; ValueError names a line that cannot be read."""
    return [_field(line) for line in table.splitlines() if line.strip()]


def _field(line: str) -> Field:
    match = _LINE.fullmatch(line.strip())
    if match is None or match["type"] not in _TYPES:
        raise ValueError(f"not a field: {line!r}")
    kind = cast(FieldType, match["type"])
    flags = match["flags"].split()
    numeric = kind in ("double", "currency", "percent")
    size = [int(part) for part in (match["size"] or "0").split(",")]
    custom = match["name"].endswith("__c")
    return Field(
        name=match["name"],
        type=kind,
        label=match["name"].removesuffix("__c").replace("_", " "),
        length=0 if numeric or kind == "int" else size[0],
        precision=size[0] if numeric else 0,
        scale=size[1] if numeric and len(size) > 1 else 0,
        required="!" in flags,
        writes="" if "ro" in flags else "c" if "c" in flags else "cu",
        custom=custom,
        calculated="formula" in flags,
        targets=tuple(target.strip() for target in (match["targets"] or "").split(",") if target.strip()),
        relation=match["relation"],
        options=tuple(Option(o.strip(), o.strip()) for o in (match["options"] or "").split("|") if o.strip()),
        restricted="closed" in flags,
        default=False if kind == "boolean" else None,
    )
