"""Three ways to put a clip into words, none of which is the SRL template.

`natural`: fluent sentences in several grammars with synonyms (the retrieval queries). `sparse`: alt text as the web has
it (nouns and a scene, now and then a verb or a colour: what the base model learns from). `listing`: the same content
role by role in other wordings than the training template (text-only paraphrase pairs for the base's text tower).
Every function takes a numpy Generator and nothing else that is random.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from srlclip.data.roles import parse_role_key
from srlclip.synsitu.sample import mirror
from srlclip.synsitu.shown import held_out_event
from srlclip.synsitu.words import DIRECTION_PHRASES, FORMS, KIND_WORDS, MANNER_PHRASES, SCENE_PHRASES
from srlclip.synsitu.world import COLOURS, SCENES, VERBS, Character, ClipScript, EventScript


def _pick(rng: np.random.Generator, options: tuple) -> object:
    return options[int(rng.integers(len(options)))]


def _a(noun: str) -> str:
    if noun == "sunglasses":
        return noun
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _thing(name: str) -> str:
    """The noun phrase of a fixed thing."""
    return "the floor" if name == "floor" else _a(name)


def person(c: Character, rng: np.random.Generator, detail: str = "full") -> str:
    """A noun phrase for a character. detail: "full", "colour" (no attribute) or "kind"."""
    word = str(_pick(rng, KIND_WORDS[c.kind]))
    if detail == "kind":
        return _a(word)
    worn = str(
        _pick(rng, (f"in {c.colour}", f"wearing {c.colour}", f"in {_a(c.colour + ' shirt')}", f"dressed in {c.colour}"))
    )
    if detail == "full" and c.attribute:
        return f"{_a(word)} {worn} with {_a(c.attribute)}"
    return f"{_a(word)} {worn}"


@dataclass(frozen=True)
class _Parts:
    agent: str
    patient: str
    prop: str
    forms: tuple[str, str, str]
    direction: str
    manner: str
    scene: str


def _direction(event: EventScript, rng: np.random.Generator) -> str:
    """Where to, as an adverbial; climbing says it before its object ("climbs up a ladder")."""
    if not event.direction or event.spec.thing == "ladder":
        return ""
    return str(_pick(rng, DIRECTION_PHRASES[event.direction]))


def _parts(script: ClipScript, event: EventScript, rng: np.random.Generator, detail: str) -> _Parts:
    prop = _thing(event.spec.thing) if event.spec.thing else _a(event.prop) if event.prop else ""
    return _Parts(
        agent=person(script.cast[event.agent], rng, detail),
        patient=person(script.cast[event.patient], rng, detail) if event.patient is not None else "",
        prop=prop,
        forms=_pick(rng, FORMS[event.verb_id]),  # type: ignore[arg-type]
        direction=_direction(event, rng),
        manner=str(_pick(rng, MANNER_PHRASES[event.manner])) if event.manner else "",
        scene=str(_pick(rng, SCENE_PHRASES[script.scene])),
    )


def _object(event: EventScript, p: _Parts) -> str:
    if event.spec.thing == "ladder":
        return f"{event.direction} {p.prop}"
    if event.verb_id == "give.01":
        return f"{p.prop} to {p.patient}"
    if event.verb_id == "take.01":
        return f"{p.prop} from {p.patient}"
    return p.patient or p.prop


def _line(*words: str) -> str:
    return " ".join(" ".join(words).split()).replace(" ,", ",")


def natural(script: ClipScript, k: int, rng: np.random.Generator, detail: str = "full") -> str:
    """One sentence that tells event k completely: who, what, to whom or what, where to, how, where."""
    return tell(script, script.events[k], rng, detail)


def tell(script: ClipScript, event: EventScript, rng: np.random.Generator, detail: str = "full") -> str:
    """`natural` for an event that need not be one of the clip's own."""
    p = _parts(script, event, rng, detail)
    third, ing, participle = p.forms
    obj = _object(event, p)
    wordings = [
        _line(p.agent, p.manner if p.manner.endswith("ly") else "", third, obj, p.direction,
              "" if p.manner.endswith("ly") else p.manner, p.scene),
        _line(p.scene, ",", p.agent, "is", ing, obj, p.direction, p.manner),
        _line("there is", p.agent, p.scene, ing, obj, p.direction, p.manner),
        _line(p.manner, ",", p.agent, third, obj, p.direction, p.scene) if p.manner else
        _line(p.agent, "is", ing, obj, p.direction, p.scene),
        _line("a video of", p.agent, ing, obj, p.direction, p.manner, p.scene),
        _line(p.agent, "can be seen", p.scene, p.manner, ing, obj, p.direction),
    ]  # fmt: skip
    if participle and event.verb_id == "give.01":
        wordings += [_line(p.patient, "gets", p.prop, "from", p.agent, p.manner, p.scene)] * 2
    elif participle and event.verb_id == "take.01":
        wordings += [_line(p.patient, "has", p.prop, participle, "away by", p.agent, p.manner, p.scene)] * 2
    elif participle:
        wordings += [
            _line(obj, "is", participle, p.direction, "by", p.agent, p.manner, p.scene),
            _line(p.scene, ",", obj, "is being", participle, p.direction, "by", p.agent, p.manner),
        ]
    return str(_pick(rng, tuple(wordings)))


