"""What exists in SynSitu: scenes, characters, props, verbs, and the script of a clip. No drawing, no randomness."""

from __future__ import annotations

from dataclasses import dataclass

SCENES = (
    "street", "beach", "park", "snow", "desert",
    "stage", "city at night", "kitchen", "office", "farm",
)  # fmt: skip
KINDS = ("man", "woman", "child", "king", "robot", "panda", "rabbit", "wizard")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "white", "black")
#: "" is nothing.
ATTRIBUTES = ("", "hat", "scarf", "backpack")
#: What a kind does not wear: the king has a crown, the wizard a pointed hat.
NEVER_WEARS = {"king": ("hat",), "wizard": ("hat",)}
PROPS = ("ball", "box", "chair", "bag", "barrel", "plant", "lamp", "umbrella")
MANNERS = ("slowly", "quickly", "happily", "angrily")
HORIZONTAL = ("left", "right")
VERTICAL = ("up", "down")
_OPPOSITES = (HORIZONTAL, VERTICAL, ("slowly", "quickly"), ("happily", "angrily"))
#: A direction or manner -> the one that turns it round.
OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}


@dataclass(frozen=True)
class VerbSpec:
    """A verb of the world.

    roles: PropBank-style raw keys of the core roles, in order; agent always fills the first one.
    patient: what fills the second role: "" none, "character", "prop", "any" (either), "ladder" (fixed scenery).
    recipient: True if a third role takes a character besides the prop (give, take).
    directions: what `ArgM (direction)` may be; empty means the verb has no direction role.
    cue: what a viewer must see, for whoever draws it.
    """

    verb_id: str
    gloss: str
    roles: tuple[str, ...]
    patient: str = ""
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
        VerbSpec("run.02", "move fast on foot", ("Arg0 (runner)",), directions=_H,
                 cue="leaning forward, long stride, bent elbows, one knee high"),
        VerbSpec("crawl.01", "move on hands and knees", ("Arg0 (crawler)",), directions=_H,
                 cue="on all fours, trunk horizontal"),
        VerbSpec("jump.03", "leap", ("Arg0 (jumper)",),
                 cue="in the air, knees bent, both arms up in a V, shadow on the ground below"),
        VerbSpec("dance.01", "move to music", ("Arg0 (dancer)",),
                 cue="one arm up, one on the hip, leg kicked aside, music notes"),
        VerbSpec("bow.01", "bend in respect", ("Arg0 (bower)",),
                 cue="standing on straight legs, trunk bent forward about 80 degrees, arms back along the body"),
        VerbSpec("sit.01", "be seated", ("Arg1 (thing sitting)",),
                 cue="seated on the ground, legs stretched forward, trunk upright"),
        VerbSpec("kneel.01", "be on one's knees", ("Arg0 (kneeler)",),
                 cue="upright trunk on folded lower legs, hands joined in front of the chest"),
        VerbSpec("fall.01", "drop to the ground", ("Arg1 (thing falling)",),
                 cue="tipping over then flat on the ground, limbs spread, stars or impact lines"),
        VerbSpec("climb.01", "go up or down by hand and foot", ("Arg0 (climber)", "Arg1 (thing climbed)"), patient="ladder", directions=VERTICAL,
                 cue="on a tall ladder, seen gripping the rungs; up: looks up, higher each moment; down: looks down, lower each moment"),
        VerbSpec("wave.02", "greet by hand", ("Arg0 (waver)", "Arg2 (one waved at)"),
                 patient="character", cue="one arm high with open hand and motion arcs, facing the other"),
        VerbSpec("point.01", "indicate", ("Arg0 (pointer)", "Arg1 (thing pointed at)"),
                 patient="any", cue="one straight horizontal arm with a finger towards the target, dotted line"),
        VerbSpec("push.01", "shove", ("Arg0 (pusher)", "Arg1 (thing pushed)"),
                 patient="any", directions=_H, cue="behind it, both straight arms on it, leaning INTO the direction of motion"),
        VerbSpec("pull.01", "drag", ("Arg0 (puller)", "Arg1 (thing pulled)"),
                 patient="any", directions=_H, cue="in front of it, walking backwards or leaning AWAY, arms stretched back to it, a rope for props"),
        VerbSpec("kick.01", "strike with the foot", ("Arg0 (kicker)", "Arg1 (thing kicked)"),
                 patient="any", cue="one leg horizontal touching it, impact star, trunk leaning back"),
        VerbSpec("throw.01", "hurl", ("Arg0 (thrower)", "Arg1 (thing thrown)"),
                 patient="prop", directions=_H, cue="arm swung forward, thing in the air ahead with an arc behind it"),
        VerbSpec("lift.01", "raise", ("Arg0 (lifter)", "Arg1 (thing lifted)"),
                 patient="any", cue="thing overhead on both straight arms, small up-arrows"),
        VerbSpec("drop.01", "let fall", ("Arg0 (dropper)", "Arg1 (thing dropped)"),
                 patient="prop", cue="arms out with open hands, thing falling below them with lines above it"),
        VerbSpec("carry.01", "bear along", ("Arg0 (carrier)", "Arg1 (thing carried)"),
                 patient="any", directions=_H, cue="walking, thing held against the chest with both arms (a character: carried on the back)"),
        VerbSpec("hug.01", "embrace", ("Arg0 (hugger)", "Arg1 (one hugged)"),
                 patient="character", cue="agent's arms wrapped around the other, the other's arms hang; heart above"),
        VerbSpec("chase.01", "pursue", ("Arg0 (chaser)", "Arg1 (thing chased)"),
                 patient="character", directions=_H, cue="both run the same way, agent behind with both arms stretched forward at the other, eager face"),
        VerbSpec("flee.01", "run away from", ("Arg0 (one fleeing)", "Arg1 (thing fled from)"),
                 patient="character", directions=_H, cue="agent runs away in panic with both arms up and sweat drops; the other STANDS, not running, with raised claw-like arms"),
        VerbSpec("give.01", "hand over", ("Arg0 (giver)", "Arg1 (thing given)", "Arg2 (one given to)"),
                 patient="prop", recipient=True, cue="agent bows slightly, offers the thing on both flat hands; the other stands with open arms; small arrow towards the other"),
        VerbSpec("take.01", "grab from", ("Arg0 (taker)", "Arg1 (thing taken)", "Arg2 (one taken from)"),
                 patient="prop", recipient=True, cue="agent leans back and snatches the thing with one hand; the other reaches after it, mouth open; small arrow towards the agent"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Character:
    kind: str
    colour: str
    attribute: str = ""


@dataclass(frozen=True)
class EventScript:
    """One event: who (index into the cast) does what to whom (cast index) or to which prop, where to and how."""

    verb_id: str
    agent: int
    patient: int | None = None
    prop: str | None = None
    direction: str = ""
    manner: str = ""

    @property
    def spec(self) -> VerbSpec:
        return VERBS[self.verb_id]


@dataclass(frozen=True)
class ClipScript:
    """Everything that a clip shows. look: seed of the details that no label names (placement, skin, scenery)."""

    clip_id: str
    scene: str
    cast: tuple[Character, ...]
    events: tuple[EventScript, ...]
    look: int = 0
