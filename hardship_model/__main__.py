"""`hardship-model`, also `python -m hardship_model`.

The command line is loaded when it is run: each worker process looks through this file again, and
needs none of it.
"""


def main() -> None:
    """Run the command line."""
    from hardship_model.cli import main as run

    run()


if __name__ == "__main__":
    main()
