"""
Imported by the process that all others are forked from: it does everything once, so that they needn't.

The first statements of a process take most of a second, mostly for SQLAlchemy's mappers.
"""

import multiprocessing
import tempfile
from pathlib import Path

import psycopg  # noqa: F401 - for processes on PostgreSQL

from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.storage import migrate
from tests.faults.steps import ImportList, RunJobs, SharedClock
from tests.jobs.mail import MAIL
from tests.makers import ANA, open_office

NOWHERE = "http://127.0.0.1:9/"  # nobody listens there, so nothing is sent
JOBS = ("send_morning_messages", "post_digests", "deliver_outbox")
LIST = "Name,External id,Owner,Parent,Contact name\nHanse,1,Ana Lima,,Jo\nKogge,2,Ana Lima,Hanse,Bo\n"


def warm_up() -> None:
    """Remind somebody and import a list, in a database that is thrown away."""
    clock = SharedClock(multiprocessing.get_context("forkserver"))
    with tempfile.TemporaryDirectory() as folder:
        url, file = f"sqlite:///{folder}/warm.db", Path(folder, "list.csv")
        runtime = Runtime(Database(url), clock, [*FEATURES, MAIL])
        migrate(runtime.database)
        open_office(runtime).customer("Hanse", owner=ANA, waited=80)
        runtime.close()
        file.write_text(LIST)
        RunJobs(JOBS, url, NOWHERE, "xoxb-nobody", clock).run()
        ImportList(file, url, clock).run()


warm_up()
