"""`python -m srlclip features`: what is in the files, and that an export goes on, refuses and survives as it says."""

from __future__ import annotations

import json
import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from srlclip.cli.main import main
from srlclip.comparison.embedding import event_embeddings
from srlclip.data.embedding_runs import Effort
from srlclip.data.folder import read_folder, read_videos
from srlclip.features import export as features
from srlclip.features.export import CONTEXTUALIZED, LEVELS, ExportSettings, export_features
from srlclip.features.folder import FeatureFolder, file_key
from srlclip.models.pair import ClipPair
from srlclip.processes import Processes
from srlclip.situations import DataError, Situation, VideoDecodeError
from srlclip.video.frames import read_moments
from srlclip.video.streaming import equal_moments, rate_count


@pytest.fixture(scope="module")
def pair(tiny_clip, tiny_run) -> ClipPair:
    return ClipPair.load(str(tiny_clip), tiny_run / "model")


@pytest.fixture
def videos(mp4, tmp_path: Path) -> Path:
    """long.mp4 of 4 s and short.mp4 of 1 s."""
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.move(mp4("long.mp4", frames=120), folder)
    shutil.move(mp4("short.mp4", frames=30), folder)
    return folder


def export(pair: ClipPair, videos: Path, out: Path, format: str = "npy", **settings) -> features.ExportReport:
    return export_features(pair, read_videos(videos), out, ExportSettings(**settings), format)


def lines(out: Path) -> dict[str, dict]:
    """The index by clip id, the last line of each."""
    return {line["id"]: line for line in map(json.loads, (out / "index.jsonl").read_text("utf-8").splitlines())}


def test_arrays_are_the_pairs_embeddings_of_the_frames_named(pair, videos, tmp_path):
    out = tmp_path / "out"
    report = export(pair, videos, out, levels=(*LEVELS, CONTEXTUALIZED), rate=2.0)
    assert (report.exported, report.kept, report.left_out) == (2, 0, ())
    line = lines(out)["long"]
    assert line["duration"] == pytest.approx(4.0) and line["file"] == "long.mp4"
    assert line["timestamps"] == pytest.approx([0.25 + 0.5 * i for i in range(8)])
    assert line["events"] == [[0.0, 2.0], [2.0, 4.0]]
    spec = pair.base.preprocess_spec
    seen = read_moments(videos / "long.mp4", np.array(line["timestamps"]))
    expected = pair.encode_frames(spec.to_float(spec.to_uint8(seen)))
    for model, value in zip(("base", "adapted"), expected, strict=True):
        found = np.load(out / model / "frames" / "long.npy")
        assert found.dtype == np.float32 and found.shape == (8, pair.embed_dim)
        np.testing.assert_allclose(found, value.numpy(), atol=1e-6)
        clip = np.load(out / model / "clip" / "long.npy")
        mean = found.mean(axis=0, keepdims=True)
        np.testing.assert_allclose(clip, mean / np.linalg.norm(mean), atol=1e-6)
    moments = equal_moments(8, 4.0)
    events = pair.encode_frames(spec.to_float(spec.to_uint8(read_moments(videos / "long.mp4", moments))))[1]
    with torch.inference_mode():
        context = pair.contextualizer(events.reshape(1, 2, 4, -1))[1][0]
    np.testing.assert_allclose(np.load(out / "adapted" / CONTEXTUALIZED / "long.npy"), context.numpy(), atol=1e-5)
    assert not (out / "base" / CONTEXTUALIZED).exists(), "the contextualizer is SRL-CLIP's"
    assert np.load(out / "base" / "events" / "short.npy").shape == (1, pair.embed_dim)


def test_events_of_labelled_clips_are_the_gallerys(pair, world, tmp_path):
    export(pair, world, tmp_path, levels=("events",))
    situation = read_folder(world)[0]
    expected = event_embeddings(pair, situation)
    for model in ("base", "adapted"):
        found = np.load(tmp_path / model / "events" / f"{situation.clip_id}.npy")
        np.testing.assert_allclose(found, expected[model], atol=1e-6)
    annotations = json.loads((tmp_path / "durations.json").read_text("utf-8"))
    entry = annotations[situation.clip_id]
    assert entry["duration"] == 10.0 and entry["timestamps"] == [[2.0 * k, 2.0 * k + 2] for k in range(5)]
    assert len(entry["sentences"]) == 5 and all(s[0].isupper() and s.endswith(".") for s in entry["sentences"])


