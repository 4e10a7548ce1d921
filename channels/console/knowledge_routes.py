"""The calls of the knowledge and training pages and who may make them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from channels.console.door import PATH, Door
from channels.console.editing import Editing
from channels.console.editor_ports import Editor
from channels.console.ports import Console
from channels.console.rows import Rows
from channels.console.training import Training
from channels.console.training_ports import Trainer
from domain.drafts import Drafts
from domain.training import Trainings


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgePages:
    """What these pages work with besides the console."""

    editor: Editor
    drafts: Drafts
    trainer: Trainer
    trainings: Trainings


def knowledge_routes(console: Console, pages: KnowledgePages) -> list[BaseRoute]:
    """The routes, to stand before those of static files."""
    door, rows = Door(console), Rows(console=console)
    editing = Editing(console=console, rows=rows, editor=pages.editor, drafts=pages.drafts)
    training = Training(console=console, rows=rows, trainer=pages.trainer, trainings=pages.trainings)
    return [
        Route(f"{PATH}/api{path}", door.open_to(role, call), methods=[method])
        for method, path, role, call in (*editing.calls(), *training.calls())
    ]
