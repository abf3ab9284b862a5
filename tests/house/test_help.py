"""What `--help` says is what was written for it, and what the last line says is the place."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from hardship_model.cli import app

TOP = get_command(app).commands
COMMANDS = {(name,): command for name, command in TOP.items() if name != "models"} | {
    ("models", name): command for name, command in TOP["models"].commands.items()
}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_shows_every_word_that_was_written_of_an_option(words):
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"}).output

    for parameter in COMMANDS[words].params:
        assert (parameter.help or "").replace("`", "") in shown


def test_a_folder_with_brackets_in_its_name_is_told_as_it_is_called(tmp_path):
    folder = tmp_path / "x[abc]" / "[/abc]"
    done = CliRunner().invoke(
        app, ["invent", "--households", "20", "--processes", "1", "--out", str(folder)]
    )

    assert done.exit_code == 0
    assert str(folder) in done.output.replace("\n", "")
