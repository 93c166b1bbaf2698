"""Runs a list of named checks in order and prints a line for each in the form of TAP.

Owns the deployment's description and the person at the browser, who is played by driver/visit.mjs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

DRIVER = Path(__file__).resolve().parent.parent / "driver" / "visit.mjs"

SCOPE = "openid email offline_access"


class Deployment:
    """An issuer with its users and clients, as `portreeve demo` describes them."""

    def __init__(self, description):
        self.issuer = description["issuer"]
        self.users = description["users"]
        self.clients = description["clients"]
        self.trusted_issuer = description.get("trusted_issuer")

    def client(self, client_id):
        """The client of an identifier, for the deployments of deployment/cast.mjs."""
        return next(client for client in self.clients if client["client_id"] == client_id)

    @property
    def user(self):
        """A user who logs in with a password alone: the first, or the one that CHECKED_USER=last says."""
        users = reversed(self.users) if os.environ.get("CHECKED_USER") == "last" else self.users
        return next(user for user in users if not user.get("totp_secret"))

    @property
    def public_client(self):
        """A client without a secret whose users come back to a redirect URI."""
        return next(c for c in self.clients if not c.get("client_secret") and c.get("redirect_uris"))

    @property
    def confidential_client(self):
        """A client with a secret whose users come back to a redirect URI."""
        return next(c for c in self.clients if c.get("client_secret") and c.get("redirect_uris"))

    @property
    def service_client(self):
        """A client that acts for itself; gateways, which only introspect, are told apart by their note."""

        def only_introspects(client):
            note = client.get("note", "").lower()
            return any(word in note for word in ("gateway", "introspect", "backchannel"))

        return next(
            c
            for c in self.clients
            if c.get("client_secret") and not c.get("redirect_uris") and not only_introspects(c)
        )

    @property
    def device_client(self):
        """A client on a device without a browser, by its note."""
        return next(c for c in self.clients if "device" in c.get("note", "").lower())

    @property
    def backchannel_client(self):
        """A client that asks by the back channel, by its note."""
        return next(c for c in self.clients if "backchannel" in c.get("note", "").lower())

    @property
    def is_plain_http(self):
        """Whether the issuer speaks plain HTTP, which client libraries refuse unless told."""
        return self.issuer.startswith("http:")


class Surroundings:
    """The deployment under test and a person, who keeps the session from one check to the next."""

    def __init__(self, options, jar):
        self.deployment = Deployment(json.loads(Path(options.demo_json).read_text()))
        self._options = options
        self._jar = jar

    def visit(self, url, until=None):
        """Lets the user visit an address; returns the URL that would go to the client."""
        return self._visit(*(["--until", until] if until else []), url)

    def approve(self):
        """Lets the user agree to what a client asked by the back channel, where people do not agree by themselves."""
        self._visit("--approve")

    def _visit(self, *arguments):
        command = ["node", DRIVER, "--target", self._options.target, "--demo-json", self._options.demo_json]
        command += ["--jar", self._jar, *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        holds(ended.returncode == 0, f"the visit failed: {ended.stderr}")
        return ended.stdout.strip()


def parameter(url, name):
    """Returns a parameter of a URL's query, or None."""
    return parse_qs(urlsplit(url).query).get(name, [None])[0]


def same(actual, expected, what):
    """Fails the check unless the values are the same."""
    holds(actual == expected, f"{what}: {actual!r}, not {expected!r}")


def holds(condition, what):
    """Fails the check unless a condition holds."""
    if not condition:
        raise AssertionError(what)


def refused(action, what, fits=lambda error: True):
    """Fails the check unless calling `action` raises an error that `fits`."""
    try:
        action()
    except Exception as error:  # noqa: BLE001: each library has its own
        holds(fits(error), f"{what} was refused for another reason: {error!r}")
        return
    raise AssertionError(f"{what} was accepted")


def says_invalid_grant(error):
    """Whether a library's error stands for a server's answer with that error code."""
    return getattr(error, "error", None) == "invalid_grant"


def run(library, checks, beyond_the_control=()):
    """Runs `checks`, a list of (title, function), for a library named `library`, and ends the program.

    `beyond_the_control` are checks of what the control does not have.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--demo-json", required=True)
    options = parser.parse_args()
    if options.target != "control":
        checks = [*checks, *beyond_the_control]

    failed = False
    print(f"1..{len(checks)}")
    with tempfile.TemporaryDirectory() as folder:
        surroundings = Surroundings(options, Path(folder) / "cookies.json")
        for number, (title, check) in enumerate(checks, start=1):
            line = f"{number} - {library}: {title}"
            try:
                check(surroundings)
                print(f"ok {line}", flush=True)
            except Exception:  # noqa: BLE001: whatever it is, the check failed
                failed = True
                print(f"not ok {line}")
                print("  # " + traceback.format_exc().rstrip().replace("\n", "\n  # "), flush=True)
    sys.exit(1 if failed else 0)
