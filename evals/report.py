"""Reports as JSON and as one self-contained HTML page with plots."""

from __future__ import annotations

import dataclasses
import html
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evals.findings import Scores
from evals.play import Outcome
from evals.statistics import Share
from evals.triage import TriageReport

_BAR_WIDTH = 420
_LEVELS = ("CALL_120", "ED_NOW", "VISIT_24H", "OPD", "HOME", "NONE")
_STYLE = (
    "body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2b2a}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .7rem;border-bottom:1px solid #d7e0de;"
    "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%}"
    ".p{color:#0a5c52}.a{color:#444}details{margin:.4rem 0}"
)


def as_json(report: Any) -> Any:
    """A report as plain values; a share becomes hits, total, value and its 95 % interval."""
    if isinstance(report, Share):
        return {"hits": report.hits, "total": report.total, "value": report.value, "interval_95": report.interval}
    if isinstance(report, Scores):
        return {"f1": report.f1, "precision": as_json(report.precision), "recall": as_json(report.recall)}
    if dataclasses.is_dataclass(report) and not isinstance(report, type):
        return {field.name: as_json(getattr(report, field.name)) for field in dataclasses.fields(report)}
    if isinstance(report, Mapping):
        return {str(key): as_json(value) for key, value in report.items()}
    if isinstance(report, Sequence) and not isinstance(report, str):
        return [as_json(value) for value in report]
    return report


def percent(share: Share) -> str:
    """「98.2 % (54/55, 90.4–99.7)」, or a dash for an empty share."""
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return "–"
    low, high = interval
    return f"{value:.1%} ({share.hits}/{share.total}, {low:.1%}–{high:.1%})"


def triage_page(report: TriageReport, outcomes: Sequence[Outcome], *, title: str, caveat: str) -> str:
    """The triage evaluation for people: figures, confusion, groups, questions, and every wrong case in full."""
    figures = "".join(
        f"<tr><td>{html.escape(field.name.replace('_', ' '))}</td><td class=n>{_figure(getattr(report, field.name))}"
        for field in dataclasses.fields(report)
        if isinstance(getattr(report, field.name), Share | float | int)
    )
    wrong = "".join(_case(outcome) for outcome in outcomes if not outcome.acceptable)
    asked = Counter(outcome.questions for outcome in outcomes)
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(caveat)}</p>"
        f"<table>{figures}</table><h2>Decided, by what was right</h2>{_confusion(report.confusion)}"
        f"<h2>Acceptable, by group</h2>{_bars(report.groups)}"
        f"<h2>Acceptable, by tag</h2>{_bars(report.tags)}"
        f"<h2>Questions asked</h2>{_histogram(asked)}<h2>Not acceptable</h2>{wrong or '<p>None.</p>'}</html>"
    )


def _figure(value: Share | float) -> str:
    return percent(value) if isinstance(value, Share) else f"{value:g}"


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> str:
    head = "".join(f"<th>{level}" for level in _LEVELS)
    rows = "".join(
        f"<tr><th>{gold}" + "".join(f"<td class=n>{confusion.get(gold, {}).get(level, 0) or ''}" for level in _LEVELS)
        for gold in _LEVELS[:-1]
    )
    return f"<table><tr><th>{head}{rows}</table>"


def _bars(shares: Mapping[str, Share]) -> str:
    rows = []
    for place, (name, share) in enumerate(shares.items()):
        width, y = (share.value or 0.0) * _BAR_WIDTH, place * 24
        rows.append(
            f"<text x=150 y={y + 16} text-anchor=end font-size=12>{html.escape(name)}</text>"
            f"<rect x=158 y={y + 4} width={_BAR_WIDTH} height=16 fill=#e6eceb />"
            f"<rect x=158 y={y + 4} width={width:.1f} height=16 fill=#0a7367 />"
            f"<text x={166 + _BAR_WIDTH} y={y + 16} font-size=12>{share.hits}/{share.total}</text>"
        )
    return f"<svg width={_BAR_WIDTH + 240} height={len(shares) * 24 + 8} role=img>{''.join(rows)}</svg>"


def _histogram(counted: Mapping[int, int]) -> str:
    most = max(counted.values(), default=1)
    bars = "".join(
        f"<rect x={asked * 34 + 8} y={110 - 100 * counted[asked] / most:.1f} width=26 "
        f"height={100 * counted[asked] / most:.1f} fill=#0a7367 />"
        f"<text x={asked * 34 + 21} y=126 text-anchor=middle font-size=12>{asked}</text>"
        for asked in sorted(counted)
    )
    return f"<svg width={max(counted, default=0) * 34 + 50} height=132 role=img>{bars}</svg>"


def _case(outcome: Outcome) -> str:
    gold = outcome.case.gold.disposition
    speakers = {"patient": ("p", "患者"), "agent": ("a", "助手")}
    lines = "".join(
        f"<div class={speakers[who][0]}>{speakers[who][1]}：{html.escape(text)}</div>"
        for who, text in outcome.transcript
    )
    decided = outcome.disposition.name if outcome.disposition is not None else "NONE"
    right = gold.name if gold is not None else "no triage"
    return f"<details><summary>{html.escape(outcome.case.id)}: {right} → {decided}</summary>{lines}</details>"
