"""The blank assistance sheets of a month, with the names the rules and the sheets handed in before give."""

from fhdata.funds.assistance_inputs import DIFFERENCE
from fhdata.funds.assistance_year import year_terms
from fhdata.intake.assistance_rows import FORMS_FILE
from fhdata.intake.assistance_sheets import read_assistance
from fhdata.intake.forms import vocabulary
from fhdata.intake.topics import ASSISTANCE, topics_of
from fhdata.periods import Period
from fhdata.places import Place
from fhdata.publish.assistance_forms import AssistanceMonth, AssistanceWords, assistance_forms
from fhdata.publish.submission import Form
from fhdata.rules.registry import load_registry
from fhdata.rules.rulebook import load_rules
from fhdata.runs.wiring import calendar_cutoff

ASSISTANCE_RULES = "assistance.toml"
RATES = ("old", "new")


def forms_of_assistance(place: Place, period: Period) -> dict[str, list[Form]]:
    """The blank sheets of a month by the topic whose folder they come back to; none where a place has no standards.

    Raises:
        ProblemsFound: no standards in force.
    """
    if not (place.rules / ASSISTANCE_RULES).is_file():
        return {}
    registry, book = load_registry(place.rules), load_rules(place.rules / ASSISTANCE_RULES)
    terms = year_terms(book, registry.units, registry.unit_aliases, period)
    as_of = calendar_cutoff(place, period)
    names = terms.townships, terms.categories
    known = read_assistance(place.raw, *names, home=place.home, period=period, as_of=as_of)
    rates = terms.rates.drop_duplicates("category")
    month = AssistanceMonth(
        place=place.name,
        label=period.label,
        reporters=dict(zip(known.files["form"], known.files["department"], strict=True)),
        townships=terms.township_order,
        categories=list(rates["title"]),
        topped_up=list(rates.loc[rates["payment"] == DIFFERENCE, "title"]),
        groups=list(known.amounts["group"]),
        payers=list(known.shares["payer"].drop_duplicates()),
    )
    words = vocabulary(FORMS_FILE)
    first = {kind.name: {field: ways[0] for field, ways in kind.headings.items()} for kind in words.kinds}
    rate_words = tuple(next(word for word, code in words.words.items() if code == rate) for rate in RATES)
    told = AssistanceWords(first, {kind.name: kind.title for kind in words.kinds}, rate_words)
    return {min(topics_of(ASSISTANCE)): assistance_forms(month, told)}
