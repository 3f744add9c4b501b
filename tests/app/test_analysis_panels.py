"""The analysis tab's panels on a fake comparison: what they say, their files, and that odd input gets a sentence."""

import base64
import csv
import io
import json
import re

import numpy as np
import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.plots import with_files
from srlclip.app.ui.tab import PageContext
from srlclip.app.ui.tabs.analysis import (
    TAB,
    disagree,
    estimates,
    gallery,
    heads,
    measure,
    measured,
    query,
    run_logs,
    sentences,
    studies,
)
from srlclip.app.ui.tabs.analysis.stored_views import stored_heads, stored_html, study_view
from srlclip.app.ui.tabs.analysis.tab import VIEWS
from srlclip.comparison.disagreement import rank_pairs
from srlclip.plots import metric_bars
from srlclip.results import Both, Timeline
from srlclip.situations import DataError


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=7)


@pytest.fixture(scope="module")
def media(comparison):
    return Media(comparison.situation, comparison.clip_ids(), reader=lambda path, at: np.zeros((36, 64, 3), np.uint8))


@pytest.fixture(scope="module")
def measurement(comparison):
    return measure.measure_gallery(comparison, limit=6)


def files(html):
    """file name -> bytes of every data link."""
    links = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]*)"', html)
    return {name: base64.b64decode(data) for name, data in links}


def table(content):
    return list(csv.reader(io.StringIO(content.decode())))


def test_every_plot_can_be_kept_as_svg_png_and_csv(comparison):
    figure = metric_bars([("R@1", {"base": (10, 8, 12), "adapted": (40, 36, 44)})])
    html = with_files(figure, "told", "bars", comparison.info, ("name", "value"), [("=1+1", 2)], source="+x")
    kept = files(html)
    assert set(kept) == {"srlclip_bars.svg", "srlclip_bars.png", "srlclip_bars.csv"} and 'aria-label="told"' in html
    assert kept["srlclip_bars.png"].startswith(b"\x89PNG") and len(kept["srlclip_bars.png"]) < 60_000
    svg = kept["srlclip_bars.svg"].decode()
    assert svg.startswith("<?xml") and "#0072b2" in svg.lower() and "var(--" not in svg
    head, row = table(kept["srlclip_bars.csv"])
    assert row[:2] == ["'=1+1", "2"] and row[head.index("source")] == "'+x" and "mini-base" in row


def test_a_formula_in_a_column_name_is_neutralised(comparison):
    figure = metric_bars([])
    html = with_files(figure, "t", "x", comparison.info, ("=cmd()",), [])
    assert table(files(html)["srlclip_x.csv"])[0][0] == "'=cmd()"


def test_stored_results_name_models_n_date_and_commit(comparison):
    html = stored_html(comparison)
    for words in ("61.3", "abc1234", "2026-01-01", "SRL captions, measured", "predicted roles", "21.5"):
        assert words in html
    assert "No measured results" in measured.results_html(comparison.info, None)
    rows = table(files(html)["srlclip_metrics_1.csv"])
    assert rows[1][:5] == ["R@1", "base", "24.1", "21.1", "27.1"] and "abc1234" in ",".join(rows[1])


def test_captioner_rows_put_the_heads_in_the_pairs_columns(comparison):
    rows = estimates.captioner_rows(comparison.measurement("captioner"))
    assert [(r.group, r.name) for r in rows] == [
        ("Trained heads, annotated roles", "Vb@1"),
        ("Trained heads, annotated roles", "CIDEr"),
        ("Trained heads, predicted roles", "Vb@1"),
    ]
    assert rows[0].values["base"][0] == 20 and rows[0].values["adapted - base"][0] == 10
    assert estimates.captioner_rows({"table": None}) == () == estimates.captioner_rows(None)


def test_a_study_shows_one_metric_with_differences_and_source(comparison):
    html, split, metric = study_view(comparison, "ablations/losses", "nope", None)
    assert split.value == "test" and metric.value == "event R@1" and set(split.choices) >= {("hard", "hard")}
    assert "the arm one" in html and "<strong>−5.0" in html and "abc1234" in html and "<svg" in html
    rows = table(files(html)["srlclip_study_losses.csv"])
    assert len(rows) == 4 and rows[2][9:12] == ["-5.0", "-7.0", "-3.0"] and rows[3][9] == ""
    with pytest.raises(ValueError, match="no numbers"):
        estimates.read_study({"study": "x", "tables": {}})
    with pytest.raises(ValueError, match="has no"):
        studies.study_html(comparison.info, comparison.measurement("ablations/losses"), "test", "<b>")


