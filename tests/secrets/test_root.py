"""The root secret: made once, for its owner alone; one that could be guessed is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backsmith.errors import UsageError
from backsmith.secrets.root import find_root, make_root, new_root, read_root, root_file, weakness
from backsmith.settings import Settings, read_settings


def test_it_is_made_for_its_owner_alone_in_a_folder_that_stays_out_of_version_control(tmp_path: Path) -> None:
    settings = Settings(folder=str(tmp_path))
    assert find_root(settings) is None
    made = make_root(root_file(settings))
    folder = tmp_path / ".backsmith"
    assert sorted(file.name for file in folder.iterdir()) == [".gitignore", "root_secret"]
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "root_secret").stat().st_mode & 0o777 == 0o600
    assert len(made) == 43
    assert find_root(settings) == made


def test_of_many_who_make_it_at_once_all_end_with_the_same(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "root"
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: make_root(file), range(64)))
    assert made == {read_root(file)}
    assert [each.name for each in file.parent.iterdir()] == ["root"]


def test_one_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "root"
    file.write_text("k8WkYtP2qU6vZr9xLhJ3nB5mC7dF0gS1aE4iO\n")
    assert make_root(file) == "k8WkYtP2qU6vZr9xLhJ3nB5mC7dF0gS1aE4iO"


def test_one_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "root"
    file.write_text("k8WkYtP2qU6")
    with pytest.raises(UsageError, match=r"root holds 11 bytes, a root secret has at least 32\. Was it cut off\?"):
        read_root(file)


def test_a_place_that_cant_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="Name another place with secret_file, or set BACKSMITH_SECRET"):
        make_root(tmp_path / "file" / "root")


def test_the_environment_has_it_too_but_never_the_project_file(tmp_path: Path) -> None:
    given = new_root()
    settings = read_settings(tmp_path / "shop.py", environment={"BACKSMITH_SECRET": given})
    assert find_root(settings) == given
    assert given not in repr(settings)
    (tmp_path / "pyproject.toml").write_text(f'[tool.backsmith]\nsecret = "{given}"\n')
    with pytest.raises(
        UsageError, match=r"kept in version control, where a secret is none\. Set BACKSMITH_SECRET"
    ) as no:
        read_settings(tmp_path / "shop.py", environment={})
    assert given not in str(no.value)
    (tmp_path / "pyproject.toml").write_text('[tool.backsmith]\nsecret_file = "keys/root"\n')
    assert root_file(read_settings(tmp_path / "shop.py", environment={})) == tmp_path / "keys" / "root"


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("tiny", "has 4 bytes; one that can't be guessed has at least 32"),
        ("a" * 64, "is made of 1 different characters only"),
        ("0000000000000000000000000000000000000001", "is made of 2 different characters only"),
        ("Quick-Brown-Fox7Quick-Brown-Fox7Quick", "repeats itself"),
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP", "counts up or down"),
        ("please-changeme-before-you-go-to-production!", "has the word changeme in it"),
        ("My-Super-Secret-Key-For-The-Shop-2026-x7Qp", "has the word secret in it"),
        ("0123456789abcdef0123456789ABCDEF", "counts up or down"),
    ],
)
def test_one_that_could_be_guessed_is_told(secret: str, why: str) -> None:
    assert weakness(secret) == why


def test_random_ones_are_not() -> None:
    assert {weakness(new_root()) for _ in range(2000)} == {None}
