"""The bot without a limit on how long it finishes what it has begun: broken, so that a measurement can find it out."""

import sys
from datetime import timedelta

from bot.cli import main
from bot.wiring import duties, running

for part in (duties, running):
    vars(part).update(DRAIN=timedelta(days=1), CLOSING=timedelta(days=1))

if __name__ == "__main__":
    sys.exit(main())
