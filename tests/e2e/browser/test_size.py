"""What the widget weighs and what it may not contain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

WEB = Path(__file__).parents[3] / "web"
WIDGET = [WEB / "embed.js", *sorted((WEB / "widget").iterdir())]
BUDGET_BYTES = 60_000
LINE_CEILING = 400
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function",
    r"console\.",
    r"localStorage|indexedDB|document\.cookie",
    r"https?://(?!HOSPITAL|www\.w3\.org/2000/svg)",
)


def test_the_widget_weighs_at_most_60_kilobytes_unpacked() -> None:
    """Scripts and styles together, as they are written, nothing minified."""
    assert sum(path.stat().st_size for path in WIDGET) <= BUDGET_BYTES


def test_the_launcher_and_the_widget_are_all_there_is() -> None:
    """Every file of the widget is counted: scripts and styles only."""
    assert {path.suffix for path in WIDGET} == {".js", ".css"}


@pytest.mark.parametrize("path", WIDGET, ids=lambda path: path.name)
def test_no_file_parses_html_logs_stores_for_good_or_loads_from_elsewhere(path: Path) -> None:
    """Text is never markup, nothing reaches the console or lasting storage, nothing comes from outside."""
    text = path.read_text(encoding="utf-8")
    assert [found for pattern in FORBIDDEN for found in re.findall(pattern, text)] == []
    assert len(text.splitlines()) <= LINE_CEILING


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_page_has_inline_scripts_styles_or_handlers(path: Path) -> None:
    """Pages work under a policy that allows files of this server only."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)|(?:src|href)=\"https?:", text) == []


def test_the_demo_page_names_the_demo_hospital() -> None:
    """Page and demo data speak of the same hospital."""
    demo = (WEB.parent / "knowledge" / "hospital" / "demo.yaml").read_text(encoding="utf-8")
    page = (WEB / "demo" / "index.html").read_text(encoding="utf-8")
    for field in ("name", "address", "phone"):
        [value] = re.findall(rf"^  {field}: (.+)$", demo, flags=re.MULTILINE)[:1]
        assert value in page
