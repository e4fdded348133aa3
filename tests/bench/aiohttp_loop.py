"""A plain asynchronous client with 16 requests in flight: what a careful script would be.

Usage: aiohttp_loop.py BASE_URL PAGES PAGES_EACH

Prints one JSON object: pages, rows, seconds and CPU seconds of the loop alone, without start and imports.
"""

import asyncio
import json
import sys
import time

import aiohttp

IN_FLIGHT = 16


async def read(base_url, pages, pages_each):
    rows, numbers = 0, iter(range(pages))
    url, headers = f"{base_url}/open_api/v1.3/bc/asset/get/", {"Access-Token": "generated-token"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT), headers=headers) as session:

        async def work():
            nonlocal rows
            for number in numbers:
                query = {
                    "bc_id": str(7_500_000_000_000_000_001 + number // pages_each),
                    "asset_type": "ADVERTISER",
                    "page": str(number % pages_each + 1),
                    "page_size": "50",
                }
                async with session.get(url, params=query) as response:
                    answer = await response.json()
                if answer["code"] != 0:
                    raise SystemExit(f"code {answer['code']}: {answer['message']}")
                rows += len(answer["data"]["list"])

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return rows


def main(base_url, pages, pages_each):
    start, cpu = time.perf_counter(), time.process_time()
    rows = asyncio.run(read(base_url, pages, pages_each))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(json.dumps({"pages": pages, "rows": rows, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