def test_a_pdvc_style_loader_reads_the_export(pair, videos, world, tmp_path):
    """np.load of key + suffix, (T, dim), and rows = min(T * seconds / duration, T - 1), as ttengwang/PDVC does it."""
    export(pair, world, tmp_path, rate=1.0)
    export(pair, videos, tmp_path, rate=1.0)
    for key, entry in json.loads((tmp_path / "durations.json").read_text("utf-8")).items():
        assert set(entry) == {"duration", "timestamps", "sentences"}
        feats = np.load(tmp_path / "adapted" / "frames" / (key + ".npy"))
        assert feats.shape == (round(entry["duration"]), pair.embed_dim) and feats.dtype == np.float32
        shown = np.array(lines(tmp_path)[key]["timestamps"])
        for start, end in entry["timestamps"]:
            first, last = (min(len(feats) * t / entry["duration"], len(feats) - 1) for t in (start, end))
            assert (start <= shown[int(first) : int(last) + (end == entry["duration"])]).all()
            assert (shown[int(first) : int(last)] <= end).all()
    labels = json.loads((tmp_path / "durations.json").read_text("utf-8"))["long"]
    assert labels == {"duration": pytest.approx(4.0), "timestamps": [], "sentences": []}


@pytest.mark.parametrize("count", [1, 7, 150])
def test_a_fixed_count_of_frames(pair, videos, tmp_path, count):
    """150 rows of a video of 120 frames: some frames stand twice."""
    export(pair, videos, tmp_path / "out", levels=("frames",), models=("base",), count=count)
    found = np.load(tmp_path / "out" / "base" / "frames" / "long.npy")
    assert len(found) == count == len(lines(tmp_path / "out")["short"]["timestamps"])
    spec = pair.base.preprocess_spec
    seen = read_moments(videos / "long.mp4", equal_moments(count, 4.0))
    np.testing.assert_allclose(found, pair.base.encode_frames(spec.to_float(spec.to_uint8(seen))).detach(), atol=1e-5)


def test_all_formats_hold_equal_arrays(pair, videos, tmp_path):
    for format in ("npy", "h5", "safetensors"):
        export(pair, videos, tmp_path / format, format)
    for model in ("base", "adapted"):
        for level in LEVELS:
            with h5py.File(tmp_path / "h5" / f"{model}_{level}.h5") as file:
                for key in ("long", "short"):
                    expected = np.load(tmp_path / "npy" / model / level / f"{key}.npy")
                    tensors = load_file(tmp_path / "safetensors" / model / level / f"{key}.safetensors")
                    np.testing.assert_array_equal(file[key][()], expected)
                    np.testing.assert_array_equal(tensors["features"], expected)
                    np.testing.assert_array_equal(file[key].attrs["timestamps"], tensors["timestamps"])
                    assert len(tensors["timestamps"]) == len(expected)
                    assert file[key].attrs["duration"] == pytest.approx(4.0 if key == "long" else 1.0)
    assert not list((tmp_path / "h5").glob(".*")), "nothing waits"


def test_hdf5_takes_the_time_stamps_of_a_long_video(tmp_path):
    """More than the 64 kB that an attribute may hold in HDF5's oldest form."""
    folder = FeatureFolder(tmp_path, [("base", "frames")], "h5", {}, {})
    rows = 20_000
    line = {"id": "a", "key": "a", "source": "s", "duration": 2e4, "events": [], "sentences": []}
    line["timestamps"] = equal_moments(rows, 2e4).tolist()
    folder.write(line, {("base", "frames"): np.zeros((rows, 2), np.float32)})
    folder.finish()
    with h5py.File(tmp_path / "base_frames.h5") as file:
        assert file["a"].attrs["timestamps"].shape == (rows,)


