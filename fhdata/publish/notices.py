"""A report as an office sends it: 总体情况, 排名 or 完成情况, 存在问题, 下一步工作要求, and the annexes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fhdata.publish.report import TO_BE_WRITTEN, Report, Section, chinese_number

OVERALL, RESULTS, FAULTS, NEXT = "总体情况", "完成情况", "存在问题", "下一步工作要求"
ANNEX_LEAD = "附："
CAUSES = f"原因分析：{TO_BE_WRITTEN}。"


def plain_heading(heading: str) -> str:
    """A heading without what numbers it: 一、总体情况, （一）乡镇 and 附：规则 → 总体情况, 乡镇, 规则."""
    for mark in ("、", "）", "："):
        lead, found, rest = heading.partition(mark)
        if found and len(lead) <= 3:
            return rest
    return heading


def four_parts(
    overall: Sequence[Section],
    results: Sequence[Section],
    faults: Sequence[Section],
    annexes: Sequence[Section] = (),
    *,
    results_heading: str = RESULTS,
) -> tuple[Section, ...]:
    """The sections of a notice in their order; causes and what is to be done are left to be written.

    Args:
        overall: for the first part; the first one's heading is replaced.
        results: for the second part, each with a heading of its own, which becomes （一）, （二）…
        faults: for the third part, likewise.
        annexes: what stands only behind the notice.
        results_heading: 完成情况, or 排名.
    """
    first, *others = overall
    return (
        replace(first, heading=f"一、{OVERALL}"),
        *others,
        Section(f"二、{results_heading}"),
        *_lettered(results),
        Section(f"三、{FAULTS}", () if faults else (CAUSES,)),
        *_lettered([*faults, Section("原因分析", (f"{TO_BE_WRITTEN}。",))] if faults else ()),
        Section(f"四、{NEXT}", (TO_BE_WRITTEN,)),
        *(replace(one, heading=one.heading and ANNEX_LEAD + plain_heading(one.heading)) for one in annexes),
    )


def regrouped(report: Report, results: Sequence[str], faults: Sequence[str]) -> Report:
    """The report with its sections in the four parts of a notice; sections that are not named become annexes.

    Args:
        report: its sections have headings; 总体情况 and 下一步工作要求 have their own places.
        results: headings, without their numbers, that belong to 完成情况, in this order.
        faults: headings that belong to 存在问题, in this order.
    """
    groups: dict[str, list[Section]] = {}
    name = OVERALL
    for one in report.sections:
        name = plain_heading(one.heading) if one.heading else name
        groups.setdefault(name, []).append(one)
    placed = {OVERALL, NEXT, *results, *faults}
    parts = four_parts(
        groups.get(OVERALL, [Section(OVERALL)]),
        _of(groups, results),
        _of(groups, faults),
        [one for name, group in groups.items() if name not in placed for one in group if one.table is not None],
    )
    return replace(report, sections=parts)


def _of(groups: dict[str, list[Section]], names: Iterable[str]) -> list[Section]:
    return [one for name in names for one in groups.get(name, [])]


def _lettered(sections: Iterable[Section]) -> list[Section]:
    """Headings as （一）, （二）…; a part that goes on has none."""
    done: list[Section] = []
    count = 0
    for one in sections:
        count += bool(one.heading)
        heading = one.heading and f"（{chinese_number(count)}）{plain_heading(one.heading)}"
        done.append(replace(one, heading=heading))
    return done
