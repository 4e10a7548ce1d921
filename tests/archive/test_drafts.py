"""Drafts of the knowledge pack, their releases, and what nurses did in training, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.opening import OpenArchive
from domain.correction import Correction, CorrectionId, Fault
from domain.drafts import Draft, DraftId, DraftStatus, Edit, Release
from domain.errors import Conflict, NotFound
from domain.session import SessionId
from domain.staff import Role, StaffId
from domain.training import Trained
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.contract

D1, D2 = DraftId("D-1"), DraftId("D-2")


async def somebody(archive: OpenArchive, name: str = "lihua") -> StaffId:
    """An account."""
    made = await archive.staff.add(name, name, Role.SUPERVISOR, "a long password", second_factor=False)
    return made.staff.id


def release(by: StaffId, draft_id: DraftId | None = None, version: str = "v+1") -> Release:
    """A release of one changed file."""
    return Release(
        version=version,
        installed="v",
        at=MONDAY_MORNING,
        by=by,
        approved_by=by,
        draft_id=draft_id,
        files={"guide/ct.md": "文字"},
    )


async def test_a_draft_is_changed_by_one_at_a_time_and_its_check_is_of_one_revision(opened: OpenArchive) -> None:
    """What was read before somebody else's change is refused; a check of an old revision is passed over."""
    nurse, drafts = await somebody(opened), opened.drafts
    first = Draft(id=D1, title="改说法", by=nurse, at=MONDAY_MORNING, base="v")
    await drafts.add(first)
    edits = (
        Edit(file="guide/ct.md", key="title", value="做CT", by=nurse),
        Edit(file="clinical/departments.yaml", key="D03/aliases", value=("呼吸科", "肺科"), by=nurse),
    )
    second = await drafts.change(replace(first, edits=edits, answers=(CorrectionId("C-1"),)))
    assert await drafts.get(D1) == second
    await drafts.checked(D1, {"passed": True}, revision=0)
    assert (await drafts.get(D1)).check is None
    await drafts.checked(D1, {"passed": True}, revision=1)
    assert (await drafts.get(D1)).check == {"passed": True}
    with pytest.raises(Conflict):
        await drafts.change(first)
    dropped = await drafts.change(replace(second, status=DraftStatus.DROPPED))
    with pytest.raises(Conflict):
        await drafts.change(dropped)
    assert await drafts.listed() == ()
    assert await drafts.listed(open_only=False) == (dropped,)
    with pytest.raises(NotFound):
        await drafts.get(D2)
    assert (await opened.archive.verify()).broken_at is None


async def test_a_release_closes_its_draft_and_what_it_answers_and_only_one_comes_next(opened: OpenArchive) -> None:
    """Whoever saw an older release, or a draft that is gone, is refused and nothing is kept."""
    nurse, drafts = await somebody(opened), opened.drafts
    await opened.corrections.add(
        Correction(
            id=CorrectionId("C-1"),
            session_id=SessionId("s"),
            by=nurse,
            fault=Fault.WORDING,
            at=MONDAY_MORNING,
            content={},
            case=None,
        )
    )
    await drafts.add(Draft(id=D1, title="改说法", by=nurse, at=MONDAY_MORNING, base="v"))
    assert await drafts.newest() is None
    assert await drafts.release(release(nurse, D1), after=0, answers=(CorrectionId("C-1"),)) == 1
    assert (await drafts.get(D1)).status is DraftStatus.RELEASED
    assert await opened.corrections.listed() == ()
    for again, after in ((release(nurse), 0), (release(nurse, D1), 1)):
        with pytest.raises(Conflict):
            await drafts.release(again, after=after)
    assert await drafts.release(release(nurse, version="v+2"), after=1) == 2
    assert [one.version for one in await drafts.releases()] == ["v+2", "v+1"]
    assert await drafts.newest() == replace(release(nurse, version="v+2"), number=2)
    assert (await opened.archive.verify()).broken_at is None


async def test_training_is_kept_by_person(opened: OpenArchive) -> None:
    """Newest first."""
    one, other = await somebody(opened), await somebody(opened, "chief")
    done = [
        Trained(by=by, at=MONDAY_MORNING, exercise=f"cough:{place}", steps=-1, department_right=True, content={"a": 1})
        for place, by in enumerate((one, other, one))
    ]
    for trained in done:
        await opened.trainings.add(trained)
    assert await opened.trainings.listed() == tuple(reversed(done))
    assert await opened.trainings.listed(one) == (done[2], done[0])
