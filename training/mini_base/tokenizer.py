"""A CLIP tokenizer with a small vocabulary of its own, in the files that transformers reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Backend
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import CLIPTokenizer

from srlclip.files import write_json, write_text

START, END = "<|startoftext|>", "<|endoftext|>"
#: CLIP's own word splitter.
WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def build_tokenizer(
    corpus: Iterable[str], folder: str | Path, vocab_size: int = 2000, max_length: int = 77
) -> CLIPTokenizer:
    """Learn byte-level BPE merges from `corpus` and save a CLIPTokenizer in `folder`.

    Every byte is in the vocabulary (with and without the end-of-word mark), so any text can be encoded.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Backend(BPE(end_of_word_suffix="</w>", continuing_subword_prefix=""))
    backend.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    backend.train_from_iterator(
        corpus,
        BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[],
            initial_alphabet=alphabet,
            end_of_word_suffix="</w>",
            continuing_subword_prefix="",
            show_progress=False,
        ),
    )
    learned = json.loads(backend.to_str())["model"]
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in learned["merges"]]
    tokens = [*alphabet, *(f"{c}</w>" for c in alphabet)]
    tokens += [t for t in sorted(learned["vocab"], key=learned["vocab"].get) if t not in set(tokens)]
    vocab = {token: i for i, token in enumerate([*tokens, START, END])}
    tokenizer = CLIPTokenizer(vocab=vocab, merges=[tuple(m.split(" ")) for m in merges], model_max_length=max_length)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    # The pair of files that every version of transformers (and openai/clip-vit-*) knows.
    write_json(folder / "vocab.json", vocab, indent=None, end="", ensure_ascii=False)
    write_text(folder / "merges.txt", "#version: 0.2\n" + "\n".join(merges) + "\n")
    return tokenizer
