"""The answers to a list's questions, as its preview holds them."""

from bot.customers.views.questions import ANSWER
from bot.slack.payloads import Form


def answers_in(form: Form) -> dict[str, str]:
    """Return the answers that are chosen in a window, by the questions' ids."""
    chosen = {block_id: form.choice(block_id) for block_id in form.block_ids if block_id.startswith(f"{ANSWER}:")}
    return {block_id.removeprefix(f"{ANSWER}:"): answer for block_id, answer in chosen.items() if answer}
