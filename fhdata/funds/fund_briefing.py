"""The sentences of a fund report: what was found, what rests on what, what keeps it from being final."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from fhdata.funds.claim_sums import MEMBER, OUTSIDE
from fhdata.funds.fund_forecast import CENTRAL, HIGH, LOW, Forecast
from fhdata.funds.fund_tables import meaning
from fhdata.funds.fund_terms import UNVERIFIED, Terms
from fhdata.funds.fund_trial import YearOutcome
from fhdata.money import money_text
from fhdata.rounding import number_text
from fhdata.rules.rulebook import READING

WAN = "万元"
EXAMPLE = "示例数据，不得引用。"
LEVEL = "level."
ROUNDED = "表中金额精确到分；正文里的万元数各自四舍五入，相加可能差 0.01。"
LEAST_CHANCE = 0.001
MOST_CELLS = 5
NOTHING_WORDS = {
    "empty": "空着没有填的", "nil": "填“无”的", "not_reported": "填“未报”的", "not_due": "填“未发布”的",
    "not_applicable": "填“不适用”的",
}  # fmt: skip
BEARERS = ("reserve_pays", "county_budget", "carried", "members")


def wan(fen: int) -> str:
    """Fen as it is said in a sentence: 1,240.00万元."""
    return f"{money_text(fen, WAN)}{WAN}"


def year_overview(outcome: YearOutcome, label: str) -> str:
    """What the year came to, and which unverified rules moved money.

    Args:
        outcome: the settlement.
        label: the year as an office writes it.
    """
    settled = outcome.settlement
    state = "决算" if settled.is_final else "试算"
    first = f"{label}城乡居民医保基金{state}，预算管控总额{wan(settled.budget_fen)}，"
    lines, unverified = settled.waterfall, refused_rules(outcome.terms, settled.unverified)
    if settled.surplus_fen > 0:
        shared = "，".join(f"{title}{wan(-fen)}" for title, fen in _changes(lines, LEVEL))
        back = -sum(fen for step in ("returned", "forfeited") for _, fen in _changes(lines, step))
        return f"{first}年度结余{wan(settled.surplus_fen)}。{shared}，退回医保基金{wan(back)}。{unverified}"
    if settled.surplus_fen < 0:
        borne = "，".join(f"{title}{wan(fen)}" for step in BEARERS for title, fen in _changes(lines, step) if fen)
        return f"{first}超支{wan(-settled.surplus_fen)}。其中{borne}。{unverified}"
    return f"{first}收支相抵，没有结余，也没有超支。{unverified}"


def _changes(lines: pd.DataFrame, step: str) -> list[tuple[str, int]]:
    """Labels and amounts of the changes whose step begins so."""
    rows = lines[(lines["kind"] == "change") & lines["step"].str.startswith(step)]
    return [(str(label), int(fen)) for label, fen in zip(rows["label"], rows["amount_fen"], strict=True)]


def month_overview(accounted: pd.DataFrame, progress: pd.DataFrame, label: str) -> str:
    """What the month cost, and where the budget stands.

    Args:
        accounted: as ``fund_month.account`` gives it.
        progress: as ``fund_month.progress`` gives it.
        label: the month as an office writes it.
    """
    paid = accounted.groupby("place")["month_hifp_fen"].sum()
    inside, outside = int(paid.get(MEMBER, 0)), int(paid.get(OUTSIDE, 0))
    last = progress.iloc[-1]
    used, time, ahead = (number_text(last[name], 1) for name in ("used_pct", "time_pct", "ahead_pp"))
    pace = f"快{ahead}" if last["ahead_pp"] > 0 else f"慢{ahead.removeprefix('-')}"
    return (
        f"{label}，城乡居民医保统筹基金支付{wan(inside + outside)}，其中医共体内{wan(inside)}、医共体外{wan(outside)}。"
        f"今年以来管控范围内费用{wan(int(last['spent_to_date_fen']))}，占全年可用{wan(int(last['available_fen']))}的{used}%，"
        f"时间过了{time}%，比时间{pace}个百分点。"
    )


def outlook_lines(outlook: Forecast) -> tuple[str, ...]:
    """What the year's end is expected to be, how sure that is, and whether the reserve would do."""
    cases = {str(row["case"]): row for row in outlook.table.to_dict("records")}
    central = cases[CENTRAL]
    surplus = int(central["surplus_fen"])
    end = f"结余{wan(surplus)}" if surplus >= 0 else f"超支{wan(-surplus)}"
    spent = wan(int(central["charges_fen"]))
    first = f"按已有{outlook.months}个月推算（{outlook.shape}），全年费用{spent}，年末{end}。"
    if outlook.probability is None or LOW not in cases:
        return (first, "只有一个月的数，不说区间和可能性。" if outlook.probability is None else "全年各月已齐。")
    low, high = (wan(int(cases[case]["charges_fen"])) for case in (LOW, HIGH))
    chance = f"超支的可能性{_percent(outlook.probability)}"
    sure = f"全年费用有{outlook.interval_percent}%的可能在{low}至{high}之间，{chance}。"
    short = int(cases[HIGH]["reserve_short_fen"])
    enough = f"费用偏高时储备金尚缺{wan(short)}" if short else "费用偏高时也够用"
    return (first, sure, f"风险储备金余额{wan(int(central['reserve_fen']))}，{enough}。")


