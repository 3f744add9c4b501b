"""Where things stand in a frame is what the drawing shows: told apart by kind, patch by patch."""

from dataclasses import replace

import numpy as np

from srlclip.synsitu.drawing.places import Place
from srlclip.synsitu.labels import situation
from srlclip.synsitu.render import render
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.standing import standing, target_patches


def test_a_figures_line_and_a_props_middle_are_patches():
    figure = target_patches([Place("man", (100.0, 20.0), (100.0, 150.0))], "man", 5).reshape(5, 5)
    assert np.argwhere(figure).tolist() == [[0, 1], [1, 1], [2, 1]]
    prop = target_patches([Place("box", (160.0, 160.0), (160.0, 160.0))], "box", 10).reshape(10, 10)
    assert prop[4:6, 4:6].all() and prop.sum() == 4
    assert target_patches([Place("man", (10.0, 10.0), (10.0, 50.0))], "box", 5) is None
    assert target_patches([Place("man", (400.0, 10.0), (400.0, 50.0))], "man", 5) is None  # outside of the frame
    front = [Place("man", (10.0, 10.0), (10.0, 50.0)), Place("man", (300.0, 10.0), (300.0, 50.0))]
    assert target_patches(front, "man", 5)[4]


def test_fillers_are_those_of_the_labels_and_drawn_things_are_in_the_places():
    seen = set()
    for i in range(12):
        script = sample_clip("test", i)
        for k, event in enumerate(situation(script).events):
            _, (places,) = render(script, [2 * k + 1.0], size=64)
            for name, (what, filler) in standing(script, k).items():
                assert filler in {role.filler for role in event.roles}
                if target_patches(places, what, 5) is not None:
                    seen.add(name)
    assert seen == {"agent", "patient", "prop"}


def test_of_two_of_a_kind_neither_is_told():
    script = sample_clip("test", 0)
    twins = replace(script, cast=tuple(replace(c, kind=script.cast[0].kind) for c in script.cast))
    assert not {"agent", "patient"} & set(standing(twins, 0))
