"""The studies as data: the paper's ablation tables and the caption control. An arm is a list of overrides on one config.

All arms of all studies share training/configs/study.json, so an arm that two studies have in common is trained once.
Numbers under `paper` are verb accuracy and CIDEr (Vb@1 / CIDEr) on VidSitu with a trained head: another data set and
other metrics than what is measured here, so only the order of the arms can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.studies.bases import SECOND_BASE, VERB_BASES


@dataclass(frozen=True)
class Arm:
    """overrides: settings that differ from the common ones; None: the base model as it is, nothing is trained."""

    name: str
    label: str
    overrides: tuple[str, ...] | None = ()
    paper: str = ""


@dataclass(frozen=True)
class Study:
    """reference: the arm that differences are taken from; seeds, bases: how many runs of each arm.

    arms_minus_reference: whether differences are arm - reference (the paper's default stands against changes of it) or
    reference - arm (SRL prompts against each control).
    knowledge: the knowledge.* of training/pretrain.py that the bases differ in, whose effect is then a table and a curve of
    its own; "" where several bases are there to see whether a result repeats.
    """

    name: str
    question: str
    arms: tuple[Arm, ...]
    reference: str
    seeds: int = 2
    bases: tuple[str, ...] = ("mini-base",)
    note: str = ""
    arms_minus_reference: bool = True
    knowledge: str = ""

    def __post_init__(self) -> None:
        names = [arm.name for arm in self.arms]
        if len(set(names)) != len(names) or self.reference not in names:
            raise ValueError(f"study {self.name}: arms must differ in name and include {self.reference!r}; got {names}")

    def arm(self, name: str) -> Arm:
        return next(arm for arm in self.arms if arm.name == name)


#: The paper's default: 4 verb-role negatives, LoRA 64 on q, k, v, all four losses, 6 layers, frozen text, all the data.
PAPER = "52.36 / 76.24"
BASE = Arm("base", "base model, no adaptation", None, "46.57 / 60.79")


def _negatives() -> Study:
    paper = ("52.38 / 75.63", "51.72 / 74.78", "52.54 / 74.02", "53.26 / 74.88", PAPER)
    arms = tuple(Arm(str(n), f"{n} per event", (f"loss.verb_role_negatives={n}",), p) for n, p in enumerate(paper))
    arms += (Arm("keep", "4, roles kept from the true caption", ("loss.negative_roles=keep",)),)
    return Study(
        "negatives", "How many verb-role negatives per event, and with whose roles?", (BASE, *arms), "4", seeds=3
    )


def _role_swaps() -> Study:
    arms = tuple(Arm(str(n), f"{n} per event", (f"loss.role_swaps={n}",), PAPER if not n else "") for n in (0, 1, 2, 4))
    note = "Ours, not the paper's: captions that exchange agent and patient, attributes, direction or manner."
    return Study("role_swaps", "Do negatives that exchange bindings teach who does what to whom?", (BASE, *arms), "0",
                 seeds=3, note=note)  # fmt: skip


def _lora_targets() -> Study:
    paper = {"qkv": PAPER, "qkvo": "52.62 / 73.13", "qkvo+fc": "51.22 / 73.61", "qkvo+fc+proj": "51.83 / 71.86"}
    arms = tuple(Arm(name, name, (f"lora.targets={name}",), p) for name, p in paper.items())
    return Study("lora_targets", "Which layers of the image tower get LoRA?", (BASE, *arms), "qkv")


def _data_share() -> Study:
    paper = {10: "", 50: "50.82 / 70.72", 70: "50.62 / 73.31", 90: "51.36 / 73.55", 100: PAPER}
    arms = tuple(Arm(str(n), f"{n} %", (f"data.share={n / 100:g}",), p) for n, p in paper.items())
    zero = Arm("0", "0 % (base model)", None, BASE.paper)
    note = "As in the paper, all arms train for the same number of epochs: a smaller share also means fewer steps."
    return Study("data_share", "What does more labelled data buy?", (zero, *arms), "100", seeds=3, note=note)


def _losses() -> Study:
    arms = (
        Arm("clip_event", "CLIP-Event alone", ("loss.vc_event=0", "loss.video=0"), "52.78 / 59.08"),
        Arm("vc_event", "VC-Event alone", ("loss.clip_event=0", "loss.video=0"), "52.72 / 75.21"),
        Arm("events", "both event losses", ("loss.video=0",)),
        Arm("all", "all four", (), PAPER),
    )
    note = (
        "Measured without the contextualizer, on the mean of the frames' embeddings, as the paper does zero-shot: what "
        "VC-Event alone teaches the image tower is seen only as far as it passes through the contextualizer."
    )
    return Study("losses", "Which loss terms matter?", (BASE, *arms), "all", seeds=3, note=note)


def _contextualizer() -> Study:
    arms = (
        Arm("none", "no contextualizer", ("contextualizer.layers=0",)),
        Arm("2", "2 layers", ("contextualizer.layers=2",)),
        Arm("6", "6 layers", ("contextualizer.layers=6",), PAPER),
    )
    note = "The contextualizer acts in training only; the embeddings that are measured are means of frame embeddings."
    return Study("contextualizer", "Does training through the Video Contextualizer help the image tower?",
                 (BASE, *arms), "6", note=note)  # fmt: skip


def _finetune() -> Study:
    arms = (
        Arm("lora", "LoRA", (), PAPER),
        Arm("full", "full fine-tuning", ("tuning.image=full",)),
        Arm("full_slow", "full, a tenth of the rate", ("tuning.image=full", "optim.learning_rate=4e-4")),
    )
    note = "The paper says that full fine-tuning hurts and gives no number in what was available to us."
    return Study("finetune", "LoRA or all weights of the image tower?", (BASE, *arms), "lora", note=note)


def _text_tower() -> Study:
    arms = (Arm("frozen", "frozen text tower", (), PAPER), Arm("lora", "LoRA on the text tower", ("tuning.text=lora",)))
    note = "A model with a tuned text tower embeds the questions with its own tower."
    return Study("text_tower", "Should the text tower be tuned as well?", (BASE, *arms), "frozen", note=note)


def _rank() -> Study:
    arms = tuple(
        Arm(str(r), f"rank {r}", (f"lora.rank={r}", f"lora.alpha={r}"), PAPER if r == 64 else "")
        for r in (4, 16, 64, 128)
    )
    note = "alpha follows the rank, so that LoRA's scale stays 1."
    return Study("rank", "Which LoRA rank?", (BASE, *arms), "64", note=note)


#: Caption styles of the control (training.recipe.texts.STYLES) and what each keeps of the labels.
CAPTIONS = {
    "srl": "SRL prompts",
    "sparse": "sparse alt text of the base's own kind",
    "natural": "natural sentences, same content",
    "bag": "bag of words, no roles or order",
    "shuffled_events": "events out of order",
    "shuffled_clips": "captions of other clips",
    "minimal": "agent's noun only",
}


def _captions() -> Study:
    arms = tuple(
        Arm(style, label, (f"data.caption_style={style}",), PAPER if style == "srl" else "")
        for style, label in CAPTIONS.items()
    )
    # Most controls cannot have verb-role negatives; this arm takes them from SRL too, so that captions alone differ.
    arms += (Arm("srl_no_negatives", "SRL prompts without negatives", ("loss.verb_role_negatives=0",)),)
    note = (
        "Same clips, same steps, same seeds in all arms; only the captions differ. Verb-role negatives exist for srl, natural, "
        "shuffled_events and shuffled_clips; the other styles have no verb or roles to exchange and train without them: "
        "compare these with `SRL prompts without negatives` too. Queries are sentences of SynSitu's own grammars, in no arm's template; the "
        "two sides of the verb-role, who-to-whom, direction and manner questions are worded as the arm `natural` is trained, "
        "which favours it."
    )
    question = "Is it the structure of the captions, or would any captions do?"
    return Study("captions", question, (BASE, *arms), "srl", seeds=5, bases=("mini-base", SECOND_BASE), note=note,
                 arms_minus_reference=False)  # fmt: skip


def _base_knowledge() -> Study:
    arms = tuple(
        Arm(style, CAPTIONS[style], (f"data.caption_style={style}",), PAPER if style == "srl" else "")
        for style in ("sparse", "srl")
    )
    note = (
        "The study's own bases share seed and configuration but for the share of verb labels, and have half of the bundled base's "
        "steps; a larger share tells all that a smaller one tells. Sparse captions have no verb or roles to exchange and train without verb-role negatives."
    )
    question = "How does the gain depend on how many verb labels the base was told?"
    return Study("base_knowledge", question, (BASE, *arms), "srl", seeds=3, bases=("mini-base", *VERB_BASES), note=note,
                 arms_minus_reference=False, knowledge="verb")  # fmt: skip


STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        _captions(), _negatives(), _role_swaps(), _data_share(), _losses(), _lora_targets(), _rank(), _finetune(), _text_tower(),
        _contextualizer(), _base_knowledge(),
    )
}  # fmt: skip


def chosen(names: list[str]) -> list[Study]:
    """Studies by name, "all" for every one. Raises ValueError."""
    wanted = list(STUDIES) if "all" in names else list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in STUDIES]
    if unknown:
        raise ValueError(f"unknown study {unknown[0]!r}; allowed: {', '.join(STUDIES)}, all")
    return [STUDIES[name] for name in wanted]
