"""The Video Contextualizer: a Transformer encoder that lets the frames and events of one clip see each other.

Tokens of a clip (RECIPE of the SRL-CLIP paper, arXiv 2401.07669): [video] ([event_k] frame_k1 ... frame_kF), k = 1..E.
"""

from __future__ import annotations

import torch
from torch import nn

from srlclip.config import ContextualizerSettings
from srlclip.pooling import clip_vectors, event_vectors, unit

_VIDEO, _EVENT, _FRAME = range(3)


class VideoContextualizer(nn.Module):
    """Contextual video and event embeddings from one clip's frame embeddings.

    Each token adds a type embedding (video, event, frame); event and frame tokens add the embedding of their event's
    position, frame tokens also that of their position within the event. dim: D, a multiple of settings.heads.
    """

    def __init__(self, dim: int, settings: ContextualizerSettings):
        super().__init__()
        if settings.heads < 1 or dim % settings.heads:
            raise ValueError(f"contextualizer.heads is {settings.heads}; it must divide the embedding size {dim}")
        self.dim, self.settings = dim, settings
        self.video_token = nn.Parameter(torch.empty(dim))
        self.event_token = nn.Parameter(torch.empty(dim))
        self.type_embedding = nn.Parameter(torch.empty(3, dim))
        self.event_position = nn.Parameter(torch.empty(settings.max_events, dim))
        self.frame_position = nn.Parameter(torch.empty(settings.max_frames, dim))
        for weight in self.parameters():
            nn.init.normal_(weight, std=0.02)
        layer = nn.TransformerEncoderLayer(
            dim,
            settings.heads,
            dim_feedforward=int(dim * settings.feedforward),
            dropout=settings.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.encoder = nn.TransformerEncoder(layer, settings.layers, norm=nn.LayerNorm(dim), enable_nested_tensor=False)
        #: What of the Transformer's output is added to the frames' means: of the video token, of the event tokens.
        self.gain = nn.Parameter(torch.full((2,), settings.residual_gain)) if settings.residual_gain else None

    def forward(self, frames: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """frames: (B, E, F, D), L2-normalised -> video (B, D) and events (B, E, D), both L2-normalised.

        Raises ValueError for more events or frames than the settings allow, or another D.
        """
        if frames.ndim != 4 or frames.shape[-1] != self.dim:
            raise ValueError(f"frames must be (B, E, F, {self.dim}), got {tuple(frames.shape)}")
        clips, events, per_event, _ = frames.shape
        limits = self.settings
        if not 1 <= events <= limits.max_events or not 1 <= per_event <= limits.max_frames:
            raise ValueError(
                f"got {events} events of {per_event} frames; allowed: 1 to {limits.max_events} events "
                f"of 1 to {limits.max_frames} frames"
            )
        event_position = self.event_position[:events, None]  # (E, 1, D)
        frame_tokens = frames + self.type_embedding[_FRAME] + event_position + self.frame_position[:per_event]
        event_tokens = self.event_token + self.type_embedding[_EVENT] + event_position
        blocks = torch.cat([event_tokens.expand(clips, -1, -1, -1), frame_tokens], dim=2)  # (B, E, 1 + F, D)
        video = (self.video_token + self.type_embedding[_VIDEO]).expand(clips, 1, -1)
        tokens = torch.cat([video, blocks.flatten(1, 2)], dim=1)  # (B, 1 + E (1 + F), D)
        tokens = self.encoder(tokens).float()
        video, event = tokens[:, 0], tokens[:, 1:].unflatten(1, (events, 1 + per_event))[:, :, 0]  # (B, D), (B, E, D)
        if self.gain is not None:
            video = clip_vectors(frames.float()) + self.gain[0] * video
            event = event_vectors(frames.float()) + self.gain[1] * event
        return unit(video), unit(event)
