"""The app's endpoints as tools of an assistant (MCP).  python examples/mcp_client.py [URL]

Needs `pip install "gradio[mcp]"` where the app runs, before `python app.py` is started, and `pip install mcp` here.
"""

import ast
import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main(url: str) -> None:
    async with (
        streamablehttp_client(f"{url.rstrip('/')}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        for tool in (await session.list_tools()).tools:
            print(f"{tool.name}: {tool.description}")
        answer = await session.call_tool("search", {"query": "a man in red pushes a woman", "limit": 3})
        ranked = ast.literal_eval(answer.content[0].text)  # Gradio writes the JSON object as Python does
        print(f"SRL-CLIP's first: {ranked['adapted'][0]['clip_id']}")


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860"))
