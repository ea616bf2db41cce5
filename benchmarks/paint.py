"""How soon a phone shows the largest thing of a page: LCP, on a processor a quarter as fast as this one."""

import os
import shutil

from benchmarks.load import HOST, Server

SLOWDOWN = 4
PHONE = {"width": 390, "height": 844}
LARGEST = """() => new Promise(found =>
  new PerformanceObserver(list => found(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true}))"""


def report(addresses: dict[str, str]) -> str:
    """Return page -> LCP in words, or why it was not measured."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return "not measured: there is no Chromium"
    from playwright.sync_api import sync_playwright

    with Server("benchmarks.browsed_site") as shop, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        taken = {}
        for name, path in addresses.items():
            shop.warm_up(path)
            context = browser.new_context(viewport=PHONE, extra_http_headers={"X-Forwarded-Proto": "https"})
            page = context.new_page()
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
            page.goto(f"http://{HOST}:{shop.port}{path}", wait_until="load")
            taken[name] = page.evaluate(LARGEST)
            context.close()
        browser.close()
    return ", ".join(f"{name} {ms:.0f} ms" for name, ms in taken.items())
