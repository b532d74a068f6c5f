"""`tamarack token`: the secret alone on standard output and once, the rest on standard error, one clear error for bad input."""

import json
import re
import sqlite3
import stat

TOKEN = re.compile(r"tmk_([0-9a-z]{10})_([0-9A-Za-z]{43})\n")


def create(project, *flags, expect=0, **options):
    chosen = {"--data": "data", "--project": "shop", "--role": "runner"}
    chosen.update(zip(flags[::2], flags[1::2]))
    finished = project.tamarack("token", "create", *(part for pair in chosen.items() for part in pair if pair[1] is not None), **options)
    assert finished.code == expect, finished.text
    return finished


def refused(finished, code, *parts):
    assert finished.code == code, finished.text
    assert finished.out == "", finished.text
    assert finished.err.startswith("error: ") and "\n  hint: " in finished.err, finished.err
    assert finished.err.count("error: ") == 1, finished.err
    for part in parts:
        assert part in finished.err, finished.err


def listed(project, *flags):
    finished = project.tamarack("token", "list", "--data", "data", "--json", *flags)
    assert finished.code == 0 and finished.err == "", finished.text
    return [json.loads(line) for line in finished.out.splitlines()]


def database(project):
    return sqlite3.connect(project.root / "data/tamarack.db")


def test_the_secret_is_alone_on_standard_output_and_stored_nowhere(project):
    finished = create(project, "--label", "CI on main", "--expires", "90d")
    match = TOKEN.fullmatch(finished.out)
    assert match, finished.out
    identifier, secret = match.groups()
    assert secret not in finished.err and identifier in finished.err
    assert "runner of the project 'shop', expires " in finished.err
    (token,) = listed(project)
    assert token["id"] == identifier and token["project"] == "shop" and token["role"] == "runner"
    assert token["label"] == "CI on main" and token["state"] == "active" and "last_used_at" not in token
    table = project.tamarack("token", "list", "--data", "data")
    assert identifier in table.out and "CI on main" in table.out
    for path in (project.root / "data").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert secret not in json.dumps(token) + table.text


def test_a_new_data_folder_is_for_its_owner_alone_and_said_so(project):
    first = create(project)
    assert "was no data folder yet" in first.err and "chmod" not in first.err
    assert stat.S_IMODE((project.root / "data").stat().st_mode) == 0o700
    assert "was no data folder yet" not in create(project).err
    (project.root / "data").chmod(0o755)
    assert "other users of this machine can read" in create(project).err


def test_tokens_are_listed_by_project_oldest_first(project):
    identifiers = [TOKEN.fullmatch(create(project, "--project", name, "--role", role).out)[1] for name, role in
                   (("shop", "viewer"), ("bank", "admin"), ("*", "admin"), ("shop", "runner"))]
    assert [token["id"] for token in listed(project)] == identifiers
    assert [token["role"] for token in listed(project, "--project", "shop")] == ["viewer", "runner"]
    assert [token["project"] for token in listed(project, "--project", "*")] == ["*"]
    assert listed(project, "--project", "none") == []
    empty = project.tamarack("token", "list", "--data", "data", "--project", "none")
    assert empty.code == 0 and empty.out == "" and "there is no token of the project 'none'" in empty.err


def test_revoke_takes_an_id_or_a_leaked_token(project):
    first, second = (create(project).out for _ in range(2))
    by_id = project.tamarack("token", "revoke", "--data", "data", TOKEN.fullmatch(first)[1])
    assert by_id.code == 0 and by_id.out == "" and "revoked token" in by_id.err
    leaked = project.tamarack("token", "revoke", second.strip(), "--data", "data")
    assert leaked.code == 0 and TOKEN.fullmatch(second)[2] not in leaked.text
    assert [token["state"] for token in listed(project)] == ["revoked", "revoked"]
    before = listed(project)
    again = project.tamarack("token", "revoke", "--data", "data", TOKEN.fullmatch(first)[1])
    assert again.code == 0 and "was revoked already" in again.err
    assert listed(project) == before


def test_rotate_prints_a_new_secret_for_the_same_id(project):
    old = TOKEN.fullmatch(create(project).out)
    finished = project.tamarack("token", "rotate", old[1], "--data", "data", "--grace", "2h")
    assert finished.code == 0, finished.text
    new = TOKEN.fullmatch(finished.out)
    assert new[1] == old[1] and new[2] != old[2]
    assert "the old one is valid until " in finished.err and new[2] not in finished.err
    (grace,) = database(project).execute("SELECT previous_until_ms - created_ms FROM tokens").fetchone()
    assert 7_200_000 <= grace < 7_200_000 + 60_000
    at_once = project.tamarack("token", "rotate", old[1], "--data", "data", "--grace", "0s")
    assert at_once.code == 0 and "the old one is void" in at_once.err