def cell(value):
    return {"mean": value, "ci": [value - 2, value + 2]}


#: Made up, in the shape of results/heads.json and of a study's block.
ARMS = {
    "base": "base CLIP",
    "sparse": "+ sparse captions (control)",
    "adapted": "+ SRL-CLIP",
    "adapted, no contextualizer": "+ SRL-CLIP, without contextualizer tokens",
}
CURVES = {
    "question": "What does a head gain?", "method": "As the paper.", "commit": "abc1234", "date": "2026-01-04", "clips": 300,
    "arms": [{"name": name, "label": label} for name, label in ARMS.items()],
    "table": {metric: {name: {str(size): cell(5 * k + 10 * n) if (name, size) != ("sparse", 100) else {"missing": "not run"}
                              for n, size in enumerate((40, 100, 300))} for k, name in enumerate(ARMS)}
              for metric in ("Vb@1", "Vb@5", "CIDEr", "LEA")},
}  # fmt: skip


def test_curves_of_heads_have_a_plot_per_measure_with_their_numbers(comparison):
    html = heads.heads_html(comparison.info, CURVES, [])
    assert html.count("<svg") == 3 and "As the paper." in html and "abc1234" in html and "Vb@5" not in html
    rows = table(files(html)["srlclip_heads_vb1.csv"])
    assert rows[0][:6] == ["metric", "features", "labelled_clips", "value", "low", "high"] and len(rows) == 12
    assert rows[1][:6] == ["Vb@1", "base CLIP", "40", "0", "-2", "2"]
    assert "without contextualizer tokens" in html and html.count("–") >= 3, "a head that is missing is a dash"


def test_heads_of_an_ablation_stand_beside_the_papers_numbers(comparison):
    arms = [
        {"name": "base", "label": "no <b>adaptation", "paper": "46.57 / 60.79"},
        {"name": "all", "label": "all four"},
    ]
    block = {
        "tables": {"mini-base": {"Vb@1": {"base": cell(20), "all": {"missing": "not run"}}, "CIDEr": {"all": cell(90)}}}
    }
    study = {"study": "losses", "question": "Which loss?", "reference": "all", "arms": arms, "heads": block}
    html = heads.heads_html(comparison.info, None, [study, {"study": "rank"}])
    assert "46.57 / 60.79" in html and "20.0" in html and "90.0" in html and "<b>adaptation" not in html
    assert re.search("<strong>(<bdi[^>]*>)?all four", html) and "rank.json" not in html
    rows = table(files(html)["srlclip_heads_of_losses.csv"])
    assert rows[1][:7] == ["mini-base", "base", "Vb@1", "20.0", "18", "22", "46.57 / 60.79"] and len(rows) == 5


def test_where_no_heads_were_measured_the_panel_names_the_commands(comparison):
    html = stored_heads(comparison)
    assert "python -m training.heads" in html and "python -m training.ablate all --heads" in html and "<svg" not in html
    half = heads.heads_html(comparison.info, {"arms": [], "table": {}}, [{"study": "x", "heads": None}])
    assert heads.CURVES_COMMAND in half and heads.ABLATIONS_COMMAND in half


def test_gallery_measurement_counts_every_negative_once(comparison, measurement):
    total = sum(t.won + t.tied + t.lost for t in measurement.tallies("kind").values())
    assert measurement.clips == 6 == len(measurement.ranks) and total == len(measurement.negatives) == len(
        measurement.margins["base"]
    )
    assert total == sum(t.won + t.tied + t.lost for t in measurement.tallies("verb").values())
    html = gallery.gallery_html(comparison.info, measurement)
    assert "6 of 7 clips" in html and "mini-srlclip" in html
    rows = table(files(html)["srlclip_ranks.csv"])[1:]
    assert [(int(r[3]), int(r[4])) for r in rows] == measurement.ranks
    assert len(table(files(html)["srlclip_margins.csv"])) == total + 1


def test_the_largest_movers_come_first_and_every_point_is_a_button(comparison, measurement):
    up, down = measurement.movers(9)
    assert all(r.gain > 0 for r in up) and all(r.gain < 0 for r in down)
    assert [r.gain for r in up] == sorted((r.gain for r in up), reverse=True)
    html = gallery.outliers_html(measurement)
    pressed = re.findall(r'<button type="button" class="sc-line" data-sc-open="([^"]+)"', html)
    assert {f"{r.event_index}:{r.clip_id}" for r in measurement.asked} == set(pressed)


