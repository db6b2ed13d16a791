"""The control interface for other processes."""

from collections.abc import AsyncIterator

import httpx
import pytest

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, button


@pytest.fixture
async def http(rehearsal: Rehearsal) -> AsyncIterator[httpx.AsyncClient]:
    """Return an HTTP client of the control interface."""
    async with httpx.AsyncClient(base_url=f"{rehearsal.url}/control/") as client:
        yield client


async def test_another_process_can_act_and_see(rehearsal: Rehearsal, bot: Tiny, http: httpx.AsyncClient) -> None:
    """Another process can add people, type a command, press a button, fill a modal, and read the screen."""
    people = (await http.post("people", json={"name": "zoe", "tz": "Pacific/Auckland"})).json()
    assert people[-1]["name"] == "zoe"
    await http.post("channels", json={"name": "team", "members": ["zoe"]})
    assert [channel["name"] for channel in (await http.get("channels")).json()] == ["general", "team"]
    said = await http.post("act", json={"person": "zoe", "do": "command", "with": ["/echo hi", "team"]})
    assert said.json()["text"] == "you said hi"
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi", "5")]}]
    posted = await bot.client.chat_postMessage(channel="#team", text="x", blocks=blocks)
    on = {"channel": posted["channel"], "ts": posted["ts"]}
    assert (await http.post("act", json={"person": "zoe", "do": "press", "on": on, "with": ["hello.press"]})).json()[
        "acked"
    ]
    await http.post("act", json={"person": "zoe", "do": "command", "text": "/form"})
    await rehearsal.control.as_person("zoe").modal_opened()
    fields = {"form.name": "Acme", "form.kind": "call"}
    await http.post("act", json={"person": "zoe", "do": "fill", "on": "modal", **fields})
    file = {"action_id": "form.list", "name": "a.csv", "data": "Name\r\nAcme\r\n"}
    stored = (await http.post("act", json={"person": "zoe", "do": "upload", "on": "modal", **file})).json()
    assert rehearsal.workspace.files[stored["id"]].data == b"Name\r\nAcme\r\n"
    screen = (await http.get("screen", params={"person": "zoe", "channel": "team"})).json()
    assert screen["modal"]["state"]["name"]["form.name"]["value"] == "Acme"
    assert screen["home"] is None
    assert screen["messages"][0]["text"] == "you said hi"
    assert (await http.get("problems")).json() == []


async def test_another_process_can_make_trouble_and_move_time(
    rehearsal: Rehearsal, bot: Tiny, http: httpx.AsyncClient
) -> None:
    """Another process can add faults, trigger events and move the clock."""
    await http.post("fault", json={"kind": "next", "method": "auth.test", "error": "fatal_error"})
    assert rehearsal.wire.faults.pop("auth.test") is not None
    await http.post("event", json={"kind": "join_team", "name": "dora"})
    assert bot.of("team_join")[0]["event"]["user"]["name"] == "dora"
    assert (await http.post("move", json={"seconds": 60})).json() == {"now": "2026-11-23T09:01:00+00:00"}
    await http.post("move", json={"to": "2026-11-24T09:00:00+00:00"})
    assert rehearsal.workspace.clock.now().day == 24


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("act", {"person": "ana", "do": "fly"}, "Nobody can fly"),
        ("act", {"person": "nobody", "do": "command"}, "Nobody here is called nobody"),
        ("act", {"person": "ana", "do": "submit", "on": "modal"}, "not on ana's screen"),
        ("fault", {"kind": "flood"}, "no fault flood"),
        ("event", {"kind": "party"}, "Nothing called party"),
        ("act", {"person": "ana", "do": "press", "on": {"channel": "general", "ts": "1.0"}}, "not on ana's screen"),
        ("move", {"seconds": -5}, "only goes forward"),
    ],
)
async def test_what_cannot_be_done_says_why(http: httpx.AsyncClient, path: str, body: object, sentence: str) -> None:
    """Every refusal is one sentence."""
    answer = await http.post(path, json=body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
