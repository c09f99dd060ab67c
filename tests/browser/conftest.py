"""A browser without a window, where there is one."""

import shutil
from contextlib import contextmanager

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SOFTWARE_GL = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]


@pytest.fixture(scope="session")
def launched():
    """launched(more arguments): a browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"none of {', '.join(PROGRAMS)} is installed")
    with playwright.sync_playwright() as started:
        open_ones = []

        def launch(more=()):
            arguments = [a for a in ARGUMENTS if not (more and a == "--disable-gpu")]
            open_ones.append(started.chromium.launch(executable_path=program, args=[*arguments, *more]))
            return open_ones[-1]

        yield launch
        for browser in open_ones:
            browser.close()


@pytest.fixture(scope="session")
def browser(launched):
    return launched()


@pytest.fixture(scope="session")
def browser_3d(launched):
    return launched(SOFTWARE_GL)


@pytest.fixture(scope="session")
def visit():
    """With visit(browser, path, width, scheme) as page: an error in its console fails the test."""

    @contextmanager
    def opened(browser, path, width=1280, scheme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if "http" in request.url[:5] else None)
        page.goto(path.as_uri())
        yield page
        assert said == []
        page.close()

    return opened
