"""Slack's limits, from docs.slack.dev/reference (block-kit, views, methods)."""

from typing import Final

MESSAGE_BLOCKS: Final = 50
MESSAGE_TEXT: Final = 40_000  # Slack cuts longer text silently; here it is refused
MESSAGE_BLOCKS_CHARACTERS: Final = 13_000  # text of all blocks together; undocumented, observed as msg_blocks_too_long
VIEW_BLOCKS: Final = 100
VIEW_BYTES: Final = 250_000
VIEW_LABEL: Final = 24  # title, submit, close
PRIVATE_METADATA: Final = 3_000
IDENTIFIER: Final = 255  # block_id, action_id, callback_id, external_id

TEXT: Final = 3_000  # any text object, unless a place says less
SECTION_FIELDS: Final = 10
SECTION_FIELD: Final = 2_000
HEADER: Final = 150
CONTEXT_ELEMENTS: Final = 10
ACTIONS_ELEMENTS: Final = 25
IMAGE_ALT: Final = 2_000
IMAGE_TITLE: Final = 2_000
URL: Final = 3_000
INPUT_LABEL: Final = 2_000
TABLE_ROWS: Final = 100
TABLE_CELLS: Final = 20
TABLE_CHARACTERS: Final = 10_000
MESSAGE_CHARTS: Final = 2
CHART_TITLE: Final = 50
CHART_AXIS: Final = 50
CHART_NAME: Final = 20  # of a series, a category, a segment
CHART_SERIES: Final = 6
CHART_CATEGORIES: Final = 20
CHART_SEGMENTS: Final = 6

BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
PLACEHOLDER: Final = 150
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
OPTION_DESCRIPTION: Final = 75
SELECT_OPTIONS: Final = 100
OPTION_GROUPS: Final = 100
OPTION_GROUP_LABEL: Final = 75
OVERFLOW_OPTIONS: Final = 5
CHOICE_OPTIONS: Final = 10  # radio buttons and checkboxes
INPUT_LENGTH: Final = 3_000
INPUT_LINES: Final = 100  # min_lines and max_lines, of rich_text_input alone
FILE_INPUT_FILES: Final = 10
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
RICH_TEXT_INDENT: Final = 8
