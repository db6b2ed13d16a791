"""The rehearsal as people see it: a page in the browser where one can act as anyone and let time pass."""

from rehearsal.page.mount import add_page

__all__ = ["add_page"]
