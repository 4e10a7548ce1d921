"""Whether a sentence claims that something was done or is being done for the patient: no model may say so. Pure.

What was booked, cancelled or passed on is said by the step that did it, in fixed words.
"""

from __future__ import annotations

import re
from typing import Final

_DONE: Final = r"(?:退|取消|预?约|挂|改|办|登记|转|提交|确认|通知|联系|发[送给]|删|付|缴|锁定|保留|安排|记录|申请|叫)"
_WHEN: Final = r"(?:已经?|刚刚?|刚才|马上|这就|现在就|正在|我会?|我来|可以)"
_DEED: Final = re.compile(
    rf"{_WHEN}[^，。！？为帮给替]{{0,4}}(?:为|帮|给|替)(?:您|你)[^，。！？]{{0,10}}?{_DONE}"
    rf"|(?:您|你)的[^，。！？]{{0,10}}已经?(?:被|成功)?{_DONE}"
)


def claims_a_deed(sentence: str) -> bool:
    """Whether the sentence says that something was done, or promises to do it."""
    return _DEED.search(sentence) is not None
