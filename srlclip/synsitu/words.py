"""The words of the world: what its verbs, scenes, directions, manners and kinds are called in sentences."""

from __future__ import annotations

#: Per verb: (third person, -ing form, past participle for a passive or "" if it has none). The world's own word first.
FORMS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "walk.01": (("walks", "walking", ""), ("strolls", "strolling", "")),
    "run.02": (("runs", "running", ""), ("sprints", "sprinting", "")),
    "crawl.01": (("crawls", "crawling", ""), ("goes on all fours", "going on all fours", "")),
    "jump.03": (("jumps", "jumping", ""), ("leaps", "leaping", "")),
    "dance.01": (("dances", "dancing", ""), ("moves to music", "moving to music", "")),
    "bow.01": (("bows", "bowing", ""), ("takes a bow", "taking a bow", "")),
    "sit.01": (("sits", "sitting", ""), ("sits down", "sitting down", "")),
    "kneel.01": (("kneels", "kneeling", ""), ("kneels down", "kneeling down", "")),
    "fall.01": (("falls", "falling", ""), ("tumbles", "tumbling", "")),
    "climb.01": (("climbs", "climbing", ""), ("clambers", "clambering", "")),
    "wave.02": (("waves at", "waving at", "waved at"), ("waves to", "waving to", "greeted with a wave")),
    "point.01": (("points at", "pointing at", "pointed at"), ("points to", "pointing to", "pointed to")),
    "push.01": (("pushes", "pushing", "pushed"), ("shoves", "shoving", "shoved")),
    "pull.01": (("pulls", "pulling", "pulled"), ("drags", "dragging", "dragged")),
    "kick.01": (("kicks", "kicking", "kicked"), ("strikes with the foot", "striking with the foot", "")),
    "throw.01": (("throws", "throwing", "thrown"), ("hurls", "hurling", "hurled")),
    "lift.01": (("lifts", "lifting", "lifted"), ("raises", "raising", "raised")),
    "drop.01": (("drops", "dropping", "dropped"), ("lets go of", "letting go of", "")),
    "carry.01": (("carries", "carrying", "carried"), ("bears", "bearing", "borne")),
    "hug.01": (("hugs", "hugging", "hugged"), ("embraces", "embracing", "embraced")),
    "chase.01": (("chases", "chasing", "chased"), ("pursues", "pursuing", "pursued")),
    "flee.01": (("flees from", "fleeing from", ""), ("runs away from", "running away from", "")),
    "give.01": (("gives", "giving", "given"), ("hands", "handing", "handed")),
    "take.01": (("takes", "taking", "taken"), ("grabs", "grabbing", "grabbed")),
}
SCENE_PHRASES = {
    "street": ("on the street", "in a street"),
    "beach": ("at the beach", "on a beach"),
    "park": ("in the park", "in a park"),
    "snow": ("in the snow", "in a snowy place"),
    "desert": ("in the desert", "in a sandy desert"),
    "stage": ("on the stage", "on a stage"),
    "city at night": ("in the city at night", "in a night city"),
    "kitchen": ("in the kitchen", "in a kitchen"),
    "office": ("in the office", "in an office"),
    "farm": ("on the farm", "on a farm"),
}
DIRECTION_PHRASES = {
    "left": ("to the left", "leftwards", "towards the left"),
    "right": ("to the right", "rightwards", "towards the right"),
    "up": ("up", "upwards"),
    "down": ("down", "downwards"),
}
MANNER_PHRASES = {
    "slowly": ("slowly", "unhurriedly", "without haste"),
    "quickly": ("quickly", "hurriedly", "in a hurry"),
    "happily": ("happily", "joyfully", "with joy"),
    "angrily": ("angrily", "furiously", "in anger"),
}
KIND_WORDS = {
    "man": ("man", "man", "guy"),
    "woman": ("woman", "woman", "lady"),
    "child": ("child", "child", "kid"),
    "king": ("king",),
    "robot": ("robot", "robot", "android"),
    "panda": ("panda",),
    "rabbit": ("rabbit", "rabbit", "bunny"),
    "wizard": ("wizard", "wizard", "magician"),
}