#: How many lengths `brief` has.
BRIEF_PARTS = 3


def brief(script: ClipScript, event: EventScript, parts: int) -> str:
    """A few of the world's own words: who does what; parts 1 or more: also to whom or to what; 2: also where to.

    No dice: two events have one text if they agree in what it says.
    """
    prop = _thing(event.spec.thing) if event.spec.thing else _a(event.prop) if event.prop else ""

    def kind(index: int | None) -> str:
        return "" if index is None else _a(KIND_WORDS[script.cast[index].kind][0])

    forms = FORMS[event.verb_id][0]
    words = [kind(event.agent), forms[0]]
    if parts:
        words.append(_object(event, _Parts(words[0], kind(event.patient), prop, forms, "", "", "")))
        if parts > 1 and event.direction and event.spec.thing != "ladder":
            words.append(DIRECTION_PHRASES[event.direction][0])
    elif event.patient is not None or prop:
        words[1] = _without_preposition(words[1])
    return _line(*words)


def _without_preposition(verb: str) -> str:
    """A verb that is told without its object: "looks at" -> "looks"."""
    for preposition in (" at", " from", " to", " of", " into", " after"):
        verb = verb.removesuffix(preposition)
    return verb


def clip_query(script: ClipScript, rng: np.random.Generator) -> tuple[str, tuple[int, ...]]:
    """A clip-level query: two or three of the clip's own events in their order, and which ones."""
    count = int(rng.integers(2, 4))
    chosen = tuple(sorted(int(i) for i in rng.choice(len(script.events), size=count, replace=False)))
    joint = str(_pick(rng, (", then ", " and later ", ". next, ")))
    return joint.join(natural(script, k, rng, detail="colour") for k in chosen), chosen


def sparse(
    script: ClipScript,
    k: int,
    rng: np.random.Generator,
    verb_share: float,
    colour_share: float = 0.3,
    prop_share: float = 0.5,
) -> str:
    """Alt text for a moment of event k: some of who and what is there, and mostly where.

    verb_share: how often the agent's action is named; colour_share: how often each clothing colour is; prop_share: how often
    a prop is, where the action is not.
    Direction, manner and who does it to whom are never told.
    """
    event = script.events[k]

    def short(index: int) -> str:
        return person(script.cast[index], rng, "colour" if rng.random() < colour_share else "kind")

    bystanders = [i for i in range(len(script.cast)) if i not in (event.agent, event.patient)]
    if rng.random() < verb_share:
        subject = f"{short(event.agent)} {_pick(rng, FORMS[event.verb_id])[1]}"
        if event.spec.patient and rng.random() < 0.7:
            subject += " " + (
                short(event.patient) if event.patient is not None and event.prop is None
                else _a(event.prop) if event.prop else f"{event.direction} {_thing(event.spec.thing)}".strip()
            )  # fmt: skip
        else:
            subject = _without_preposition(subject)
    else:
        things = [short(event.agent)]
        if event.patient is not None and rng.random() < 0.5:
            things.append(short(event.patient))
        if event.prop and rng.random() < prop_share:
            things.append(_a(event.prop))
        if event.spec.thing and rng.random() < 0.5:
            things.append(_thing(event.spec.thing))
        if bystanders and rng.random() < 0.3:
            things.append(short(int(rng.choice(bystanders))))
        order = rng.permutation(len(things))
        subject = " and ".join(things[int(i)] for i in order)
    scene = str(_pick(rng, SCENE_PHRASES[script.scene])) if rng.random() < 0.75 else ""
    frame = str(_pick(rng, ("{}", "{}", "a photo of {}", "a picture of {}", "in this photo, {}", "a cartoon of {}")))
    return _line(frame.format(_line(subject, scene)))


