"""docs/data.md: every example in it runs and gives what the page says."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from srlclip.cli.main import main
from srlclip.config import load_json, with_overrides
from srlclip.data.jsonl import read_jsonl
from training.settings import TrainSettings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "data.md").read_text("utf-8")
DATA = Path(__file__).parent / "fixtures"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folders(tmp_path, monkeypatch, mp4):
    """The folders that the page's examples name."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DATA / "vidsitu_mini", "vidsitu/vidsitu_annotations")
    shutil.copytree(DATA / "propbank_mini", "propbank-frames")
    for folder in ("vidsitu/videos", "mine", "clips", "my_clips"):
        Path(folder).mkdir()
    mp4("vidsitu/videos/v_aB-_seg_9x_seg_0_10.mp4", frames=50, fps=5)
    mp4("mine/kitchen.mp4", frames=50, fps=5)
    mp4("mine/game.mp4", frames=25, fps=5)
    mp4("clips/a.mp4", frames=10)
    mp4("my_clips/door.mp4", frames=10)
    mp4("my_clips/yard.mp4", frames=10)
    Path("queries.csv").write_text("query,target\na man opens a door,door.mp4\n", "utf-8")
    for name in ("train", "valid"):
        Path(f"mine/{name}.jsonl").write_text("\n".join(blocks("jsonl")), "utf-8")
    for name, block in zip(("verbs", "srl"), blocks("json"), strict=True):
        Path(f"{name}.json").write_text(block, "utf-8")


def test_the_lines_are_read_as_the_page_says(folders):
    kitchen, *game = read_jsonl("mine/train.jsonl")
    assert [(r.key, r.name) for r in kitchen.events[1].roles] == [
        ("Arg0", "walker"), ("ADir", "direction"), ("AMnr", "manner"),
    ]  # fmt: skip
    assert not kitchen.events[1].roles[2].visible and kitchen.path is not None
    assert [(c.start, c.end, len(c.events)) for c in game] == [(0, 2.5, 1), (2.5, 5, 1)]
    assert (game[1].events[0].verb_id, game[1].events[0].lemma) == ("pick_up.01", "pick up")
    assert game[1].events[0].roles[0].key == "AScn"


def test_the_commands_run(folders, capsys):
    commands = [line for block in blocks("bash") for line in block.splitlines()]
    assert len(commands) == 10
    for command in commands:
        words = shlex.split(command)
        if words[:3] == ["python", "-m", "srlclip"]:
            assert main(words[3:]) == 0, command
        else:
            assert words[:3] == ["accelerate", "launch", "training/train.py"] and (ROOT / words[2]).is_file()
            config = load_json(TrainSettings, ROOT / words[words.index("--config") + 1])
            settings = with_overrides(config, [words[i + 1] for i, w in enumerate(words) if w == "--set"])
            assert settings.data.source in ("jsonl", "vidsitu") and Path(settings.data.root).is_dir()


def test_the_python_examples_print_what_they_say(folders, capsys):
    scope: dict = {}
    for code in blocks("python"):
        exec(code, scope)
        assert capsys.readouterr().out.strip() == re.search(r"print\(.*\)  # (.*)", code).group(1)


def test_the_report_is_as_printed(tmp_path, monkeypatch, capsys, mp4):
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    mp4("mine/kitchen.mp4", frames=50, fps=5)
    lines = "".join(blocks("jsonl")).splitlines()[:2]
    lines[1] = lines[1].replace("game.mp4", "kitchen.mp4")
    lines.append(json.dumps({"id": "kitchen-9", "events": []}))
    lines.append(
        json.dumps({"id": "door-1", "video": "gone.mp4", "events": [{"verb": "close", "roles": {"closer": "man"}}]})
    )
    Path("mine/train.jsonl").write_text("\n".join(lines), "utf-8")
    assert main(["validate", "mine"]) == 1
    assert capsys.readouterr().out == blocks("text")[0]


def test_the_role_names_of_the_page():
    from srlclip.data.roles import parse_role_key

    raw, short, long = re.search(r"`(Arg1 \(Theme.*?)` gives \"(.*?)\" or \"(.*?)\"", PAGE).groups()
    assert parse_role_key(raw)[1] == short and parse_role_key(raw, "raw")[1] == long
