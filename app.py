"""Compare Base CLIP with SRL-CLIP in the browser: retrieval, SRL captions, hard negatives, analysis.

python app.py                                   # the bundled small models and clips, on the CPU
python app.py --base openai/clip-vit-base-patch32 --adapter runs/vitb32 --gallery my_clips --device cuda
"""

from pathlib import Path

from srlclip.app.serve import leave, main

if __name__ == "__main__":
    leave(main(folder=Path(__file__).resolve().parent))
