# A name that only survives careful quoting.
echo "quoted well"