def listing(script: ClipScript, event: EventScript, rng: np.random.Generator) -> str:
    """The same content role by role, in wordings other than the SRL template of the paper."""
    p = _parts(script, event, rng, "full")
    names = [parse_role_key(raw, "short")[1] for raw in event.spec.roles]
    fillers = [p.agent, *([p.prop] if p.prop else []), *([p.patient] if p.patient else [])]
    style = int(rng.integers(3))
    if style == 0:
        rows = [f"action : {event.spec.lemma}", *(f"{n} : {f}" for n, f in zip(names, fillers, strict=True))]
        rows += [f"direction : {event.direction}"] if event.direction else []
        rows += [f"manner : {event.manner}"] if event.manner else []
        rows += [f"scene : {script.scene}"]
        head, tail = rows[:1], rows[1:]
        return " ; ".join(head + [tail[int(i)] for i in rng.permutation(len(tail))])
    if style == 1:
        rows = [f"the {n} is {f}" for n, f in zip(names, fillers, strict=True)]
        rows += [f"it goes {p.direction or event.direction}"] if event.direction else []
        rows += [f"it is done {p.manner}"] if p.manner else []
        return _line(" , ".join([f"this shows {p.forms[1]}", *rows, p.scene]))
    rows = [f"{f} as the {n}" for n, f in zip(names, fillers, strict=True)]
    return _line(event.spec.lemma, p.direction or event.direction, p.manner, "with", " and ".join(rows), p.scene)


def variants(
    script: ClipScript, event: EventScript, count: int, rng: np.random.Generator
) -> list[tuple[ClipScript, EventScript]]:
    """The event itself and up to count - 1 near misses of it: mirrored, recoloured, or with a verb of the same frame.

    Never a held-out combination: those stay unseen in text as well.
    """
    out = [(script, event)]
    for _ in range(4 * count):
        if len(out) == count:
            break
        kind = int(rng.integers(3))
        new_script, new_event = script, event
        if kind == 0:
            new_event = mirror(event, script.cast, rng)
        elif kind == 1:
            new_script = _recolour(script, event, rng)
        else:
            new_event = _other_verb(event, rng)
        if held_out_event(new_event, new_script.cast):
            continue
        if all((s.cast, e) != (new_script.cast, new_event) for s, e in out):
            out.append((new_script, new_event))
    return out


def _recolour(script: ClipScript, event: EventScript, rng: np.random.Generator) -> ClipScript:
    cast = list(script.cast)
    if event.patient is not None and rng.random() < 0.6:
        a, b = event.agent, event.patient
        cast[a], cast[b] = replace(cast[a], colour=cast[b].colour), replace(cast[b], colour=cast[a].colour)
    else:
        cast[event.agent] = replace(cast[event.agent], colour=str(_pick(rng, COLOURS)))
    return replace(script, cast=tuple(cast))


def same_frame(event: EventScript) -> tuple[str, ...]:
    """The verbs, its own among them, that take what the event has: a patient, a prop, both or neither."""

    def fits(verb_id: str) -> bool:
        spec = VERBS[verb_id]
        if spec.recipient:
            return event.prop is not None and event.patient is not None
        if event.prop is not None and event.patient is not None:
            return False
        wanted = "prop" if event.prop else "character" if event.patient is not None else event.spec.patient
        return spec.patient == wanted or (spec.patient == "any" and wanted in ("prop", "character"))

    return tuple(v for v in VERBS if fits(v))


def _other_verb(event: EventScript, rng: np.random.Generator) -> EventScript:
    spec = VERBS[str(_pick(rng, same_frame(event)))]
    direction = event.direction if event.direction in spec.directions else ""
    if spec.directions and not direction:
        direction = str(_pick(rng, spec.directions))
    return replace(event, verb_id=spec.verb_id, direction=direction)


def verb_labels() -> list[str]:
    """One text a verb, in the order of VERBS, as zero-shot classification asks CLIP."""
    return [f"a photo of someone {FORMS[verb_id][0][1]}" for verb_id in VERBS]


def scene_labels() -> list[str]:
    """One text a scene, in the order of SCENES."""
    return [f"a photo {SCENE_PHRASES[scene][0]}" for scene in SCENES]
