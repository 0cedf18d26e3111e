"""What Slack takes at the most. Characters unless it says otherwise.

Source: https://docs.slack.dev/reference/block-kit. Where no page names a limit, its comment says how it is known.
"""

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 12_000
"""Of all blocks together. Undocumented: ``msg_blocks_too_long`` comes from about 13,200 on (bolt-js#2509)."""
NOTIFICATION = 3_000
"""Of the ``text`` beside blocks: Slack recommends 4,000 at the most and cuts at 40,000; escaping needs some room."""
SECTION = 3_000
PIECE = 2_800
"""Of one of our rich texts: as long as a section may be, with room for what stands around it."""
HEADER = 150
CONTEXT = 2_000
CONTEXT_ELEMENTS = 10
ACTIONS = 25
BUTTON = 75
VALUE = 2_000
OPTION = 75
OPTION_VALUE = 150
OPTIONS = 100
PLACEHOLDER = 150
TITLE = 24
"""Of a view's title and its two buttons."""
METADATA = 3_000
"""Of a view's private metadata."""
INPUT = 3_000
"""Of what stands in one text input."""
URL = 3_000