@pytest.mark.parametrize("format", ["npy", "h5", "safetensors"])
def test_going_on_keeps_what_is_there_and_adds(pair, videos, tmp_path, format, mp4, monkeypatch):
    out = tmp_path / "out"
    export(pair, videos, out, format, levels=("clip",))
    index = (out / "index.jsonl").read_bytes()
    read = []
    real = features.read_clip
    monkeypatch.setattr(features, "read_clip", lambda s, *rest: (read.append(s.clip_id), real(s, *rest))[1])
    report = export(pair, videos, out, format, levels=("clip",))
    assert (report.exported, report.kept, read) == (0, 2, []) and (out / "index.jsonl").read_bytes() == index
    shutil.move(mp4("more.mp4", frames=20), videos)
    report = export(pair, videos, out, format, levels=("clip",))
    assert (report.exported, report.kept, read) == (1, 2, ["more"])
    shutil.move(mp4("long.mp4", frames=50), videos / "long.mp4")
    report = export(pair, videos, out, format, levels=("clip",))
    assert (report.exported, report.kept, read) == (1, 2, ["more", "long"]), "a changed file is exported again"
    assert json.loads((out / "durations.json").read_text("utf-8"))["long"]["duration"] < 2
    if format == "h5":
        with h5py.File(out / "base_clip.h5") as file:
            assert set(file) == {"long", "short", "more"}
            assert file["long"].attrs["duration"] < 2


def test_other_settings_or_models_are_refused_by_name(pair, tiny_clip, videos, tmp_path):
    export(pair, videos, tmp_path, rate=1.0, levels=("clip", "frames"))
    export(pair, videos, tmp_path, rate=1.0, levels=("frames", "clip"))
    with pytest.raises(DataError, match=r"settings\.rate is 1\.0 there, 2\.0 here; choose another folder"):
        export(pair, videos, tmp_path, rate=2.0, levels=("clip", "frames"))
    with pytest.raises(DataError, match=r"settings\.format is 'npy' there, 'h5' here"):
        export(pair, videos, tmp_path, "h5", rate=1.0, levels=("clip", "frames"))
    with pytest.raises(DataError, match=r"fingerprints\.adapted"):
        export(ClipPair.load(str(tiny_clip), None), videos, tmp_path, rate=1.0, levels=("clip", "frames"))
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(DataError, match="manifest of this export is gone"):
        export(pair, videos, tmp_path, levels=("clip", "frames"))


@pytest.mark.parametrize("format", ["npy", "h5"])
def test_a_killed_export_loses_only_its_clip(pair, videos, tmp_path, monkeypatch, format):
    """It dies between a video's files and its line; half a line is left, as a kill while writing would."""
    out = tmp_path / "out"
    real = FeatureFolder.record

    def record(self, line):
        if line["id"] == "short":
            with (out / "index.jsonl").open("a") as file:
                file.write('{"id": "sho')
            raise KeyboardInterrupt
        real(self, line)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FeatureFolder, "record", record)
        export(pair, videos, out, format)
    report = export(pair, videos, out, format)
    assert (report.exported, report.kept) == (1, 1)
    assert set(json.loads((out / "durations.json").read_text("utf-8"))) == {"long", "short"}
    export(pair, videos, tmp_path / "whole", format)
    for key in ("long", "short"):
        arrays = []
        for place in (out, tmp_path / "whole"):
            if format == "npy":
                arrays.append(np.load(place / "adapted" / "frames" / f"{key}.npy"))
            else:
                with h5py.File(place / "adapted_frames.h5") as file:
                    arrays.append(file[key][()])
        np.testing.assert_array_equal(*arrays)


def test_a_run_killed_while_it_collects_keeps_the_old_hdf5_file(pair, videos, tmp_path, mp4, monkeypatch):
    export(pair, videos, tmp_path / "out", "h5", levels=("clip",))
    before = (tmp_path / "out" / "base_clip.h5").read_bytes()
    shutil.move(mp4("more.mp4", frames=20), videos)

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(h5py.Group, "create_dataset", die)
        export(pair, videos, tmp_path / "out", "h5", levels=("clip",))
    assert (tmp_path / "out" / "base_clip.h5").read_bytes() == before
    report = export(pair, videos, tmp_path / "out", "h5", levels=("clip",))
    assert (report.exported, report.kept) == (0, 3)
    with h5py.File(tmp_path / "out" / "base_clip.h5") as file:
        assert set(file) == {"long", "short", "more"}


