"""The few pictures the page draws itself, so that they look the same on every machine."""

from typing import Final

_SHAPES: Final = {
    "home": "M3 9.5 10 3l7 6.5M5 8v9h10V8",
    "messages": "M3 5h14v10H3zM3 6l7 5.5L17 6",
    "channel": "M8 3 6 17M14 3l-2 14M3.5 7.5h14M2.5 12.5h14",
    "lock": "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
    "person": "M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3.3 2.7-5 6-5s6 1.7 6 5",
    "file": "M5 2.5h6.5L15.5 6v11.5H5zM11.5 2.5V6h4",
    "send": "M3 10 17 3.5 13 17l-3.5-5.5zM17 3.5 9.5 11.5",
}


def icon(name: str) -> str:
    """The picture called *name* as SVG in the colour of the words around it."""
    return (
        '<svg class="rh-svg" width="18" height="18" viewBox="0 0 20 20" fill="none" stroke="currentColor"'
        f' stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">'
        f'<path d="{_SHAPES[name]}"/></svg>'
    )