def test_a_token_of_no_use_is_not_rotated(project):
    identifier = TOKEN.fullmatch(create(project).out)[1]
    project.tamarack("token", "revoke", identifier, "--data", "data")
    refused(project.tamarack("token", "rotate", identifier, "--data", "data"), 2, "the token was revoked on ", "`tamarack token create`")


def test_a_secret_that_cannot_be_written_is_of_no_use(project):
    with open("/dev/full", "w") as full:
        finished = create(project, expect=6, stdout=full)
    assert "error: the token could not be written to standard output\n  hint: the token was revoked" in finished.err
    assert [token["state"] for token in listed(project)] == ["revoked"]


def test_bad_input_gets_one_error_and_makes_nothing(project):
    refused(create(project, "--role", "runer", expect=2), 2, "there is no role 'runer'", "did you mean --role runner?")
    refused(create(project, "--role", "root", expect=2), 2, "there is no role 'root'", "viewer (reads)")
    refused(create(project, "--project", "", expect=2), 2, "the project is empty")
    refused(create(project, "--project", "a\nb", expect=2), 2, "without control characters")
    refused(create(project, "--label", "x" * 201, expect=2), 2, "at most 200 bytes, got 201")
    refused(create(project, "--expires", "0s", expect=2), 2, "one minute to ten years")
    refused(create(project, "--expires", "11y", expect=2), 2)
    refused(create(project, "--expires", "90", expect=2), 2, "--expires")
    refused(create(project, "--expires", "99999d", expect=2), 2, "one minute to ten years")
    refused(create(project, "--data", None, expect=2), 2, "--data", "`tamarack token create --help`")
    assert not (project.root / "data").exists()


def test_an_unknown_id_gets_the_one_that_was_meant(project):
    identifier = TOKEN.fullmatch(create(project).out)[1]
    typo = identifier[:-1] + ("a" if identifier[-1] != "a" else "b")
    for command in ("revoke", "rotate"):
        meant = project.tamarack("token", command, typo, "--data", "data")
        refused(meant, 2, f"there is no token '{typo}'", f"did you mean '{identifier}'?")
        refused(project.tamarack("token", command, "short", "--data", "data"), 2, "a token's id has 10 digits")
        cut = project.tamarack("token", command, "tmk_" + identifier + "_secretpart", "--data", "data")
        refused(cut, 2, "only a part of a token")
        assert "secretpart" not in cut.text
    refused(project.tamarack("token", "rotate", identifier, "--data", "data", "--grace", "31d"), 2, "0 seconds to 30 days")


def test_only_create_makes_a_folder(project):
    for command in (["list"], ["revoke", "k3v9q0x7ab"], ["rotate", "k3v9q0x7ab"]):
        refused(project.tamarack("token", *command, "--data", "nowhere"), 2, "is not the data folder of a server", "tamarack serve")
    assert not (project.root / "nowhere").exists()
    project.write("file", "")
    refused(create(project, "--data", "file", expect=2), 2, "is a file, not a folder")


def test_a_misspelled_command_gets_the_one_that_was_meant(project):
    refused(project.tamarack("token", "creat", "--data", "data"), 2, "there is no command 'token creat'", "`tamarack token create`?")
    refused(project.tamarack("tokn"), 2, "there is no command 'tokn'", "`tamarack token`?")
    refused(project.tamarack("token"), 2, "`tamarack token --help`")
    refused(project.tamarack("token", "list", "--jsn", "--data", "data"), 2, "--jsn", "`tamarack token list --help`")
    refused(project.tamarack("zebra"), 2, "there is no command 'zebra'", "`tamarack --help` lists the commands")


def test_a_project_that_looks_like_a_typing_mistake_is_mentioned(project):
    create(project)
    with database(project) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(runs)")]
        values = {"run_id": "r", "project": "webshop", "seed": "1"}
        texts = {"framework", "verdict", "headline", "branch", "commit_id"}
        row = [values.get(column, "" if column in texts else 0) for column in columns]
        db.execute(f"INSERT INTO runs VALUES ({','.join('?' * len(row))})", row)
    assert "did you mean 'webshop'?" in create(project, "--project", "webshp").err
    assert "did you mean" not in create(project, "--project", "webshop").err
    assert "did you mean" not in create(project, "--project", "bank").err