def _percent(probability: float) -> str:
    """A chance in percent; one too small or too large to print is said so."""
    if probability < LEAST_CHANCE:
        return "不到0.1%"
    return "超过99.9%" if probability > 1 - LEAST_CHANCE else f"{number_text(100 * probability, 1)}%"


def path_finding(progress: pd.DataFrame) -> str:
    """The title of the chart of the budget's use."""
    last = progress.iloc[-1]
    used, time = (number_text(last[name], 1) for name in ("used_pct", "time_pct"))
    return f"时间过了{time}%，全年可用已用{used}%"


def deposit_note(terms: Terms) -> str:
    """What the quality deposit rests on."""
    rule = terms.rules["prepayment.deposit_ratio"]
    mark = "带 * 的所依据的比例待核实。" if rule.status == UNVERIFIED else ""
    return f"应预付＝申报－申报×质量保证金比例{''.join(rule.printed)}，依据{rule.citation}。{mark}"


def month_notes(
    terms: Terms, excluded: pd.DataFrame, claims_excluded: pd.DataFrame, blanks: pd.DataFrame
) -> tuple[str, ...]:
    """The 口径说明 of a month's report; arguments as for ``year_notes``."""
    return (
        ROUNDED,
        "费用归月按结算日期；退费按负数计入退费当月，成对抵消。",
        "医保费用按基本医保统筹基金支付计，不含大病保险和医疗救助；药店按读法。人数按人去重。",
        "已用＝管控范围内累计费用÷全年可用；时间＝已过月数÷12。DIP病种的费用另按DIP规定，不计入管控范围。",
        "年末推算按已过各月的均值，区间和可能性按各月的离散程度；价格、疫情等变化不在推算之内。",
        *left_out(excluded, claims_excluded),
        *blank_lines(blanks),
        *reading_notes(terms),
    )


def waterfall_finding(outcome: YearOutcome) -> str:
    """The title of the waterfall chart."""
    settled = outcome.settlement
    word = "年度结余" if settled.surplus_fen >= 0 else "超支"
    state = "" if settled.is_final else "（试算）"
    return f"预算管控总额{wan(settled.budget_fen)}，{word}{wan(abs(settled.surplus_fen))}{state}"


def readings_finding(changes: pd.DataFrame) -> str:
    """The title of the readings chart: the largest change of all."""
    if changes.empty:
        return "换哪一种读法，各方金额都不变"
    row = changes.iloc[0]
    word = "多得" if row["amount_fen"] > 0 else "少得"
    return f"影响最大的是“{row['title']}”：换一种读法，{row['name']}{word}{wan(abs(int(row['amount_fen'])))}"


def place_finding(table: pd.DataFrame) -> str:
    """The title of the chart of costs inside and outside: how much of the fund's pay went out."""
    whole = table[(table["category"] == "") & (table["place"] != "")].set_index("place")["year_hifp_fen"]
    outside, total = int(whole.get("outside", 0)), int(whole.sum())
    percent = (200 * outside + total) // (2 * total) if total else 0
    return f"今年以来统筹基金支付{wan(total)}，医共体外占{percent}%"


def refused_rules(terms: Terms, keys: Iterable[str]) -> str:
    """A sentence about the unverified rules that move money; "" where there is none."""
    titles = "、".join(f"“{terms.rules[key].title}”" for key in keys)
    return f"动了钱而依据待核实的：{titles}。" if titles else ""


def reading_notes(terms: Terms) -> tuple[str, ...]:
    """How each unclear article is read, and which ratios nobody has seen in a document."""
    used = [rule for key, rule in terms.rules.items() if key.startswith(READING)]
    said = [f"{rule.title}：{meaning(rule)}。依据{rule.citation}。" for rule in used]
    open_rules = [rule for rule in terms.rules.values() if rule.status == UNVERIFIED]
    return (*said, *(f"待核实：{rule.title}，现取 {''.join(rule.printed)}（{rule.source}）。" for rule in open_rules))


