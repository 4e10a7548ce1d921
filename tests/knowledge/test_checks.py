"""A pack that contradicts itself does not load; the error names the file and the line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.loader import DIRECTORY, load_pack

pytestmark = pytest.mark.unit

Alter = Callable[[str, str, str], KnowledgeError]


@pytest.fixture
def refused(tmp_path: Path) -> Alter:
    """Load the shipped pack with one text of one file replaced, and give the error."""
    shutil.copytree(DIRECTORY / "clinical", tmp_path / "clinical")
    for name in ("lexicon", "follow_up", "fixed_texts.yaml", "intents.yaml", "people.yaml"):
        (tmp_path / name).symlink_to(DIRECTORY / name)

    def alter(file: str, old: str, new: str) -> KnowledgeError:
        path = tmp_path / "clinical" / file
        text = path.read_text(encoding="utf-8")
        assert old in text, "the test's own example is gone from the pack"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(KnowledgeError) as caught:
            load_pack(tmp_path)
        assert Path(caught.value.file).name == Path(file).name
        lines = path.read_text(encoding="utf-8").splitlines()
        assert 1 <= caught.value.line <= len(lines)
        return caught.value

    return alter


COUGH = "complaints/cough.yaml"
SNAKE = "complaints/bite_sting.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (COUGH, "default_d: OPD", "default_d: OPD\ncolour: red", "没有 colour 这一项"),
        (COUGH, "default_d: OPD\n", "", "缺少 default_d"),
        (COUGH, "'high and immuno'", "'high and imuno'", "没有这个名字：imuno"),
        (COUGH, "'high and immuno'", "'high and'", "没有写完"),
        (COUGH, "'high and immuno'", "'high and days'", "days 是 choice"),
        (COUGH, "'high and immuno'", "'high>=39 and immuno'", "不能这样比较"),
        (COUGH, 'days=="两周以内"', 'days=="两周内"', "没有选项「两周内」"),
        (COUGH, "      - 两周以内\n", "      - 两周以内\n      - 三天以内\n      - 一天以内\n", "多余的选项"),
        (COUGH, "      blue: 嘴唇", "      hoarse: 嗓子哑\n      blue: 嘴唇", "1 到 5 个"),
        (COUGH, "      tb: 盗汗", "      teeth: 盗汗", "没有叫 tb 的选项"),
        (COUGH, "'high and immuno'", "'high and not high'", "永远轮不到"),
        (COUGH, "'high and immuno'", "'blue and immuno'", "永远轮不到"),
        (COUGH, "src: [CN18-Ⅱ, IITT]", "src: []", "没有写来源"),
        (COUGH, "src: [CN18-Ⅱ, IITT]", "src: [WIKI]", "没有来源 WIKI"),
        (COUGH, "to: D01", "to: D77", "没有科室 D77"),
        (COUGH, "to: D01", "to: D51", "不直接接诊"),
        (COUGH, "when: 'true'", "when: 'tb or high'", "永远轮不到"),
        (COUGH, "RF-016", "RF-999", "没有危急信号 RF-999"),
        (COUGH, "<咯血>", "<咳血血>", "没有概念 <咳血血>"),
        (COUGH, "id: cough", "id: coughs", "要叫 coughs.yaml"),
        (COUGH, "id: R02", "id: R01", "两条规则都叫 R01"),
        (COUGH, "    text: 咳嗽多久了？", "    text: 咳" + "啊" * 40, "最多 40 个字"),
        (SNAKE, "  - id: where\n", "  - id: by\n", "被两个问题问到"),
        (SNAKE, '\'fever and by in ["蜱虫",', '\'fever and by=="蛇" and by in ["蛇",', "永远轮不到"),
        ("departments.yaml", "id: D02", "id: D01", "编号一样"),
        ("departments.yaml", "急诊室", "内科", "已经是"),
        ("departments.yaml", "instead: [D30, D02]", "instead: [D99]", "没有科室 D99"),
        ("routing.yaml", "when: immuno", "when: imuno", "没有这个名字：imuno"),
        ("routing.yaml", "concepts: [狗咬]", "concepts: [狗狗咬]", "没有概念 狗狗咬"),
        ("routing.yaml", "complaints: [cough]", "complaints: [coughing]", "没有主诉 coughing"),
        ("vitals.yaml", "spo2<90", "spo3<90", "没有这个名字：spo3"),
        ("vitals.yaml", "id: V02", "id: V01", "两条规则都叫 V01"),
        ("pack.yaml", "general: [unwell_child, unwell_elder, ", "general: [", "正好列出"),
        ("pack.yaml", "unwell_elder, unspecified]", "unspecified, unwell_elder]", "对所有人适用"),
        ("pack.yaml", "  unsettled:", "  unclear:", "要写 unsettled"),
    ],
)
def test_a_contradiction_is_refused(refused: Alter, file: str, old: str, new: str, message: str) -> None:
    """Unknown names, dead options, unreachable rules, missing sources, unknown references."""
    assert message in refused(file, old, new).message


def test_the_error_points_at_the_rule_itself(refused: Alter, tmp_path: Path) -> None:
    """The line is the rule's, so that a nurse finds it."""
    error = refused(COUGH, "'high and immuno'", "'high and imuno'")
    lines = (tmp_path / "clinical" / COUGH).read_text(encoding="utf-8").splitlines()
    assert "R06" in lines[error.line - 1]