@pytest.mark.parametrize("format", ["npy", "h5"])
def test_corrupt_videos_are_named_and_left_out(pair, videos, tmp_path, format):
    out = tmp_path / "out"
    export(pair, videos, out, format, levels=("clip",))
    (videos / "bad.mp4").write_bytes(bytes(range(256)) * 40)
    shutil.copy(videos / "bad.mp4", videos / "long.mp4")
    report = export(pair, videos, out, format, levels=("clip",))
    assert (report.exported, report.kept) == (0, 1) and [name for name, _ in report.left_out] == ["bad", "long"]
    assert "not a complete video" in lines(out)["bad"]["error"]
    assert set(json.loads((out / "durations.json").read_text("utf-8"))) == {"short"}
    if format == "h5":
        with h5py.File(out / "base_clip.h5") as file:
            assert set(file) == {"short"}, "nothing of what the file was before"
    else:
        assert [p.name for p in (out / "base" / "clip").iterdir()] == ["short.npy"]
    size = (out / "index.jsonl").stat().st_size
    export(pair, videos, out, format, levels=("clip",))
    assert (out / "index.jsonl").stat().st_size == size, "the same failure is noted once"


def test_a_video_removed_after_its_export_keeps_its_features(pair, videos, tmp_path):
    (videos / "labels.jsonl").write_text(
        "".join(
            json.dumps({"id": i, "video": f"{i}.mp4", "events": [{"verb": "run"}] * 3}) + "\n"
            for i in ("long", "short")
        )
    )
    assert export(pair, videos, tmp_path / "out").exported == 2
    (videos / "long.mp4").unlink()
    report = export(pair, videos, tmp_path / "out")
    assert (report.kept, report.left_out) == (2, ())
    report = export(pair, videos, tmp_path / "other")
    assert report.exported == 1 and report.left_out == (("long", "long: no video file beside the labels"),)


def test_labelled_ranges_of_one_file(pair, videos, tmp_path):
    rows = [("a", 0, 2), ("b", 2, 4), ("late", 9, 11)]
    (videos / "labels.jsonl").write_text(
        "".join(
            json.dumps({"id": i, "video": "long.mp4", "start": a, "end": b, "events": [{"verb": "run"}]}) + "\n"
            for i, a, b in rows
        )
    )
    report = export(pair, videos, tmp_path / "out", rate=2.0)
    assert report.exported == 2 and "does not lie in a video" in report.left_out[0][1]
    assert lines(tmp_path / "out")["b"]["timestamps"] == pytest.approx([0.25, 0.75, 1.25, 1.75])
    spec = pair.base.preprocess_spec
    seen = read_moments(videos / "long.mp4", np.array([2.25, 2.75, 3.25, 3.75]))
    expected = pair.encode_frames(spec.to_float(spec.to_uint8(seen)))[0]
    found = np.load(tmp_path / "out" / "base" / "frames" / "b.npy")
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)
    (videos / "labels.jsonl").write_text((videos / "labels.jsonl").read_text().replace("run", "jump"))
    assert export(pair, videos, tmp_path / "out", rate=2.0).kept == 2
    annotations = json.loads((tmp_path / "out" / "durations.json").read_text("utf-8"))
    assert "jump" in annotations["a"]["sentences"][0], "changed labels, same features"


def test_odd_names_keep_apart(pair, mp4, tmp_path):
    root = tmp_path / "odd"
    names = ("a/b.mp4", "a__b.mp4", "A__B.mp4", "my clip.mp4", "früh ✓.mp4", "x:y?.mp4", "d.1.mp4", "n" * 200 + ".mp4")
    clip = mp4(frames=5)
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, root / name)
    for _ in range(2):
        report = export(pair, root, tmp_path / "out", "h5", levels=("clip",), models=("base",))
    assert (report.exported, report.kept) == (0, len(names))
    keys = {i: line["key"] for i, line in lines(tmp_path / "out").items()}
    assert len({unicodedata.normalize("NFKC", key).casefold() for key in keys.values()}) == len(names)
    assert keys["my clip"] == "my clip" and keys["früh ✓"] == "früh ✓" and keys["d.1"] == "d.1"
    assert keys["x:y?"] == "x_y_" and len(keys["n" * 200]) < 200
    assert sorted(k[:4] for k in keys.values() if k.casefold().startswith("a__b")) == ["A__B", "a__b", "a__b"]
    with h5py.File(tmp_path / "out" / "base_clip.h5") as file:
        assert set(file) == set(keys.values())


