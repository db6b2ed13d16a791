"""What the demo's page shows first."""

from rehearsal.page.welcome import Hint, Welcome

WELCOME = Welcome(
    person="ana",
    hints=(
        Hint("Press *Talked* beside a customer: that one press records the contact."),
        Hint("Type `/checkin` to see who waits for you.", "/checkin"),
        Hint(
            "Tell the bot what you did: “talked to Zephyr Drones, they want a demo in January”.",
            "talked to Zephyr Drones, they want a demo in January",
        ),
    ),
)
