"""What an agent was started with does not stay readable to the tests it runs: they are of the same user."""
from test_remote import suite

# Looks through the environments of this test and everything above it, as they stand in /proc.
LOOK = r"""
process=$$
while [ "${process:-0}" -gt 1 ]; do
  tr '\0' '\n' < /proc/$process/environ | grep -E '^(TAMARACK_TOKEN=.|SEEN_IN_PROC=)' | sed 's/^/found /'
  process=$(awk '/^PPid:/ {print $2}' /proc/$process/status)
done
exit 1
"""


def test_no_process_above_a_test_shows_the_token(project, fleet):
    suite(project, units=["look"], body=LOOK)
    fleet.open = False
    fleet.serve()
    fleet.token = project.tamarack("token", "create", "--data", fleet.data, "--project", "*", "--role", "admin").out.strip()
    fleet.agent("a", 1, env={"SEEN_IN_PROC": "yes"})
    finished = fleet.finish(fleet.run(), 1)
    journal = str(fleet.journal(finished.json["run_id"]))
    assert journal.count("found SEEN_IN_PROC=yes") > 1, "the way to look does not work"
    assert "found TAMARACK_TOKEN" not in journal
