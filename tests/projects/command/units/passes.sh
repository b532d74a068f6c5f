echo "this unit passes"
