"""The blank sheets of the medical fund for a month, filled in with what the sheets handed in before say."""

from fhdata.intake.forms import vocabulary
from fhdata.intake.fund_cells import FORMS_FILE, word
from fhdata.intake.fund_rows import CATEGORIES, KINDS, LEVELS, item_list
from fhdata.intake.fund_sheets import FundSheets, read_fund_sheets
from fhdata.intake.topics import FUND, topics_of
from fhdata.periods import Period
from fhdata.places import Place
from fhdata.publish.fund_forms import FundMonth, FundWords, Listed, fund_forms
from fhdata.publish.submission import Form
from fhdata.runs.wiring import calendar_cutoff

FUND_RULES = "fund.toml"
UNIT = "元"
STATUSES = ("final", "preliminary")


def forms_of_fund(place: Place, period: Period) -> dict[str, list[Form]]:
    """The blank sheets of a month by the topic whose folder they come back to; none where a place has no fund rules.

    The roster, the office and the rows of the platform's table are those of the sheets handed in for the year so far;
    what is wrong with them is not looked at here.
    """
    if not (place.rules / FUND_RULES).is_file():
        return {}
    known = read_fund_sheets(place.raw, home=place.home, period=period, as_of=calendar_cutoff(place, period))
    month = FundMonth(
        place=place.name,
        label=period.label,
        reporter=next(iter(known.files["department"]), ""),
        unit=UNIT,
        items=[
            (one.name, word(span), tuple(map(word, STATUSES)))
            for one in item_list()
            for span in one.spans
            if span == one.spans[0]
        ],
        roster=[_listed(row) for row in known.institutions.to_dict("records")],
        platform=_platform_rows(known),
    )
    return {min(topics_of(FUND)): fund_forms(month, _words())}


def _words() -> FundWords:
    words = vocabulary(FORMS_FILE)
    return FundWords(
        headings={kind.name: {field: ways[0] for field, ways in kind.headings.items()} for kind in words.kinds},
        titles={kind.name: kind.title for kind in words.kinds},
        yes_no=(word("yes"), word("no")),
        kinds=tuple(map(word, KINDS)),
        levels=tuple(map(word, LEVELS)),
        least=words.least,
        most=words.most,
    )


def _listed(row: dict[object, object]) -> Listed:
    member, dip, scored = (word("yes" if row[name] else "no") for name in ("is_member", "is_dip", "is_scored"))
    return Listed(
        code=str(row["institution"]),
        name=str(row["name"]),
        kind=word(str(row["kind"])),
        level=word(str(row["level"]) or "none"),
        is_member=bool(row["is_member"]),
        flags=(member, dip, scored),
        from_month=str(row["from_month"]),
        to_month=str(row["to_month"]),
    )


def _platform_rows(known: FundSheets) -> list[tuple[str, str, str]]:
    """Institution and category of every row of the platform's table so far, in the order of the roster."""
    names = dict(zip(known.institutions["institution"], known.institutions["name"], strict=True))
    pairs = set(zip(known.platform["institution"], known.platform["category"], strict=True))
    return [
        (code, names[code], word(category)) for code in names for category in CATEGORIES if (code, category) in pairs
    ]
