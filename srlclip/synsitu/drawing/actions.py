"""The verbs as drawings. A drawing takes a Stage and draws the event at the stage's phase.

Every verb reads from any single frame, by pose and by signs, and so does who does it to whom.
"""

from __future__ import annotations

from collections.abc import Callable

from srlclip.synsitu.drawing.daily_actions import clap, cry, eat, play, read, sleep, sweep
from srlclip.synsitu.drawing.handling_actions import carry, catch, drop, kick, lift, pull, push, put, throw
from srlclip.synsitu.drawing.meeting_actions import follow, help_up, look, punch, shout, talk
from srlclip.synsitu.drawing.social_actions import chase, flee, give, hug, point, take, wave
from srlclip.synsitu.drawing.solo_actions import bow, climb, crawl, dance, fall, jump, kneel, run, sit, walk
from srlclip.synsitu.drawing.stage import Stage

VerbDrawing = Callable[[Stage], None]

ACTIONS: dict[str, VerbDrawing] = {
    "walk.01": walk,
    "run.02": run,
    "crawl.01": crawl,
    "jump.03": jump,
    "dance.01": dance,
    "bow.01": bow,
    "sit.01": sit,
    "kneel.01": kneel,
    "fall.01": fall,
    "climb.01": climb,
    "wave.02": wave,
    "point.01": point,
    "push.01": push,
    "pull.01": pull,
    "kick.01": kick,
    "throw.01": throw,
    "lift.01": lift,
    "drop.01": drop,
    "carry.01": carry,
    "hug.01": hug,
    "chase.01": chase,
    "flee.01": flee,
    "give.01": give,
    "take.01": take,
    "talk.01": talk,
    "look.01": look,
    "follow.01": follow,
    "shout.01": shout,
    "punch.01": punch,
    "help.01": help_up,
    "catch.01": catch,
    "put.01": put,
    "eat.01": eat,
    "read.01": read,
    "play.11": play,
    "sweep.01": sweep,
    "sleep.01": sleep,
    "cry.02": cry,
    "clap.01": clap,
}