def test_file_keys_stay_in_their_folder():
    for name in ("../x", "..", ".", "", "/etc/x", "c:\\x", "a\0b", "\udcff", ".hidden", "x."):
        key = file_key(name)
        assert key and not key.startswith(".") and not set(key) & set('/\\:\0"*') and key.encode()


def test_float16_and_one_model(pair, videos, tmp_path):
    export(pair, videos, tmp_path / "half", models=("adapted",), dtype="float16")
    export(pair, videos, tmp_path / "full")
    half, full = (np.load(tmp_path / n / "adapted" / "frames" / "long.npy") for n in ("half", "full"))
    assert half.dtype == np.float16 and not (tmp_path / "half" / "base").exists()
    np.testing.assert_array_equal(half, full.astype(np.float16))


def test_windows_of_the_contextualizer_hold_five_events(pair):
    frames = torch.nn.functional.normalize(torch.randn(12, 4, pair.embed_dim, generator=torch.manual_seed(0)), dim=-1)
    out = features.contextualized(pair, frames)
    assert out.shape == (12, pair.embed_dim)
    for first, last, begin in ((0, 5, 0), (5, 10, 5), (10, 12, 7)):
        expected = pair.context_events(frames[None, begin : begin + 5])[0]
        torch.testing.assert_close(out[first:last], expected[first - begin : last - begin])
    assert features.contextualized(pair, frames[:2]).shape == (2, pair.embed_dim)


def test_moments_are_checked(mp4):
    path = mp4(frames=10)
    assert len(read_moments(path, np.array([-1.0, 0.1, 99.0]))) == 3
    for bad in ([], [1.0, 0.5], [np.nan], [[0.1]]):
        with pytest.raises(ValueError, match="moments"):
            read_moments(path, np.array(bad))
    assert rate_count(1.0, 0.2) == 1 and rate_count(2.0, 3.3) == 7
    with pytest.raises(ValueError, match="rate"):
        rate_count(0.0, 1.0)


def test_reading_ahead_gives_the_same_and_hands_errors_on(pair, videos, tmp_path):
    (videos / "bad.mp4").write_bytes(bytes(range(256)) * 40)
    for workers in (0, 3):
        out = tmp_path / str(workers)
        report = export_features(pair, read_videos(videos), out, effort=Effort(workers))
        assert (report.exported, len(report.left_out)) == (2, 1)
    found = [np.load(tmp_path / n / "base" / "frames" / "long.npy") for n in ("0", "3")]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("format", ["npy", "h5"])
def test_two_processes_write_what_one_writes(pair, videos, tmp_path, mp4, format):
    """The second one does its share while the first waits until both have looked at the folder."""
    shutil.move(mp4("more.mp4", frames=20), videos)
    (videos / "bad.mp4").write_bytes(b"no video")
    (videos / "worse.mp4").write_bytes(b"")
    alone = export(pair, videos, tmp_path / "alone", format)
    shares: list = []

    def second(mine):
        shares.append(mine)
        return [((0, 0, {}), ""), mine]

    clips, out = read_videos(videos), tmp_path / "both"

    def process(rank, wait, gather):
        processes = Processes(rank, 2, wait=wait, gather=gather)
        return export_features(pair, clips, out, ExportSettings(), format, effort=Effort(1, processes))

    def at_the_barrier():
        assert process(1, lambda: None, second) is None

    both = process(0, at_the_barrier, lambda mine: [mine, *shares])
    assert replace(both, out="") == replace(alone, out="") and both.exported == 3 and not (out / ".parts").exists()
    assert lines(out) == lines(tmp_path / "alone")
    for name in ("durations.json", "manifest.json"):
        assert json.loads((out / name).read_text()) == json.loads((tmp_path / "alone" / name).read_text())
    for path in sorted((tmp_path / "alone").rglob("*.npy")):
        assert path.read_bytes() == (out / path.relative_to(tmp_path / "alone")).read_bytes()
    assert export_features(pair, clips, out, ExportSettings(), format).kept == 3


