#!/usr/bin/env python3
"""Keeps the documentation true. Checks that
  - every link between Markdown files leads to a file, and to a heading if it names one;
  - every `tamarack COMMAND --flag` in the documentation exists in `tamarack COMMAND --help`;
  - every section and key in an example of `tamarack.toml` is in the published schema;
  - every disagreement that the code can name stands in GLOSSARY.md;
  - every field of the journal's records, of the agents' messages and of the `--json` line stands on its design page;
  - no picture is larger than 200 KB.
Usage: check_docs.py [TAMARACK_BINARY]. Last line: "N passed, M failed"; exit 1 when anything failed.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE_BYTES_MAX = 200 * 1024
passed = 0
failures = []


def verify(ok, message):
    global passed
    if ok:
        passed += 1
    else:
        failures.append(message)


def documents():
    pages = [path for path in ROOT.glob("*.md")] + sorted((ROOT / "docs").rglob("*.md"))
    return [(path, path.read_text(encoding="utf-8")) for path in pages]


def without_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def heading_anchors(text):
    """The names GitHub gives to headings."""
    anchors = set()
    for line in re.sub(r"^```.*?^```", "", text, flags=re.M | re.S).splitlines():
        if heading := re.match(r"#{1,6} (.*)", line):
            plain = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading[1]).strip().lower()
            anchors.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return anchors


def check_links():
    for path, text in documents():
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            aim = (path.parent / file).resolve() if file else path
            where = f"{path.relative_to(ROOT)}: link '{target}'"
            verify(aim.exists(), f"{where} leads nowhere")
            if anchor and aim.suffix == ".md" and aim.exists():
                verify(anchor in heading_anchors(aim.read_text(encoding="utf-8")), f"{where}: there is no such heading")


def help_of(binary, command):
    return subprocess.run([binary, *command, "--help"], capture_output=True, text=True, timeout=20).stdout


def commands_in(text):
    return re.findall(r"^  ([a-z]+) {2,}", text.partition("\nSubcommands:\n")[2], flags=re.M)


def flags_of(binary, command):
    """With those of the commands below it: `tamarack token create --project`."""
    text = help_of(binary, command)
    flags = {flag for flag in re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text)}
    return flags.union(*(flags_of(binary, [*command, below]) for below in commands_in(text))) if command else flags


def check_flags(binary):
    commands = commands_in(help_of(binary, []))
    verify(len(commands) >= 9, f"'{binary} --help' lists only {commands}")
    known = {command: flags_of(binary, [command]) for command in commands}
    everywhere = set().union(*known.values(), flags_of(binary, []))
    for path, text in documents():
        name = path.relative_to(ROOT)
        # A command with its flags, up to the end of the line or of the code it stands in.
        for call in re.findall(r"(?<![\w./-])tamarack ([a-z][^\n`|>#;]*)", text):
            words = call.split()
            if words[0] not in known:
                verify(not re.search(r"(^|\s)--[a-z]", call), f"{name}: `tamarack {call.strip()}`: there is no command '{words[0]}'")
                continue
            for flag in re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", re.sub(r"'[^']*'", "", call)):
                verify(flag in known[words[0]], f"{name}: `tamarack {words[0]}` has no flag '{flag}'")
    # The contract lists each flag of each command.
    contract = (ROOT / "docs/design/2026-11-21-cli-contract.md").read_text(encoding="utf-8")
    for command, flags in known.items():
        verify(f"| `{command}" in contract, f"cli-contract.md does not list the command '{command}'")
        for flag in flags - {"-h", "--help"}:
            verify(re.search(rf"`{flag}[ `]", contract), f"cli-contract.md does not list '{flag}' of `tamarack {command}`")
    for flag in re.findall(r"^\| `(--?[a-z-]+)", contract, flags=re.M):
        verify(flag in everywhere, f"cli-contract.md lists '{flag}', which no command has")


def check_toml_keys():
    schema = json.loads((ROOT / "docs/guide/tamarack.schema.json").read_text(encoding="utf-8"))

    def keys_of(section):
        """Of a dotted one: `flow.phase` is what stands in `[[flow]]` under `phase`."""
        node = schema
        for part in section.split("."):
            node = node.get("properties", {}).get(part, {})
            node = node.get("items", node)
            if "$ref" in node:
                node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return set(node.get("properties", {}))

    sections = set(schema["properties"])
    for path, text in documents():
        for block in re.findall(r"^```toml\n(.*?)^```", text, flags=re.M | re.S):
            section = ""
            for line in block.splitlines():
                where = f"{path.relative_to(ROOT)}: TOML example '{line.strip()}'"
                if header := re.match(r"\s*(?:# )?\[\[?([a-z_.]+)\]?\]\s*(?:#|$)", line):
                    section = header[1]
                    verify(keys_of(section) or section.endswith(".env"), f"{where}: there is no such section")
                elif key := re.match(r"(?:# )?([a-z_]+) = ", line):
                    known = keys_of(section) if section else sections | keys_of("app")
                    verify(key[1] in known or section.endswith(".env"), f"{where}: [{section}] has no such key")


def disagreement_names():
    names = set()
    for path in (ROOT / "src").rglob("*.cpp"):
        if path.name.endswith("_test.cpp") or path.parts[len(ROOT.parts) + 1] not in ("adapter", "agent"):
            continue
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r'(?:disagree\(|Disagreement\{)"([a-z_]+)"', text))
        names |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+): ', text))
        names |= set(re.findall(r'"([a-z]+_report)"', text))
    return names


def check_glossary():
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    names = disagreement_names()
    verify(len(names) >= 12, f"only {sorted(names)} were found in the code; this check looks in the wrong place")
    for name in sorted(names):
        verify(f"| `{name}` |" in glossary, f"GLOSSARY.md does not explain the disagreement '{name}'")
    # What the glossary explains must be something the code can say.
    table = glossary[glossary.index("## Disagreements"):]
    for name in re.findall(r"^\| `([a-z_]+)` \|", table, flags=re.M):
        verify(name in names, f"GLOSSARY.md explains '{name}', which no code names")


def check_shapes():
    journal = (ROOT / "docs/design/2026-11-21-journal.md").read_text(encoding="utf-8")
    described = (ROOT / "src/wire/described.h").read_text(encoding="utf-8")
    structs = re.findall(r"BOOST_DESCRIBE_STRUCT\((\w+), \(\),\s*\(([^)]*)\)\)", described)
    verify(len(structs) > 20, "described.h: the structs were not found; this check looks in the wrong place")
    for name, fields in structs:
        if name == "Discovery":  # cached between runs, not part of the journal
            continue
        for field in filter(None, re.split(r"[,\s]+", fields)):
            verify(re.search(rf"\b{field}\b", journal), f"journal.md does not name the field '{field}' of {name}")
    wire = (ROOT / "src/wire/journal.cpp").read_text(encoding="utf-8")
    kinds = re.search(r"record_kinds\{(.*?)\};", wire, flags=re.S)
    for kind in re.findall(r'"([a-z_]+)"', kinds[1] if kinds else ""):
        verify(f"| `{kind}` |" in journal, f"journal.md does not list the record '{kind}'")
    protocol = (ROOT / "docs/design/2026-11-21-agent-protocol.md").read_text(encoding="utf-8")
    for kinds in re.findall(r"_kinds\{(.*?)\};", (ROOT / "src/wire/message.cpp").read_text(encoding="utf-8"), flags=re.S):
        for kind in re.findall(r'"([a-z_]+)"', kinds):
            verify(f"| `{kind}` |" in protocol, f"agent-protocol.md does not list the message '{kind}'")
    contract = (ROOT / "docs/design/2026-11-21-cli-contract.md").read_text(encoding="utf-8")
    for field in re.findall(r'append_json\(out, "([a-z_]+)"', (ROOT / "src/cli/outputs.cpp").read_text(encoding="utf-8")):
        verify(f"`{field}`" in contract, f"cli-contract.md does not list the field '{field}' of --json")


def check_pictures():
    for path in (ROOT / "docs/pictures").glob("*"):
        verify(path.stat().st_size <= PICTURE_BYTES_MAX, f"{path.relative_to(ROOT)} has {path.stat().st_size} bytes, at most {PICTURE_BYTES_MAX}")
        verify(any(path.name in text for _, text in documents()), f"{path.relative_to(ROOT)} is shown on no page")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build/bin/tamarack")
    check_links()
    check_flags(binary)
    check_toml_keys()
    check_glossary()
    check_shapes()
    check_pictures()
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
