"""What Discord takes at the most. Characters unless it says otherwise.

Source: https://docs.discord.com/developers/components/reference and .../resources/message. Where no page names a limit,
its comment says how it is known.
"""

COMPONENTS = 40
"""Of one message, nested ones counted."""
TEXT = 3_500
"""Of all texts of one message together; Discord refuses more than 4,000."""
BYTES = 9_000
"""Of all texts of one message in UTF-8. Undocumented: from about 10,170 on Discord fails with status 500."""
STORIES = 8
"""With text, a button and a line between them, nine would fit; one place is for header and footer."""
PIECE = 1_800
"""Of one text of ours: small enough that a message can take it with what stands around it."""
LABEL = 80
CUSTOM_ID = 100
ROW = 5
"""Buttons side by side."""
CHOICES = 25
CHOICE = 100
OPTION = 100
"""Label, value and description of a select's option."""
PLACEHOLDER = 150
INPUT = 4_000
"""Of what stands in one field of a form."""
THREAD_NAME = 100
URL = 512
"""Of a link's button; our text links keep to it too."""