def test_an_outlier_opens_in_the_player_with_live_ranks(comparison, media, measurement):
    row = measurement.asked[2]
    html = gallery.opened(comparison, media, f"{row.event_index}:{row.clip_id}")
    assert f"Base CLIP {row.ranks[0]}, SRL-CLIP {row.ranks[1]}" in html and row.clip_id in html and "<svg" in html
    for bad in ("", "0", "9:clip_00", "-1:clip_00", "0:../../etc", "0:<b>"):
        with pytest.raises(ValueError, match="no event"):
            gallery.opened(comparison, media, bad)


def test_a_query_over_the_gallery_is_ordered_by_either_model(comparison):
    heat = comparison.heat("a query")
    for model in ("base", "adapted"):
        html = query.heat_html(comparison, " a  query ", model)
        first = re.findall(r'data-sc-open="([^"]+)"', html)[0]
        assert next(r for r in heat.rows if r.clip_id == first).rank[model] == 1
        assert len(table(files(html)["srlclip_gallery_heat_adapted.csv"])) == 8
    for bad, words in (("", "empty"), ("x" * 3000, "characters")):
        with pytest.raises(ValueError, match=words):
            query.heat_html(comparison, bad, "base")
    with pytest.raises(ValueError, match="order"):
        query.heat_html(comparison, "q", "nope")


def test_hostile_text_stays_text(comparison, media):
    bad = "<img src=x onerror=alert(1)>${7*7}{{value}}"
    pages = [query.heat_html(comparison, bad, "base")]
    pages.append(gallery.clip_panel(comparison, media, "clip_01", bad, bad))
    for html in pages:
        assert "<img src=x" not in html and "${" not in html and "{{" not in html


def test_the_map_stands_beside_its_numbers(comparison):
    html = query.map_html(comparison, "events:verb")
    assert html.count("<svg") == 2 and "Nearest neighbour has the same verb" in html and "by chance" in html
    assert len(table(files(html)["srlclip_map_events_verb_base.csv"])) == 36
    assert "35 events" in html and "clips:scene" in dict(map(reversed, query.MAPS))
    with pytest.raises(ValueError, match="no map"):
        query.map_html(comparison, "frames:verb")


