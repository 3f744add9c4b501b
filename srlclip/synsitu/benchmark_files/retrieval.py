"""Text-video retrieval: MSR-VTT, MSVD, LSMDC, DiDeMo, ActivityNet Captions, VATEX and plain lists."""

from __future__ import annotations

from srlclip.situations import SECONDS_PER_EVENT
from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.benchmark_files.words import anonymous, in_order, paraphrase, sentence
from srlclip.synsitu.world import ClipScript


def _described(folder: Folder, script: ClipScript, at: int, count: int) -> list[str]:
    """Different captions of one clip, the first by rule, the others in other words; no commas, as in MSR-VTT's."""
    rng, out = folder.dice(at), {sentence(script).rstrip("."): None}
    while len(out) < count:
        out[paraphrase(script, rng).replace(",", "")] = None
    return list(out)


def msrvtt_1ka(folder: Folder) -> None:
    """JSFUSION's csv; the ids begin where the test videos do, and one sentence stands twice, as in the official file."""
    rows, captions = ["key,vid_key,video_id,sentence"], []
    for i, script in enumerate(folder.scripts()):
        captions.append(_described(folder, script, i, 1)[0].lower())
        number, said = 7020 + 3 * i, captions[0] if i == 3 else captions[i]
        folder.video(script, f"videos/video{number}.mp4")
        rows.append(f"ret{i},msr{number},video{number},{said}")
    folder.lines("MSRVTT_JSFUSION_test.csv", rows)


def msrvtt_full(folder: Folder) -> None:
    """MSRVTT_data.json with a training video that has no file, and captions in no order of their videos."""
    videos, sentences = [_msrvtt_video(0, "train")], [("video0", "a training video")]
    for i, script in enumerate(folder.scripts()):
        videos.append(_msrvtt_video(7010 + i, "test"))
        folder.video(script, f"videos/video{7010 + i}.mp4")
        sentences += [(f"video{7010 + i}", text.lower()) for text in _described(folder, script, i, 3)]
    shuffled = [sentences[int(i)] for i in folder.dice(1).permutation(len(sentences))]
    rows = [{"caption": text, "video_id": video, "sen_id": i} for i, (video, text) in enumerate(shuffled)]
    info = {
        "contributor": "SynSitu",
        "data_created": "",
        "version": "1.0",
        "description": "drawn clips",
        "year": "2026",
    }
    folder.json("MSRVTT_data.json", {"info": info, "videos": videos, "sentences": rows})


def _msrvtt_video(number: int, split: str) -> dict:
    return {
        "category": number % 20, "url": "", "video_id": f"video{number}", "start time": 0.0, "end time": 4.0,
        "split": split, "id": number,
    }  # fmt: skip


def msvd(folder: Folder) -> None:
    """Several captions a video, of unequal number; ids that begin with a dash."""
    captions = {}
    for i, script in enumerate(folder.scripts()):
        name = f"-4ws_u-{i:03d}_5_15" if i % 2 else f"Q{i:03d}-x_Y_0_4"
        captions[name] = _described(folder, script, i, 2 + i % 2)
        folder.video(script, f"videos/{name}.mp4")
    folder.lines("test_list.txt", captions)
    folder.json("captions_msvd.json", {"a-training-video_1_9": ["somebody trains"], **captions})


def lsmdc(folder: Folder) -> None:
    """Six columns by tabs, no header; ids with dots, in a folder per film; a sentence may begin with a quote."""
    rows = []
    for i, script in enumerate(folder.scripts()):
        film, times = f"30{i % 2:02d}_21_SYN_STREET", (f"00.{i:02d}.13.271", f"00.{i:02d}.16.551")
        name = f"{film}_{times[0]}-{times[1]}"
        folder.video(script, f"videos/{film}/{name}.mp4")
        said = anonymous(script)
        rows.append("\t".join([name, *times, *times, f'"Look, {said}.' if i == 1 else f"{said}."]))
    folder.lines("LSMDC16_challenge_1000_publictect.csv", rows)


def didemo(folder: Folder) -> None:
    """Descriptions of one video stand apart, in file order; names with an extension, without one, and with a bare dot."""
    named, rows = [], []
    for i, script in enumerate(folder.scripts()):
        stem = f"1{i:07d}@N03_40{i}_ab.cd{i}"
        named.append((script, (f"{stem}.mov", f"{stem}.", stem)[i % 3]))
        folder.video(script, f"videos/{stem}.mp4")
    for k in range(2):
        for script, video in named:
            rows.append(
                {"annotation_id": len(rows), "description": sentence(script, k), "video": video,
                 "times": [[0, 0], [0, 0], [0, 1], [0, 0]], "num_segments": 6, "dl_link": ""}
            )  # fmt: skip
    folder.json("test_data.json", rows)


def activitynet(folder: Folder) -> None:
    """Paragraphs: the sentences of a video in their order, some with spaces around them; files with and without v_."""
    captions = {}
    for i, script in enumerate(folder.scripts()):
        name = f"-Q{i:03d}_syn.V{i}" if i == 0 else f"Q{i:03d}_syn-V{i}"
        folder.video(script, f"videos/{'v_' if i % 2 else ''}{name}.mp4")
        captions[f"v_{name}"] = timed(script, [f" {sentence(script, k)}" for k in range(len(script.events))])
    folder.json("val_1.json", captions)


def timed(script: ClipScript, sentences: list[str]) -> dict:
    """ActivityNet Captions' entry of a video: seconds and sentences, side by side."""
    step = SECONDS_PER_EVENT
    spans = [[k * step, (k + 1) * step] for k in range(len(script.events))]
    return {"duration": len(script.events) * step, "timestamps": spans, "sentences": sentences}


def vatex(folder: Folder) -> None:
    """Ids whose part before the last two underscores holds underscores itself; captions in two languages."""
    rows = []
    for i, script in enumerate(folder.scripts()):
        name = f"Sy_n-{i:03d}_x_{i:06d}_{i + 10:06d}"
        rows.append({"videoID": name, "enCap": _described(folder, script, i, 3), "chCap": ["无"]})
        folder.video(script, f"videos/{name}.mp4")
    folder.json("vatex_validation_v1.0.json", rows)
    folder.lines("test_ids.txt", [row["videoID"] for row in rows])


def video_captions(folder: Folder) -> None:
    """The JSON of many papers' code: one caption or a list of them, and paths from where it lies."""
    rows = []
    for i, script in enumerate(folder.scripts()):
        video, said = f"part.{i % 2}/clip {i} (copy).mp4", _described(folder, script, i, 2)
        rows.append({"video": video, "caption": said if i % 2 else in_order(script)})
        folder.video(script, video)
    folder.json("annotations.json", rows)
