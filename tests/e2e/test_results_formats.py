"""`command` suites: where results come from, how units are handed over, what every test got."""

import json
import re
import xml.etree.ElementTree as xml

FAILS_ON_B = 'case "$1" in b*) exit 3;; esac\n'


def test_exit_codes_decide(project):
    project.commands(["a", "b", "c c", "d'\"$x"], FAILS_ON_B)
    project.run(expect=1)
    assert project.tests() == {"a": "passed", "b": "failed", "c c": "passed", "d'\"$x": "passed"}


def test_the_listing_command_gets_its_places_as_the_others_do(project):
    """Words of the shell stay the shell's, and a folder is one word of it."""
    project.commands([], 'echo "$1" >> ran.txt\n')
    listing = """port=shell; cd {data} && test -w . && printf '%s\\n' "of-${port}" at-{port} by-{worker} with-{seed}"""
    config = project.read("tamarack.toml").replace('"cat units.txt"', f"'''{listing}'''")
    project.write("tamarack.toml", config)
    project.run("--state-dir", "a folder", expect=0)
    assert sorted(project.read("ran.txt").split()) == ["at-9", "by-1", "of-shell", "with-0"]


def test_units_share_one_command_where_the_template_allows_it(project):
    project.commands(["a", "b", "c", "d e"], 'for unit; do echo "$unit" >> ran.txt; done\necho "$# units" >> calls.txt\n', run="sh unit.sh {units}", workers=1)
    finished = project.run(expect=0)
    assert sorted(project.read("ran.txt").splitlines()) == ["a", "b", "c", "d e"]
    assert finished.json["ledger"]["passed"] == 4
    assert len(project.read("calls.txt").splitlines()) < 4, "several units share an invocation"


def test_output_is_kept_with_the_test(project):
    project.commands(["a"], 'echo "said it"; echo "complained" >&2; exit 1\n')
    finished = project.run(expect=1)
    (report,) = [body["report"] for _, kind, body in project.journal() if kind == "test_finished"]
    assert "said it" in report["output"] and "complained" in report["errput"]
    case = xml.parse(finished.json["junit"]).getroot().find(".//testcase")
    assert "said it" in case.findtext("system-out") and "complained" in case.findtext("system-err")


JUNIT = r"""
mkdir -p "$OUT"
case "$1" in
  bad) failure='<failure message="expected 3, got 4">trace</failure>'; code=1;;
  skips) failure='<skipped message="not today"/>'; code=0;;
  *) failure=''; code=0;;
esac
cat > "$OUT/$1.xml" <<XML
<testsuite name="$1" tests="2"><testcase classname="$1" name="first" time="0.5"/><testcase classname="$1" name="second">$failure</testcase></testsuite>
XML
exit $code
"""


def test_junit_reports_are_read(project):
    project.commands(["good", "bad", "skips"], JUNIT, suite='results = "junit:{data}/{unit}.xml"\nenv = { OUT = "{data}" }')
    project.run(expect=1)
    assert project.tests() == {"good": "passed", "bad": "failed", "skips": "passed"}
    reports = {body["report"]["test"]: body["report"] for _, kind, body in project.journal() if kind == "test_finished"}
    assert "expected 3, got 4" in reports[1]["errors"][0]["message"]
    assert [step["title"] for step in reports[0]["steps"]] == ["good › first", "good › second"] or len(reports[0]["steps"]) == 2


def test_one_junit_report_for_many_units(project):
    script = """
{ echo '<testsuites>'
for unit; do
  if [ "$unit" = bad ]; then body='<failure message="no"/>'; code=1; else body=''; fi
  echo "<testsuite name='$unit'><testcase classname='$unit' name='case' file='$unit'>$body</testcase></testsuite>"
done
echo '</testsuites>'; } > report.xml
exit ${code:-0}
"""
    project.commands(["a", "bad", "c"], script, run="sh unit.sh {units}", suite='results = "junit:report.xml"', workers=1)
    project.run(expect=1)
    assert project.tests() == {"a": "passed", "bad": "failed", "c": "passed"}


def test_ctrf_reports_are_read(project):
    script = """
if [ "$1" = bad ]; then status=failed; code=1; else status=passed; code=0; fi
printf '{"results":{"tool":{"name":"x"},"summary":{"tests":1},"tests":[{"name":"case of %s","status":"%s","duration":5,"message":"because"}]}}' "$1" $status > "$1.json"
exit $code
"""
    project.commands(["good", "bad"], script, suite='results = "ctrf:{unit}.json"')
    project.run(expect=1)
    assert project.tests() == {"good": "passed", "bad": "failed"}


def test_tap_is_read_from_the_output(project):
    script = """
echo "TAP version 13"; echo "1..2"; echo "ok 1 - first"
if [ "$1" = bad ]; then echo "not ok 2 - second"; exit 1; fi
echo "ok 2 - second"
"""
    project.commands(["good", "bad"], script, suite='results = "tap"')
    project.run(expect=1)
    assert project.tests() == {"good": "passed", "bad": "failed"}


def test_reports_of_a_run_agree_with_its_ledger(project):
    project.commands(["a", "bad", "flaky", "c"], 'case "$1" in bad) exit 1;; flaky) [ -e tried ] || { touch tried; exit 1; };; esac\n',
                     settings='[run]\nworkers = 2\nretries = 1\n[report]\njunit = "out/j.xml"\nctrf = "out/c.json"\nhtml = "out/r.html"\n')
    result = project.run(expect=1).json
    assert result["ledger"]["flaky"] == 1 and result["attempts"] == 6
    suites = xml.parse(result["junit"]).getroot()
    assert int(suites.get("tests")) == result["planned"] == len(suites.findall(".//testcase"))
    assert int(suites.get("failures")) == result["ledger"]["failed"] == 1
    with open(result["ctrf"]) as file:
        ctrf = json.load(file)["results"]
    assert ctrf["summary"]["tests"] == 4 and ctrf["summary"]["passed"] == 3 and ctrf["summary"]["failed"] == 1
    assert {test["name"]: test.get("flaky", False) for test in ctrf["tests"]}["flaky"] is True
    for copy, original in (("out/j.xml", "junit"), ("out/c.json", "ctrf"), ("out/r.html", "report")):
        with open(result[original]) as file:
            assert project.read(copy) == file.read()


def test_the_report_page_carries_its_data(project):
    project.commands(["a</script><b>", "b"], FAILS_ON_B)
    result = project.run(expect=1).json
    with open(result["report"]) as file:
        page = file.read()
    data = page.split('<script type="application/json" id="tamarack-report">', 1)[1].split("</script>", 1)[0]
    view = json.loads(data)
    assert {test["outcome"] for test in view["tests"]} == {"passed", "failed"} and view["run"]["run_id"] == result["run_id"]
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=[\"']?(https?:|/|\./)", page.replace(data, "")), "one file, nothing loaded from elsewhere"
