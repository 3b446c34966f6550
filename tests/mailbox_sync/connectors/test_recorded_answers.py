"""Every connector reads what its body answered once. A story is `answers/<body>/<story>.json` and the answers it names.

A story has `mailbox`, `now`, `replies` ({file, status}, in order, the last one for ever) and either the `pages` that are read
or the `fault` ({kind, code, body_code}) that stops the reading.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.mailbox_sync.connecting import BodySettings, Connector, Fault, Mailbox
from services.mailbox_sync.connectors import connector_for, modules
from services.mailbox_sync.identity import Identity

from ..stand_in import Reply, StandIn

ANSWERS = Path(__file__).parent / "answers"
STORIES = sorted(ANSWERS.glob("*/*.json"))


@pytest.fixture(params=STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def story(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads(request.param.read_text()) | {"folder": request.param.parent}


def connector_of(story: dict[str, Any], stand_in: StandIn) -> Connector:
    """The body's connector at the hour of the story, with the story's answers waiting for it."""
    stand_in.plays(*(Reply((story["folder"] / one["file"]).read_bytes(), one["status"]) for one in story["replies"]))
    connector = connector_for(story["mailbox"]["body"], BodySettings(stand_in.base_url))
    connector.clock = lambda: datetime.fromisoformat(story["now"])
    return connector


def outcome(connector: Connector, mailbox: Mailbox, identity: Identity) -> dict[str, Any]:
    """What a reading came to, as a story writes it."""
    try:
        pages = [asdict(page) for page in connector.pages(mailbox, identity)]
    except Fault as fault:
        return {"fault": {"kind": type(fault).__name__, "code": fault.code, "body_code": fault.body_code}}
    without_digest = [{name: value for name, value in page.items() if name != "digest"} for page in pages]
    return {"pages": json.loads(json.dumps(without_digest, default=datetime.isoformat))}


def test_a_recorded_answer_is_read_as_it_was_understood(story: dict[str, Any], stand_in: StandIn, identity: Identity) -> None:
    read = outcome(connector_of(story, stand_in), Mailbox(**story["mailbox"]), identity)
    assert read == {name: story[name] for name in ("pages", "fault") if name in story}


@pytest.mark.parametrize("body", sorted(modules()))
def test_every_connector_has_recorded_answers(body: str) -> None:
    stories = [json.loads(path.read_text()) for path in (ANSWERS / body).glob("*.json")]
    assert any(story.get("pages") for story in stories) and any("fault" in story for story in stories)


def test_every_recorded_answer_belongs_to_a_story() -> None:
    told = {path.parent / one["file"] for path in STORIES for one in json.loads(path.read_text())["replies"]}
    assert told == {path for path in ANSWERS.glob("*/*") if path.suffix != ".json"}
