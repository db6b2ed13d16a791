"""The rehearsal's page in the browser, where one can act as any person and move the clock."""

from rehearsal.page.mount import add_page

__all__ = ["add_page"]
