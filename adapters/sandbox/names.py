"""Invented names, domains and dirt for the sandbox world. No real company and no person is named.

Pure functions of a key and a random source; knows nothing of trajectories or CRMs.
"""

from random import Random

STEMS = (
    "Nordwind", "Ægir Håndværk", "Školda", "Lumen", "Quarry", "Tidewater", "Żubrowiec", "Fjällräv", "Münsterhof",
    "Peñarol Azul", "Çınarlı", "Ελαιώνα", "Северник", "آسمان آبی", "نور پارس", "云杉科技", "海风物流", "さくら工房",
    "한빛소재", "Brightwell", "Copperleaf", "Maple & Thorn", "O'Harrow", "Ørsund", "Łąkowy", "Éclairci", "Zephyr 🌬️",
    "Kestrel", "Ironbridge", "Papaya 🍈 Labs", "Saffron", "Halcyon", "Borealis", "Tessera", "Vantage-Öst", "Juniper",
)  # fmt: skip
ENDINGS = ("GmbH", "AB", "Ltd", "Inc.", "A/S", "S.A.", "s.r.o.", "Group", "Works", "Logistics", "Health", "& Co.")
SLUGS = (
    "nordwind", "aegir", "skolda", "lumen", "quarry", "tidewater", "zubrowiec", "fjallrav", "munsterhof", "penarol",
    "cinarli", "elaiona", "severnik", "aseman", "nour", "yunshan", "haifeng", "sakura", "hanbit", "brightwell",
    "copperleaf", "maple", "oharrow", "orsund", "lakowy", "eclairci", "zephyr", "kestrel", "ironbridge", "papaya",
    "saffron", "halcyon", "borealis", "tessera", "vantage", "juniper",
)  # fmt: skip
ZONES = (".example", ".example", ".example", ".example.com", ".example.org", ".example.net")
INDUSTRIES = ("Manufacturing", "Software", "Retail", "Logistics", "Healthcare", "Education", "Banking", "Media")
MONEY = (("DE", "EUR"), ("FR", "EUR"), ("US", "USD"), ("GB", "GBP"), ("SE", "SEK"), ("CZ", "CZK"), ("JP", "JPY"))
SUBJECTS = (
    "Export stops at 10,000 rows", "Login loop after update", "Invoice shows wrong VAT", "API answers 500",
    "How do I add a seat?", "گزارش خالی است", "Dashboard blank in the morning", "自动化规则不触发",
    "Passwort abgelaufen 🔑",
)  # fmt: skip
CATEGORIES = ("PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY")
PRAISE = ("Saves us a day a week.", "Great support 👍", "کار با آن ساده است", "Does what it promises.", None)
SHRUGS = ("Fine.", "Does the job, reports are slow.", None, "还可以", "")
COMPLAINTS = ("Nobody answers.", "We are looking at other tools.", "Too many outages.", "بسیار کند", None)


def company_name(key: int, random: Random) -> str:
    """A name that is mostly unique; about one in a hundred repeats, as in real CRMs."""
    stem = STEMS[key % len(STEMS)]
    ending = ENDINGS[(key // len(STEMS)) % len(ENDINGS)]
    number = key // (len(STEMS) * len(ENDINGS))
    if random.random() < 0.01:
        return f"{stem} {ENDINGS[0]}"
    name = f"{stem} {ending} {number}" if number else f"{stem} {ending}"
    return f"  {name} " if random.random() < 0.01 else name


def clean_domain(key: int) -> str:
    """The company's own domain, unique per key, always under a name reserved for examples."""
    return f"{SLUGS[key % len(SLUGS)]}-{key}{ZONES[key % len(ZONES)]}"


def domain(key: int, random: Random) -> str | None:
    """What stands in the CRM: mostly the bare domain; some missing, blank, doubled or typed as an address."""
    roll = random.random()
    own = clean_domain(key)
    if roll < 0.03:
        return None
    if roll < 0.04:
        return ""
    if roll < 0.05 and key > 1:
        return clean_domain(key - 1)
    if roll < 0.08:
        return f"HTTP://WWW.{own.upper()}/path?x=1"
    return f"https://www.{own}/" if roll < 0.11 else own


def employees(seats: int, random: Random) -> int | None:
    """Head count; missing for some, absurd for a few."""
    roll = random.random()
    if roll < 0.08:
        return None
    if roll < 0.10:
        return random.choice((0, -1, 2_147_483_647))
    return seats * random.randint(2, 30)
