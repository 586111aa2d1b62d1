"""The container files, read as text: no engine is needed to hold them to the settings and to good habits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def known() -> set[str]:
    """Return the name of every setting that Hearth reads, from the sources that read them."""
    sources = [ROOT / "server" / "settings.py", ROOT / "server" / "db" / "conf.py"]
    return set(re.findall(r'"(HEARTH_\w+)"', " ".join(source.read_text("utf-8") for source in sources)))


def test_every_setting_in_the_containers_is_one_that_hearth_reads() -> None:
    used = set(re.findall(r"HEARTH_\w*[A-Z]", COMPOSE + DOCKERFILE))
    assert used <= known()
    assert {"HEARTH_NEO4J_URI", "HEARTH_NEO4J_PASSWORD", "HEARTH_HASH_KEY", "HEARTH_HOME"} <= used


def test_the_service_finds_the_database_by_its_name() -> None:
    given = dict(re.findall(r"^      (HEARTH_\w+): (\S+)$", COMPOSE, re.MULTILINE))
    settings = Settings.from_environment(given)
    assert settings.neo4j_uri == "bolt://neo4j:7687"
    assert "\n  neo4j:\n    image: neo4j:5.26-community\n" in COMPOSE


def test_the_service_waits_until_the_database_is_healthy() -> None:
    assert "depends_on:\n      neo4j:\n        condition: service_healthy\n" in COMPOSE
    assert COMPOSE.count("healthcheck:") == 2


def test_the_password_must_be_given_and_stands_nowhere() -> None:
    uses = re.findall(r"\$\{HEARTH_NEO4J_PASSWORD(\S*)", COMPOSE)
    assert len(uses) == 2
    assert all(use.startswith(":?") for use in uses)
    assert "PASSWORD" not in DOCKERFILE


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = re.findall(r'^      - "(.*:\d+)"$', COMPOSE, re.MULTILINE)
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_data_outlives_the_containers() -> None:
    mounts = re.findall(r"^      - (\w+):(/\S+)$", COMPOSE, re.MULTILINE)
    assert mounts == [("neo4j", "/data"), ("hearth", "/var/lib/hearth")]
    assert COMPOSE.endswith("volumes:\n  neo4j:\n  hearth:\n")


@pytest.mark.parametrize("text", [COMPOSE, DOCKERFILE])
def test_images_are_pinned_to_a_minor_version(text: str) -> None:
    images = re.findall(r"^(?:FROM|    image:) (\S+)$", text, re.MULTILINE)
    assert images
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_the_service_runs_as_a_user_without_rights() -> None:
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert user.isdecimal()
    assert int(user) > 0
    assert DOCKERFILE.index("USER") < DOCKERFILE.index("CMD [")


def test_dependencies_come_from_the_lock_by_hash() -> None:
    installs = re.findall(r"pip install (.*)", DOCKERFILE)
    assert all("--require-hashes" in install or "--no-deps" in install for install in installs)


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    copied = " ".join(re.findall(r"^COPY (.+) \./", DOCKERFILE, re.MULTILINE)).split()
    assert all((ROOT / name).exists() for name in copied)
    assert IGNORED[1] == "*"
    assert {f"!{name}" for name in copied} == {line for line in IGNORED if line.startswith("!")}


def test_health_is_the_readiness_of_the_service() -> None:
    assert "/readyz" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]
    assert "/readyz" in COMPOSE
