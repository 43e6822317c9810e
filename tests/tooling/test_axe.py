"""The accessibility engine runs under the strictest policy and finds what is wrong."""

import pytest

from tests.axe import axe_check
from tests.chromium import chromium, executable

GOOD = '<!doctype html><html lang="fr"><title>Une page</title><main><h1>Une page</h1></main></html>'
BAD = GOOD.replace("</main>", '<img src="data:,"><input id="nom"></main>')
POLICY = "default-src 'none'; script-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

pytestmark = pytest.mark.e2e


def test_axe_finds_faults_in_a_page_whose_policy_forbids_all_script() -> None:
    with chromium() as browser:
        page = browser.new_page()
        pages = {"http://test.invalid/bad": BAD, "http://test.invalid/good": GOOD}
        page.route(
            "**/*",
            lambda route: route.fulfill(
                body=pages[route.request.url],
                headers={"Content-Security-Policy": POLICY},
                content_type="text/html; charset=utf-8",
            ),
        )
        page.goto("http://test.invalid/bad")
        assert {violation.rule for violation in axe_check(page)} == {"image-alt", "label"}
        page.goto("http://test.invalid/good")
        assert axe_check(page) == []


def test_a_missing_browser_fails_in_ci_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make chromium"):
        executable()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="make chromium"):
        executable()
