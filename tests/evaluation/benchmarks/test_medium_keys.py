"""What an embedding of a benchmark's medium is kept under."""

from srlclip.evaluation.benchmarks.pixels import medium_key
from srlclip.evaluation.benchmarks.questions import Medium


def test_the_key_changes_with_file_range_box_and_frames_but_not_with_the_name_it_is_asked_by(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"12")
    medium = Medium("a", path)
    key = medium_key(medium, 8)
    assert medium_key(Medium("another name", path, backwards=True), 8) == key
    others = [Medium("a", path, 1.0), Medium("a", path, end=2.0), Medium("a", path, box=(0, 0, 1, 1))]
    assert len({key, medium_key(medium, 4), *(medium_key(m, 8) for m in others)}) == 5
    path.write_bytes(b"123")
    assert medium_key(medium, 8) != key
    link = tmp_path / "link.mp4"
    link.symlink_to(path)
    assert medium_key(Medium("l", link), 8) == medium_key(medium, 8)  # two benchmarks' folders, one file


def test_a_still_has_one_frame_whatever_a_benchmark_takes_of_videos(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    assert medium_key(Medium("a", path), 8) == medium_key(Medium("a", path), 4)