def run(folder, name, rate, seconds=1.0):
    made = folder / name
    made.mkdir()
    (made / "log.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "loss": 1.5}\n{"st')
    (made / "config.json").write_text(json.dumps({"out": name, "optim": {"learning_rate": rate, "epochs": 2}}))
    (made / "metrics.json").write_text(json.dumps({"valid_R@1": 50.0 + rate, "done": True}))
    (made / "run.json").write_text(json.dumps({"commit": "abc1234", "seconds": seconds}))


def test_runs_of_a_folder_stand_side_by_side_by_what_differs(comparison, tmp_path):
    run(tmp_path, "one", 1e-3)
    run(tmp_path, "two", 2e-3)
    (tmp_path / "two" / "run.json").write_text("{broken")
    rows = run_logs.run_table(tmp_path)
    assert rows.varied == ("optim.learning_rate",) and rows.metrics == ("valid_R@1",)
    html = studies.runs_html(comparison.info, tmp_path)
    assert "0.002" in html and "abc1234" in html and "epochs" not in html
    assert "no table" in studies.runs_html(comparison.info, None)


def test_run_folders_are_listed_and_only_those_can_be_read(comparison, tmp_path):
    run(tmp_path, "run1", 1e-3)
    assert run_logs.run_folders(tmp_path) == ("run1",)
    html = studies.run_html(comparison.info, tmp_path, "run1")
    assert "2 rows" in html and table(files(html)["srlclip_training_curves.csv"])[1][:2] == ["1", "2.0"]
    with pytest.raises(ValueError, match="no run"):
        studies.run_html(comparison.info, tmp_path, "../run1")
    (tmp_path / "run1" / "log.jsonl").write_text("{broken\n{}\n")
    with pytest.raises(DataError, match="line 1"):
        studies.run_html(comparison.info, tmp_path, "run1")


def test_measured_results_are_read_with_intervals(comparison):
    rows = estimates.metric_rows(comparison.results())
    assert [r.name for r in rows] == ["R@1", "R@5", "agent patient"] and rows[0].values["base"] == (24.1, 21.1, 27.1)


def test_a_control_is_a_model_of_the_measured_table_with_a_mark_of_its_own(comparison):
    stored = comparison.results()
    stored["tables"]["events"]["R@1"] |= {"sparse": {"mean": 20.0, "ci": [18, 22], "n": 60}}
    stored["tables"]["events"]["R@1"] |= {"adapted - sparse": {"mean": 41.3, "ci": [38, 44]}}
    rows = estimates.metric_rows(stored)
    assert measured.models_of(rows) == ("base", "sparse", "adapted")
    html = measured.results_html(comparison.info, stored)
    assert "■</span> Base + sparse captions (control)" in html and "SRL-CLIP − Base + sparse captions" in html
    assert html.index("Base CLIP</span></span></th>") < html.index("■</span>") < html.index("SRL-CLIP − Base")


def test_the_first_sentence_counts_wins_and_losses_alike():
    def row(name, base, adapted, **more):
        return estimates.MetricRow("set", name, {"base": base, "adapted": adapted, **more})

    rows = [
        row("R@1", (10, 9, 11), (20, 19, 21)),
        row("noun", (90, 88, 92), (80, 78, 82)),
        row("MdR", (9, 8, 10), (2, 1, 3)),
    ]
    rows.append(row("verb", (10, 9, 11), (11, 10, 12), **{"adapted - base": (1, -1, 3)}))
    said = sentences.measured_sentence(rows)
    assert "better than Base CLIP in 2 of 4 measures on 1 set" in said and "worse in 1 (noun)" in said
    assert "intervals in 1" in said


@pytest.mark.parametrize("difference, higher, lower", [("arm - reference", 0, 1), ("reference - arm", 1, 0)])
def test_a_studys_sentence_minds_which_arm_is_subtracted(comparison, difference, higher, lower):
    results = comparison.measurement("ablations/losses") | {"difference": difference}
    said = sentences.study_sentence(estimates.read_study(results), "test", "event R@1")
    assert f"is lower in {lower} of 2 arms, higher in {higher}" in said and "interval in 1" in said


def test_a_querys_sentence_says_which_model_is_right_only_where_that_is_known(comparison):
    curve = Timeline("c", "q", ((0, 1), (1, 2)), Both((0.3, 0.1), (0.1, 0.3)))
    assert "only SRL-CLIP is right" in sentences.query_sentence(curve, 1)
    assert "no event is known" in sentences.query_sentence(curve, None)


def test_disagreement_stands_in_both_directions_and_its_events_open(comparison, media):
    html, first = disagree.disagree_html(comparison)
    ranked = rank_pairs(comparison)[0]
    higher, same, lower = ranked.counts()
    assert f"higher under SRL-CLIP {higher} times, higher under Base CLIP {lower} times and alike {same} times" in html
    assert html.index("sc-column sc-c-base") < html.index("sc-column sc-c-adapted")
    assert abs(first.gain) == max(abs(pair.gain) for pair in ranked.pairs)
    assert len(set(re.findall(r'data-sc-point="(\d+)"', html))) == 35 and "agree to" in html
    rows = table(files(html)["srlclip_disagree_events.csv"])
    assert len(rows) == 36 and len(table(files(html)["srlclip_neighbourhoods.csv"])) == 36
    opened = disagree.event_player(comparison, media, f"{first.event_index}:{first.clip_id}")
    assert first.clip_id in opened and first.query in opened and f'data-sc-start="{2 * first.event_index}"' in opened
    for bad in ("", "9:clip_00", "-1:clip_00", "0:../x", "0:<b>"):
        with pytest.raises(ValueError, match="no event"):
            disagree.event_player(comparison, media, bad)


def tab_of(comparison, media):
    import gradio as gr

    with gr.Blocks():
        place = gr.Tab("x")
        with place:
            return TAB.build(PageContext(comparison, media), place)


@pytest.mark.parametrize("name", [name for name, *_ in VIEWS])
def test_a_link_opens_each_view_filled_and_leaves_the_others_alone(comparison, media, name):
    drawn = tab_of(comparison, media)
    values = drawn.restore(Link("analysis", view=name))
    assert len(values) == len(drawn.fields) and values[0].selected == name and values[1] == (name,)
    shown = [v for v in values if isinstance(v, str) and "<svg" in v]
    if name == "heads":  # the fake pair has no head study
        assert any("python -m training.heads" in str(v) for v in values)
    else:
        assert shown and any("sc-said" in v for v in shown)
    assert len(drawn.renewal.values()) == len(drawn.renewal.components)


def test_an_unknown_view_is_the_first_one_and_a_view_with_nothing_to_show_says_why(media):
    empty = FakeComparison(None, clips=0)
    drawn = tab_of(empty, media)
    assert drawn.restore(Link("analysis", view="nope"))[0].selected == VIEWS[0][0]
    values = drawn.restore(Link("analysis", view="live"))
    assert any("No gallery clip has labels" in str(value) for value in values)
