"""Ask a running app from another program: search, caption, score, explain, embed.  python examples/api_client.py [URL] [VIDEO]

Start `python app.py` first. Needs nothing of this package, only `pip install gradio_client`.
"""

import sys

from gradio_client import Client, handle_file

app = Client(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860", verbose=False)

info = app.predict(limit=3, api_name="/info")
print(f"{info['models']['base']} and {info['models']['adapter']}, {info['gallery_size']} clips")
clip = info["clips"][0]["clip_id"]

ranked = app.predict(query="a man in red pushes a woman", limit=3, api_name="/search")
for model in ("base", "adapted"):
    print(f"{model}: {', '.join(hit['clip_id'] for hit in ranked[model])}")

video = {"video": handle_file(sys.argv[2])} if len(sys.argv) > 2 else {"clip_id": clip}
captions = app.predict(**video, api_name="/caption")
for event in captions["events"]:
    print(f"{event['start']:.0f} s  base: {event['base_sentence']}  SRL-CLIP: {event['adapted_sentence']}")

mine = {"clip_id": captions["clip_id"], "event_index": 0}  # an upload is known by its id for a while
scored = app.predict(**mine, true_caption="a man runs", own="a man sits\na man swims", kinds="none", api_name="/score")
print(f"of {len(scored['negatives'])} negatives, beaten: {scored['beaten']}")

why = app.predict(**mine, query="a man runs", api_name="/explain")
for model in ("base", "adapted"):
    shares = ", ".join(f"{share:+.3f}" for share in why[f"{model}_frames"])
    print(f"{model}: {why[f'{model}_score']:.3f} of the frames' shares {shares}")

vectors = app.predict(texts=["a man runs", "a man sits"], clip_id=captions["clip_id"], api_name="/embed")
for model in ("base", "adapted"):
    text, event = vectors["text"][model][0], vectors["video"][model]["events"][0]
    print(f"{model}: cosine of the first text and event {sum(a * b for a, b in zip(text, event, strict=True)):.3f}")