def year_notes(
    outcome: YearOutcome, excluded: pd.DataFrame, claims_excluded: pd.DataFrame, blanks: pd.DataFrame
) -> tuple[str, ...]:
    """The 口径说明 of the year's report.

    Args:
        outcome: the settlement.
        excluded: sheets left out, with file and reason.
        claims_excluded: records left out, with file, reason, records.
        blanks: figures that are not there, with status and source.
    """
    return (
        ROUNDED,
        "按比例分的，先取整分，余下的分按最大余数逐分补足，同余的按机构编码先后，“其中尾差”即补足的分。",
        "医保费用按基本医保统筹基金支付计，不含大病保险和医疗救助；药店按读法。",
        "拨付表：应拨＝管控范围内结算＋精神病结算－违规扣减＋结余分得（或－超支承担）；尚应拨付＝应拨－已预付。",
        "DIP病种另按DIP规定结算，不在拨付表内。",
        "标记“暂定”的行用了初步数，“待核实”的行用了没有见到文件的规则。",
        *left_out(excluded, claims_excluded),
        *blank_lines(blanks),
        *reading_notes(outcome.terms),
    )


def left_out(excluded: pd.DataFrame, claims_excluded: pd.DataFrame) -> list[str]:
    """Sheets and records left out on purpose, a sentence each."""
    sheets = [f"没有计入：{row['file']}，{row['reason']}。" for row in excluded.to_dict("records")]
    records = [
        f"没有计入：{row['file']} {row['records']} 条，{row['reason']}。" for row in claims_excluded.to_dict("records")
    ]
    return [*sheets, *records]


def blank_lines(blanks: pd.DataFrame) -> list[str]:
    """The figures that are not there, by what stands in their cells: none of them is taken for 0.

    Args:
        blanks: status, source_file, source_sheet, source_cell.
    """
    said = []
    for status, rows in blanks.groupby("status", sort=True):
        cells = [
            f"{row['source_file']}「{row['source_sheet']}」{row['source_cell']}" for row in rows.to_dict("records")
        ]
        more = f"等{len(cells)}处" if len(cells) > MOST_CELLS else ""
        said.append(f"{NOTHING_WORDS[str(status)]}，不当作 0：{'、'.join(cells[:MOST_CELLS])}{more}。")
    return said


def chart_note(as_of: date, terms: Terms, *, is_example: bool) -> str:
    """The footnote of a chart: on what it rests, its day, and that it is made up."""
    document = terms.rules["reserve.ratio"].source.split(" ")[0]
    return f"依据{document}；数据截至{as_of.isoformat()}。" + (EXAMPLE if is_example else "")


def reconciliation_line(unmatched: pd.DataFrame, rows: int, tolerance_fen: int) -> str:
    """How the claims agree with the platform's totals.

    Args:
        unmatched: the rows that do not agree.
        rows: how many rows the platform's totals have.
        tolerance_fen: the largest difference that is let pass.
    """
    tolerance = f"容差{money_text(tolerance_fen)}元"
    if unmatched.empty:
        return f"结算明细与平台合计逐机构、逐月、逐类别核对{rows}行，全部相符（{tolerance}）。"
    beyond = int((~unmatched["is_within"]).sum())
    verdict = f"其中{beyond}行超出{tolerance}，对平之前不能决算" if beyond else f"都在{tolerance}以内"
    return f"结算明细与平台合计逐机构、逐月、逐类别核对{rows}行，{len(unmatched)}行不符，{verdict}。"


def readings_lines(changes: pd.DataFrame, count: int) -> tuple[str, ...]:
    """The largest changes of single readings, a sentence each, as ``fund_tables.largest_changes`` has them."""
    return tuple(
        f"“{row['title']}”改为“{row['meaning']}”，{row['name']}"
        f"{'多得' if row['amount_fen'] > 0 else '少得'}{wan(abs(int(row['amount_fen'])))}。"
        for row in changes.head(count).to_dict("records")
    )


def transfers_line(transfers: pd.DataFrame) -> str:
    """What all institutions are due, have had and are still to get.

    Args:
        transfers: ``waterfall.TRANSFER_COLUMNS``.
    """
    due, prepaid, balance = (int(transfers[f"{name}_fen"].sum()) for name in ("due", "prepaid", "balance"))
    back = transfers.loc[transfers["balance_fen"] < 0, "balance_fen"]
    first = f"{len(transfers)}个机构应拨{wan(due)}，已预付{wan(prepaid)}，尚应拨付{wan(balance)}"
    return f"{first}，其中{len(back)}个机构应退回{wan(-int(back.sum()))}。" if len(back) else f"{first}。"


def scenarios_line(grid: pd.DataFrame) -> str:
    """In how many of the scenarios the year would overrun, and by how much at worst.

    Args:
        grid: as ``scenarios.grid`` gives it.
    """
    settled = grid[grid["is_settled"]]
    over = settled[settled["surplus_fen"] < 0]
    if over.empty:
        return f"{len(settled)}种情形都不超支。"
    return f"{len(settled)}种情形中{len(over)}种超支，最多超支{wan(-int(over['surplus_fen'].min()))}。"