def test_an_abandoned_reading_ahead_ends():
    from srlclip.parallel import read_ahead

    def endless(job):
        while True:
            yield job

    jobs = read_ahead(endless, [1, 2, 3], 2)
    job, values = next(jobs)
    assert (job, next(values)) == (1, 1)
    jobs.close()  # would wait for ever for threads that nobody reads from


def test_frame_folders_and_single_files_are_videos(videos, tmp_path):
    from PIL import Image

    folder = tmp_path / "data"
    for name in ("one", "deep/two.x"):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (40, 40)).save(folder / name / f"{i:03d}.jpg")
    shutil.copy(videos / "short.mp4", folder)
    shutil.copy(folder / "one" / "000.jpg", folder / "poster.jpg")
    assert [s.clip_id for s in read_videos(folder)] == ["deep/two.x", "one", "short"]
    assert [s.clip_id for s in read_folder(folder)] == ["short"], "a gallery of videos takes no folder of posters"
    assert read_videos(folder / "one") == [Situation("one", folder / "one", ())]
    assert read_videos(videos / "long.mp4") == [Situation("long", videos / "long.mp4", ())]


def test_the_command(tiny_clip, tiny_run, videos, tmp_path, capsys):
    models = ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model")]
    (videos / "bad.mp4").write_bytes(bytes(range(256)) * 40)
    first = ["features", str(videos), "--out", str(tmp_path / "out"), "--count", "3", *models]
    assert main([*first, "--contextualized", "--json"]) == 0
    said = capsys.readouterr()
    facts = json.loads(said.out)
    assert (facts["exported"], facts["kept"], len(facts["left_out"])) == (2, 0, 1) and "left out: bad" in said.err
    manifest = (tmp_path / "out" / "manifest.json").read_text("utf-8")
    assert str(tmp_path) not in manifest and str(tmp_path) not in (tmp_path / "out" / "durations.json").read_text(
        "utf-8"
    )
    assert main(first) == 2 and "settings.levels" in capsys.readouterr().err
    assert main([*first, "--contextualized"]) == 0
    assert "0 clips exported, 2 kept, 1 left out" in capsys.readouterr().out
    one = ["features", str(videos / "bad.mp4"), "--out", str(tmp_path / "none"), *models]
    assert main(one) == 1
    assert main([*one[:1], str(videos / "long.mp4"), *one[2:], "--max-seconds", "2"]) == 1
    assert "allowed: 2 s" in capsys.readouterr().err
    for wrong in (["--count", "0"], ["--fps", "0"], ["--workers", "-1"], ["--model", "base", "--contextualized"]):
        assert main([*one, *wrong]) == 2
    assert main(["features", str(videos), "--out", str(videos / "long.mp4"), *models]) == 2
    assert main(["features", str(videos), "--out", str(tmp_path / "b"), "--base", str(tiny_clip)]) == 0
    assert not (tmp_path / "b" / "adapted").exists(), "without an adapter there is one model"


def test_a_pair_without_contextualizer_says_so(tiny_clip, videos, tmp_path):
    alone = ClipPair.load(str(tiny_clip), None)
    with pytest.raises(ValueError, match="no contextualizer"):
        export(alone, videos, tmp_path, levels=(CONTEXTUALIZED,))


def test_unreadable_files_are_left_out_too(pair, videos, tmp_path, monkeypatch):
    def denied(*_args, **_more):
        raise PermissionError("not yours")
        yield

    monkeypatch.setattr(features, "pixel_chunks", denied)
    report = export(pair, videos, tmp_path / "out")
    assert len(report.left_out) == 2 and "not yours" in report.left_out[0][1]
    with pytest.raises(VideoDecodeError):
        next(features.read_clip(Situation("x", None, ()), ExportSettings(), pair.base.preprocess_spec, None))
