"""TikTok's own SDK in a loop, as its examples show it: pages of /bc/asset/get/, one after the other.

Usage: sdk_loop.py BASE_URL PAGES PAGES_EACH

Prints one JSON object: pages, rows, seconds and CPU seconds of the loop alone, without start and imports.
"""

import json
import sys
import time

from business_api_client import ApiClient, Configuration
from business_api_client.api.bc_api import BCApi


def main(base_url, pages, pages_each):
    configuration = Configuration()
    configuration.host = base_url
    api = BCApi(ApiClient(configuration))
    start, cpu, rows = time.perf_counter(), time.process_time(), 0
    for number in range(pages):
        bc = str(7_500_000_000_000_000_001 + number // pages_each)
        page = number % pages_each + 1
        data = api.bc_asset_get(bc, "ADVERTISER", "generated-token", page=page, page_size=50)["data"]
        rows += len(data["list"])
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(json.dumps({"pages": pages, "rows": rows, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
