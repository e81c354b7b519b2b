"""Command lines: their words and options, what is wrong with them, and the help, all in Chinese."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhdata.periods import FORMS
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.catalogue import ALL, load_catalogue, unknown

REPORT_WORD = "报告"
PERIOD_WORD = "期间"


@dataclass(frozen=True)
class Option:
    """One option of a command; without a metavar it is a switch."""

    flag: str
    help: str
    metavar: str = ""


@dataclass(frozen=True)
class Command:
    """One command: the words it takes and how many of them it needs, its options, and what it does.

    A last word that ends in … may be written any number of times.
    """

    help: str
    words: tuple[str, ...]
    needed: int
    options: tuple[Option, ...]
    run: Callable[[argparse.Namespace], int]


HELP = Option("--help", "显示说明")


def parse(given: list[str], commands: Mapping[str, Command]) -> tuple[Command, argparse.Namespace]:
    """Split a command line into words and options; ``problems`` holds what is wrong with them so far.

    Raises:
        ProblemsFound: there is no such command, or an option lacks its value.
    """
    name = given[0]
    if name not in commands:
        every = {option.flag for command in commands.values() for option in (*command.options, HELP)}
        known = sorted(every) if name.startswith("-") else list(commands)
        raise ProblemsFound([unknown("参数" if name.startswith("-") else "命令", name, known)])
    command = commands[name]
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("words", nargs="*")
    parser.add_argument("-h", HELP.flag, action="store_true")
    for option in command.options:
        if option.metavar:
            parser.add_argument(option.flag, default="")
        else:
            parser.add_argument(option.flag, action="store_true")
    try:
        arguments, extra = parser.parse_known_intermixed_args(given[1:])
    except argparse.ArgumentError as error:
        said = f"参数 {error.argument_name} 后面没有写值，或者写了不该写的值"
        raise ProblemsFound([problem("bad_option", said, "", f"请看 fhdata {name} --help")]) from error
    arguments.words += [word for word in extra if not word.startswith("-")]
    flags = [option.flag for option in (*command.options, HELP)]
    arguments.problems = [unknown("参数", word.split("=")[0], flags) for word in extra if word.startswith("-")]
    arguments.problems += _word_problems(name, command, arguments)
    return command, arguments


def _word_problems(name: str, command: Command, arguments: argparse.Namespace) -> list[Problem]:
    see = f"请看 fhdata {name} --help"
    words: list[str] = arguments.words
    most = len(words) if command.words and command.words[-1].endswith("…") else len(command.words)
    found = [problem("extra_word", f"多写了“{word}”", "", see) for word in words[most:]]
    missing = set(command.words[len(words) : command.needed])
    if getattr(arguments, "due", False):
        missing.clear()  # the calendar says which reports, for which periods
    if arguments.problems or getattr(arguments, "period", ""):
        missing.discard(PERIOD_WORD)  # written as --period, or meant by a misspelt option
    return found + [
        problem("missing_word", f"没有写{word.rstrip('…')}", "", see) for word in command.words if word in missing
    ]


def overview(commands: Mapping[str, Command]) -> str:
    """The help of all commands."""
    lines = ["用法：fhdata <命令> …", "", "命令："]
    lines += [f"  {name:<10}{command.help}" for name, command in commands.items()]
    lines += [
        "",
        *_names(),
        f"期间：{FORMS}",
        "",
        "例：fhdata run monthly 2023-03",
        "各命令的说明：fhdata <命令> --help",
    ]
    lines += ["退出码：0 做好或没有变化，1 报告失败，2 参数有误，3 数据有误，4 正在运行，5 几份中有的失败"]
    return "\n".join(lines)


def command_help(name: str, command: Command) -> str:
    """The help of one command."""
    words = [f"<{word}>" if number < command.needed else f"[{word}]" for number, word in enumerate(command.words)]
    options = [f"[{option.flag} {option.metavar}]".replace(" ]", "]") for option in command.options]
    lines = [command.help, "", " ".join(["用法：fhdata", name, *words, *options]), ""]
    lines += [f"  {f'{option.flag} {option.metavar}':<16}{option.help}" for option in (*command.options, HELP)]
    lines += ["", *(_names() if REPORT_WORD in command.words else [])]
    lines += [f"期间：{FORMS}"] if PERIOD_WORD in command.words else []
    return "\n".join(lines).rstrip()


def _names() -> list[str]:
    catalogue = load_catalogue()
    reports = "、".join(f"{one.name}（{one.title}）" for one in catalogue.reports.values())
    groups = "、".join(f"{one.name}（{one.title}）" for one in catalogue.groups.values())
    return [f"报告：{reports}；{groups}；{ALL}（全部）"]
