"""Compare Base CLIP with SRL-CLIP in the browser: retrieval, SRL captions, hard negatives, analysis.

python app.py                                   # the bundled small models and clips, on the CPU
python app.py --base openai/clip-vit-base-patch32 --adapter runs/vitb32 --gallery my_clips --device cuda
"""

import sys
from pathlib import Path

from srlclip.serve import main

if __name__ == "__main__":
    sys.exit(main(folder=Path(__file__).resolve().parent))
