"""Pictures from Slack's own files: shown when they may be, refused as Slack refuses them."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.page import rich
from rehearsal.page.screen import Screen
from rehearsal.server import Rehearsal
from rehearsal.state.files import StoredFile

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    """A bare client with the bot's token and no retries of its own."""
    made = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    made.retry_handlers = []
    return made


async def upload(client: AsyncWebClient, data: bytes = PNG, name: str = "chart.png") -> str:
    """A file of the bot's, shared nowhere; its id."""
    answer: Any = await client.files_upload_v2(filename=name, content=data)
    return str(answer["files"][0]["id"])


def image(**shown: str) -> dict[str, Any]:
    """An image block that shows a file of Slack's."""
    return {"type": "image", "slack_file": shown, "alt_text": "Nine praised"}


async def refusal(client: AsyncWebClient, rehearsal: Rehearsal, *blocks: dict[str, Any]) -> str:
    """What Slack says to a message with these blocks."""
    general = rehearsal.workspace.channel("general").id
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=general, text="x", blocks=list(blocks))
    assert caught.value.response["error"] == "invalid_blocks"
    return str(caught.value.response["errors"][0])


async def test_an_uploaded_picture_is_shown_by_id_and_by_address(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """In an image block, beside a section and in a context, in a message and in a changed one."""
    file_id = await upload(client)
    told: Any = await client.files_info(file=file_id)
    assert told["file"]["mimetype"] == "image/png"
    by_address = image(url=told["file"]["url_private"])
    beside = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": image(id=file_id)}
    inside = {"type": "context", "elements": [image(url=told["file"]["permalink"])]}
    general = rehearsal.workspace.channel("general").id
    said = await client.chat_postMessage(channel=general, text="x", blocks=[image(id=file_id), by_address])
    await client.chat_update(channel=general, ts=said["ts"], text="x", blocks=[beside, inside])
    assert [problem for problem in rehearsal.problems if problem.code == "invalid_blocks"] == []


async def test_what_is_no_picture_of_ours_is_refused(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Unknown, never completed, no picture, somebody else's: each with the place of the offending block."""
    words = await upload(client, b"a,b\r\n", "list.csv")
    begun: Any = await client.files_getUploadURLExternal(filename="a.png", length=9)
    foreign = StoredFile("F0SOMEBODYS", "a.png", rehearsal.workspace.person("ana").id, 0, 28, data=PNG, complete=True)
    rehearsal.workspace.files[foreign.id] = foreign
    for shown, why in (("F0NOWHERE1", "no such file"), (begun["file_id"], "never completed"), (words, "only png"),
                       (foreign.id, "no access")):  # fmt: skip
        said = await refusal(client, rehearsal, {"type": "divider"}, image(id=shown))
        assert said.startswith("invalid slack file")
        assert why in said
        assert said.endswith("[json-pointer:/blocks/1/slack_file]")
    foreign.channels.append(rehearsal.workspace.channel("general").id)
    general = rehearsal.workspace.channel("general").id
    assert (await client.chat_postMessage(channel=general, text="x", blocks=[image(id=foreign.id)]))["ok"]


async def test_a_picture_is_refused_until_slack_has_looked_at_it(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A completed upload has no type at first, as at Slack; asking twice is enough here."""
    rehearsal.control.look_slowly_at_files(2)
    file_id = await upload(client)
    assert "hasn't looked" in await refusal(client, rehearsal, image(id=file_id))
    kinds = [(await client.files_info(file=file_id))["file"]["mimetype"] for _ in range(3)]
    assert kinds == ["", "", "image/png"]
    general = rehearsal.workspace.channel("general").id
    assert (await client.chat_postMessage(channel=general, text="x", blocks=[image(id=file_id)]))["ok"]


async def test_the_page_shows_the_picture_itself(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The bytes stand in the page, since a browser there has no token; without a picture its words do."""
    file_id = await upload(client)
    screen = Screen(rehearsal, None, rehearsal.workspace.person("ana"), "home")  # type: ignore[arg-type]
    drawn = rich.image(image(id=file_id), screen.names)
    assert 'src="data:image/png;base64,iVBORw0KGgo' in drawn
    assert 'alt="Nine praised"' in drawn
    assert "rh-noimage" in rich.image(image(id="F0NOWHERE1"), screen.names)
