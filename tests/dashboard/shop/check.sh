# One unit: `wrong` says "UNIT always", or "UNIT once" for one that passes when it is tried again.
unit=$1
seen="$TAMARACK_DATA/$unit.seen"
how=$(sed -n "s/^$unit //p" wrong)
[ "$how" = once ] && [ -e "$seen" ] && how=
touch "$seen"

if [ -z "$how" ]; then
  echo "<testsuite tests=\"1\"><testcase classname=\"$unit\" name=\"$unit\" time=\"0.01\"/></testsuite>" > "$TAMARACK_DATA/$unit.xml"
  exit 0
fi
mkdir -p evidence
echo "total: 41" > "receipt-$unit.txt"
echo "basket of $unit" > "evidence/basket.txt"
# A picture of one red pixel.
echo iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg== | base64 -d > "evidence/till.png"
# A second of two colours, and an archive with nothing in it, by the name of a trace.
cp till.webm evidence/till.webm
printf 'PK\005\006\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000' > evidence/trace.zip
cat > "$TAMARACK_DATA/$unit.xml" <<REPORT
<testsuite tests="1" failures="1">
<testcase classname="$unit" name="$unit" time="0.01"><failure message="expected a total of 42, got 41">check.sh:7</failure></testcase>
</testsuite>
REPORT
exit 1
