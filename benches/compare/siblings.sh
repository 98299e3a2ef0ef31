#!/bin/sh
# A grandchild holds 100 MiB for three seconds. Meanwhile children of this script start and end.
# usage: siblings.sh TRUTH DIR AT_ONCE
truth=$1 dir=$2 at_once=$3
("$truth" touch 100MiB ready "$dir/touched" hold 3s ready "$dir/done"; exit 0) &
"$truth" await "$dir/touched"
while [ ! -e "$dir/done" ]; do
    i=0
    while [ "$i" -lt "$at_once" ]; do
        "$truth" ready "$dir/sibling" hold "$((i + 1))ms" &
        i=$((i + 1))
    done
    # Wait for the last one only: the others end while new ones begin.
    wait "$!"
done
wait
