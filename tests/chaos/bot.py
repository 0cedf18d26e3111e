"""The real command line, with the fake platform in the place of the terminal: the entry point that chaos starts."""

import os
import sys

from bot.cli import main
from tests.fake_platform.posting import FakePlatform

if __name__ == "__main__":
    sys.exit(main(platforms={"terminal": FakePlatform(os.environ["FAKE_PLATFORM"])}))
