"""Words and pairs of words as numbers: what a sentence vector blurs, such as "died" or "sick of".

Term weights are TF-IDF with sublinear counts, each text scaled to length 1 (Salton and
Buckley 1988), as scikit-learn computes them; at run time neither it nor SciPy is needed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

MAX_TERMS = 4_000
_WORD = re.compile(
    r"[a-z]+(?:['’][a-z]+)?|[!?]+|[:;=]['-]?[()d/p]|<3|[\u2600-\u27bf\U0001f300-\U0001faff]"
)


def terms(text: str) -> list[str]:
    """The words, marks and emoji of a text, in lower case, and each pair of neighbours."""
    words = [word.replace("’", "'")[:24] for word in _WORD.findall(text.lower())][:MAX_TERMS]
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    return words + pairs


def weigh(
    text: str, places: Mapping[str, int], rarity: Sequence[float]
) -> tuple[list[int], list[float]]:
    """Columns of the known terms of a text, and their weights; both empty where none is known."""
    counts = Counter(places[term] for term in terms(text) if term in places)
    weights = {place: (1 + math.log(n)) * rarity[place] for place, n in counts.items()}
    length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
    return list(weights), [weight / length for weight in weights.values()]
