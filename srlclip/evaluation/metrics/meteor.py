"""METEOR and the Penn Treebank tokeniser: what of the caption scores needs Java, and what stands in without it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from srlclip.situations import DataError

#: Stands for a sentence without a word, which METEOR does not take; no caption holds it.
_EMPTY = "zzemptyzz"


def why_no_java() -> str:
    """Why METEOR cannot be had on this computer, "" if it can."""
    return "" if shutil.which("java") else "not measured: METEOR runs on Java, and there is no java on the PATH"


def plain_tokens(sentences: Sequence[str]) -> list[str]:
    """A stand-in for ptb_tokens without Java: lower case, runs of letters and digits, apart by single spaces."""
    return [" ".join(re.findall(r"[a-z0-9]+(?:'[a-z]+)?", s.lower())) for s in sentences]


def ptb_tokens(sentences: Sequence[str]) -> list[str]:
    """N sentences -> N texts of Stanford's PTB tokens, lower-cased, apart by single spaces, without punctuation.

    The tokeniser of the COCO evaluation, by the same Java program and the same list: brackets stay, as "-lrb-". Raises
    DataError if that fails.
    """
    lines = [" ".join(s.split()) for s in sentences]
    asked = sorted({line for line in lines if line})
    if not asked:
        return lines
    from pycocoevalcap.tokenizer import ptbtokenizer

    jar = Path(ptbtokenizer.__file__).with_name(ptbtokenizer.STANFORD_CORENLP_3_4_1_JAR)
    command = ["java", "-cp", str(jar), "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase"]
    done = subprocess.run(command, input="\n".join(asked) + "\n", capture_output=True, text=True, encoding="utf-8")
    rows = done.stdout.split("\n")[: len(asked)]
    if done.returncode or len(rows) != len(asked):
        raise DataError(f"the PTB tokeniser failed ({done.stderr.strip()[-300:]}); --no-java does without it")
    tokens = {
        line: " ".join(w for w in row.split() if w not in ptbtokenizer.PUNCTUATIONS)
        for line, row in zip(asked, rows, strict=True)
    }
    return [tokens.get(line, "") for line in lines]


class Meteor:
    """METEOR 1.5 (Denkowski and Lavie 2014, English, normalised) in a Java process of its own: `with Meteor() as meteor`."""

    def __init__(self) -> None:
        from pycocoevalcap.meteor.meteor import Meteor as Process

        self._process = Process()

    def __enter__(self) -> Meteor:
        return self

    def __exit__(self, *_: object) -> None:
        del self._process  # its finaliser ends the program

    def scores(self, references: Sequence[str], hypotheses: Sequence[str]) -> tuple[float, np.ndarray]:
        """One reference and one hypothesis N times -> METEOR of all N together, from summed counts, and of each (N,); 0 to 1.

        METEOR is not symmetric: it weighs recall of the reference more.
        """
        if len(references) != len(hypotheses):
            raise ValueError(f"{len(references)} references for {len(hypotheses)} hypotheses")
        if not hypotheses:
            return 0.0, np.zeros(0)
        numbers = range(len(hypotheses))
        together, each = self._process.compute_score(
            {i: [_line(references[i])] for i in numbers}, {i: [_line(hypotheses[i])] for i in numbers}
        )
        return float(together), np.asarray(each, dtype=np.float64)


def _line(text: str) -> str:
    """One line without the mark that separates fields."""
    return " ".join(text.replace("|||", " ").split()) or _EMPTY
