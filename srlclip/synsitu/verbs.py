"""The verbs of SynSitu, from the commonest to the rarest, and how often each happens: long-tailed, as VidSitu's are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HORIZONTAL = ("left", "right")
VERTICAL = ("up", "down")


@dataclass(frozen=True)
class VerbSpec:
    """A verb of the world.

    roles: PropBank-style raw keys of the core roles, in order; agent always fills the first one.
    patient: what fills the second role: "" none, "character", "prop", "any" (either), "fixed" (always the same `thing`).
    recipient: True if a third role takes a character besides the prop (give, take).
    directions: what `ArgM (direction)` may be; empty means the verb has no direction role.
    cue: what a viewer must see.
    """

    verb_id: str
    gloss: str
    roles: tuple[str, ...]
    patient: str = ""
    thing: str = ""
    recipient: bool = False
    directions: tuple[str, ...] = ()
    cue: str = ""

    @property
    def lemma(self) -> str:
        return self.verb_id.rsplit(".", 1)[0]


_H = HORIZONTAL
VERBS: dict[str, VerbSpec] = {
    spec.verb_id: spec
    for spec in (
        VerbSpec("walk.01", "move on foot", ("Arg0 (walker)",), directions=_H,
                 cue="upright, calm stride, arms swing a little, feet near the ground"),
        VerbSpec("talk.01", "speak", ("Arg0 (talker)", "Arg2 (hearer)"), patient="character",
                 cue="facing the other, one hand raised, a round speech bubble with lines at the mouth"),
        VerbSpec("look.01", "direct one's eyes", ("Arg0 (looker)", "Arg1 (thing looked at)"),
                 patient="any", cue="hand over the brow, an eye and dashed lines of sight to the target"),
        VerbSpec("run.02", "move fast on foot", ("Arg0 (runner)",), directions=_H,
                 cue="leaning forward, long stride, bent elbows, one knee high"),
        VerbSpec("push.01", "shove", ("Arg0 (pusher)", "Arg1 (thing pushed)"),
                 patient="any", directions=_H, cue="behind it, both straight arms on it, leaning INTO the direction of motion"),
        VerbSpec("carry.01", "bear along", ("Arg0 (carrier)", "Arg1 (thing carried)"),
                 patient="any", directions=_H, cue="walking, thing held against the chest with both arms (a character: carried on the back)"),
        VerbSpec("chase.01", "pursue", ("Arg0 (chaser)", "Arg1 (thing chased)"),
                 patient="character", directions=_H, cue="both run the same way, agent behind with both arms stretched forward at the other, eager face"),
        VerbSpec("give.01", "hand over", ("Arg0 (giver)", "Arg1 (thing given)", "Arg2 (one given to)"),
                 patient="prop", recipient=True, cue="agent bows slightly, offers the thing on both flat hands; the other stands with open arms; small arrow towards the other"),
        VerbSpec("point.01", "indicate", ("Arg0 (pointer)", "Arg1 (thing pointed at)"),
                 patient="any", cue="one straight horizontal arm with a finger towards the target, dotted line"),
        VerbSpec("pull.01", "drag", ("Arg0 (puller)", "Arg1 (thing pulled)"),
                 patient="any", directions=_H, cue="in front of it, walking backwards or leaning AWAY, arms stretched back to it, a rope for props"),
        VerbSpec("throw.01", "hurl", ("Arg0 (thrower)", "Arg1 (thing thrown)"),
                 patient="prop", directions=_H, cue="arm swung forward, thing in the air ahead with an arc behind it"),
        VerbSpec("sit.01", "be seated", ("Arg1 (thing sitting)",),
                 cue="seated on the ground, legs stretched forward, trunk upright"),
        VerbSpec("hug.01", "embrace", ("Arg0 (hugger)", "Arg1 (one hugged)"),
                 patient="character", cue="agent's arms wrapped around the other, the other's arms hang; heart above"),
        VerbSpec("kick.01", "strike with the foot", ("Arg0 (kicker)", "Arg1 (thing kicked)"),
                 patient="any", cue="one leg horizontal touching it, impact star, trunk leaning back"),
        VerbSpec("wave.02", "greet by hand", ("Arg0 (waver)", "Arg2 (one waved at)"),
                 patient="character", cue="one arm high with open hand and motion arcs, facing the other"),
        VerbSpec("climb.01", "go up or down by hand and foot",
                 ("Arg0 (climber)", "Arg1 (thing climbed)"), patient="fixed", thing="ladder", directions=VERTICAL,
                 cue="on a tall ladder, seen gripping the rungs; up: looks up, higher each moment; down: looks down, lower each moment"),
        VerbSpec("flee.01", "run away from", ("Arg0 (one fleeing)", "Arg1 (thing fled from)"),
                 patient="character", directions=_H, cue="agent runs away in panic with both arms up and sweat drops; the other STANDS, not running, with raised claw-like arms"),
        VerbSpec("take.01", "grab from", ("Arg0 (taker)", "Arg1 (thing taken)", "Arg2 (one taken from)"),
                 patient="prop", recipient=True, cue="agent leans back and snatches the thing with one hand; the other reaches after it, mouth open; small arrow towards the agent"),
        VerbSpec("lift.01", "raise", ("Arg0 (lifter)", "Arg1 (thing lifted)"),
                 patient="any", cue="thing overhead on both straight arms, small up-arrows"),
        VerbSpec("follow.01", "go after", ("Arg0 (follower)", "Arg1 (thing followed)"),
                 patient="character", directions=_H, cue="both walk the same way, agent behind with calm arms, footprints between them"),
        VerbSpec("fall.01", "drop to the ground", ("Arg1 (thing falling)",),
                 cue="tipping over then flat on the ground, limbs spread, stars or impact lines"),
        VerbSpec("dance.01", "move to music", ("Arg0 (dancer)",),
                 cue="one arm up, one on the hip, leg kicked aside, music notes"),
        VerbSpec("shout.01", "cry out at", ("Arg0 (shouter)", "Arg2 (one shouted at)"),
                 patient="character", cue="hands around a wide mouth, red sound waves; the other covers the ears and leans back"),
        VerbSpec("jump.03", "leap", ("Arg0 (jumper)",),
                 cue="in the air, knees bent, both arms up in a V, shadow on the ground below"),
        VerbSpec("punch.01", "strike with the fist", ("Arg0 (puncher)", "Arg1 (one punched)"),
                 patient="character", cue="one straight arm with a fist at the other's head, impact burst there, the other thrown back"),
        VerbSpec("crawl.01", "move on hands and knees", ("Arg0 (crawler)",), directions=_H,
                 cue="on all fours, trunk horizontal"),
        VerbSpec("drop.01", "let fall", ("Arg0 (dropper)", "Arg1 (thing dropped)"),
                 patient="prop", cue="arms out with open hands, thing falling below them with lines above it"),
        VerbSpec("help.01", "aid", ("Arg0 (helper)", "Arg2 (one helped)"), patient="character",
                 cue="the other sits on the ground and reaches up; the agent bends down and holds that hand; a green cross above"),
        VerbSpec("kneel.01", "be on one's knees", ("Arg0 (kneeler)",),
                 cue="upright trunk on folded lower legs, hands joined in front of the chest"),
        VerbSpec("eat.01", "consume food", ("Arg0 (eater)", "Arg1 (meal)"), patient="fixed", thing="apple",
                 cue="a big apple with a bite at the mouth, crumbs"),
        VerbSpec("bow.01", "bend in respect", ("Arg0 (bower)",),
                 cue="standing on straight legs, trunk bent forward about 80 degrees, arms back along the body"),
        VerbSpec("catch.01", "get hold of in flight", ("Arg0 (catcher)", "Arg1 (thing caught)"),
                 patient="prop", cue="arms up ahead, knees bent, a thing flies in towards the hands with lines behind it, on the far side"),
        VerbSpec("read.01", "take in writing", ("Arg0 (reader)", "Arg1 (thing read)"), patient="fixed",
                 thing="book", cue="an open book held in both hands before a lowered face"),
        VerbSpec("sleep.01", "be asleep", ("Arg0 (sleeper)",),
                 cue="flat on the back on a mat with a pillow, eyes closed, letters Z"),
        VerbSpec("play.11", "make music", ("Arg0 (player)", "Arg1 (instrument)"), patient="fixed",
                 thing="guitar", cue="a guitar across the body, one hand strums, notes"),
        VerbSpec("cry.02", "weep", ("Arg0 (weeper)",),
                 cue="bowed head, hands at the eyes, tears and a puddle"),
        VerbSpec("put.01", "place on the ground", ("Arg0 (putter)", "Arg1 (thing put)"),
                 patient="prop", cue="bent low, both hands on a thing that touches the ground, small down-arrow"),
        VerbSpec("clap.01", "strike the palms together", ("Arg0 (clapper)",),
                 cue="both hands before the chest meeting and parting, short lines around them"),
        VerbSpec("sweep.01", "clean with a broom", ("Arg0 (sweeper)", "Arg1 (thing swept)"),
                 patient="fixed", thing="floor", cue="both hands on a long broom, dust before it"),
    )
}  # fmt: skip
#: A verb of rank r (0 = commonest) is drawn with a weight of (r + 9) ** -2.5: about one event in six for the first, one in
#: 375 for the last, which 3,000 clips show some fifty times.
_WEIGHTS = (np.arange(len(VERBS)) + 9.0) ** -2.5
_ENDS = np.cumsum(_WEIGHTS / _WEIGHTS.sum())
_IDS = tuple(VERBS)


def draw_verb(rng: np.random.Generator) -> str:
    """A VerbID, by its frequency."""
    return _IDS[min(int(np.searchsorted(_ENDS, rng.random(), side="right")), len(_IDS) - 1)]
