# Output on both streams, with colours and characters beyond ASCII.
i=0
while [ "$i" -lt 200 ]; do
  printf 'line %s \033[32mgreen\033[0m äöü 漢字\n' "$i"
  i=$((i + 1))
done
echo "a warning" >&2
