"""Sheets of the world, the pictures made for people."""

import cv2
import pytest

from srlclip.synsitu import sheets
from srlclip.synsitu.world import MANNERS


def test_sheets_are_written(tmp_path, capsys):
    assert sheets.main(["--out", str(tmp_path)]) == 0
    assert sheets.main(["--out", str(tmp_path), "--split", "test", "--clips", "2"]) == 0
    names = [line.rsplit("/", 1)[-1] for line in capsys.readouterr().out.split()]
    assert names == ["synsitu-legend.png", "synsitu-verbs.png", "synsitu-test.png"]
    for name in names:
        assert cv2.imread(str(tmp_path / name)).std() > 20
    assert set(MANNERS) <= set(sheets.SIGNS)


@pytest.mark.parametrize("wrong", [("--split", "dev"), ("--split", "test", "--clips", "0")])
def test_sheets_of_no_clips_are_refused(tmp_path, wrong):
    with pytest.raises(SystemExit):
        sheets.main(["--out", str(tmp_path / "new"), *wrong])
    assert not (tmp_path / "new").exists()
