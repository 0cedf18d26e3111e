"""A model behind an OpenAI-compatible endpoint that answers as a test says, and misbehaves as real ones do."""

from tests.fake_model.replies import Prompt, Reply, Script, answering, brief_of, says
from tests.fake_model.server import FakeModel

__all__ = ["FakeModel", "Prompt", "Reply", "Script", "answering", "brief_of", "says"]
