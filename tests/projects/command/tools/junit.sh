# Runs one unit and describes it, with two cases, as JUnit XML in results/junit.xml.
mkdir -p results
sh "$1" > results/output.txt 2>&1
code=$?
escape() { sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g'; }
name=$(printf '%s' "$1" | escape)
output=$(tr -d '\033' < results/output.txt | escape)
failures=0
body="<system-out>$output</system-out>"
if [ "$code" -ne 0 ]; then
  failures=1
  body="<failure message=\"exit code $code\" type=\"exit\">$output</failure>"
fi
cat > results/junit.xml <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="$failures" skipped="1">
  <testsuite name="$name" tests="2" failures="$failures" skipped="1" time="0.010">
    <testcase classname="$name" name="runs" file="$name" time="0.010">$body</testcase>
    <testcase classname="$name" name="is documented" file="$name" time="0"><skipped message="not yet"/></testcase>
  </testsuite>
</testsuites>
XML
exit "$code"
