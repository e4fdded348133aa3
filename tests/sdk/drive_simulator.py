"""Reads a running simulator with TikTok's own SDK, so that the simulator answers as TikTok's client expects.

Usage: drive_simulator.py BASE_URL ACCESS_TOKEN [APP_ID APP_SECRET]

Prints one JSON object: who the token is, the Business Centers, per Business Center ids, roles and totals, and what the
two witnesses say. Exits with 1 and a sentence on stderr when an answer contradicts another or cannot be read.
"""

import json
import sys

from business_api_client import ApiClient, Configuration
from business_api_client.api.account_management_api import AccountManagementApi
from business_api_client.api.authentication_api import AuthenticationApi
from business_api_client.api.bc_api import BCApi
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

PAGE_SIZE = 50
IDS_PER_CALL = 100


class Mismatch(Exception):
    """Two answers that cannot both be true."""


def client_for(base_url):
    configuration = Configuration()
    configuration.host = base_url
    return ApiClient(configuration)


def all_pages(what, ask):
    """Rows of every page, checked against the totals of each."""
    rows, page, page_info = [], 1, None
    while True:
        data = ask(page)["data"]
        page_info = data["page_info"]
        if page_info["page"] != page:
            raise Mismatch(f"{what}: asked for page {page}, got page {page_info['page']}")
        rows += data["list"]
        if page >= page_info["total_page"]:
            break
        page += 1
    if len(rows) != page_info["total_number"]:
        raise Mismatch(f"{what}: {len(rows)} rows, but total_number is {page_info['total_number']}")
    return rows, page_info


def user_info(client, token):
    # The SDK has no method for /user/info/; this is what its methods do inside.
    return client.call_api(
        "/open_api/v1.3/user/info/", "GET", header_params={"Access-Token": token},
        response_type="InlineResponse200", _return_http_data_only=True,
    )["data"]


def business_centers(client, token):
    api = BCApi(client)
    rows, page_info = all_pages("/bc/get/", lambda page: api.bc_get(token, page=page, page_size=PAGE_SIZE))
    listed = []
    for row in rows:
        bc_id = row["bc_info"]["bc_id"]
        assets, assets_info = all_pages(
            f"/bc/asset/get/ of {bc_id}",
            lambda page: api.bc_asset_get(bc_id, "ADVERTISER", token, page=page, page_size=PAGE_SIZE),
        )
        listed.append({
            "bc_id": bc_id,
            "user_role": row["user_role"],
            "page_info": assets_info,
            "accounts": {asset["asset_id"]: asset["advertiser_role"] for asset in assets},
        })
    return listed, page_info


def statuses(client, token, ids):
    api, found = AccountManagementApi(client), {}
    for start in range(0, len(ids), IDS_PER_CALL):
        batch = ids[start:start + IDS_PER_CALL]
        data = api.advertiser_info(batch, token, fields=["advertiser_id", "status"])["data"]
        found.update({row["advertiser_id"]: row["status"] for row in data["list"]})
    return found


def read(base_url, token, app_id=None, secret=None):
    client = client_for(base_url)
    listed, page_info = business_centers(client, token)
    seen = sorted({account for bc in listed for account in bc["accounts"]})
    summary = {
        "user": user_info(client, token),
        "page_info": page_info,
        "business_centers": listed,
        "statuses": statuses(client, token, seen),
    }
    if sorted(summary["statuses"]) != seen:
        raise Mismatch("/advertiser/info/ does not show every account that /bc/asset/get/ shows")
    if app_id is not None:
        rows = AuthenticationApi(client).oauth2_advertiser_get(app_id, secret, token)["data"]["list"]
        summary["reached"] = [row["advertiser_id"] for row in rows]
        unreached = set(seen) - set(summary["reached"])
        if unreached:
            raise Mismatch(f"/oauth2/advertiser/get/ does not show {sorted(unreached)}")
    return summary


def main(arguments):
    if len(arguments) not in (2, 4):
        sys.exit(__doc__)
    try:
        json.dump(read(*arguments), sys.stdout)
    except (Mismatch, TiktokSDKError, KeyError, TypeError) as error:
        sys.exit(f"the SDK could not read the simulator: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
